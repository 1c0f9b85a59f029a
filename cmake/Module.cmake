# taskworker_module(<folder> [DEPENDS <folder>...] [LINKS <target>...])
# Every folder of src/ is one module of the same shape: its objects go into libtaskworker, and a
# static library of the same objects (tw_<folder>) is what unit tests link. DEPENDS is the include
# table of docs/architecture.md in CMake's words; tests/architecture checks the includes themselves.
function(taskworker_module folder)
    cmake_parse_arguments(ARG "" "" "DEPENDS;LINKS" ${ARGN})
    file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${folder}/*.cpp)
    file(GLOB scripts CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${folder}/lua/*.lua)
    if(NOT sources)
        add_library(tw_${folder} INTERFACE)
        set(scope INTERFACE)
    else()
        add_library(tw_${folder}_objects OBJECT ${sources})
        add_library(tw_${folder} STATIC $<TARGET_OBJECTS:tw_${folder}_objects>)
        set_target_properties(tw_${folder} PROPERTIES LINKER_LANGUAGE CXX)
        set(scope PUBLIC)
        target_include_directories(tw_${folder}_objects PRIVATE ${CMAKE_SOURCE_DIR}/src
            ${CMAKE_SOURCE_DIR}/include ${CMAKE_BINARY_DIR}/include ${CMAKE_BINARY_DIR}/generated)
        target_link_libraries(tw_${folder}_objects PRIVATE taskworker_warnings nlohmann_json::nlohmann_json
            fmt::fmt Threads::Threads ${ARG_LINKS})
        set_target_properties(tw_${folder}_objects PROPERTIES CXX_VISIBILITY_PRESET hidden
            VISIBILITY_INLINES_HIDDEN ON)
        target_compile_definitions(tw_${folder}_objects PRIVATE TASKWORKER_BUILDING)
        target_precompile_headers(tw_${folder}_objects REUSE_FROM tw_pch)
        if(scripts)
            taskworker_embed_lua(tw_${folder}_objects ${folder} ${scripts})
        endif()
        set_property(GLOBAL APPEND PROPERTY TASKWORKER_OBJECTS tw_${folder}_objects)
    endif()
    target_include_directories(tw_${folder} ${scope} ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR}/include
        ${CMAKE_BINARY_DIR}/include ${CMAKE_BINARY_DIR}/generated)
    target_link_libraries(tw_${folder} ${scope} nlohmann_json::nlohmann_json fmt::fmt Threads::Threads ${ARG_LINKS})
    foreach(dependency ${ARG_DEPENDS})
        target_link_libraries(tw_${folder} ${scope} tw_${dependency})
    endforeach()
endfunction()
