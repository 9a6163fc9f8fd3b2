-- http-request lua.latchkey <scope>
-- http-request deny deny_status 503 unless { var(txn.latchkey) -m str passed }
--
-- Lets requests pass only with an API key that has the scope: one, or a scope query. `-` takes every valid key.
-- The second line is part of it: HAProxy goes on with the next rule when a Lua action fails.
-- Needs HAProxy 2.5 or later, for its HTTP client.

-- The listener of haproxy.cfg that balances over the replicas.
local url = "http://127.0.0.1:8788/v1/authorize"
-- The value of Latchkey-Authorization.
local gateway = os.getenv("LATCHKEY_GATEWAY")

-- What the client says of itself. Nothing else of its request is shown to Latchkey.
local asked = { "authorization", "x-api-key", "user-agent" }
-- Who makes the request, for the backend.
local identity = {
  "latchkey-key", "latchkey-account", "latchkey-external-id", "latchkey-scopes", "latchkey-name", "latchkey-identity",
}
-- What a refusal tells the client.
local told = {
  "content-type", "cache-control", "www-authenticate", "retry-after", "ratelimit", "ratelimit-policy",
}

local function refuse(txn, status, headers, body)
  local reply = txn:reply({ status = status, body = body })
  for _, name in ipairs(told) do
    for _, value in pairs(headers[name] or {}) do
      reply:add_header(name, value)
    end
  end
  txn:done(reply)
end

core.register_action("latchkey", { "http-req" }, function(txn, scope)
  local sent = txn.http:req_get_headers()
  local headers = { ["latchkey-authorization"] = { gateway }, ["x-real-ip"] = { txn.f:src() } }
  if scope ~= "-" then
    headers["latchkey-require-scope"] = { scope }
  end
  for _, name in ipairs(asked) do
    headers[name] = sent[name]
  end

  local answer = core.httpclient():get({ url = url, headers = headers, timeout = 5000 })
  local status = answer and answer.status or 0
  if status >= 400 and status < 500 then
    return refuse(txn, status, answer.headers, answer.body)
  end
  if status ~= 200 then
    return refuse(txn, 503, { ["retry-after"] = { "1" } }, "")
  end

  -- Also `latchkey_key`, which many backends read as `latchkey-key`.
  for name in pairs(sent) do
    if name:find("^latchkey[-_]") or name == "authorization" or name == "x-api-key" then
      txn.http:req_del_header(name)
    end
  end
  for _, name in ipairs(identity) do
    txn.http:req_set_header(name, answer.headers[name][0])
  end
  txn:set_var("txn.latchkey", "passed")
end, 1)
