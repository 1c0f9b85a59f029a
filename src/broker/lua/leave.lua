-- Orderly end of a worker. What still lies in its inboxes goes back. If it leaves tasks behind that had
-- begun, it is not forgotten but counts as dead at once, so that somebody tells their end.
-- KEYS  taskworker.workers, taskworker.inboxes
-- ARGV  key prefix, our id
-- returns  1 = forgotten, 0 = to be reaped
local _, lists = string.match(redis.call('HGET', KEYS[2], ARGV[2]) or '', '^1 (%d+)\n(.*)$')
for list in string.gmatch(lists or '', '[^\n]+') do
  for _, kind in ipairs({ 'claim', 'wait' }) do
    local inbox = ARGV[1] .. 'taskworker.' .. kind .. ':' .. ARGV[2] .. ':' .. list
    while redis.call('LMOVE', inbox, ARGV[1] .. list, 'LEFT', 'RIGHT') do end
  end
end
if redis.call('EXISTS', ARGV[1] .. 'taskworker.started.' .. ARGV[2]) == 1 then
  redis.call('ZADD', KEYS[1], 0, ARGV[2])
  return 0
end
redis.call('ZREM', KEYS[1], ARGV[2])
redis.call('HDEL', KEYS[2], ARGV[2])
return 1
