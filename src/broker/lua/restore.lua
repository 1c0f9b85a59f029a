-- kombu's restore of one message whose worker exceeded the visibility timeout (kombu/transport/redis.py:
-- restore_by_tag), but only if it is still that old: we read it a round trip ago.
-- KEYS  unacked, unacked_index, taskworker.parked
-- ARGV  tag, newest score that counts as exceeded, message, lists it goes to…
-- returns  1 = restored, 0 = somebody was faster; a text: a list is none, or denied to us, and none has it
local score = redis.call('ZSCORE', KEYS[2], ARGV[1])
if not score or tonumber(score) > tonumber(ARGV[2]) then return 0 end
local held = redis.call('HEXISTS', KEYS[1], ARGV[1])
if held == 1 then
  for i = 4, #ARGV do
    local answer = redis.pcall('RPUSH', ARGV[i], ARGV[3])
    if type(answer) == 'table' and answer.err then
      for done = 4, i - 1 do redis.call('LREM', ARGV[done], -1, ARGV[3]) end
      for _, sign in ipairs({'WRONGTYPE', 'NOPERM', "can't access"}) do
        if string.find(answer.err, sign, 1, true) then return answer.err end
      end
      return answer
    end
  end
  redis.call('HDEL', KEYS[1], ARGV[1])
end
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('ZREM', KEYS[3], ARGV[1])
return held
