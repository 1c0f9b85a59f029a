-- Takes leases of a dead worker: counts the death for the task and hands the message back to the right
-- end of its list, unless the task died too often: then the lease stays for the caller to settle.
-- The caller sends the bytes (marked as redelivered), so that no message is parsed in Lua.
-- KEYS  unacked, unacked_index, taskworker.parked
-- ARGV  deaths after which it is poison (0: never), seconds for which deaths are remembered, then per
--       lease, the newest first: tag, list, message, key of its death count ('' = not its fault)
-- returns  per lease: 0 = gone or parked, 1 = handed back, 2 = poison
local most, out = tonumber(ARGV[1]), {}
for i = 3, #ARGV, 4 do
  local tag, result = ARGV[i], 0
  if redis.call('HEXISTS', KEYS[1], tag) == 1 and not redis.call('ZSCORE', KEYS[3], tag) then
    result = 1
    if ARGV[i + 3] ~= '' and most > 0 then
      local deaths = redis.call('INCR', ARGV[i + 3])
      redis.call('EXPIRE', ARGV[i + 3], ARGV[2])
      if deaths >= most then result = 2 end
    end
    if result == 1 then
      redis.call('RPUSH', ARGV[i + 1], ARGV[i + 2])
      redis.call('HDEL', KEYS[1], tag)
      redis.call('ZREM', KEYS[2], tag)
    end
  end
  out[#out + 1] = result
end
return out
