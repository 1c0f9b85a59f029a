# TASKWORKER_SANITIZE=address,undefined or thread: the whole tree is built with it.
set(TASKWORKER_SANITIZE "" CACHE STRING "Sanitizers, as -fsanitize= takes them")
if(TASKWORKER_SANITIZE)
    add_compile_options(-fsanitize=${TASKWORKER_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=undefined)
    add_link_options(-fsanitize=${TASKWORKER_SANITIZE})
endif()
