-- Takes over from a dead worker: its inboxes go back to the right ends of their lists at once. Its
-- leases are named by the caller in further steps (reclaim.lua). It is forgotten only when no blocked
-- connection of it can be left in Redis (a host that vanished without closing its sockets still gets
-- one message per waiting connection, until BLMOVE times out) and every task it had begun is settled.
-- KEYS  taskworker.workers, taskworker.inboxes, taskworker.suspects
-- ARGV  key prefix, dead id, seconds after which a worker is dead, … is forgotten (dead + BLMOVE's
--       timeout + a margin), now ('': Redis' clock), '1' = with this all of it is back: it may be
--       forgotten, and heartbeat.lua tells of it more rarely until then
-- returns  {messages handed back, last seen, its slots}; {-1} if it is alive again or was forgotten,
--          {-2} if its record has a layout we do not know (nothing was done)
local seen = redis.call('ZSCORE', KEYS[1], ARGV[2])
if not seen then return { -1 } end
local t = redis.call('TIME')
local age = (tonumber(ARGV[5]) or t[1] + t[2] / 1000000) - seen
if age < tonumber(ARGV[3]) then return { -1 } end
local record = redis.call('HGET', KEYS[2], ARGV[2]) or '1 1\n'
local slots, lists = string.match(record, '^1 (%d+)\n(.*)$')
if not slots then return { -2 } end
local n = 0
for list in string.gmatch(lists, '[^\n]+') do
  for _, kind in ipairs({ 'claim', 'wait' }) do
    local inbox = ARGV[1] .. 'taskworker.' .. kind .. ':' .. ARGV[2] .. ':' .. list
    -- head = newest: the oldest ends rightmost, as before
    while redis.call('LMOVE', inbox, ARGV[1] .. list, 'LEFT', 'RIGHT') do n = n + 1 end
  end
end
local note = ARGV[6] == '1' and redis.call('HGET', KEYS[3], ARGV[2])
if note then
  local before, times = string.match(note, '^(%S+) (%S+ %S+)')
  if tonumber(before) == tonumber(seen) then
    redis.call('HSET', KEYS[3], ARGV[2], before .. ' ' .. times .. ' reaped')
  end
end
if ARGV[6] == '1' and age >= tonumber(ARGV[4]) and redis.call('EXISTS', ARGV[1] .. 'taskworker.started.' .. ARGV[2]) == 0 then
  redis.call('ZREM', KEYS[1], ARGV[2])
  redis.call('HDEL', KEYS[2], ARGV[2])
end
return { n, seen, slots }
