-- Says that we live, and where our inboxes are. Names those who look dead, and those who are: dead is
-- who was suspected in an earlier look of the caller and has not been seen since. Two looks, for when
-- Redis itself was paused everybody looks dead at first. Each dead one is told to one caller at a
-- time. On Redis' clock.
-- KEYS  taskworker.workers (zset: id → last seen), taskworker.inboxes (hash: id → record),
--       taskworker.reaper (lock), lists we serve…
-- ARGV  our id, our record (`1 <slots>`, then our lists, one a line), seconds after which a worker is
--       suspect, … is dead, milliseconds for which the caller is the only reaper (0: looks for nobody),
--       now ('': Redis' clock), then per suspect of an earlier look: id, last seen as told then
-- returns  {'1' if we were not in the set (first beat, or we were reaped), {dead ids},
--           {id, last seen, …} of the suspects, messages that wait in the lists we serve}
local t = redis.call('TIME')
local now = tonumber(ARGV[6]) or t[1] + t[2] / 1000000
local new = redis.call('ZADD', KEYS[1], string.format('%.6f', now), ARGV[1])
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
local backlog = 0
for i = 4, #KEYS do
  local length = redis.pcall('LLEN', KEYS[i])
  if type(length) == 'number' then backlog = backlog + length end
end
local out = { tostring(new), {}, {}, backlog }
if ARGV[5] == '0' then return out end
local earlier = {}
for i = 7, #ARGV, 2 do earlier[ARGV[i]] = ARGV[i + 1] end
local old = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', string.format('%.6f', now - ARGV[3]),
                       'WITHSCORES', 'LIMIT', 0, 256)
local dead = {}
for i = 1, #old, 2 do
  out[3][i], out[3][i + 1] = old[i], old[i + 1]
  if earlier[old[i]] == old[i + 1] and now - old[i + 1] >= tonumber(ARGV[4]) then dead[#dead + 1] = old[i] end
end
if #dead > 0 and redis.call('SET', KEYS[3], ARGV[1], 'NX', 'PX', ARGV[5]) then out[2] = dead end
return out
