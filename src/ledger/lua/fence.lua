-- Which of these leases (or marks as started) are still ours, for a ledger that cannot do all in one
-- step.
-- KEYS  unacked, taskworker.started.<worker>
-- ARGV  tags
-- returns  which of them (from 1) are not
local lost = {}
for i = 1, #ARGV do
  if redis.call('HEXISTS', KEYS[1], ARGV[i]) == 0 and redis.call('HEXISTS', KEYS[2], ARGV[i]) == 0 then
    lost[#lost + 1] = i
  end
end
return lost
