#pragma once

#include "backend/lua_scripts.hpp"
#include "redis/script.hpp"

namespace taskworker::backend {

inline constexpr redis::Script kStore{"store.lua", k_store_lua, k_store_result_lua};

}  // namespace taskworker::backend
