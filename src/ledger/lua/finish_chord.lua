-- Ends a chord that we took: what follows it, and its traces gone; nothing if it is not ours any
-- more.
-- KEYS  taskworker.chords
-- ARGV  broker db, result db, group, who we are, keys of the group ('' = nothing of Python's left),
--       '1' gives its parts back, for one was counted twice; then
--       number of commands in the broker's db, per command: number of words, words…
--       effects on results and chords (results.lua: extras)
-- returns  {'lost'}; else {'', what went wrong ('' = nothing), groups that are complete now…}
local chords, group, base = KEYS[1], argv[3], argv[5]
local other_db = argv[1] ~= argv[2]
if other_db then call('SELECT', argv[2]) end
if call('HGET', chords .. '.owners', group) ~= argv[4] then return {'lost'} end
if other_db then call('SELECT', argv[1]) end
local p = 8
for _ = 1, tonumber(argv[7]) do
  local words = tonumber(argv[p])
  local answer = pcall(unpack(argv, p + 1, p + words))
  if type(answer) == 'table' and answer.err then
    take_back(8, p)
    return answer
  end
  p = p + 1 + words
end
if other_db then call('SELECT', argv[2]) end
local _, why, complete = extras(p)
local parts = chords .. ':' .. group
if argv[6] == '1' then
  if call('TYPE', parts).ok == 'zset' then
    call('ZUNIONSTORE', base .. '.j', 2, base .. '.j', parts)
    local ttl = call('PTTL', parts)
    if ttl > 0 then call('PEXPIRE', base .. '.j', ttl) end
  elseif call('EXISTS', base .. '.j') == 0 then
    call('RENAME', parts, base .. '.j')
  end
  call('SET', base .. '.s', call('HGET', chords .. '.sizes', group) or '0')
  local ttl = call('PTTL', base .. '.j')
  if ttl > 0 then call('PEXPIRE', base .. '.s', ttl) end
end
call('DEL', parts)
call('ZREM', chords, group)
call('HDEL', chords .. '.notes', group)
call('HDEL', chords .. '.sizes', group)
call('HDEL', chords .. '.owners', group)
return {'', why or '', unpack(complete or {})}
