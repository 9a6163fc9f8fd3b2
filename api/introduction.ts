/** What the document of `/v1` begins with: the first calls, and what holds for all of them. */
export const introduction = `API keys for your product: create, list, change, revoke and verify them. Four calls show how it works. The first three are made by the **operator**, the back end of the product that runs this deployment. They create an account for one of its users and a key in it, and verify the key’s token:

\`\`\`sh
OPERATOR=$(cat data/operator-token)

ACCOUNT=$(curl -s http://127.0.0.1:8787/v1/accounts -H "Authorization: Bearer $OPERATOR" -H 'Content-Type: application/json' \\
  -d '{"externalId":"user_8812"}' | sed -E 's/.*"id":"([^"]+)".*/\\1/')

TOKEN=$(curl -s "http://127.0.0.1:8787/v1/keys?accountId=$ACCOUNT" -H "Authorization: Bearer $OPERATOR" -H 'Content-Type: application/json' \\
  -d '{"name":"CI","scopes":["files:read"]}' | sed -E 's/.*"token":"([^"]+)".*/\\1/')

curl -s http://127.0.0.1:8787/v1/keys/verify -H "Authorization: Bearer $OPERATOR" -H 'Content-Type: application/json' \\
  -d "{\\"token\\":\\"$TOKEN\\",\\"scopes\\":[\\"files:read\\"]}"
\`\`\`

The last response is the **verdict**: \`{"valid":true,"key":{…}}\`, or \`{"valid":false,"reason":"…"}\`. A key’s token is returned once, when the key is created; store it where it is used.

The fourth call revokes the key, here with its own token. Once it has returned, no replica accepts the token, and the verdict is \`{"valid":false,"reason":"revoked",…}\`:

\`\`\`sh
curl -s -X DELETE http://127.0.0.1:8787/v1/keys/current -H "Authorization: Bearer $TOKEN"
\`\`\`

The operator makes calls for any account by naming it in the query: \`accountId=acc_…\`, or \`externalId=…\`, the product’s own id of the user. Its token is the deployment’s \`OPERATOR_TOKEN\`, or the one that the first start wrote to \`data/operator-token\`. Where sign-up is open, a user can also create an account with an email and a password, sign in with \`POST /v1/sessions\`, and make the calls for its own keys with the access token from there. Where it is closed, \`POST /v1/accounts\` returns \`sign_up_closed\`.

## Authentication

Send a credential as \`Authorization: Bearer <token>\`. Each operation lists the credentials it accepts. There are three:

- An **access token**, from \`POST /v1/sessions\`, is for a person. It manages the person’s own account and the keys of that account. It is valid for 15 minutes; \`POST /v1/sessions/refresh\` returns the next one.
- An **API key**, from \`POST /v1/keys\`, is for a program. Its scopes say what it can do here, such as \`keys:verify\`: the field \`scopes\` of a new key lists them. All other scopes are your own words, for your own API. Whatever its scopes, a key can see itself at \`GET /v1/keys/current\`, and revoke itself.
- The **operator token**, from the configuration of the deployment, is for the operator. It manages every account and every key. A program that needs less of that, such as a settings page, a billing job or an export of events, gets a key in the operator’s own account with \`operator:keys\`, \`operator:accounts\` or \`operator:read\`.

Your API servers need neither a session nor the operator token. Give them a key with the scope \`keys:verify\` in the operator’s own account (\`GET /v1/account\` with the operator token returns its id): it verifies every key of the deployment, and cannot read or change any. With the same key, gateways and frameworks that speak OAuth introspect tokens, if the deployment serves OAuth: see that document.

## Errors

An error is a problem (RFC 9457), sent as \`application/problem+json\`:

\`\`\`json
{
  "type": "about:blank",
  "title": "Not Found",
  "status": 404,
  "code": "key_not_found",
  "detail": "This account has no such key.",
  "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10"
}
\`\`\`

- Branch on \`code\`. A code keeps its meaning and is never reused; \`detail\` is for people, and its wording may change. The schema \`ProblemCode\` lists each code with its status and what to do.
- 401: the credential is missing or no longer valid. 403: it is valid, but cannot do this.
- 404 is also returned for resources of other accounts.
- 422: \`errors\` lists each bad value, with a JSON Pointer into the body or the name of the query parameter. Under \`/v1\`, a field or a query parameter that the operation does not have is a bad value.
- 429 and 503: \`Retry-After\` says how many seconds to wait.
- 500: a fault of the service, \`internal_error\`. Its log has the cause under the \`requestId\`.
- After a 500 or a 503, or if a connection breaks before the response, a write may or may not have been made: see Safe retries.
- An invalid token is no error: \`POST /v1/keys/verify\` returns 200 and the reason.

Every response has an \`x-request-id\`, which names the request in the server’s logs. Send your own in the same header to use that instead.

## Safe retries

Send an \`Idempotency-Key\` header with each call that creates or rotates a key, makes a role, or adds to a quota: a new UUID for each of them, and the same one when you repeat the call.

However often the call is repeated, it is done once. A repeated call returns the first response, with its status and its token, and \`Idempotent-Replayed: true\`. Where the call changed a key or an account, by a rotation or an addition to a quota, it returns that as it is by then.

- This lasts 24 hours, or until the token is used or the key is revoked. After that a repeated call returns 409 \`already_done\`, with the \`keyId\` of a key that was created or rotated, and does nothing. After 7 days the \`Idempotency-Key\` is new again.
- The same \`Idempotency-Key\` with another request returns 422 \`idempotency_key_reused\`. Each key, each account and the operator have their own.
- A call that was refused with another 4xx has done nothing: correct it, and send it with the same \`Idempotency-Key\`. After a 500, a 503 or a broken connection, repeat it as it was.
- Refreshing a session needs no \`Idempotency-Key\`: it can be repeated for 30 seconds.
- The operator can send it when it creates accounts.

The typed client sends it by itself, and repeats a call that got no answer.

## Pages

A list returns one page: up to \`limit\` items (1 to 100, default 20), newest first, and \`nextCursor\`. Pass \`nextCursor\` as \`cursor\` to get the next page, until it is \`null\`. A page may have fewer items than fit, or none, while more follow. A cursor is opaque: do not build or store one. Only events have one to store, to follow them: see List events.

## Limits

- A body has at most 64 KiB, and 512 KiB in \`POST /v1/keys/verify/batch\`, \`POST /v1/keys/import/batch\` and \`POST /v1/leaks/github\`: 413 \`body_too_large\`.
- JSON nests at most 32 levels deep, and JSON or a form has at most 5,000 values: 400 \`malformed_body\`.
- The request line and the headers have at most 16 KiB together: 431 \`head_too_large\`.
- An account has at most 1,000 keys, where the deployment sets no other limit: 409 \`key_limit_reached\`.
- The policy of the account, or of the deployment, can bound the scopes and the lifetime of keys: 403 \`beyond_policy\`. \`errors\` says which of them does; \`GET /v1/account\` returns that of the account.
- The operator can suspend an account: 403 \`account_disabled\`. All of its keys are refused, and none can be created. \`GET /v1/account\` returns \`disabledAt\`.
- A password can be wrong 10 times in a minute, for one email, and a caller can report 100 leaked tokens: 429 \`too_many_attempts\`.

Each field’s own limit is in its description: 422 \`invalid_input\`. The service limits the rate of wrong passwords and of reports of leaks, and of no other calls; a proxy in front of it may. What verifications of a key may use is up to the operator: see Rate limits and quotas.

## Rate limits and quotas

The operator can give a key \`limits\`, each a number of units per window, and a \`quota\`, a number of units until a refill. It can give an account both too, which its keys share. \`POST /v1/keys/verify\` takes one unit of each, or its \`cost\`, or for some by name its \`costs\`: of all of them, or of none if the token is refused for any reason. Calls that a key makes to this API take none.

The verdict and the \`RateLimit\` headers say what is left. A refused verdict with \`rate_limited\` or \`quota_exceeded\` lists what was \`exceeded\`, and \`retryAfter\` says when to come again: pass both on to your client as 429.

## Generated clients

This document is OpenAPI 3.1, at \`/openapi.json\`. These read it as it stands, and what they write compiles under TypeScript’s \`strict\`: @hey-api/openapi-ts 0.99, openapi-typescript 7.13, orval 8.38, swagger-typescript-api 13.13, oazapfts 7.5, Kubb 4.39, and openapi-mcp-generator 4.0, which makes a server for MCP. \`prism mock\` 5.16 answers with its examples.

- When you import it into Postman, turn off “Enable optional parameters”. Otherwise each request sends all of them, made-up ones too, and is refused.
- If your generator checks responses, let it accept fields and error codes that it does not know: see Versions.

A generator that reads only OpenAPI 3.0, such as Go’s kin-openapi 0.110, needs another document:

\`\`\`sh
npx @apiture/openapi-down-convert -i openapi.json |
  jq 'walk(if type == "object" and (.anyOf | type) == "array" and any(.anyOf[]; .type? == "null")
    then .anyOf |= map(select(.type != "null")) | .nullable = true else . end)' > openapi-3.0.json
\`\`\`

## Versions

The path names the major version: \`/v1\`. Within it, operations, optional parameters, response fields and error codes may be added: ignore response fields you do not know. Nothing is removed or renamed; a change that breaks clients gets a new path.

This promise starts with version 1.0.0. Until then, \`/v1\` can still change.`;
