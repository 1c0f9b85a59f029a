-- Ends deliveries, each all or nothing and only if its lease (or its mark as started) is still ours:
-- the fence. An error of one leaves its neighbours alone and its lease where it was.
-- KEYS  unacked, unacked_index, taskworker.started.<worker>, taskworker.dead_letters
-- ARGV  broker db, result db, our node name, most dead letters, n, then per entry:
--         tag,
--         number of follow-ups, then per follow-up: list, message
--         result key ('' = no result, and nothing more), seconds to live ('0' = for ever), document,
--         guard ('1' = never over a SUCCESS)
--         what becomes of the delivery:
--           'k' nothing: it goes on (a state in between)       'a' gone
--           'q' list, message: back of the list                'h' list, message: front of the list
--           'd' queue, message, reason, task id: dead letter
-- returns  number from 1, why, number, why, … of those without effect; why is '' when not ours any more
-- In front of this stands store_result.lua.
-- The ack comes first: ZREM of all tags answers how many were ours, so that the usual case costs no
-- look-up per task; and a script that has freed memory first may still write at `maxmemory`. Inside a
-- script the order of commands is not visible to anybody.
local unacked, index, started = KEYS[1], KEYS[2], KEYS[3]
local n, a = tonumber(ARGV[5]), 6
local tags, follow, result, way, ending = {}, {}, {}, {}, {}
local length = { k = 1, a = 1, q = 3, h = 3, d = 5 }
for i = 1, n do
  tags[i], follow[i] = ARGV[a], a + 1
  a = a + 2 + 2 * tonumber(ARGV[a + 1])
  result[i] = a
  a = a + (ARGV[a] == '' and 1 or 4)
  way[i] = a
  if ARGV[a] ~= 'k' then ending[#ending + 1] = tags[i] end
  a = a + length[ARGV[a]]
end

local why, marks = {}, {}          -- why[i]: no effect; marks: those held by their mark as started
local function held(i)
  if redis.call('HEXISTS', unacked, tags[i]) == 1 then return true end
  if redis.call('HEXISTS', started, tags[i]) == 0 then return false end
  if ARGV[way[i]] ~= 'k' then marks[i] = true end
  return true
end
local all = #ending > 0 and redis.call('ZREM', index, unpack(ending)) == #ending
local seen = {}
for i = 1, n do
  if ARGV[way[i]] == 'k' then
    if not held(i) then why[i] = '' end
  elseif not all then
    if seen[tags[i]] or not held(i) then why[i] = '' end
    seen[tags[i]] = true
  end
end

local undo = {}                    -- undo[i]: how to take back what i did
local function failed(i, reply)
  if type(reply) == 'table' and reply.err then
    why[i] = reply.err
    return true
  end
end
local function push(i, command, list, message)
  if failed(i, redis.pcall(command, list, message)) then return false end
  undo[i] = undo[i] or {}
  table.insert(undo[i], 1, { 'LREM', list, command == 'LPUSH' and 1 or -1, message })
  return true
end
local function bury(i, w)
  local id = redis.pcall('XADD', KEYS[4], 'MAXLEN', '~', ARGV[4], '*', 'v', '1', 'message', ARGV[w + 2],
                         'queue', ARGV[w + 1], 'reason', ARGV[w + 3], 'worker', ARGV[3], 'task_id', ARGV[w + 4])
  if failed(i, id) then return end
  undo[i] = undo[i] or {}
  table.insert(undo[i], 1, { 'XDEL', KEYS[4], id })
end
for i = 1, n do
  if not why[i] then
    local p, w = follow[i], way[i]
    for _ = 1, tonumber(ARGV[p]) do
      if not push(i, 'LPUSH', ARGV[p + 1], ARGV[p + 2]) then break end
      p = p + 2
    end
    local what = ARGV[w]
    if why[i] or what == 'a' or what == 'k' then                  -- nothing more
    elseif what == 'q' then push(i, 'LPUSH', ARGV[w + 1], ARGV[w + 2])
    elseif what == 'h' then push(i, 'RPUSH', ARGV[w + 1], ARGV[w + 2])
    else bury(i, w) end
  end
end

local selected = ARGV[2] == ARGV[1] or redis.pcall('SELECT', ARGV[2])
for i = 1, n do
  local p = result[i]
  if not why[i] and ARGV[p] ~= '' and not failed(i, selected) then
    local stored, err = store_result(ARGV[p], ARGV[p + 1], ARGV[p + 2], ARGV[p + 3])
    if not stored then why[i] = err end
  end
end
if ARGV[2] ~= ARGV[1] then redis.call('SELECT', ARGV[1]) end

local out, over, over_marks, back = {}, {}, {}, {}
for i = 1, n do
  if why[i] then
    out[#out + 1], out[#out + 2] = i, why[i]
  end
  if why[i] and why[i] ~= '' then                                 -- the lease stays, and what was done goes
    for _, step in ipairs(undo[i] or {}) do redis.pcall(unpack(step)) end
    if ARGV[way[i]] ~= 'k' and not marks[i] then back[#back + 1] = tags[i] end
  elseif not why[i] and ARGV[way[i]] ~= 'k' then
    local kind = marks[i] and over_marks or over
    kind[#kind + 1] = tags[i]
  end
end
if #over > 0 then redis.call('HDEL', unacked, unpack(over)) end
if #over_marks > 0 then redis.call('HDEL', started, unpack(over_marks)) end
if #back > 0 then
  local now = redis.call('TIME')
  for _, tag in ipairs(back) do redis.call('ZADD', index, now[1], tag) end
end
return out
