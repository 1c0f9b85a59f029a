-- Early-ack tasks have begun: their leases become marks, which nobody renews and nobody runs again.
-- Sent again after a lost connection it finds the marks and is content.
-- KEYS  unacked, unacked_index, taskworker.started.<worker>
-- ARGV  per task: tag, note
-- returns  which of them (from 1) are not ours any more
local lost = {}
for i = 1, #ARGV, 2 do
  if redis.call('HDEL', KEYS[1], ARGV[i]) == 1 then
    redis.call('ZREM', KEYS[2], ARGV[i])
    redis.call('HSET', KEYS[3], ARGV[i], ARGV[i + 1])
  elseif redis.call('HEXISTS', KEYS[3], ARGV[i]) == 0 then
    lost[#lost + 1] = (i + 1) / 2
  end
end
return lost
