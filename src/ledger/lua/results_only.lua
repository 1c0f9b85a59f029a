-- Stores n results on a server of their own: no lease to look at here, the caller has looked.
-- ARGV  n, then per delivery: result key ('' = none), TTL in seconds ('0' = none), document, further
--       effects (results.lua: extras)
-- returns  as settle.lua
local refused, complete, p = {}, {}, 2
for i = 1, tonumber(argv[1]) do
  local why, done
  if argv[p] ~= '' then why = store(argv[p], argv[p + 1], argv[p + 2]) end
  p = p + 3
  if why then p = skipped(p)
  else
    p, why, done = extras(p)
    for _, group in ipairs(done or {}) do complete[#complete + 1] = group end
  end
  if why then refused[#refused + 1], refused[#refused + 2] = tostring(i), why end
end
return {refused, complete}
