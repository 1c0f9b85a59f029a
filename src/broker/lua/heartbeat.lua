-- Says that we live, and where our inboxes are. Names those who are dead: suspected in an earlier look,
-- by whomever, and not seen since. Two looks, for when Redis itself was paused everybody looks dead at
-- first; noted here and not by who looks, for in a fleet that dies over and over nobody may live to look
-- twice. Each dead one is told to one caller at a time. On Redis' clock.
-- KEYS  taskworker.workers (zset: id → last seen), taskworker.inboxes (hash: id → record),
--       taskworker.reaper (lock), taskworker.suspects (hash: id → `<last seen> <first look>`), lists we serve…
-- ARGV  our id, our record (`1 <slots>`, then our lists, one a line), seconds after which a worker is
--       suspect, … is dead, milliseconds for which the caller is the only reaper (0: looks for nobody),
--       now ('': Redis' clock), seconds between the two looks
-- returns  {'1' if we were not in the set (first beat, or we were reaped), {dead ids},
--           messages that wait in the lists we serve}
local t = redis.call('TIME')
local now = tonumber(ARGV[6]) or t[1] + t[2] / 1000000
local new = redis.call('ZADD', KEYS[1], string.format('%.6f', now), ARGV[1])
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
local backlog = 0
for i = 5, #KEYS do
  local length = redis.pcall('LLEN', KEYS[i])
  if type(length) == 'number' then backlog = backlog + length end
end
local out = { tostring(new), {}, backlog }
if ARGV[5] == '0' then return out end
local old = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', string.format('%.6f', now - ARGV[3]),
                       'WITHSCORES', 'LIMIT', 0, 256)
local fields, noted = redis.call('HGETALL', KEYS[4]), {}
for i = 1, #fields, 2 do noted[fields[i]] = fields[i + 1] end
local dead = {}
for i = 1, #old, 2 do
  local id, seen, note = old[i], old[i + 1], noted[old[i]]
  noted[id] = nil
  if not note or string.sub(note, 1, #seen + 1) ~= seen .. ' ' then
    redis.call('HSET', KEYS[4], id, seen .. ' ' .. string.format('%.6f', now))
  elseif now - string.sub(note, #seen + 2) >= tonumber(ARGV[7]) and now - seen >= tonumber(ARGV[4]) then
    dead[#dead + 1] = id
  end
end
for id in pairs(noted) do redis.call('HDEL', KEYS[4], id) end
if #old > 0 then redis.call('EXPIRE', KEYS[4], 60) end
if #dead > 0 and redis.call('SET', KEYS[3], ARGV[1], 'NX', 'PX', ARGV[5]) then out[2] = dead end
return out
