# One interface target carries the warnings; every target of ours links it.
add_library(taskworker_warnings INTERFACE)
target_compile_options(taskworker_warnings INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual
    -Wold-style-cast -Wcast-qual -Wno-missing-field-initializers -Werror)
