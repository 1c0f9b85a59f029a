#pragma once

#include "broker/lua_scripts.hpp"
#include "redis/script.hpp"

namespace taskworker::broker {

inline constexpr redis::Script kClaim{"claim.lua", k_claim_lua};
inline constexpr redis::Script kRegister{"register.lua", k_register_lua};
inline constexpr redis::Script kRelease{"release.lua", k_release_lua};
inline constexpr redis::Script kReplay{"replay.lua", k_replay_lua};
inline constexpr redis::Script kHeartbeat{"heartbeat.lua", k_heartbeat_lua};
inline constexpr redis::Script kReap{"reap.lua", k_reap_lua};
inline constexpr redis::Script kReclaim{"reclaim.lua", k_reclaim_lua};
inline constexpr redis::Script kPark{"park.lua", k_park_lua};
inline constexpr redis::Script kDue{"due.lua", k_due_lua};
inline constexpr redis::Script kRestore{"restore.lua", k_restore_lua};
inline constexpr redis::Script kLeave{"leave.lua", k_leave_lua};
inline constexpr redis::Script kUnlock{"unlock.lua", k_unlock_lua};

}  // namespace taskworker::broker
