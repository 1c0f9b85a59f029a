# taskworker_add_app(<name> [SOURCES] <file>... [LINKS <target>...])
# Makes <name>.so, the module that `taskworker -A <name>` loads, in the current binary folder. It shows
# nothing but its entry point, and a function that nobody defines is found now, not when it is loaded.
function(taskworker_add_app name)
    cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
    set(sources ${ARG_UNPARSED_ARGUMENTS} ${ARG_SOURCES})
    if(NOT sources)
        message(FATAL_ERROR "taskworker_add_app(<name> [SOURCES] <file>... [LINKS <target>...])")
    endif()
    add_library(${name} MODULE ${sources})
    set_target_properties(${name} PROPERTIES PREFIX "" SUFFIX .so
        CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
    target_link_libraries(${name} PRIVATE taskworker::taskworker ${ARG_LINKS})
    target_link_options(${name} PRIVATE -Wl,--no-undefined)
endfunction()
