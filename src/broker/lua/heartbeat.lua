-- Says that we live, and where our inboxes are. Names those who are dead: suspected in an earlier look,
-- by whomever, and not seen since. Two looks, for when Redis itself was paused everybody looks dead at
-- first; noted here and not by who looks, for in a fleet that dies over and over nobody may live to look
-- twice. After a pause all get the time of two looks to be seen, for who is far away comes back later;
-- but who was silent for three times as long as the dead are is dead: what looks like a pause may be a
-- fleet of which nobody was alive.
-- Each dead one is told to one caller at a time: again only when that one has had time to reap it,
-- for it may be dead, too. Nobody is told more than it can do at once: who dies early takes little with
-- it. Of whom all is back (reap.lua) only stragglers can come: told last, and rarely. On Redis' clock.
-- KEYS  taskworker.workers (zset: id → last seen), taskworker.inboxes (hash: id → record),
--       taskworker.suspects (hash: id → `<last seen> <first look> <when told>[ reaped]`;
--       '' → when a pause ended), lists we serve…
-- ARGV  our id, our record (`1 <slots>`, then our lists, one a line), seconds after which a worker is
--       suspect, … is dead, seconds for which the caller is its only reaper (0: looks for nobody),
--       now ('': Redis' clock), seconds between the two looks, seconds after which one of whom all is
--       back is told again, how many are told at once
-- returns  {'1' if we were not in the set (first beat, or we were reaped), {dead ids},
--           messages that wait in the lists we serve, '1' if more are dead than were told}
local t = redis.call('TIME')
local now = tonumber(ARGV[6]) or t[1] + t[2] / 1000000
local pause = ARGV[3] * 0.75
if #redis.call('ZRANGEBYSCORE', KEYS[1], string.format('%.6f', now - pause), '+inf', 'LIMIT', 0, 1) == 0 then
  redis.call('HSET', KEYS[3], '', string.format('%.6f', now))
  redis.call('EXPIRE', KEYS[3], 60)
end
local new = redis.call('ZADD', KEYS[1], string.format('%.6f', now), ARGV[1])
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
local backlog = 0
for i = 4, #KEYS do
  local length = redis.pcall('LLEN', KEYS[i])
  if type(length) == 'number' then backlog = backlog + length end
end
local out = { tostring(new), {}, backlog, '0' }
if ARGV[5] == '0' then return out end
-- All that can have died in the 50 s until they are forgotten, in any fleet we can think of.
local old = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', string.format('%.6f', now - ARGV[3]),
                       'WITHSCORES', 'LIMIT', 0, 4096)
local fields, noted = redis.call('HGETALL', KEYS[3]), {}
for i = 1, #fields, 2 do noted[fields[i]] = fields[i + 1] end
local settled = now - tonumber(noted[''] or 0) >= 2 * ARGV[7]
noted[''] = nil
local dead, reaped = {}, {}
for i = 1, #old, 2 do
  local id, seen = old[i], old[i + 1]
  local before, first, told, done = string.match(noted[id] or '', '^(%S+) (%S+) (%S+) ?(%S*)$')
  noted[id] = nil
  if before ~= seen then
    redis.call('HSET', KEYS[3], id, string.format('%s %.6f 0', seen, now))
  elseif (settled or now - seen >= 3 * ARGV[4]) and now - first >= tonumber(ARGV[7]) and now - seen >= tonumber(ARGV[4]) then
    local some, rest = dead, ARGV[5]
    if done ~= '' then some, rest = reaped, ARGV[8] end
    if now - told >= tonumber(rest) then
      some[#some + 1] = { id, tonumber(told), tonumber(seen), seen .. ' ' .. first, done }
    end
  end
end
-- Whom nobody was told of comes first, then who is dead for longest.
local function earlier(a, b)
  if a[2] ~= b[2] then return a[2] < b[2] end
  return a[3] < b[3]
end
for _, some in ipairs({ dead, reaped }) do
  table.sort(some, earlier)
  for _, one in ipairs(some) do
    if #out[2] == tonumber(ARGV[9]) then break end
    redis.call('HSET', KEYS[3], one[1], string.format('%s %.6f%s', one[4], now, one[5] == '' and '' or ' reaped'))
    table.insert(out[2], one[1])
  end
end
if #dead > #out[2] then out[4] = '1' end
for id in pairs(noted) do redis.call('HDEL', KEYS[3], id) end
if #old > 0 then redis.call('EXPIRE', KEYS[3], 60) end
return out
