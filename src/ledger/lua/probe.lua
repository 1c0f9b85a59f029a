-- May scripts of this user do in the result database what settle.lua does there?
-- KEYS  -
-- ARGV  broker db, result db, name of a result that nobody has
-- returns  'y', or the error
redis.call('SELECT', ARGV[2])
local stored, why = store_result(ARGV[3], '1', '{}', '1')
if stored then redis.pcall('DEL', ARGV[3]) end      -- if that is denied it goes by itself
redis.call('SELECT', ARGV[1])
return stored and 'y' or redis.error_reply(why)
