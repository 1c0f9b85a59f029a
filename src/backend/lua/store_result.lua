-- Common to all scripts that store results: put in front of them.
-- store_result(key, ttl, document, guard): 'stored', 'kept' (a SUCCESS is there, and guard is '1'), or
-- nil and the error. Wakes waiters by PUBLISH of the same bytes on the same name.
local function status_of(document)
  local status = string.match(document, '^{%s*"status"%s*:%s*"([^"]*)"')
  if status then return status end
  local ok, parsed = pcall(cjson.decode, document)
  return ok and type(parsed) == 'table' and parsed.status
end

local function store_result(key, ttl, document, guard)
  local reply
  if guard == '1' then
    -- one command when there is nothing yet; otherwise look whether it is a SUCCESS
    if ttl == '0' then reply = redis.pcall('SET', key, document, 'NX')
    else reply = redis.pcall('SET', key, document, 'EX', ttl, 'NX') end
    if not reply then
      local old = redis.pcall('GET', key)
      if type(old) == 'string' and status_of(old) == 'SUCCESS' then return 'kept' end
    end
  end
  if not reply then
    if ttl == '0' then reply = redis.pcall('SET', key, document)
    else reply = redis.pcall('SET', key, document, 'EX', ttl) end
  end
  if type(reply) == 'table' and not reply.err then reply = redis.pcall('PUBLISH', key, document) end
  if type(reply) == 'table' and reply.err then return nil, reply.err end
  return 'stored'
end
