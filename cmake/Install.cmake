# Library, headers, executable, CMake package and the shop app. Users then write:
#   find_package(taskworker REQUIRED)
#   taskworker_add_app(mine SOURCES mine.cpp)
include(CMakePackageConfigHelpers)

set(TASKWORKER_MODULE_DIR ${CMAKE_INSTALL_LIBDIR}/taskworker)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/taskworker)

install(TARGETS taskworker EXPORT taskworkerTargets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS taskworker_exe RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY ${CMAKE_SOURCE_DIR}/include/taskworker ${CMAKE_BINARY_DIR}/include/taskworker
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN *.hpp)
install(EXPORT taskworkerTargets NAMESPACE taskworker:: DESTINATION ${package_dir})

configure_package_config_file(${CMAKE_SOURCE_DIR}/cmake/taskworkerConfig.cmake.in
    ${CMAKE_BINARY_DIR}/taskworkerConfig.cmake
    INSTALL_DESTINATION ${package_dir} PATH_VARS TASKWORKER_MODULE_DIR)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/taskworkerConfigVersion.cmake
    COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/taskworkerConfig.cmake
    ${CMAKE_BINARY_DIR}/taskworkerConfigVersion.cmake ${CMAKE_SOURCE_DIR}/cmake/TaskworkerApp.cmake
    DESTINATION ${package_dir})

# The same package of this build folder, for modules that are built beside it before anything is
# installed: -D taskworker_DIR=<build>/package
set(tree_package ${CMAKE_BINARY_DIR}/package)
export(EXPORT taskworkerTargets NAMESPACE taskworker:: FILE ${tree_package}/taskworkerTargets.cmake)
file(COPY ${CMAKE_SOURCE_DIR}/cmake/TaskworkerApp.cmake ${CMAKE_BINARY_DIR}/taskworkerConfigVersion.cmake
     DESTINATION ${tree_package})
file(WRITE ${tree_package}/taskworkerConfig.cmake
"include(CMakeFindDependencyMacro)
find_dependency(nlohmann_json 3.11)
find_dependency(Threads)
include(\${CMAKE_CURRENT_LIST_DIR}/taskworkerTargets.cmake)
include(\${CMAKE_CURRENT_LIST_DIR}/TaskworkerApp.cmake)
set(TASKWORKER_MODULE_DIR \"${CMAKE_BINARY_DIR}/tasks\")
")

install(DIRECTORY DESTINATION ${TASKWORKER_MODULE_DIR})
if(TASKWORKER_APP)
    set_target_properties(app PROPERTIES INSTALL_RPATH "$ORIGIN/..")
    install(TARGETS app LIBRARY DESTINATION ${TASKWORKER_MODULE_DIR})
endif()

# A unit for any number of workers, each with its own environment file.
configure_file(${CMAKE_SOURCE_DIR}/cmake/systemd/taskworker@.service.in
    ${CMAKE_BINARY_DIR}/systemd/taskworker@.service @ONLY)
configure_file(${CMAKE_SOURCE_DIR}/cmake/systemd/tmpfiles.conf.in
    ${CMAKE_BINARY_DIR}/systemd/taskworker.conf @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/systemd/taskworker@.service DESTINATION lib/systemd/system)
install(FILES ${CMAKE_BINARY_DIR}/systemd/taskworker.conf DESTINATION lib/tmpfiles.d)

# Man pages and completion, as the program prints them (ShellFiles.cmake).
install(DIRECTORY ${CMAKE_BINARY_DIR}/share/ DESTINATION ${CMAKE_INSTALL_DATADIR})
