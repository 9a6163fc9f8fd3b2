-- Sends one prepared request after the other: PREFIX, a token, SUFFIX. The tokens stand in TOKENS, a line each, all of
-- the same length; they are taken in the order of the file, from line FROM, and from its beginning again at its end.
-- After LIMIT requests it stops. At the end it writes figures as JSON.

local prefix, suffix = os.getenv('PREFIX'), os.getenv('SUFFIX')
local from, limit = tonumber(os.getenv('FROM')), tonumber(os.getenv('LIMIT'))
local lines, width, count
local prepared = {}
local sent = 0

local function prepare(n)
  return prefix .. lines:sub(n * width + 1, (n + 1) * width - 1) .. suffix
end

function init()
  local file = assert(io.open(os.getenv('TOKENS')))
  lines = file:read('*a')
  file:close()
  width = lines:find('\n')
  count = #lines / width
  if count > 10000 then return end
  for n = 0, count - 1 do prepared[n] = prepare(n) end
end

function request()
  local n = (from + sent) % count
  sent = sent + 1
  if sent == limit then wrk.thread:stop() end
  return prepared[n] or prepare(n)
end


function done(summary, latency)
  local errors = summary.errors
  io.stderr:write(string.format(
    '{"requests":%d,"seconds":%f,"p50":%f,"p99":%f,"refused":%d,"failed":%d,"cpu":%f}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    errors.status, errors.connect + errors.read + errors.write + errors.timeout, os.clock()))
end
