-- Whether a stored document says SUCCESS: in JSON and in msgpack as anybody writes it, Celery's field
-- order is the same for all; PyYAML sorts the fields.
local function succeeded(document)
  if string.sub(document, 1, 20) == '{"status": "SUCCESS"' then return true end
  local packed = '\166status\167SUCCESS'
  if string.sub(document, 2, 16) == packed or string.sub(document, 4, 18) == packed then return true end
  return string.sub(document, 1, 16) == 'status: SUCCESS\n'
    or string.find(document, '\nstatus: SUCCESS\n', 1, true) ~= nil
end

