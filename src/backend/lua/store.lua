-- Stores n results on a server of their own: no lease to look at here, the caller has looked.
-- ARGV  n, then per result: key, TTL in seconds ('0' = none), document
-- returns  index (from 1), error, …: results that were refused
-- A stored SUCCESS stays as it is and wakes nobody.
local refused = {}
for i = 1, tonumber(ARGV[1]) do
  local key, ttl, document = ARGV[3 * i - 1], ARGV[3 * i], ARGV[3 * i + 1]
  local old = redis.pcall('GET', key)
  local answer = old
  local success = type(old) == 'string' and succeeded(old)
  if not success and not (type(old) == 'table' and old.err) then
    if ttl == '0' then answer = redis.pcall('SET', key, document)
    else answer = redis.pcall('SETEX', key, ttl, document) end
    if not (type(answer) == 'table' and answer.err) then redis.call('PUBLISH', key, document) end
  end
  if type(answer) == 'table' and answer.err then
    refused[#refused + 1], refused[#refused + 2] = tostring(i), answer.err
  end
end
return refused
