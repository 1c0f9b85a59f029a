-- Dead letters go back into their lists, as a producer would lay them there. Each is removed first: who
-- does the same at the same time does not do it twice.
-- KEYS  taskworker.dead_letters, one list per letter
-- ARGV  per letter: its entry, the message
-- returns  how many went back; the others were not there any more
local n = 0
for i = 2, #KEYS do
  if redis.call('XDEL', KEYS[1], ARGV[2 * i - 3]) == 1 then
    redis.call('LPUSH', KEYS[i], ARGV[2 * i - 2])
    n = n + 1
  end
end
return n
