-- Takes a complete chord: nobody else finishes it before the deadline.
-- KEYS  taskworker.chords
-- ARGV  group, who asks, now, deadline
-- returns  {note, size}; nil: somebody else has it, or it is finished
local chords, group = KEYS[1], ARGV[1]
local due = redis.call('ZSCORE', chords, group)
if not due then return false end
local owner = redis.call('HGET', chords .. '.owners', group)
if owner ~= ARGV[2] and tonumber(due) > tonumber(ARGV[3]) then return false end
redis.call('ZADD', chords, ARGV[4], group)
redis.call('HSET', chords .. '.owners', group, ARGV[2])
return {redis.call('HGET', chords .. '.notes', group) or '',
        redis.call('HGET', chords .. '.sizes', group) or '0'}
