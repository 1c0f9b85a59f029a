# taskworker_embed_lua(<target> <folder> <script>...): makes generated/<folder>/lua_scripts.hpp with one
# constant per script, `inline constexpr std::string_view k_claim_lua`, in namespace taskworker::<folder>.
function(taskworker_embed_lua target folder)
    set(out ${CMAKE_BINARY_DIR}/generated/${folder}/lua_scripts.hpp)
    add_custom_command(OUTPUT ${out}
        COMMAND ${CMAKE_COMMAND} -DOUT=${out} -DFOLDER=${folder} "-DSCRIPTS=${ARGN}"
                -P ${CMAKE_SOURCE_DIR}/cmake/EmbedLuaScript.cmake
        DEPENDS ${ARGN} ${CMAKE_SOURCE_DIR}/cmake/EmbedLuaScript.cmake VERBATIM)
    target_sources(${target} PRIVATE ${out})
endfunction()
