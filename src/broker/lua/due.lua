-- Parked tasks whose time has come become this worker's leases, under new tags, in one step. One of a
-- list that this worker does not serve goes to the right end of that list instead: its consumers take
-- it from there.
-- KEYS  unacked, unacked_index, taskworker.parked
-- ARGV  now, at most, our tag prefix, number of the first tag, key prefix, lists that we serve…
-- returns  new tag, entry, new tag, entry, …   (entry = '[<message>,"","<queue>"]')
local out, number, served = {}, tonumber(ARGV[4]), {}
for i = 6, #ARGV do served[ARGV[i]] = true end
for _, tag in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])) do
  local entry = redis.call('HGET', KEYS[1], tag)
  if entry then                                     -- else Python restored it: it is in its list
    local list = string.match(tag, '^tw:[^:]*:%d+:(.*)$')
    if served[list] then
      local new = ARGV[3] .. string.format('%.0f', number) .. ':' .. list
      number = number + 1
      redis.call('HSET', KEYS[1], new, entry)
      redis.call('ZADD', KEYS[2], ARGV[1], new)
      out[#out + 1], out[#out + 2] = new, entry
    else
      redis.call('RPUSH', ARGV[5] .. list, string.match(entry, '^%[(.*),"","'))
    end
    redis.call('HDEL', KEYS[1], tag)
    redis.call('ZREM', KEYS[2], tag)
  end
  redis.call('ZREM', KEYS[3], tag)
end
return out
