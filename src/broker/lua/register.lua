-- Last command of MULTI; HSET unacked …; ZADD unacked_index …; EVALSHA this; EXEC.
-- Empties the inboxes whose messages were just registered, if that is what they hold: as many, and the
-- same newest one. The reaper may have been here meanwhile (we looked dead and our inboxes were handed
-- back), or commands of a connection that we have left, which may even have claimed as many again. Then
-- the registration is undone instead.
-- KEYS  unacked, unacked_index, inbox…
-- ARGV  tag prefix, number of the first tag, one tag that must be registered by now ('' if all were
--       malformed), then for each inbox: its messages in this batch, the newest of them, tag suffix
-- returns  'y' registered; 'n' not ours any more, nothing is registered, read the inboxes again
-- An error of HSET or ZADD does not end a MULTI: without a look nothing may be removed.
local witness = ARGV[3]
local ok = witness == '' or (redis.call('HEXISTS', KEYS[1], witness) == 1
                             and redis.call('ZSCORE', KEYS[2], witness) ~= false)
for i = 3, #KEYS do
  local size, newest = tonumber(ARGV[3 * i - 5]), ARGV[3 * i - 4]
  if redis.call('LLEN', KEYS[i]) ~= size or redis.call('LINDEX', KEYS[i], 0) ~= newest then ok = false end
end
if ok then
  redis.call('DEL', unpack(KEYS, 3))
  return 'y'
end
local tags, number = {}, tonumber(ARGV[2])
for i = 3, #KEYS do
  for _ = 1, tonumber(ARGV[3 * i - 5]) do
    tags[#tags + 1] = ARGV[1] .. string.format('%.0f', number) .. ARGV[3 * i - 3]
    number = number + 1
  end
end
redis.call('HDEL', KEYS[1], unpack(tags))
redis.call('ZREM', KEYS[2], unpack(tags))
return 'n'
