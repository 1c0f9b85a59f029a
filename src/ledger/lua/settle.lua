-- Moves n deliveries on, in their order, each with all of its effects or with none, and only if its
-- lease (or its mark as started) is still ours: the fence.
-- KEYS  unacked, unacked_index, taskworker.started.<worker>, taskworker.sent:
-- ARGV  broker db, result db, now, n, then per delivery:
--         tag
--         'e' ends it; 's' marks it as started (early ack: it leaves unacked, its note says so);
--         'k' keeps the lease (a state on the way); 'f' has none (what an errback sends)
--         note: of the mark ('s'); '' or a name under which it is done once ('k', 'f')
--         number of commands in the broker's db, then per command: number of words, words…
--         result key ('' = no result), TTL in seconds ('0' = none), document
--         further effects on results and chords (results.lua: extras)
-- returns  {index (from 1), why, index, why, …}: deliveries without effect. 'lost': the lease is not
--          ours any more; else what Redis said (the lease is ours again then)
--          {group, …}: chords that are complete now, for us to finish
-- The leases go first: ZREM of all tags answers in one command whether all were ours, so the usual
-- case costs no look-up per task; and a script whose first write frees memory may go on writing at
-- maxmemory. What fails gets its lease back. Nobody sees the order of commands within a script.
local unacked, index, started = KEYS[1], KEYS[2], KEYS[3]
local now, n = argv[3], tonumber(argv[4])
local tag, kind, commands, result, ends, a = {}, {}, {}, {}, {}, 5
for i = 1, n do
  tag[i], kind[i], commands[i] = argv[a], argv[a + 1], a + 3
  if kind[i] ~= 'k' and kind[i] ~= 'f' then ends[#ends + 1] = tag[i] end
  local count = argv[a + 3]
  a = a + 4
  if count ~= '0' then
    for _ = 1, tonumber(count) do a = a + 1 + tonumber(argv[a]) end
  end
  result[i], a = a, a + 3
  if argv[a] == '0' then a = a + 1 else a = skipped(a) end
end
local all_ours = #ends == 0 or call('ZREM', index, unpack(ends)) == #ends

local why, complete, done, once, sent = {}, {}, {}, {}, {}
for i = 1, n do
  local marked = false
  if kind[i] == 'k' or not (all_ours or kind[i] == 'f') then
    marked = call('HEXISTS', started, tag[i]) == 1
    if not marked and call('HEXISTS', unacked, tag[i]) == 0 then why[i] = 'lost' end
  end
  local count, note = argv[commands[i]], argv[commands[i] - 1]
  if note ~= '' and kind[i] ~= 's' and kind[i] ~= 'e' and not why[i] then
    local answer = pcall('SET', KEYS[4] .. note, '1', 'NX', 'EX', '3600')
    if type(answer) == 'table' and answer.err then why[i] = answer.err .. ' (SET)' end
    done[i] = answer == false
    if not why[i] and not done[i] then once[i] = KEYS[4] .. note end
  end
  if count ~= '0' and not why[i] and not done[i] then
    local p = commands[i] + 1
    for _ = 1, tonumber(count) do
      local words = tonumber(argv[p])
      local answer = pcall(unpack(argv, p + 1, p + words))
      if type(answer) == 'table' and answer.err then
        why[i] = answer.err .. ' (' .. argv[p + 1] .. ')'
        break
      end
      p = p + 1 + words
    end
    sent[i] = p
  end
  if kind[i] == 's' and not why[i] then
    call('HSET', started, tag[i], note)
    call('HDEL', unacked, tag[i])
  end
end

local other_db = argv[1] ~= argv[2]
if other_db then call('SELECT', argv[2]) end
for i = 1, n do
  local p = result[i]
  if not why[i] and argv[p] ~= '' then why[i] = store(argv[p], argv[p + 1], argv[p + 2]) end
  if argv[p + 3] ~= '0' and not why[i] and not done[i] then
    local _, wrong, ended = extras(p + 3)
    why[i] = wrong
    for _, group in ipairs(ended or {}) do complete[#complete + 1] = group end
  end
end
if other_db then call('SELECT', argv[1]) end

local over, refused = {}, {}
for i = 1, n do
  if why[i] then
    if sent[i] then take_back(commands[i] + 1, sent[i]) end
    if once[i] then call('DEL', once[i]) end
    refused[#refused + 1], refused[#refused + 2] = tostring(i), why[i]
    if why[i] ~= 'lost' and kind[i] ~= 'k' and call('HEXISTS', unacked, tag[i]) == 1 then
      call('ZADD', index, now, tag[i])
    end
  elseif kind[i] == 'e' then
    over[#over + 1] = tag[i]
  end
end
if #over > 0 then
  call('HDEL', unacked, unpack(over))
  if not all_ours then call('HDEL', started, unpack(over)) end
end
return {refused, complete}
