-- Last command of MULTI; HSET unacked …; ZADD unacked_index …; EVALSHA this; EXEC.
-- Empties the inboxes whose messages were just registered. If the reaper was here meanwhile (we
-- looked dead and our inboxes were handed back) the registration is undone instead.
-- KEYS  unacked, unacked_index, inbox…
-- ARGV  tag prefix, number of the first tag, one tag that must be registered by now ('' if all were
--       malformed), then for each inbox: its messages in this batch, tag suffix
-- returns  'y' registered; 'n' not ours any more, nothing is registered, read the inboxes again
-- An error of HSET or ZADD does not end a MULTI: without a look nothing may be removed.
local witness = ARGV[3]
local ok = witness == '' or (redis.call('HEXISTS', KEYS[1], witness) == 1
                             and redis.call('ZSCORE', KEYS[2], witness) ~= false)
for i = 3, #KEYS do
  if redis.call('LLEN', KEYS[i]) ~= tonumber(ARGV[2 * i - 2]) then ok = false end
end
if ok then
  redis.call('DEL', unpack(KEYS, 3))
  return 'y'
end
local tags, number = {}, tonumber(ARGV[2])
for i = 3, #KEYS do
  for _ = 1, tonumber(ARGV[2 * i - 2]) do
    tags[#tags + 1] = ARGV[1] .. string.format('%.0f', number) .. ARGV[2 * i - 1]
    number = number + 1
  end
end
redis.call('HDEL', KEYS[1], unpack(tags))
redis.call('ZREM', KEYS[2], unpack(tags))
return 'n'
