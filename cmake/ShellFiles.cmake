# cmake -D PROGRAM=… -D INTO=… -P ShellFiles.cmake: man pages and completion scripts, printed by the
# program that was just built.
function(print_into file)
    execute_process(COMMAND ${PROGRAM} ${ARGN} OUTPUT_VARIABLE text COMMAND_ERROR_IS_FATAL ANY)
    file(WRITE ${INTO}/${file} "${text}")
endfunction()

print_into(bash-completion/completions/taskworker completion bash)
print_into(zsh/site-functions/_taskworker completion zsh)
execute_process(COMMAND ${PROGRAM} man --list OUTPUT_VARIABLE pages COMMAND_ERROR_IS_FATAL ANY)
string(REGEX REPLACE "\n+" ";" pages "${pages}")
foreach(page IN LISTS pages)
    if(page)
        print_into(man/man1/${page}.1 man ${page})
    endif()
endforeach()
