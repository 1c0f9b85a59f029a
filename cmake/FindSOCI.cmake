# Debian's libsoci-dev has no CMake package. find_package(SOCI COMPONENTS sqlite3) gives SOCI::core and
# one SOCI::<backend> for each component.
find_path(SOCI_INCLUDE_DIR soci/soci.h)
find_library(SOCI_core_LIBRARY soci_core)
mark_as_advanced(SOCI_INCLUDE_DIR SOCI_core_LIBRARY)

if(SOCI_INCLUDE_DIR)
    file(STRINGS ${SOCI_INCLUDE_DIR}/soci/version.h version REGEX "define SOCI_LIB_VERSION")
    string(REGEX REPLACE ".*\"([0-9_]+)\".*" "\\1" version "${version}")
    string(REPLACE "_" "." SOCI_VERSION "${version}")
endif()
foreach(component ${SOCI_FIND_COMPONENTS})
    find_library(SOCI_${component}_LIBRARY soci_${component})
    mark_as_advanced(SOCI_${component}_LIBRARY)
    if(SOCI_${component}_LIBRARY)
        set(SOCI_${component}_FOUND TRUE)
    endif()
endforeach()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(SOCI REQUIRED_VARS SOCI_core_LIBRARY SOCI_INCLUDE_DIR
    VERSION_VAR SOCI_VERSION HANDLE_COMPONENTS)

if(SOCI_FOUND AND NOT TARGET SOCI::core)
    add_library(SOCI::core UNKNOWN IMPORTED)
    set_target_properties(SOCI::core PROPERTIES IMPORTED_LOCATION ${SOCI_core_LIBRARY}
        INTERFACE_INCLUDE_DIRECTORIES ${SOCI_INCLUDE_DIR})
endif()
foreach(component ${SOCI_FIND_COMPONENTS})
    if(SOCI_${component}_FOUND AND NOT TARGET SOCI::${component})
        add_library(SOCI::${component} UNKNOWN IMPORTED)
        set_target_properties(SOCI::${component} PROPERTIES
            IMPORTED_LOCATION ${SOCI_${component}_LIBRARY} INTERFACE_LINK_LIBRARIES SOCI::core)
    endif()
endforeach()
