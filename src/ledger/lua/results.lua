-- What the scripts of the ledger share: writing results and counting the parts of chords. All of it
-- works on the result db. In front of it stands the backend's succeeded.lua.
local guard, call, pcall, argv = pcall, redis.call, redis.pcall, ARGV

-- A stored SUCCESS stays. NX first: one command when there is nothing yet, a look only when there is.
local function store(key, ttl, document)
  local kept = false
  local answer
  if ttl == '0' then answer = pcall('SET', key, document, 'NX')
  else answer = pcall('SET', key, document, 'EX', ttl, 'NX') end
  if answer == false then
    answer = pcall('GET', key)
    if type(answer) == 'table' and answer.err then return answer.err .. ' (GET)' end
    kept = answer and succeeded(answer)
    if not kept then
      if ttl == '0' then answer = pcall('SET', key, document)
      else answer = pcall('SETEX', key, ttl, document) end
    end
  end
  if type(answer) == 'table' and answer.err then return answer.err .. ' (SET)' end
  if kept then return end
  answer = pcall('PUBLISH', key, document)
  if type(answer) == 'table' and answer.err then return answer.err .. ' (PUBLISH)' end
end

-- One part of a chord, under Python's keys; once for its place and id however often it is told. A
-- success replaces what failed before, never the other way round.
-- argv[p…]  key of the group (.j .s .t hang on it), score ('' = a list, not a sorted set), head of
--           the member ('[1, "<id>", '), member, TTL, key of what is complete, group, owner,
--           deadline, note
local function count(p)
  local group, score, head, member, ttl = argv[p], argv[p + 1], argv[p + 2], argv[p + 3], argv[p + 4]
  local parts, seen, size = group .. '.j', argv[p + 5] .. '.seen:' .. argv[p + 6], group .. '.s'
  local n
  if score == '' then
    if call('SADD', seen, head) == 1 then call('RPUSH', parts, member) end
    if ttl ~= '0' then call('EXPIRE', seen, ttl) end
    n = call('LLEN', parts)
  else
    local known = score == '+inf' and {} or call('ZRANGEBYSCORE', parts, score, score)
    for i = 1, #known do
      if string.sub(known[i], 1, #head) == head and known[i] ~= member then
        if string.sub(known[i], #head + 1, #head + 9) == '"SUCCESS"' then member = known[i]
        else call('ZREM', parts, known[i]) end
      end
    end
    call('ZADD', parts, score, member)
    n = call('ZCARD', parts)
  end
  if ttl ~= '0' then
    call('EXPIRE', parts, ttl)
    call('EXPIRE', group .. '.t', ttl)
    call('EXPIRE', size, ttl)
  end
  local total = call('GET', size)
  if not total then return false end
  total = tonumber(total) + tonumber(call('GET', group .. '.t') or 0)
  if n < total then return false end
  -- Complete. Moved away at once: a part that Python counts again finds no chord.
  local complete = argv[p + 5]
  call('RENAME', parts, complete .. ':' .. argv[p + 6])
  call('DEL', size, group .. '.t', seen)
  call('HSET', complete .. '.notes', argv[p + 6], argv[p + 9])
  call('HSET', complete .. '.sizes', argv[p + 6], total)
  call('HSET', complete .. '.owners', argv[p + 6], argv[p + 7])
  call('ZADD', complete, argv[p + 8], argv[p + 6])
  return true
end

-- Takes back what the commands from argv[p] up to argv[last] have sent: all or nothing.
local function take_back(p, last)
  while p < last do
    if argv[p + 1] == 'LPUSH' then pcall('LREM', argv[p + 2], 1, argv[p + 3])
    elseif argv[p + 1] == 'RPUSH' then pcall('LREM', argv[p + 2], -1, argv[p + 3]) end
    p = p + 1 + tonumber(argv[p])
  end
end

-- Further effects of one delivery, from argv[p] on: their number, then each:
--   'r' key, TTL, document           a result
--   'p' ten words of count()         a part of a chord
--   'w' number of words, words…      a command
-- returns  where they end, what went wrong, groups that are complete now (both nil if nothing)
local function extras(p)
  local n, why, complete = tonumber(argv[p]), nil, nil
  p = p + 1
  for _ = 1, n do
    local kind = argv[p]
    if kind == 'r' then
      why = store(argv[p + 1], argv[p + 2], argv[p + 3]) or why
      p = p + 4
    elseif kind == 'p' then
      local ok, done = guard(count, p + 1)
      if not ok then why = type(done) == 'table' and done.err or tostring(done)
      elseif done then
        complete = complete or {}
        complete[#complete + 1] = argv[p + 7]
      end
      p = p + 11
    else
      local words = tonumber(argv[p + 1])
      local answer = pcall(unpack(argv, p + 2, p + 1 + words))
      if type(answer) == 'table' and answer.err then why = answer.err .. ' (' .. argv[p + 2] .. ')' end
      p = p + 2 + words
    end
  end
  return p, why, complete
end

-- Past the same words, without doing anything.
local function skipped(p)
  local n = tonumber(argv[p])
  p = p + 1
  for _ = 1, n do
    local kind = argv[p]
    p = p + (kind == 'r' and 4 or kind == 'p' and 11 or 2 + tonumber(argv[p + 1]))
  end
  return p
end
