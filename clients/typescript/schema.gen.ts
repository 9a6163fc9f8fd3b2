// Generated from spec/latchkey.json by `npm run spec`: change api/ instead.

export interface paths {
    "/v1/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List keys
         * @description The account’s keys, newest first. With `status` or `search`, a page of an account with thousands of keys may have fewer than `limit`, or none, while more follow: go on until `nextCursor` is null.
         */
        get: operations["listKeys"];
        put?: never;
        /**
         * Create a key
         * @description Creates a key and returns its token, which cannot be retrieved later. A key cannot grant scopes it lacks. Only the operator sets `limits` and a `quota`. The policy of the account can bound the scopes, the lifetime and the number of keys. Unless it or the deployment says otherwise, an account has at most 1,000 keys, expired and disabled ones included. In a suspended account no key is created.
         */
        post: operations["createKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Import a key
         * @description Stores a key that another system made, by the SHA-256 of its token. Once this returns, every replica accepts the token. A token is imported once: not again after its key was revoked or rotated, or its account deleted, however long ago. A rotation gives the key a token of Latchkey. The token may have 16 to 512 characters, those of a bearer token (RFC 6750): letters, digits and `-._~+/`, with up to two `=` at its end. A JWT cannot be imported, nor a token with the form of Latchkey’s: a prefix of lower-case letters, digits and `_` that ends in `_`, then 38 letters and digits.
         */
        post: operations["importKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys/import/batch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Import many keys
         * @description Imports up to 500 keys that another system made, of any accounts, as `POST /v1/keys/import` imports one. The body has at most 512 KiB and, like every other, 5,000 values: 10 for each of 500 keys. An outcome for each, in the order of the keys:
         *
         *     - `imported` is true, and `key` is the key. Each is stored as a whole, with its limits and its event, or not at all.
         *     - `imported` is false, and `code` says why: `token_exists`, `account_not_found`, `account_disabled`, `beyond_policy`, `key_limit_reached`, or `invalid_input`: a value does not match the schema, a role does not exist, an expiry is past or a creation in the future, the token is a JWT, or no account is named.
         *
         *     Other keys of the batch are imported all the same. Only a body that has no list of 1 to 500 keys, or has another field, is refused as a whole, with 422: then nothing is imported. After a 503, or if the connection breaks before the response, some of the keys may be imported.
         *
         *     So a call can be repeated, and a migration can be run again: what was imported before has the code `token_exists`, and is left as it is. What is gone since is not revived, however long ago its key was revoked or rotated, or its account deleted. `keyId` names the key that has the token, or had it: for `TOMBSTONE_DAYS` after the token is gone, unless the account is deleted. Once this returns, every replica accepts the tokens of all keys that it imported, and of those that exist.
         *
         *     The batches of a replica are imported one at a time. So a second call at once makes a migration no faster.
         */
        post: operations["importKeyBatch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys/{keyId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a key
         * @description One key, without its token.
         */
        get: operations["getKey"];
        put?: never;
        post?: never;
        /**
         * Revoke a key
         * @description Deletes the key permanently. Once this returns, every replica refuses its tokens.
         */
        delete: operations["deleteKey"];
        options?: never;
        head?: never;
        /**
         * Change a key
         * @description A JSON merge patch (RFC 7396): what is left out stays as it is. A key cannot grant scopes it lacks, or edit keys that have them. The policy of the account judges the scopes and the roles that are new to the key, and an expiry that is later than before.
         */
        patch: operations["updateKey"];
        trace?: never;
    };
    "/v1/keys/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Search keys
         * @description The keys of all accounts that meet a filter, newest first: those that `POST /v1/keys/revoke` would revoke. Without a filter, all. Keys of the operator’s own account are left out, unless the filter names that account. A page may have fewer keys than `limit`, or none, while more follow: go on until `nextCursor` is null, with the same filter.
         */
        post: operations["searchKeys"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys/lookup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Look up the key of a token
         * @description Says whose key a token is, such as one that a customer sends to your support. Nothing else happens: unlike a verification, it is no use of the key, does not make the next token of a rotation the current one, takes nothing from a limit, and leaves no event. The database is asked each time. An exchanged token counts, until it expires, as the one that it was exchanged for. An access token, a refresh token and the operator token are no tokens of a key.
         */
        post: operations["lookupKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Revoke many keys
         * @description Revokes the keys of all accounts that meet a filter, up to 10,000 with one call. Once this returns, every replica refuses their tokens. Keys of the operator’s own account are left alone, unless the filter names that account. `POST /v1/keys/search` lists them. Count first with `dryRun`, and send the number as `expectedCount`. The keys are counted at the beginning, and then revoked in parts: a key that meets the filter only after the count is revoked as well, and one that does not meet it any more when its part is revoked stays. If the call fails or its response is lost, some keys may be revoked: repeat it without `expectedCount`, or with a new one.
         */
        post: operations["revokeKeys"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys/{keyId}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Rotate a key
         * @description Gives the key a new token and returns it. The token cannot be retrieved later. The key keeps its id, name, scopes and usage. The old token stays valid until the new one is used: the first accepted verification makes the new token the current one, and the old one ends `overlapSeconds` later, or when it would have expired. With `expiresIn` or `expiresAt`, the key also gets a new expiry at that first use, which renews a key that has expired. If the response is lost, rotate again: this replaces a new token that was never used. While the previous token is still accepted, a rotation is refused unless it is `immediate`. A key with `keys:rotate` can only do this to itself, and not with its previous token.
         */
        post: operations["rotateKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys/{keyId}/rotation/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel a rotation
         * @description Deletes the next token, which was never used. A key with `keys:rotate` can only do this to itself, and not with its previous token.
         */
        post: operations["cancelRotation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys/{keyId}/rotation/finish": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Finish a rotation
         * @description Ends the previous token now. Every replica refuses it once this returns. A key with `keys:rotate` can only do this to itself, and not with its previous token.
         */
        post: operations["finishRotation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys/{keyId}/rotation/extend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Extend a rotation
         * @description Gives the previous token more time, for example because its `lastUsedAt` shows that it is still in use. It never ends later than it would have expired without the rotation, whatever the key’s expiry is changed to. A key with `keys:rotate` can only do this to itself, and not with its previous token.
         */
        post: operations["extendRotation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys/{keyId}/limits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the limits of a key
         * @description What is left of each limit of the key, of its quota, and of the limits and the quota that it shares with the other keys of its account, now. A window or a refill period that has ended is shown as the next one.
         */
        get: operations["listKeyLimits"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys/{keyId}/quota": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Add to the quota of a key
         * @description Adds units to what remains of the quota, for example after a purchase. Units that replicas hold stay good. With them, at most 999999999999999 can remain. When the call returns, every replica knows that there are units again.
         */
        post: operations["addToQuota"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Verify a token
         * @description Says whether a token is good, and whose it is. Always 200: an invalid token is a verdict, not an error. The operator, and a key with `keys:verify` in the operator’s account, verify every key of the deployment; other callers those of their own account.
         */
        post: operations["verifyKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys/verify/batch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Verify many tokens
         * @description Up to 1000 tokens at once, with one look-up for all. A verdict for each, in the order of the tokens. A batch has no `ip`, so it refuses keys with `allowedIps`: verify those one by one. Each token takes one unit of the limits of its key; one that is there several times takes as many at once, or is refused each time. The body has at most 512 KiB.
         */
        post: operations["verifyKeyBatch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys/current": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the calling key
         * @description A key asks who it is. It needs no scope for that.
         */
        get: operations["getCurrentKey"];
        put?: never;
        post?: never;
        /**
         * Revoke the calling key
         * @description A key revokes itself, as when it has leaked. It needs no scope for that. After a rotation its previous token cannot, so that a program that still has it does not end the new token: `POST /oauth2/revoke` ends the previous token alone.
         */
        delete: operations["deleteCurrentKey"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/authorize": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Authorize a request
         * @description For a gateway that asks whether a request may pass: nginx `auth_request`, Caddy `forward_auth`, Traefik ForwardAuth, Envoy `ext_authz`, HAProxy. The repository of Latchkey has a configuration for each, in docs/GATEWAYS.md.
         *
         *     It answers every method, here and at every path below. It reads no body.
         *
         *     - The gateway names itself in `Latchkey-Authorization`, by the operator token or by a key with `keys:verify` in the operator’s account. Behind the token it can name, as in a media type, what a client must not choose: `Bearer <token>; ip-header=X-Real-IP; audience="https://api.example.com"; identity-audience="https://orders.internal"`.
         *       - `ip-header`: the header whose last value is the address of the client. Without it, a key with `allowedIps` is refused.
         *       - `audience`: the URI of your service. Without it, a key with an `audience` is refused.
         *       - `identity-audience`: who is to accept `Latchkey-Identity`.
         *     - The client’s key is in `Authorization` or in `X-API-Key`. Two different keys are refused.
         *     - What is required stands in the query, in `Latchkey-Require-Scope` and `Latchkey-Require-Cost`, and in the first segment of a path below this one: `/v1/authorize/scope=orders:read&cost=2/…`, or `/v1/authorize/-/…` if that is nothing. All of it counts, and the highest `cost`, so that whatever a client sends along only makes it stricter. If this service runs on Bun, nothing can be required in the path: Bun resolves the dots of its client’s path first, and `/../-/` would undo it.
         *
         *     A request that passes is a verification of the key, and a use of it.
         */
        get: operations["authorizeRequest"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys/{keyId}/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the usage of a key
         * @description Counts the uses of one key in a range of time, by verdict. A use is one verification of a token of the key, or of a JWT that it was exchanged for: by `POST /v1/keys/verify` or `/v1/keys/verify/batch`, by a gateway at `/v1/authorize`, by introspection, by a verifier, in a token exchange, or as the credential of a call to this API. A token with the verdict `unknown` counts for no key. A use is counted after about a second. Counts are kept for 90 days; a range that begins earlier is refused. One response spans at most 1000 buckets. The counts of a key that was revoked can be read for as long as they are kept; a key that was revoked and never presented is unknown, 404. Those of a deleted account are deleted with it.
         */
        get: operations["getKeyUsage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the usage of all keys
         * @description Counts the uses of all keys of the account in a range of time, by verdict, including keys that were revoked since. A use is one verification of a token of the key, or of a JWT that it was exchanged for: by `POST /v1/keys/verify` or `/v1/keys/verify/batch`, by a gateway at `/v1/authorize`, by introspection, by a verifier, in a token exchange, or as the credential of a call to this API. A token with the verdict `unknown` counts for no key. A use is counted after about a second. Counts are kept for 90 days; a range that begins earlier is refused. One response spans at most 1000 buckets. Reports on one account are made one after the other.
         */
        get: operations["getUsage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/usage/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the usage of each key
         * @description Counts the uses of every key of every account in a range of time, by verdict: for invoices, exports and dashboards. Keys without a use in the range are left out, and keys that were revoked since are not. The list is sorted by key id, then by day. A use is one verification of a token of the key, or of a JWT that it was exchanged for: by `POST /v1/keys/verify` or `/v1/keys/verify/batch`, by a gateway at `/v1/authorize`, by introspection, by a verifier, in a token exchange, or as the credential of a call to this API. A token with the verdict `unknown` counts for no key. A use is counted after about a second. Counts are kept for 90 days; a range that begins earlier is refused. One response spans at most 1000 buckets. A use counts as one, whatever its `cost`. Those of a deleted account are deleted with it. A page reads at most 2,000 keys, so it may have fewer items than `limit`, or none, while more follow: go on until `nextCursor` is null, with the same query. A cursor needs both `from` and `to`, so that all pages count the same range.
         */
        get: operations["listUsageByKey"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/roles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List roles
         * @description The roles of this deployment, newest first.
         */
        get: operations["listRoles"];
        put?: never;
        /**
         * Create a role
         * @description Creates a named set of scopes. A key that has the role may do what its scopes and those of the role allow together.
         */
        post: operations["createRole"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/roles/{roleId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a role
         * @description One role.
         */
        get: operations["getRole"];
        put?: never;
        post?: never;
        /**
         * Delete a role
         * @description Deletes the role. When the call returns, every key that had it has lost its scopes. The keys stay.
         */
        delete: operations["deleteRole"];
        options?: never;
        head?: never;
        /**
         * Change a role
         * @description A JSON merge patch (RFC 7396): what is left out stays as it is. When the call returns, every key with the role is verified by the new scopes, however many keys there are. The policies of accounts do not bound a change: they bound which roles a key is given.
         */
        patch: operations["updateRole"];
        trace?: never;
    };
    "/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List events
         * @description The audit trail, newest first, or with `order=asc` in the order in which it was written, to follow it: every change to an account, its sessions and its keys, and to a role. An event is written in the same statement as its change, so that neither is there without the other. Sessions, and keys with `keys:audit`, read the events of their own account; the operator reads those of all accounts, or of the one it names, by its `accountId` even after that account was deleted. Only the operator sees the `ip` and the `userAgent` of what it did itself. All filters combine.
         *
         *     To follow the events, ask with `order=asc`, store the `followCursor` of each page when you are done with its events, and pass it as `cursor` the next time. A follower sees every event, and each once: an event is listed when no event before it can appear any more. A page reads at most 5,000 events, so with a filter it may have none while more follow. Newest first, this holds where two of `keyId`, `type`, `actor` and the account combine, of which the account of a session or a key is one: go on until `nextCursor` is null.
         */
        get: operations["listEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/leaks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Report a leaked token
         * @description Reports a token that was seen where it should not be: the current, the next or the previous token of a key of any account. A token that was exchanged for a key’s token counts as that one until it expires. With `LEAK_POLICY=notify`, the default, each report of a key’s token is an event `key.leaked` of the key. With `LEAK_POLICY=revoke` the key is revoked as well: once this returns, every replica refuses its tokens. The session of a reported refresh token ends, with either policy. The response is the same, after the same wait, whether or not the token is one: a reporter does not learn that. For the operator, and for a key with `leaks:report` in the operator’s own account, such as that of a scanner. Each caller can report 100 tokens in a minute.
         */
        post: operations["reportLeak"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/leaks/github": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Report leaks, for GitHub
         * @description The endpoint for the [secret scanning partner program](https://docs.github.com/en/code-security/secret-scanning/secret-scanning-partnership-program/secret-scanning-partner-program) of GitHub: up to 500 matches at once. A token that was exchanged for a key’s token counts as that one until it expires. With `LEAK_POLICY=notify`, the default, each report of a key’s token is an event `key.leaked` of the key. With `LEAK_POLICY=revoke` the key is revoked as well: once this returns, every replica refuses its tokens. The session of a reported refresh token ends, with either policy. The response is the same, after the same wait, whether or not the token is one: a reporter does not learn that. So the optional feedback on each match is not given. GitHub signs the body, and `GITHUB_SECRET_SCANNING_KEYS` says with which keys; while that is not set, this path returns 404.
         */
        post: operations["reportLeaksFromGithub"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/accounts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List accounts
         * @description The accounts of this deployment, newest first, or the one with the given `externalId` or `email`.
         */
        get: operations["listAccounts"];
        put?: never;
        /**
         * Create an account
         * @description Signs up with an email and a password: anyone if `SIGN_UP` is open, the operator token always. The operator also creates an account for one of its users with an `externalId`. Such an account has no password: the operator acts on it. Its `metadata`, `policy`, `limits` and `quota` hold from its first key on. A key with `operator:keys` alone cannot set them, and does not see the `metadata`. If an account with this `externalId` exists, it is returned as it is, whatever else the call says: change it with `PATCH`. The `Idempotency-Key` is for the operator: a sign-up, which its email makes unique, ignores it.
         */
        post: operations["createAccount"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/account": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the account
         * @description The account that is signed in. The operator names an account, or gets its own: keys with `keys:verify` in that one verify every key of the deployment.
         */
        get: operations["getAccount"];
        put?: never;
        post?: never;
        /**
         * Delete the account
         * @description Deletes the account, its sessions and all of its keys, permanently. When the call returns, none of its tokens is accepted, and its `email` or `externalId` can be used again. The operator names the account.
         */
        delete: operations["deleteAccount"];
        options?: never;
        head?: never;
        /**
         * Change an account by its externalId
         * @description Does what `PATCH /v1/accounts/{accountId}` does, to the account that the query names by its `externalId` or its `accountId`.
         */
        patch: operations["updateAccount"];
        trace?: never;
    };
    "/v1/accounts/{accountId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get one of the accounts
         * @description One account of this deployment, with its policy and the number of its keys.
         */
        get: operations["getNamedAccount"];
        put?: never;
        post?: never;
        /**
         * Delete one of the accounts
         * @description Deletes the account, its sessions and all of its keys, permanently. When the call returns, none of its tokens is accepted, and its `email` or `externalId` can be used again.
         */
        delete: operations["deleteNamedAccount"];
        options?: never;
        head?: never;
        /**
         * Change one of the accounts
         * @description A JSON merge patch (RFC 7396): what is left out stays as it is, also in `policy`, `metadata` and `quota`. Once the call returns, no key is created or changed beyond the new policy. Existing keys beyond it stay as they are and can be changed; what a change adds to them must be allowed. New `limits` and `metadata`, and a new `quota`, are in force in every replica, and in every verifier. Only the operator token changes the `externalId`, which says whose the keys of the account are.
         *
         *     `disabled` suspends an account, and lets it back. Once the call returns, that is in force in every replica and every verifier:
         *
         *     - With true, every key of the account is refused with `account_disabled`, and so is each token that was exchanged for one. Nothing of a key is changed: with false, each of them is accepted again, unless it is disabled or has expired itself.
         *     - No key is created in a suspended account, whoever asks: 403 `account_disabled`. So an account that is let back has no key that it did not have before.
         *     - Its owner can still sign in, see and rotate keys, revoke them, and delete the account. So a token that leaks in the meantime can be replaced. Whoever deletes an account can sign up again, if `SIGN_UP` is open.
         */
        patch: operations["updateNamedAccount"];
        trace?: never;
    };
    "/v1/account/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Change the password
         * @description Sets a new password and ends all other sessions of the account.
         */
        put: operations["setPassword"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/account/quota": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Add to the quota of an account
         * @description Does what `POST /v1/keys/{keyId}/quota` does, to the quota that all keys of an account share. The query names the account by its `externalId` or its `accountId`.
         */
        post: operations["addToAccountQuota"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign in
         * @description Starts a session with an email and a password. A wrong password and an unknown email get the same response, in the same time. A suspended account can sign in, to see and revoke its keys.
         */
        post: operations["createSession"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Refresh a session
         * @description Exchanges a refresh token for a new access token and a new refresh token. Each refresh token works once. 90 days after it began, a session ends however often it is refreshed: sign in again. If its response is lost, repeat the request: for 30 seconds, and until the new refresh token is used, it returns the same new refresh token. Any other second use means that the token was stolen, and ends the session with all of its tokens (RFC 9700, section 4.14.2).
         */
        post: operations["refreshSession"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/current": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Sign out
         * @description Ends the session: its access token and its refresh token stop working at once.
         */
        delete: operations["endSession"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/account/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the sessions of the account
         * @description Where the account is signed in: its sessions that have not ended, newest first.
         */
        get: operations["listAccountSessions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/account/sessions/{sessionId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * End a session of the account
         * @description Signs the account out where it does not want to be signed in, as on a device that is lost: the access token and the refresh token of that session stop working at once. `PUT /v1/account/password` ends all other sessions.
         */
        delete: operations["endAccountSession"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/.well-known/jwks.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the public signing keys
         * @description The public keys of this deployment as a JWK Set (RFC 7517), to verify its JWTs offline.
         */
        get: operations["getJwks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/livez": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Check that the process is up
         * @description Returns 200 while the process runs. If it does not answer, restart the process.
         */
        get: operations["getLiveness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Check that it can serve
         * @description Returns 200 if the database answers and its migrations are applied, until the process is told to stop. If not, send no requests to this replica.
         */
        get: operations["getReadiness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the metrics
         * @description The metrics of this replica for Prometheus, in its text format. With several `WORKERS`, one scrape shows all of them, each with its number as the label `worker`. The operator can call it, and a key with `metrics:read` in the operator’s own account; keys of other accounts are refused. While the database is away, a call with a key returns 503, and a call with the operator token works.
         */
        get: operations["getMetrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        MintedKey: {
            /**
             * @description The key’s id.
             * @example key_6921a5d4b281af121fcda4cf
             */
            id: string;
            /**
             * @description The account’s id.
             * @example acc_6921a5c0b281af121fcda4ce
             */
            accountId: string;
            /** @description What the key is for. */
            name: string;
            /**
             * @description The first characters of the token, to recognize it by. The token itself is not stored.
             * @example lk_3fYq
             */
            start: string;
            /** @description The scopes of the key itself, without those of its roles. */
            scopes: string[];
            /** @description The names of the key’s roles. */
            roles: string[];
            /** @description Your own facts about the key. The owner of the account can change them. */
            metadata: {
                [key: string]: string | number | boolean;
            };
            status: components["schemas"]["KeyStatus"];
            /**
             * Format: date-time
             * @description Expiry time: the key is refused from then on. Null: never.
             * @example 2026-01-31T12:00:00.000Z
             */
            expiresAt: string | null;
            /**
             * Format: date-time
             * @description When the key was disabled. Null: it is not.
             * @example 2026-01-31T12:00:00.000Z
             */
            disabledAt: string | null;
            /**
             * Format: date-time
             * @description The key is accepted from this instant on. Null: always.
             * @example 2026-01-31T12:00:00.000Z
             */
            notBefore: string | null;
            /** @description The address ranges that the key can be used from. Null: every address. */
            allowedIps: string[] | null;
            /** @description The services that accept the key. Null: every service. */
            audience: string[] | null;
            /** @description In the order of their names. */
            limits: components["schemas"]["Limit"][];
            /** @description Null: the key has no quota. */
            quota: components["schemas"]["Quota"] | null;
            /**
             * Format: date-time
             * @description Time of the last accepted verification or call.
             * @example 2026-01-31T12:00:00.000Z
             */
            lastUsedAt: string | null;
            /** @description IP address of that use. Null if unknown. */
            lastUsedIp: string | null;
            /** @description User agent of that use. Null if unknown. */
            lastUsedUserAgent: string | null;
            /** @description The current token, and during a rotation the next or the previous one. */
            tokens: components["schemas"]["KeyToken"][];
            createdBy: components["schemas"]["Creator"];
            /**
             * Format: date-time
             * @description When the key was created.
             * @example 2026-01-31T12:00:00.000Z
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description When the key was last changed.
             * @example 2026-01-31T12:00:00.000Z
             */
            updatedAt: string;
            /** @description The secret. It is returned only in this response, and in that to a call that is repeated with the same `Idempotency-Key`. */
            token: string;
        };
        /**
         * @description Status of the key now. If several apply, the first of `disabled`, `expired`, `not_yet_valid`. It says nothing of the account: while that is suspended, each of its keys is refused.
         * @enum {string}
         */
        KeyStatus: "active" | "disabled" | "expired" | "not_yet_valid";
        Limit: {
            /** @description Names the limit in verdicts and in `costs`. */
            name: string;
            /** @description Units in each window. */
            limit: number;
            /** @description Length of a window in seconds, at most 31 days. All windows of the same length begin at the same time, by the clock of the database. */
            windowSeconds: number;
        };
        Quota: {
            /** @description Units that are left now, without those that a replica has taken to spend: see `GET /v1/keys/{keyId}/limits`. */
            remaining: number;
            /** @description At each refill, `remaining` becomes `amount`: what was left is gone. Refills come whole days of 24 hours, weeks or months after this was set. A month is a calendar month in UTC; in one that is too short, the refill comes on its last day. Null: never. */
            refill: components["schemas"]["Refill"] | null;
            /**
             * Format: date-time
             * @description Time of the next refill. Null: never.
             * @example 2026-01-31T12:00:00.000Z
             */
            refillsAt: string | null;
        };
        Refill: {
            /** @description Units after each refill. */
            amount: number;
            every: components["schemas"]["RefillPeriod"];
        };
        /**
         * @example month
         * @enum {string}
         */
        RefillPeriod: "day" | "week" | "month";
        KeyToken: {
            state: components["schemas"]["TokenState"];
            /**
             * @description The first characters of the token, to recognize it by. The token itself is not stored.
             * @example lk_3fYq
             */
            start: string;
            /**
             * Format: date-time
             * @description When the token was made.
             * @example 2026-01-31T12:00:00.000Z
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description When it became the current token: of an imported token, when it was imported. Null for the next token.
             * @example 2026-01-31T12:00:00.000Z
             */
            activatedAt: string | null;
            /**
             * Format: date-time
             * @description When the previous token ends: it is refused from then on. Null for the others.
             * @example 2026-01-31T12:00:00.000Z
             */
            endsAt: string | null;
            /**
             * Format: date-time
             * @description When the key expires, for this token: the `expiresAt` of the key, and for the next token the one that the key gets at its first use. Null: never.
             * @example 2026-01-31T12:00:00.000Z
             */
            expiresAt: string | null;
            /** @description For the next token: how many seconds the current token lives once this one is used. Null for the others. */
            overlapSeconds: number | null;
            /**
             * Format: date-time
             * @description Time of the last accepted verification or call.
             * @example 2026-01-31T12:00:00.000Z
             */
            lastUsedAt: string | null;
            /** @description IP address of that use. Null if unknown. */
            lastUsedIp: string | null;
            /** @description User agent of that use. Null if unknown. */
            lastUsedUserAgent: string | null;
        };
        /**
         * @description `current`: the token of the key. `next`: the new token of a rotation, never used so far; its first use makes it the current one. `previous`: the token before the current one, accepted until `endsAt`.
         * @enum {string}
         */
        TokenState: "current" | "next" | "previous";
        /** @description Who minted it. */
        Creator: {
            /** @description Who did it: `key_…` or `session_…`, the API key or session that made the call; `operator`, the operator token; `refresh_token`, whoever sent one; `anyone`, a caller without a credential; `github`, the secret scanning of GitHub; `latchkey`, the service itself. */
            actor: string;
            /** @description Whom the operator acted for: its `Latchkey-Actor` header. The owner of the account sees it too. */
            onBehalfOf: string | null;
        };
        Problem: {
            /**
             * @description Always `about:blank`; `code` tells problems apart.
             * @enum {string}
             */
            type: "about:blank";
            /** @description The phrase of the HTTP status. */
            title: string;
            /** @description The HTTP status code. */
            status: number;
            code: components["schemas"]["ProblemCode"];
            /** @description What went wrong and what to do, for people. The wording can change. */
            detail: string;
            /** @description The `x-request-id` of this response. Quote it to support. */
            requestId: string;
            /**
             * @description For `already_done`: the key that the first request created or rotated, if it did. For `token_exists`: the key that has the token, or had it.
             * @example key_6921a5d4b281af121fcda4cf
             */
            keyId?: string;
            /**
             * @description For `count_differs`: how many keys meet the filter.
             * @example 314
             */
            matched?: number;
            /** @description For `invalid_input` and `beyond_policy`: each value that is refused, and its place. */
            errors?: components["schemas"]["Violation"][];
        };
        /**
         * @description The stable name of the problem. Branch on this. More codes may be added.
         *
         *     - `malformed_body` (400): The body cannot be parsed, nests too deep, or has too many values.
         *     - `malformed_request` (400): The request is not valid HTTP, or its `Host` is missing or invalid. With 417: `Expect` is not `100-continue`.
         *     - `invalid_refresh_token` (401): The refresh token is unknown, expired or already used. Sign in again.
         *     - `invalid_token` (401): The credential is unknown, expired or revoked. Refresh the session, or use another key.
         *     - `unauthenticated` (401): No credential was sent. Send `Authorization: Bearer <token>`.
         *     - `wrong_credentials` (401): The email or the password is wrong.
         *     - `wrong_signature` (401): The signature of a report from GitHub is missing or wrong.
         *     - `account_disabled` (403): The operator has suspended the account. Ask the operator to let it back.
         *     - `beyond_policy` (403): The policy of the account, or of the deployment, does not allow a scope or the lifetime. `errors` lists each value.
         *     - `insufficient_scope` (403): The calling key lacks a scope that the operation needs or that it would grant. `detail` names the scope.
         *     - `sign_up_closed` (403): Nobody can sign up in this deployment. Its operator creates accounts.
         *     - `wrong_caller` (403): The operation does not accept this kind of credential. Its description lists those it accepts.
         *     - `wrong_password` (403): The current password is wrong. The session is still valid.
         *     - `account_not_found` (404): There is no such account.
         *     - `key_not_found` (404): The account has no such key. It may be of another account, or deleted.
         *     - `not_found` (404): There is no such path.
         *     - `role_not_found` (404): There is no such role.
         *     - `session_not_found` (404): The account has no such session. It may have ended.
         *     - `token_not_found` (404): No key has the token, or had it lately. It may be mistyped, or the token of another account.
         *     - `method_not_allowed` (405): The path has no such method. `Allow` lists those it has.
         *     - `request_too_slow` (408): The request did not arrive in time. Send it again.
         *     - `already_done` (409): An earlier call with this `Idempotency-Key` was done, and its response cannot be returned again. If the call created or rotated a key, `keyId` names it: rotate that key if you do not have the token.
         *     - `count_differs` (409): The filter matches another number of keys than expected. Nothing was revoked; `matched` is that number.
         *     - `email_taken` (409): An account with this email exists. Sign in instead.
         *     - `external_id_taken` (409): Another account has this `externalId`.
         *     - `key_limit_reached` (409): The account has as many keys as it may have. Delete one first.
         *     - `no_quota` (409): The key, or the account, has no quota to add to. Give it one first.
         *     - `role_exists` (409): A role with this name exists.
         *     - `rotation_draining` (409): The previous token of the key is still accepted. Finish that rotation, or rotate with `immediate`.
         *     - `rotation_not_draining` (409): The key has no previous token that is still accepted.
         *     - `rotation_not_pending` (409): The key has no next token, so there is no rotation to cancel.
         *     - `token_exists` (409): The token was imported before, and no token is imported twice. `keyId` names its key while that is known.
         *     - `body_too_large` (413): The body is larger than the operation takes. `detail` says how much that is.
         *     - `unsupported_media_type` (415): The body has another `Content-Type` than the operation takes, or a `Content-Encoding`.
         *     - `account_required` (422): The operator must name the account, by `accountId` or `externalId` in the query.
         *     - `idempotency_key_reused` (422): This `Idempotency-Key` was sent with another request before. Use a new one for each request.
         *     - `invalid_input` (422): A value is invalid. `errors` lists each one, and where it is.
         *     - `upgrade_required` (426): The path is a WebSocket. Ask for an upgrade to one.
         *     - `too_many_attempts` (429): Too many attempts of this kind. Wait for the seconds in `Retry-After`.
         *     - `head_too_large` (431): The request line and the headers are larger than 16 KiB together.
         *     - `internal_error` (500): A fault of the service, logged under the `requestId`. A write may or may not have been made.
         *     - `database_unavailable` (503): The database did not answer. A write may or may not have been made: repeat it with the same `Idempotency-Key`, or check first.
         *     - `events_pending` (503): A change has not been finished for a second, so that it is not known which events come next. Try again.
         *     - `overloaded` (503): Too much work of this kind is waiting. Nothing was done: try again.
         *     - `signing_keys_unavailable` (503): The public keys of GitHub cannot be fetched. Nothing was done: try again later.
         *     - `stopping` (503): The process was told to stop. Send no more requests to it.
         * @enum {string}
         */
        ProblemCode: "malformed_body" | "malformed_request" | "invalid_refresh_token" | "invalid_token" | "unauthenticated" | "wrong_credentials" | "wrong_signature" | "account_disabled" | "beyond_policy" | "insufficient_scope" | "sign_up_closed" | "wrong_caller" | "wrong_password" | "account_not_found" | "key_not_found" | "not_found" | "role_not_found" | "session_not_found" | "token_not_found" | "method_not_allowed" | "request_too_slow" | "already_done" | "count_differs" | "email_taken" | "external_id_taken" | "key_limit_reached" | "no_quota" | "role_exists" | "rotation_draining" | "rotation_not_draining" | "rotation_not_pending" | "token_exists" | "body_too_large" | "unsupported_media_type" | "account_required" | "idempotency_key_reused" | "invalid_input" | "upgrade_required" | "too_many_attempts" | "head_too_large" | "internal_error" | "database_unavailable" | "events_pending" | "overloaded" | "signing_keys_unavailable" | "stopping";
        Violation: {
            /** @description What is wrong with the value, for people. */
            detail: string;
            /**
             * @description The place in the body: a JSON Pointer in URI fragment form (RFC 6901, section 6).
             * @example #/name
             */
            pointer?: string;
            /**
             * @description The query parameter, if the value is not in the body.
             * @example limit
             */
            parameter?: string;
            /**
             * @description The invalid request header, if the value is in one.
             * @example Latchkey-Actor
             */
            header?: string;
        };
        /**
         * @example {
         *       "name": "Mobile app",
         *       "scopes": [
         *         "files:read"
         *       ],
         *       "metadata": {
         *         "environment": "production"
         *       },
         *       "expiresIn": "90d"
         *     }
         */
        NewKey: {
            /**
             * @description What the key is for.
             * @example Mobile app
             */
            name: string;
            /**
             * @description What the key may do, in the product’s own words. A wildcard such as `files:*` covers every scope that begins with `files:`. Some scopes let the key call this API, and no wildcard covers these. `keys:read`: read the keys of its account and their usage. `keys:write`: create, change, rotate and revoke keys of its account. `keys:verify`: verify the tokens of its account; in the operator’s own account, those of all accounts. `keys:rotate`: rotate itself. `keys:audit`: read the events of its account. `metrics:read`: in the operator’s own account, scrape `/metrics`. `leaks:report`: in the operator’s own account, report leaked tokens. `operator:read`: in the operator’s own account, read all accounts, their keys, roles, usage and events. `operator:keys`: in the operator’s own account, create accounts, and read, create, change, rotate and revoke the keys of all other accounts, with their limits and quotas. `operator:accounts`: in the operator’s own account, read, create, change, suspend and delete all other accounts, with their metadata, policies, limits and quotas.
             * @example [
             *       "files:read",
             *       "files:write"
             *     ]
             */
            scopes?: string[];
            /** @description Roles of the key, by their names. It may do what its own scopes and those of its roles allow, as they are at each verification. Only the operator makes roles. Whoever can change a key can give it any role whose scopes the policy of the account allows. A key that makes the call cannot give a role with scopes that it lacks. */
            roles?: string[];
            /**
             * @description Up to 50 facts of your own about the key. The owner of the account can change them, so grant nothing by them: that is what scopes and the metadata of the account are for. As JSON, in UTF-8, their names and texts take at most 4096 bytes together. Every valid verdict returns them.
             * @example {
             *       "environment": "production",
             *       "build": 12
             *     }
             */
            metadata?: {
                [key: string]: string | number | boolean;
            };
            expiresIn?: components["schemas"]["Lifetime"];
            /**
             * Format: date-time
             * @description Expiry time, in the future. Use it instead of `expiresIn`. Without either, the key never expires.
             * @example 2027-01-31T12:00:00Z
             */
            expiresAt?: string;
            /**
             * Format: date-time
             * @description The key is accepted from this instant on.
             * @example 2027-01-31T12:00:00Z
             */
            notBefore?: string;
            /**
             * @description The IPv4 and IPv6 addresses that the key can be used from: CIDR ranges or single addresses. Pass the address of your client to `POST /v1/keys/verify` as `ip`; without it, the key is refused. When the key calls this API, the address that the call comes from counts.
             * @example [
             *       "203.0.113.0/24",
             *       "2001:db8::/32"
             *     ]
             */
            allowedIps?: string[];
            /**
             * @description The services that accept the key, named by URI (the resource indicators of RFC 8707). Pass the URI of your service to `POST /v1/keys/verify` as `audience`; without it, the key is refused. URIs are compared character by character. To call this API, the key needs the public URL of this deployment in its audience.
             * @example [
             *       "https://api.example.com"
             *     ]
             */
            audience?: string[];
            /**
             * @description Up to 8 limits of the key: a verification counts in each of them. Only the operator sets limits. No two have the same name.
             * @example [
             *       {
             *         "name": "burst",
             *         "limit": 100,
             *         "windowSeconds": 60
             *       }
             *     ]
             */
            limits?: components["schemas"]["NewLimit"][];
            quota?: components["schemas"]["NewQuota"];
            /**
             * @description What the token begins with: one of the prefixes of the deployment (`TOKEN_PREFIX`), so that people and scanners tell keys for production from keys for tests. Rotations keep it. It grants nothing. Default: the first of them.
             * @example lk_
             */
            prefix?: string;
        };
        /**
         * @description Lifetime of the key, from now. A day has 24 hours, `1y` 365 days.
         * @enum {string}
         */
        Lifetime: "1d" | "7d" | "30d" | "90d" | "1y" | "never";
        NewLimit: {
            /**
             * @description Names the limit in verdicts and in `costs`. `quota` is taken.
             * @example burst
             */
            name: string;
            /**
             * @description Units in each window.
             * @example 100
             */
            limit: number;
            /**
             * @description Length of a window in seconds, at most 31 days. All windows of the same length begin at the same time, by the clock of the database.
             * @example 60
             */
            windowSeconds: number;
        };
        /**
         * @description So many units can be used, by the key or by all keys of the account together, until there is a refill, or the operator adds some. Only the operator sets a quota.
         * @example {
         *       "remaining": 10000,
         *       "refill": {
         *         "amount": 10000,
         *         "every": "month"
         *       }
         *     }
         */
        NewQuota: {
            /**
             * @description Units to begin with.
             * @example 10000
             */
            remaining: number;
            /** @description At each refill, `remaining` becomes `amount`: what was left is gone. Refills come whole days of 24 hours, weeks or months after this was set. A month is a calendar month in UTC; in one that is too short, the refill comes on its last day. Null: never. */
            refill?: components["schemas"]["NewRefill"] | null;
        };
        NewRefill: {
            /**
             * @description Units after each refill.
             * @example 10000
             */
            amount: number;
            every: components["schemas"]["RefillPeriod"];
        };
        Key: {
            /**
             * @description The key’s id.
             * @example key_6921a5d4b281af121fcda4cf
             */
            id: string;
            /**
             * @description The account’s id.
             * @example acc_6921a5c0b281af121fcda4ce
             */
            accountId: string;
            /** @description What the key is for. */
            name: string;
            /**
             * @description The first characters of the token, to recognize it by. The token itself is not stored.
             * @example lk_3fYq
             */
            start: string;
            /** @description The scopes of the key itself, without those of its roles. */
            scopes: string[];
            /** @description The names of the key’s roles. */
            roles: string[];
            /** @description Your own facts about the key. The owner of the account can change them. */
            metadata: {
                [key: string]: string | number | boolean;
            };
            status: components["schemas"]["KeyStatus"];
            /**
             * Format: date-time
             * @description Expiry time: the key is refused from then on. Null: never.
             * @example 2026-01-31T12:00:00.000Z
             */
            expiresAt: string | null;
            /**
             * Format: date-time
             * @description When the key was disabled. Null: it is not.
             * @example 2026-01-31T12:00:00.000Z
             */
            disabledAt: string | null;
            /**
             * Format: date-time
             * @description The key is accepted from this instant on. Null: always.
             * @example 2026-01-31T12:00:00.000Z
             */
            notBefore: string | null;
            /** @description The address ranges that the key can be used from. Null: every address. */
            allowedIps: string[] | null;
            /** @description The services that accept the key. Null: every service. */
            audience: string[] | null;
            /** @description In the order of their names. */
            limits: components["schemas"]["Limit"][];
            /** @description Null: the key has no quota. */
            quota: components["schemas"]["Quota"] | null;
            /**
             * Format: date-time
             * @description Time of the last accepted verification or call.
             * @example 2026-01-31T12:00:00.000Z
             */
            lastUsedAt: string | null;
            /** @description IP address of that use. Null if unknown. */
            lastUsedIp: string | null;
            /** @description User agent of that use. Null if unknown. */
            lastUsedUserAgent: string | null;
            /** @description The current token, and during a rotation the next or the previous one. */
            tokens: components["schemas"]["KeyToken"][];
            createdBy: components["schemas"]["Creator"];
            /**
             * Format: date-time
             * @description When the key was created.
             * @example 2026-01-31T12:00:00.000Z
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description When the key was last changed.
             * @example 2026-01-31T12:00:00.000Z
             */
            updatedAt: string;
        };
        /**
         * @example {
         *       "name": "Mobile app",
         *       "scopes": [
         *         "files:read"
         *       ],
         *       "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
         *       "start": "sk_live_4f"
         *     }
         */
        NewImport: {
            /**
             * @description What the key is for.
             * @example Mobile app
             */
            name: string;
            /**
             * @description What the key may do, in the product’s own words. A wildcard such as `files:*` covers every scope that begins with `files:`. Some scopes let the key call this API, and no wildcard covers these. `keys:read`: read the keys of its account and their usage. `keys:write`: create, change, rotate and revoke keys of its account. `keys:verify`: verify the tokens of its account; in the operator’s own account, those of all accounts. `keys:rotate`: rotate itself. `keys:audit`: read the events of its account. `metrics:read`: in the operator’s own account, scrape `/metrics`. `leaks:report`: in the operator’s own account, report leaked tokens. `operator:read`: in the operator’s own account, read all accounts, their keys, roles, usage and events. `operator:keys`: in the operator’s own account, create accounts, and read, create, change, rotate and revoke the keys of all other accounts, with their limits and quotas. `operator:accounts`: in the operator’s own account, read, create, change, suspend and delete all other accounts, with their metadata, policies, limits and quotas.
             * @example [
             *       "files:read",
             *       "files:write"
             *     ]
             */
            scopes?: string[];
            /** @description Roles of the key, by their names. It may do what its own scopes and those of its roles allow, as they are at each verification. Only the operator makes roles. Whoever can change a key can give it any role whose scopes the policy of the account allows. A key that makes the call cannot give a role with scopes that it lacks. */
            roles?: string[];
            /**
             * @description Up to 50 facts of your own about the key. The owner of the account can change them, so grant nothing by them: that is what scopes and the metadata of the account are for. As JSON, in UTF-8, their names and texts take at most 4096 bytes together. Every valid verdict returns them.
             * @example {
             *       "environment": "production",
             *       "build": 12
             *     }
             */
            metadata?: {
                [key: string]: string | number | boolean;
            };
            expiresIn?: components["schemas"]["Lifetime"];
            /**
             * Format: date-time
             * @description Expiry time, in the future. Use it instead of `expiresIn`. Without either, the key never expires.
             * @example 2027-01-31T12:00:00Z
             */
            expiresAt?: string;
            /**
             * Format: date-time
             * @description The key is accepted from this instant on.
             * @example 2027-01-31T12:00:00Z
             */
            notBefore?: string;
            /**
             * @description The IPv4 and IPv6 addresses that the key can be used from: CIDR ranges or single addresses. Pass the address of your client to `POST /v1/keys/verify` as `ip`; without it, the key is refused. When the key calls this API, the address that the call comes from counts.
             * @example [
             *       "203.0.113.0/24",
             *       "2001:db8::/32"
             *     ]
             */
            allowedIps?: string[];
            /**
             * @description The services that accept the key, named by URI (the resource indicators of RFC 8707). Pass the URI of your service to `POST /v1/keys/verify` as `audience`; without it, the key is refused. URIs are compared character by character. To call this API, the key needs the public URL of this deployment in its audience.
             * @example [
             *       "https://api.example.com"
             *     ]
             */
            audience?: string[];
            /**
             * @description Up to 8 limits of the key: a verification counts in each of them. Only the operator sets limits. No two have the same name.
             * @example [
             *       {
             *         "name": "burst",
             *         "limit": 100,
             *         "windowSeconds": 60
             *       }
             *     ]
             */
            limits?: components["schemas"]["NewLimit"][];
            quota?: components["schemas"]["NewQuota"];
            /**
             * @description The SHA-256 of the token, in hexadecimal digits.
             * @example 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
             */
            sha256: string;
            /**
             * @description The first characters of the token, 12 at most, by which people recognize it. If they begin with a whole prefix of the deployment (`TOKEN_PREFIX`), a rotation gives a token with that prefix, and otherwise one with the first of them.
             * @example sk_live_4f
             */
            start: string;
            /** @description True: the key is imported disabled, so that its token is refused until it is enabled. */
            disabled?: boolean;
            /**
             * Format: date-time
             * @description When the other system made the token, in the past. The age of the key counts from then: for `createdBefore` and `notRotatedSince` of a filter, and for `maxLifetimeSeconds` of the policy. Its disuse (`unusedSince`, `key.unused`) counts from the import. Default: now.
             * @example 2024-05-03T09:00:00Z
             */
            createdAt?: string;
        };
        ImportOutcomes: {
            outcomes: components["schemas"]["ImportOutcome"][];
        };
        ImportOutcome: components["schemas"]["Imported"] | components["schemas"]["NotImported"];
        Imported: {
            /** @enum {boolean} */
            imported: true;
            key: components["schemas"]["Key"];
        };
        NotImported: {
            /** @enum {boolean} */
            imported: false;
            code: components["schemas"]["ProblemCode"];
            /** @description Why the key is not imported, for people. */
            detail: string;
            /**
             * @description With `token_exists`: the key that has the token, or had it. Absent if nothing else of that key is left.
             * @example key_6921a5d4b281af121fcda4cf
             */
            keyId?: string;
            /** @description With `invalid_input` and `beyond_policy`: each value that is refused, and its place. */
            errors?: components["schemas"]["Violation"][];
        };
        /**
         * @example {
         *       "keys": [
         *         {
         *           "externalId": "user_8812",
         *           "name": "Mobile app",
         *           "scopes": [
         *             "files:read"
         *           ],
         *           "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
         *           "start": "sk_live_4f"
         *         }
         *       ]
         *     }
         */
        ImportBatch: {
            keys: components["schemas"]["BatchedImport"][];
        };
        /**
         * @example {
         *       "externalId": "user_8812",
         *       "name": "Mobile app",
         *       "scopes": [
         *         "files:read"
         *       ],
         *       "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
         *       "start": "sk_live_4f"
         *     }
         */
        BatchedImport: {
            /**
             * @description The account of the key. Required without `externalId`.
             * @example acc_6921a5c0b281af121fcda4ce
             */
            accountId?: string;
            /**
             * @description The account of the key, by your own id.
             * @example user_8812
             */
            externalId?: string;
            /**
             * @description What the key is for.
             * @example Mobile app
             */
            name: string;
            /**
             * @description What the key may do, in the product’s own words. A wildcard such as `files:*` covers every scope that begins with `files:`. Some scopes let the key call this API, and no wildcard covers these. `keys:read`: read the keys of its account and their usage. `keys:write`: create, change, rotate and revoke keys of its account. `keys:verify`: verify the tokens of its account; in the operator’s own account, those of all accounts. `keys:rotate`: rotate itself. `keys:audit`: read the events of its account. `metrics:read`: in the operator’s own account, scrape `/metrics`. `leaks:report`: in the operator’s own account, report leaked tokens. `operator:read`: in the operator’s own account, read all accounts, their keys, roles, usage and events. `operator:keys`: in the operator’s own account, create accounts, and read, create, change, rotate and revoke the keys of all other accounts, with their limits and quotas. `operator:accounts`: in the operator’s own account, read, create, change, suspend and delete all other accounts, with their metadata, policies, limits and quotas.
             * @example [
             *       "files:read",
             *       "files:write"
             *     ]
             */
            scopes?: string[];
            /** @description Roles of the key, by their names. It may do what its own scopes and those of its roles allow, as they are at each verification. Only the operator makes roles. Whoever can change a key can give it any role whose scopes the policy of the account allows. A key that makes the call cannot give a role with scopes that it lacks. */
            roles?: string[];
            /**
             * @description Up to 50 facts of your own about the key. The owner of the account can change them, so grant nothing by them: that is what scopes and the metadata of the account are for. As JSON, in UTF-8, their names and texts take at most 4096 bytes together. Every valid verdict returns them.
             * @example {
             *       "environment": "production",
             *       "build": 12
             *     }
             */
            metadata?: {
                [key: string]: string | number | boolean;
            };
            expiresIn?: components["schemas"]["Lifetime"];
            /**
             * Format: date-time
             * @description Expiry time, in the future. Use it instead of `expiresIn`. Without either, the key never expires.
             * @example 2027-01-31T12:00:00Z
             */
            expiresAt?: string;
            /**
             * Format: date-time
             * @description The key is accepted from this instant on.
             * @example 2027-01-31T12:00:00Z
             */
            notBefore?: string;
            /**
             * @description The IPv4 and IPv6 addresses that the key can be used from: CIDR ranges or single addresses. Pass the address of your client to `POST /v1/keys/verify` as `ip`; without it, the key is refused. When the key calls this API, the address that the call comes from counts.
             * @example [
             *       "203.0.113.0/24",
             *       "2001:db8::/32"
             *     ]
             */
            allowedIps?: string[];
            /**
             * @description The services that accept the key, named by URI (the resource indicators of RFC 8707). Pass the URI of your service to `POST /v1/keys/verify` as `audience`; without it, the key is refused. URIs are compared character by character. To call this API, the key needs the public URL of this deployment in its audience.
             * @example [
             *       "https://api.example.com"
             *     ]
             */
            audience?: string[];
            /**
             * @description Up to 8 limits of the key: a verification counts in each of them. Only the operator sets limits. No two have the same name.
             * @example [
             *       {
             *         "name": "burst",
             *         "limit": 100,
             *         "windowSeconds": 60
             *       }
             *     ]
             */
            limits?: components["schemas"]["NewLimit"][];
            quota?: components["schemas"]["NewQuota"];
            /**
             * @description The SHA-256 of the token, in hexadecimal digits.
             * @example 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
             */
            sha256: string;
            /**
             * @description The first characters of the token, 12 at most, by which people recognize it. If they begin with a whole prefix of the deployment (`TOKEN_PREFIX`), a rotation gives a token with that prefix, and otherwise one with the first of them.
             * @example sk_live_4f
             */
            start: string;
            /** @description True: the key is imported disabled, so that its token is refused until it is enabled. */
            disabled?: boolean;
            /**
             * Format: date-time
             * @description When the other system made the token, in the past. The age of the key counts from then: for `createdBefore` and `notRotatedSince` of a filter, and for `maxLifetimeSeconds` of the policy. Its disuse (`unusedSince`, `key.unused`) counts from the import. Default: now.
             * @example 2024-05-03T09:00:00Z
             */
            createdAt?: string;
        };
        KeyPage: {
            data: components["schemas"]["Key"][];
            /** @description Pass it as `cursor` to get the next page. Null on the last page. */
            nextCursor: string | null;
        };
        /**
         * @example {
         *       "name": "Mobile app (old)",
         *       "disabled": true
         *     }
         */
        KeyPatch: {
            /**
             * @description What the key is for.
             * @example Mobile app
             */
            name?: string;
            /**
             * @description What the key may do, in the product’s own words. A wildcard such as `files:*` covers every scope that begins with `files:`. Some scopes let the key call this API, and no wildcard covers these. `keys:read`: read the keys of its account and their usage. `keys:write`: create, change, rotate and revoke keys of its account. `keys:verify`: verify the tokens of its account; in the operator’s own account, those of all accounts. `keys:rotate`: rotate itself. `keys:audit`: read the events of its account. `metrics:read`: in the operator’s own account, scrape `/metrics`. `leaks:report`: in the operator’s own account, report leaked tokens. `operator:read`: in the operator’s own account, read all accounts, their keys, roles, usage and events. `operator:keys`: in the operator’s own account, create accounts, and read, create, change, rotate and revoke the keys of all other accounts, with their limits and quotas. `operator:accounts`: in the operator’s own account, read, create, change, suspend and delete all other accounts, with their metadata, policies, limits and quotas.
             * @example [
             *       "files:read",
             *       "files:write"
             *     ]
             */
            scopes?: string[];
            /** @description Roles of the key, by their names. It may do what its own scopes and those of its roles allow, as they are at each verification. Only the operator makes roles. Whoever can change a key can give it any role whose scopes the policy of the account allows. A key that makes the call cannot give a role with scopes that it lacks. */
            roles?: string[];
            /**
             * @description Entries to set; null removes one (RFC 7396). At most 50 may remain, whose names and texts take at most 4096 bytes together as JSON.
             * @example {
             *       "environment": null,
             *       "build": 13
             *     }
             */
            metadata?: {
                [key: string]: string | number | boolean | null;
            };
            expiresIn?: components["schemas"]["Lifetime"];
            /**
             * Format: date-time
             * @description Expiry time, in the future, instead of `expiresIn`. Null: never.
             * @example 2027-01-31T12:00:00Z
             */
            expiresAt?: string | null;
            /** @description True: every token of the key is refused, until it is false again. */
            disabled?: boolean;
            /**
             * Format: date-time
             * @description The key is accepted from this instant on. Null: at once.
             * @example 2027-01-31T12:00:00Z
             */
            notBefore?: string | null;
            /** @description The IPv4 and IPv6 addresses that the key can be used from: CIDR ranges or single addresses. Pass the address of your client to `POST /v1/keys/verify` as `ip`; without it, the key is refused. When the key calls this API, the address that the call comes from counts. Null: every address. */
            allowedIps?: string[] | null;
            /** @description The services that accept the key, named by URI (the resource indicators of RFC 8707). Pass the URI of your service to `POST /v1/keys/verify` as `audience`; without it, the key is refused. URIs are compared character by character. To call this API, the key needs the public URL of this deployment in its audience. Null: every service. */
            audience?: string[] | null;
            /**
             * @description Up to 8 limits of the key: a verification counts in each of them. Only the operator sets limits. No two have the same name. The list replaces the one before; `[]` removes all. A limit that is sent as it is keeps its count. A new `limit` with the same `windowSeconds` counts what was used in this window; with another `windowSeconds`, a new window begins. When the call returns, the change is in force in every replica.
             * @example [
             *       {
             *         "name": "burst",
             *         "limit": 100,
             *         "windowSeconds": 60
             *       }
             *     ]
             */
            limits?: components["schemas"]["NewLimit"][];
            /** @description Null removes the quota. */
            quota?: components["schemas"]["QuotaPatch"] | null;
        };
        /**
         * @description So many units can be used, by the key or by all keys of the account together, until there is a refill, or the operator adds some. Only the operator sets a quota. It is merged (RFC 7396): what is left out stays as it is. When the call returns, the change is in force in every replica; what replicas held of the quota before is lost, unless `remaining` is set.
         * @example {
         *       "remaining": 10000
         *     }
         */
        QuotaPatch: {
            /**
             * @description Units from now on. Required if there is no quota. To add units, use `POST /v1/keys/{keyId}/quota` or `POST /v1/account/quota`.
             * @example 10000
             */
            remaining?: number;
            /** @description At each refill, `remaining` becomes `amount`: what was left is gone. Refills come whole days of 24 hours, weeks or months after this was set. A month is a calendar month in UTC; in one that is too short, the refill comes on its last day. Null: never. */
            refill?: components["schemas"]["NewRefill"] | null;
        };
        /**
         * @example {
         *       "filter": {
         *         "notRotatedSince": "2025-11-02T12:00:00Z"
         *       }
         *     }
         */
        SearchKeys: {
            filter?: components["schemas"]["KeyFilter"];
        };
        /** @description Which keys: those that meet every condition, of which there must be at least one. */
        KeyFilter: {
            /**
             * @description Only keys of this account. It must exist.
             * @example acc_6921a5c0b281af121fcda4ce
             */
            accountId?: string;
            /**
             * @description Only keys of the account with this `externalId`. It must exist.
             * @example user_8812
             */
            externalId?: string;
            /**
             * @description Only keys with this role, by its name. It must exist.
             * @example editor
             */
            role?: string;
            /**
             * @description Only keys whose metadata has each of these entries, with the same value.
             * @example {
             *       "environment": "staging"
             *     }
             */
            metadata?: {
                [key: string]: string | number | boolean;
            };
            /**
             * Format: date-time
             * @description Only keys that were created before this instant.
             * @example 2027-01-31T12:00:00Z
             */
            createdBefore?: string;
            /**
             * Format: date-time
             * @description Only keys that have no token that was made at or after this instant.
             * @example 2027-01-31T12:00:00Z
             */
            notRotatedSince?: string;
            /**
             * Format: date-time
             * @description Only keys that were created before this instant, and not used since. A use is seen here some seconds after it.
             * @example 2026-01-31T12:00:00Z
             */
            unusedSince?: string;
            /**
             * Format: date-time
             * @description Only keys that expire before this instant, or have expired.
             * @example 2027-01-31T12:00:00Z
             */
            expiresBefore?: string;
        };
        FoundToken: components["schemas"]["LiveToken"] | components["schemas"]["GoneToken"];
        /** @description A token that its key has. That says nothing of whether it is accepted: the key may be disabled or expired, and its account suspended. */
        LiveToken: {
            /** @enum {boolean} */
            gone: false;
            state: components["schemas"]["TokenState"];
            key: components["schemas"]["Key"];
        };
        /** @description A token that a key had. */
        GoneToken: {
            /** @enum {boolean} */
            gone: true;
            /**
             * @description `revoked`: the key was revoked. `rotated`: the token was replaced, and its key had another one from then on.
             * @enum {string}
             */
            reason: "revoked" | "rotated";
            key: components["schemas"]["RefusedKey"];
        };
        /** @description The key, unless the token is unknown. It may be deleted already. */
        RefusedKey: {
            /**
             * @description The key’s id.
             * @example key_6921a5d4b281af121fcda4cf
             */
            id: string;
            /**
             * @description The account’s id.
             * @example acc_6921a5c0b281af121fcda4ce
             */
            accountId: string;
            name: string;
        };
        LookupKey: {
            /**
             * Format: password
             * @description The token to look up.
             */
            token: string;
        };
        RevokedKeys: {
            /** @description How many keys met the filter when the call began. */
            matched: number;
            /** @description How many keys this call revoked. */
            revoked: number;
            /** @description Whether no key meets the filter any more. False: repeat the call to revoke the rest. */
            complete: boolean;
        };
        /**
         * @example {
         *       "filter": {
         *         "metadata": {
         *           "environment": "staging"
         *         },
         *         "unusedSince": "2026-01-31T12:00:00Z"
         *       },
         *       "dryRun": true
         *     }
         */
        RevokeKeys: {
            filter: components["schemas"]["KeyFilter"];
            /** @description True: count the keys, and revoke none. */
            dryRun?: boolean;
            /**
             * @description How many keys you expect to meet the filter. If it is another number, none is revoked.
             * @example 312
             */
            expectedCount?: number;
        };
        /**
         * @example {
         *       "overlapSeconds": 3600
         *     }
         */
        Rotate: {
            /**
             * @description How many seconds the current token lives once the new one is used. Default: 3600.
             * @example 3600
             */
            overlapSeconds?: number;
            /** @description True, for use after a leak: the new token is the current one at once, and every replica refuses all others once this returns. With true, send no `overlapSeconds`. A key that rotates itself loses its token with this call, and cannot repeat it if the response is lost: it should send `"overlapSeconds":0`. */
            immediate?: boolean;
            expiresIn?: components["schemas"]["Lifetime"];
            /**
             * Format: date-time
             * @description Expiry time, in the future, instead of `expiresIn`. With either, the key gets a new expiry when the new token is first used, or now if `immediate`; until then the current token keeps its own. Takes `keys:write` where a key calls. Default: the key keeps its expiry.
             * @example 2027-01-31T12:00:00Z
             */
            expiresAt?: string;
        };
        /**
         * @example {
         *       "overlapSeconds": 86400
         *     }
         */
        ExtendRotation: {
            /**
             * @description How many seconds the previous token lives from now. It never ends earlier than before.
             * @example 86400
             */
            overlapSeconds: number;
        };
        LimitStates: {
            data: components["schemas"]["LimitState"][];
        };
        LimitState: {
            /** @description The name of the limit. `quota`: a quota. */
            name: string;
            /** @description Whether it is a limit or the quota of the account, which all of its keys share. */
            sharedByAccount: boolean;
            /** @description Units per window. Of a quota: what it is refilled to; null if it is not refilled. */
            limit: number | null;
            /** @description Length of a window. Null for a quota. */
            windowSeconds: number | null;
            /** @description Units that are left, without those that a replica has taken to spend. */
            ungranted: number;
            /** @description Estimate of the units that replicas have taken: some of them may be spent. A replica gives back what it does not spend. */
            held: number;
            /**
             * Format: date-time
             * @description End of the window, or time of the next refill. Null: a quota that is never refilled.
             * @example 2026-01-31T12:00:00.000Z
             */
            resetAt: string | null;
        };
        /**
         * @example {
         *       "add": 5000
         *     }
         */
        QuotaAddition: {
            /**
             * @description So many units are added to what remains.
             * @example 5000
             */
            add: number;
        };
        Verdict: components["schemas"]["Valid"] | components["schemas"]["Invalid"];
        Valid: {
            /** @enum {boolean} */
            valid: true;
            key: components["schemas"]["VerifiedKey"];
            /** @description The limits and quotas of the key and of its account, after this verification: by name, and of equal names that of the key first. Absent if there are none, and for a token that is refused for another reason. */
            limits?: components["schemas"]["RemainingLimit"][];
            /** @description With `explain`: the outcome of each check, in order. For a token that is unknown or gone, they end with the one that failed. Limits and quotas are checked only if nothing else refuses the token, and there are any. */
            checks?: components["schemas"]["Check"][];
        };
        /** @description The key, as the token presents it: an exchanged token has its own `scopes` and `expiresAt`, which are never more than those of the key. */
        VerifiedKey: {
            /**
             * @description The key’s id.
             * @example key_6921a5d4b281af121fcda4cf
             */
            id: string;
            /**
             * @description The account’s id.
             * @example acc_6921a5c0b281af121fcda4ce
             */
            accountId: string;
            /** @description The product’s own id of the account. */
            externalId: string | null;
            /** @description What the key is for. */
            name: string;
            /** @description What the token may do: the scopes of the key and of its roles. */
            scopes: string[];
            /** @description Your own facts about the account, such as its plan. Only the operator can change them. Empty for callers outside the operator’s own account, which do not see them. */
            accountMetadata: {
                [key: string]: string | number | boolean;
            };
            /** @description Your own facts about the key. The owner of the account can change them. */
            metadata: {
                [key: string]: string | number | boolean;
            };
            /**
             * Format: date-time
             * @description Expiry time: the token is refused from then on. Null: never.
             * @example 2026-01-31T12:00:00.000Z
             */
            expiresAt: string | null;
            /**
             * @description With an exchanged token: the key that acts for this one, if one was named.
             * @example key_6921a5d4b281af121fcda4cf
             */
            actor?: string;
        };
        RemainingLimit: {
            name: string;
            /** @description Whether it is a limit or the quota of the account, which all of its keys share. */
            sharedByAccount: boolean;
            /** @description Units per window. Of a quota: what it is refilled to; null if it is not refilled. */
            limit: number | null;
            /** @description Length of a window. Null for a quota. */
            windowSeconds: number | null;
            /** @description Units left in this window. An estimate: other replicas may have taken some in the last second. */
            remaining: number;
            /**
             * Format: date-time
             * @description When the window ends, or the quota is refilled. Null: never.
             * @example 2026-01-31T12:00:00.000Z
             */
            resetAt: string | null;
        };
        /** @description What was checked, by the reason if it fails. */
        Check: {
            check: components["schemas"]["VerdictReason"];
            passed: boolean;
        };
        /**
         * @description Why a token is refused. `unknown`: there is no such key, or it is not yours to verify, or its account was deleted, or its token has been gone for longer than `TOMBSTONE_DAYS`. If several apply, the first in this order: unknown, revoked, rotated, account_disabled, disabled, expired, not_yet_valid, insufficient_scope, ip_not_allowed, wrong_audience, rate_limited, quota_exceeded.
         * @enum {string}
         */
        VerdictReason: "unknown" | "revoked" | "rotated" | "account_disabled" | "disabled" | "expired" | "not_yet_valid" | "insufficient_scope" | "ip_not_allowed" | "wrong_audience" | "rate_limited" | "quota_exceeded";
        Invalid: {
            /** @enum {boolean} */
            valid: false;
            reason: components["schemas"]["VerdictReason"];
            key?: components["schemas"]["RefusedKey"];
            /**
             * @description With `insufficient_scope`: the scopes that were asked for and that the key does not cover. Of alternatives that all fail, each is listed.
             * @example [
             *       "files:write"
             *     ]
             */
            missingScopes?: string[];
            /**
             * @description With `ip_not_allowed` and `wrong_audience`: what was compared or is missing, for people.
             * @example The key cannot be used from 198.51.100.7.
             */
            detail?: string;
            /** @description The limits and quotas of the key and of its account, after this verification: by name, and of equal names that of the key first. Absent if there are none, and for a token that is refused for another reason. */
            limits?: components["schemas"]["RemainingLimit"][];
            /**
             * @description With `rate_limited` and `quota_exceeded`: the names of the limits that have fewer units left than this takes. Where the key and its account both have a `quota`, `limits` says which of them is used up.
             * @example [
             *       "burst"
             *     ]
             */
            exceeded?: string[];
            /**
             * @description With `rate_limited` and `quota_exceeded`: seconds until each of them has units again. Absent if one never will, or if this takes more than a whole limit, or than a quota is refilled to.
             * @example 12
             */
            retryAfter?: number;
            /** @description With `explain`: the outcome of each check, in order. For a token that is unknown or gone, they end with the one that failed. Limits and quotas are checked only if nothing else refuses the token, and there are any. */
            checks?: components["schemas"]["Check"][];
        };
        Verification: {
            /** @description The token that was presented to you, whatever it is. */
            token: string;
            /**
             * @description Scopes that the key must cover, all of them. A wildcard is covered by itself or a wider one.
             * @example [
             *       "files:read",
             *       "files:write"
             *     ]
             */
            scopes?: string[];
            /**
             * @description Scopes of which the key must cover at least one.
             * @example [
             *       "invoices:read",
             *       "invoices:write"
             *     ]
             */
            anyScopes?: string[];
            /**
             * Format: scope-query
             * @description The scopes that the key must cover, with `AND`, `OR` and parentheses. `AND` binds tighter than `OR`. There is no `NOT`. A query has at most 50 scopes, and parentheses at most 8 levels deep.
             * @example orders:read AND (invoices:read OR invoices:write)
             */
            scopeQuery?: string;
            /**
             * @description How many units this takes of each limit and quota of the key and its account. Default: 1. With 0 nothing is taken. A verification takes all of its units or, where the token is refused, none; one that is repeated takes them again.
             * @example 1
             */
            cost?: number;
            /**
             * @description The same for some limits by their names, in place of `cost`; `quota` is the name of a quota. Where the key and its account both have a limit of this name, or a quota, this is taken from both. Names of limits that neither has are ignored.
             * @example {
             *       "tokens": 1500
             *     }
             */
            costs?: {
                [key: string]: number;
            };
            /**
             * @description The URI of your service. A key with an `audience` is accepted only if this is in it.
             * @example https://api.example.com
             */
            audience?: string;
            /**
             * @description The address that the token was presented from, IPv4 or IPv6. A key with `allowedIps` is refused without it. Shown as the key’s `lastUsedIp` where the token is good. What is no address is ignored.
             * @example 203.0.113.7
             */
            ip?: string | null;
            /**
             * @description What the token was presented with, such as a User-Agent header. Shown as the key’s `lastUsedUserAgent` where the token is good, in at most 500 characters.
             * @example files-cli/2.4
             */
            userAgent?: string | null;
            /** @description True adds the outcome of each check to the verdict, for debugging. */
            explain?: boolean;
        };
        Verdicts: {
            verdicts: components["schemas"]["Verdict"][];
        };
        VerificationBatch: {
            tokens: string[];
            /**
             * @description Scopes that the key must cover, all of them. A wildcard is covered by itself or a wider one.
             * @example [
             *       "files:read",
             *       "files:write"
             *     ]
             */
            scopes?: string[];
            /**
             * @description Scopes of which the key must cover at least one.
             * @example [
             *       "invoices:read",
             *       "invoices:write"
             *     ]
             */
            anyScopes?: string[];
            /**
             * Format: scope-query
             * @description The scopes that the key must cover, with `AND`, `OR` and parentheses. `AND` binds tighter than `OR`. There is no `NOT`. A query has at most 50 scopes, and parentheses at most 8 levels deep.
             * @example orders:read AND (invoices:read OR invoices:write)
             */
            scopeQuery?: string;
            /**
             * @description The URI of your service. A key with an `audience` is accepted only if this is in it.
             * @example https://api.example.com
             */
            audience?: string;
        };
        /** @description A problem (RFC 9457) for the client of the gateway: the same that the guards answer. */
        RefusedRequest: {
            /** @enum {string} */
            type: "about:blank";
            title: string;
            status: number;
            /**
             * @description The stable name of the problem: the reason of the verdict, or `invalid_token` for a key that is unknown, revoked, disabled by itself or with its account, or replaced.
             * @enum {string}
             */
            code: "expired" | "not_yet_valid" | "insufficient_scope" | "ip_not_allowed" | "wrong_audience" | "rate_limited" | "quota_exceeded" | "unauthenticated" | "invalid_request" | "invalid_token";
            detail: string;
            requestId: string;
            missingScopes?: string[];
        };
        UsageReport: {
            /**
             * Format: date-time
             * @description Start of the first bucket.
             * @example 2026-01-31T12:00:00.000Z
             */
            from: string;
            /**
             * Format: date-time
             * @description End of the last bucket.
             * @example 2026-01-31T12:00:00.000Z
             */
            to: string;
            bucket: components["schemas"]["BucketSize"];
            total: components["schemas"]["UsageCounts"];
            /** @description The buckets with at least one use, oldest first. */
            data: components["schemas"]["UsageBucket"][];
        };
        /**
         * @description The size of a bucket: an hour, or a day in UTC.
         * @enum {string}
         */
        BucketSize: "hour" | "day";
        /** @description The sum over all buckets. */
        UsageCounts: {
            /** @description Uses that were accepted. */
            valid: number;
            /** @description Uses of the key after it was revoked. */
            revoked: number;
            /** @description Uses of a previous token after its end. */
            rotated: number;
            /** @description Uses of the expired key. */
            expired: number;
            /** @description Uses while the account was disabled. */
            account_disabled: number;
            /** @description Uses of the disabled key. */
            disabled: number;
            /** @description Uses before `notBefore`. */
            not_yet_valid: number;
            /** @description Uses that lacked a required scope. */
            insufficient_scope: number;
            /** @description Uses from an address outside `allowedIps`, or from an unknown one. */
            ip_not_allowed: number;
            /** @description Uses by a verifier outside `audience`. */
            wrong_audience: number;
            /** @description Uses beyond a limit. */
            rate_limited: number;
            /** @description Uses beyond the quota. */
            quota_exceeded: number;
        };
        UsageBucket: {
            /**
             * Format: date-time
             * @description Start of the bucket.
             * @example 2026-01-31T12:00:00.000Z
             */
            start: string;
            /** @description Uses that were accepted. */
            valid: number;
            /** @description Uses of the key after it was revoked. */
            revoked: number;
            /** @description Uses of a previous token after its end. */
            rotated: number;
            /** @description Uses of the expired key. */
            expired: number;
            /** @description Uses while the account was disabled. */
            account_disabled: number;
            /** @description Uses of the disabled key. */
            disabled: number;
            /** @description Uses before `notBefore`. */
            not_yet_valid: number;
            /** @description Uses that lacked a required scope. */
            insufficient_scope: number;
            /** @description Uses from an address outside `allowedIps`, or from an unknown one. */
            ip_not_allowed: number;
            /** @description Uses by a verifier outside `audience`. */
            wrong_audience: number;
            /** @description Uses beyond a limit. */
            rate_limited: number;
            /** @description Uses beyond the quota. */
            quota_exceeded: number;
        };
        KeyUsagePage: {
            data: components["schemas"]["KeyUsage"][];
            /** @description Pass it as `cursor` to get the next page. Null on the last page. */
            nextCursor: string | null;
        };
        /** @description The counts of one key, in the whole range or on one day. */
        KeyUsage: {
            /**
             * @description The account’s id.
             * @example acc_6921a5c0b281af121fcda4ce
             */
            accountId: string;
            /**
             * @description Your own id for the account. Null: it has none, or it was deleted.
             * @example user_8812
             */
            externalId: string | null;
            /**
             * @description The key’s id.
             * @example key_6921a5d4b281af121fcda4cf
             */
            keyId: string;
            /**
             * Format: date-time
             * @description Start of the day, or of the range.
             * @example 2026-01-31T12:00:00.000Z
             */
            start: string;
            /** @description Uses that were accepted. */
            valid: number;
            /** @description Uses of the key after it was revoked. */
            revoked: number;
            /** @description Uses of a previous token after its end. */
            rotated: number;
            /** @description Uses of the expired key. */
            expired: number;
            /** @description Uses while the account was disabled. */
            account_disabled: number;
            /** @description Uses of the disabled key. */
            disabled: number;
            /** @description Uses before `notBefore`. */
            not_yet_valid: number;
            /** @description Uses that lacked a required scope. */
            insufficient_scope: number;
            /** @description Uses from an address outside `allowedIps`, or from an unknown one. */
            ip_not_allowed: number;
            /** @description Uses by a verifier outside `audience`. */
            wrong_audience: number;
            /** @description Uses beyond a limit. */
            rate_limited: number;
            /** @description Uses beyond the quota. */
            quota_exceeded: number;
        };
        Role: {
            /**
             * @description The role’s id.
             * @example role_6921a5e3b281af121fcda4d0
             */
            id: string;
            /** @description Keys have the role by this name. */
            name: string;
            description: string;
            /** @description What a key with the role may do, beside its own scopes. */
            scopes: string[];
            /**
             * Format: date-time
             * @description When the role was created.
             * @example 2026-01-31T12:00:00.000Z
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description When the role was last changed.
             * @example 2026-01-31T12:00:00.000Z
             */
            updatedAt: string;
        };
        /**
         * @example {
         *       "name": "editor",
         *       "scopes": [
         *         "files:read",
         *         "files:write"
         *       ]
         *     }
         */
        NewRole: {
            /**
             * @description The name that keys refer to it by. No two roles have the same.
             * @example editor
             */
            name: string;
            /**
             * @description What the role is for, for people.
             * @example Reads and writes files
             */
            description?: string;
            /**
             * @description What every key with the role may do, beside the key’s own scopes. They are written as those of keys are.
             * @example [
             *       "files:read",
             *       "files:write"
             *     ]
             */
            scopes: string[];
        };
        RolePage: {
            data: components["schemas"]["Role"][];
            /** @description Pass it as `cursor` to get the next page. Null on the last page. */
            nextCursor: string | null;
        };
        /**
         * @example {
         *       "scopes": [
         *         "files:read"
         *       ]
         *     }
         */
        RolePatch: {
            /**
             * @description The name that keys refer to it by. No two roles have the same.
             * @example editor
             */
            name?: string;
            /**
             * @description What the role is for, for people.
             * @example Reads and writes files
             */
            description?: string;
            /**
             * @description What every key with the role may do, beside the key’s own scopes. They are written as those of keys are.
             * @example [
             *       "files:read",
             *       "files:write"
             *     ]
             */
            scopes?: string[];
        };
        EventPage: {
            data: components["schemas"]["Event"][];
            /** @description Pass it as `cursor` to get the next page. Null on the last page. */
            nextCursor: string | null;
            /** @description With `order=asc`, on every page: pass it as `cursor`, now or later, to get the events after this page. It stays valid for as long as the database does. Null with `order=desc`. */
            followCursor: string | null;
        };
        Event: {
            /** @description The event’s id. Later events have greater ids. */
            id: string;
            type: components["schemas"]["EventType"];
            /**
             * Format: date-time
             * @description When it happened.
             * @example 2026-01-31T12:00:00.000Z
             */
            at: string;
            /** @description Who did it: `key_…` or `session_…`, the API key or session that made the call; `operator`, the operator token; `refresh_token`, whoever sent one; `anyone`, a caller without a credential; `github`, the secret scanning of GitHub; `latchkey`, the service itself. */
            actor: string;
            /** @description Whom the operator acted for: its `Latchkey-Actor` header. The owner of the account sees it too. */
            onBehalfOf: string | null;
            /** @description The `x-request-id` of the response; null if the service did it by itself. */
            requestId: string | null;
            /** @description The address of the caller, if known. For others than the operator it is null where the operator did it, with its token or with a key of its own account. */
            ip: string | null;
            /** @description The user agent of the caller, if known. For others than the operator it is null where the operator did it, with its token or with a key of its own account. */
            userAgent: string | null;
            /**
             * @description The account’s id.
             * @example acc_6921a5c0b281af121fcda4ce
             */
            accountId: string;
            /**
             * @description The key that it happened to; null if it happened to an account, a session or a role.
             * @example key_6921a5d4b281af121fcda4cf
             */
            keyId: string | null;
            /**
             * @description Facts about what happened. Never a token, a hash or a password.
             *
             *     - `key.minted` and `key.imported`: the `name`, `scopes` and `expiresAt` of the key, and its `roles`, `limits` and `quota` if it has any; of an imported key also its `createdAt` if it is older, and `disabled` if it is.
             *     - `account.created`: the `externalId` of the account, and the `metadata`, `policy`, `limits` and `quota` that it began with, if any.
             *     - `account.deleted`: the `externalId` that the account had, if any.
             *     - `key.changed` and `account.changed`: the fields of the patch, as `disabled` if an account was suspended or let back. Only the operator sees the `metadata` of an account.
             *     - `key.expiring` and `key.expired`: `expiresAt`. The first has `daysLeft` as well: 30, 7 or 1.
             *     - `key.unused`: `lastUsedAt`, which is null if the key was never used.
             *     - `key.leaked`: where the token was seen (`url`), and who says so (`source`).
             *     - `key.revoked`, `key.rotated`, `key.token_replaced` and `key.rotation_…`: the `name` of the key, and as `tokens` those that ended with this event, each as the key showed it last: `start`, `lastUsedAt`, `lastUsedIp` and `lastUsedUserAgent`. The last use may be missing if it was less than some seconds before.
             *     - `key.rotated` and `key.token_replaced` also: the `expiresAt` that the rotation named. That of the first takes effect with `key.token_activated`.
             *     - `key.revoked` also: the `reason`, if it was `leaked`, or `bulk` for `POST /v1/keys/revoke`.
             *     - `session.ended`: the `sessionId`, if it was signed out, and the `reason`, if it was `leaked`.
             *     - `key.quota_added` and `account.quota_added`: how many units (`add`).
             *     - `role.created`, `role.changed` and `role.deleted`, in the operator’s own account: `roleId`, and what was set.
             */
            data: {
                [key: string]: unknown;
            };
        };
        /**
         * @description What happened. More types may be added.
         *
         *     - `account.changed`: The `externalId`, the metadata, the policy, the limits or the quota of an account were changed, or it was suspended or let back.
         *     - `account.created`: An account was created.
         *     - `account.deleted`: An account was deleted, and with it its sessions and keys.
         *     - `account.quota_added`: Units were added to the quota of an account.
         *     - `key.changed`: A key was changed.
         *     - `key.expired`: A key expired.
         *     - `key.expiring`: A key expires in 30 days, in 7 days, or in 1 day.
         *     - `key.imported`: A key that another system made was imported.
         *     - `key.leaked`: A token of a key was reported as leaked.
         *     - `key.minted`: A key was created.
         *     - `key.quota_added`: Units were added to the quota of a key.
         *     - `key.revoked`: A key was deleted, by itself or with its account.
         *     - `key.rotated`: A key got a new token, which sleeps until it is used.
         *     - `key.rotation_cancelled`: The next token of a key was dropped before it was used.
         *     - `key.rotation_extended`: The previous token of a key got more time.
         *     - `key.rotation_finished`: The previous token of a key was ended before its time.
         *     - `key.token_activated`: The next token of a key was used for the first time, and became the current one.
         *     - `key.token_replaced`: A key got a new token at once, and every other token of it was ended.
         *     - `key.unused`: A key was not used for 90 days.
         *     - `password.changed`: The password of an account was changed.
         *     - `request.replayed`: A call was repeated with its Idempotency-Key, and got the first response again: of a key, its token.
         *     - `role.changed`: A role was changed.
         *     - `role.created`: A role was created.
         *     - `role.deleted`: A role was deleted, and the keys that had it lost its scopes.
         *     - `session.ended`: A session was signed out, by itself or by another session of its account, or its refresh token was revoked or reported as leaked.
         *     - `session.refresh_repeated`: A refresh token was sent again within 30 seconds, before the next one was used, and got the same next one.
         *     - `session.refreshed`: A session was refreshed.
         *     - `session.reuse_detected`: A refresh token was sent again, too late or after the next one was used, and its session was ended.
         *     - `session.started`: An account signed in.
         * @enum {string}
         */
        EventType: "account.changed" | "account.created" | "account.deleted" | "account.quota_added" | "key.changed" | "key.expired" | "key.expiring" | "key.imported" | "key.leaked" | "key.minted" | "key.quota_added" | "key.revoked" | "key.rotated" | "key.rotation_cancelled" | "key.rotation_extended" | "key.rotation_finished" | "key.token_activated" | "key.token_replaced" | "key.unused" | "password.changed" | "request.replayed" | "role.changed" | "role.created" | "role.deleted" | "session.ended" | "session.refresh_repeated" | "session.refreshed" | "session.reuse_detected" | "session.started";
        LeakReport: {
            /**
             * Format: password
             * @description The token that was seen.
             */
            token: string;
            /**
             * @description Where it was seen.
             * @example https://git.example.com/shop/api/blob/4f2c1d/.env#L3
             */
            url?: string;
            /**
             * @description Who or what found it.
             * @example gitleaks in CI
             */
            source?: string;
        };
        GithubMatch: {
            /**
             * Format: password
             * @description What matched.
             */
            token: string;
            /** @description The name of the pattern that matched. */
            type?: string;
            /** @description Where it was found. Can be empty. */
            url?: string;
            /**
             * @description What kind of place that is.
             * @example commit
             */
            source?: string;
        };
        /**
         * @example {
         *       "id": "acc_6921a5c0b281af121fcda4ce",
         *       "email": "ada@example.com",
         *       "externalId": null,
         *       "disabledAt": null,
         *       "metadata": {},
         *       "policy": null,
         *       "limits": [],
         *       "quota": null,
         *       "keyCount": 0,
         *       "createdAt": "2026-01-31T12:00:00.000Z"
         *     }
         */
        Account: {
            /**
             * @description The account’s id.
             * @example acc_6921a5c0b281af121fcda4ce
             */
            id: string;
            /** @description Null: the account has no password. */
            email: string | null;
            /** @description Your own id for the account. Null: it has none. */
            externalId: string | null;
            /**
             * Format: date-time
             * @description When the operator suspended the account: every key of it is refused, and none can be created. Null: it is not suspended.
             * @example 2026-01-31T12:00:00.000Z
             */
            disabledAt: string | null;
            /** @description Your own facts about the account. Only the operator sees them: the account itself gets `{}`. */
            metadata: {
                [key: string]: string | number | boolean;
            };
            /** @description Null: the account has no rules of its own. */
            policy: components["schemas"]["Policy"] | null;
            /** @description In the order of their names. */
            limits: components["schemas"]["Limit"][];
            /** @description Null: the account has no quota. */
            quota: components["schemas"]["Quota"] | null;
            /** @description How many keys the account has, whatever their status. */
            keyCount: number;
            /**
             * Format: date-time
             * @description When the account was created.
             * @example 2026-01-31T12:00:00.000Z
             */
            createdAt: string;
        };
        /** @description What the account’s keys are held to when they are created or changed. A rule that is not set here is that of the deployment. */
        Policy: {
            /** @description Maximum number of keys, expired and disabled ones included. */
            maxKeys?: number;
            /** @description Longest lifetime of a key, in seconds from the creation of its current token. Keys must then expire; a key that was rotated can be given a later expiry. */
            maxLifetimeSeconds?: number;
            /** @description True: keys must expire. */
            expiryRequired?: boolean;
            /** @description The scopes that keys can be granted. A wildcard such as `files:*` allows every scope that begins with `files:`. No wildcard allows the scopes of this API: name them. The scopes of a role count when a key is given the role; a later change of the role is not bounded. */
            allowedScopes?: string[];
        };
        NewAccount: components["schemas"]["SignUp"] | components["schemas"]["ExternalAccount"];
        SignUp: {
            /**
             * Format: email
             * @example ada@example.com
             */
            email: string;
            /**
             * Format: password
             * @description 8 to 128 characters of any kind.
             */
            password: string;
        };
        /**
         * @example {
         *       "externalId": "user_8812",
         *       "metadata": {
         *         "plan": "pro",
         *         "region": "eu"
         *       }
         *     }
         */
        ExternalAccount: {
            /**
             * @description Your own id for this account.
             * @example user_8812
             */
            externalId: string;
            /**
             * @description Up to 50 facts of your own about the account. Only the operator sets and sees them, so services can decide by them: a plan, a shard, a region. Every valid verdict on a key of the account returns them as `accountMetadata`. As JSON, in UTF-8, their names and texts take at most 4096 bytes together.
             * @example {
             *       "plan": "pro",
             *       "region": "eu"
             *     }
             */
            metadata?: {
                [key: string]: string | number | boolean;
            };
            /** @description Null: no rules of its own. */
            policy?: components["schemas"]["PolicyPatch"] | null;
            /**
             * @description Up to 8 limits that all keys of the account share: a verification of any of them counts in each. No two have the same name.
             * @example [
             *       {
             *         "name": "burst",
             *         "limit": 100,
             *         "windowSeconds": 60
             *       }
             *     ]
             */
            limits?: components["schemas"]["NewLimit"][];
            quota?: components["schemas"]["NewQuota"];
        };
        /** @description What the account’s keys are held to when they are created or changed. A rule that is not set here is that of the deployment. */
        PolicyPatch: {
            /** @description Maximum number of keys, expired and disabled ones included. Null: as the deployment sets it. */
            maxKeys?: number | null;
            /** @description Longest lifetime of a key, in seconds from the creation of its current token. Keys must then expire; a key that was rotated can be given a later expiry. Null: as the deployment sets it. */
            maxLifetimeSeconds?: number | null;
            /** @description True: keys must expire. Null: as the deployment sets it. */
            expiryRequired?: boolean | null;
            /**
             * @description The scopes that keys can be granted. A wildcard such as `files:*` allows every scope that begins with `files:`. No wildcard allows the scopes of this API: name them. The scopes of a role count when a key is given the role; a later change of the role is not bounded. Null: as the deployment sets it.
             * @example [
             *       "files:read",
             *       "files:write"
             *     ]
             */
            allowedScopes?: string[] | null;
        };
        AccountPage: {
            data: components["schemas"]["Account"][];
            /** @description Pass it as `cursor` to get the next page. Null on the last page. */
            nextCursor: string | null;
        };
        /**
         * @example {
         *       "policy": {
         *         "maxKeys": 50,
         *         "maxLifetimeSeconds": 7776000,
         *         "allowedScopes": [
         *           "files:*"
         *         ]
         *       }
         *     }
         */
        AccountPatch: {
            /**
             * @description Your own id for this account; no two accounts have the same. Null removes it, if the account has an email.
             * @example user_8812
             */
            externalId?: string | null;
            /** @description True suspends the account: every key of it is refused with the reason `account_disabled`, until this is false again. */
            disabled?: boolean;
            /**
             * @description Entries of the account’s metadata to set; null removes one (RFC 7396). Only the operator sets and sees them, so services can decide by them: a plan, a shard, a region. Every valid verdict on a key of the account returns them as `accountMetadata`. When the call returns, the change is in force in every replica and every verifier. At most 50 may remain, whose names and texts take at most 4096 bytes together as JSON.
             * @example {
             *       "plan": "enterprise"
             *     }
             */
            metadata?: {
                [key: string]: string | number | boolean | null;
            };
            /** @description Null removes all rules of the account. */
            policy?: components["schemas"]["PolicyPatch"] | null;
            /**
             * @description Up to 8 limits that all keys of the account share: a verification of any of them counts in each. No two have the same name. The list replaces the one before; `[]` removes all. A limit that is sent as it is keeps its count. A new `limit` with the same `windowSeconds` counts what was used in this window; with another `windowSeconds`, a new window begins. When the call returns, the change is in force in every replica.
             * @example [
             *       {
             *         "name": "burst",
             *         "limit": 100,
             *         "windowSeconds": 60
             *       }
             *     ]
             */
            limits?: components["schemas"]["NewLimit"][];
            /** @description Null removes the quota. */
            quota?: components["schemas"]["QuotaPatch"] | null;
        };
        PasswordChange: {
            /** Format: password */
            currentPassword: string;
            /**
             * Format: password
             * @description 8 to 128 characters of any kind.
             */
            newPassword: string;
        };
        Session: {
            /**
             * @description A JWT (RFC 9068; EdDSA with Ed25519) to send as `Authorization: Bearer`. Verify it with the keys of `/.well-known/jwks.json`, which sign other tokens as well: the header’s `typ` must be `at+jwt`, `iss` and `aud` the public URL. `sub` is the account.
             * @example eyJhbGciOiJFZERTQSIsInR5cCI6ImF0K2p3dCJ9…
             */
            accessToken: string;
            /** @enum {string} */
            tokenType: "Bearer";
            /**
             * @description Seconds until the access token expires.
             * @example 900
             */
            expiresIn: number;
            /**
             * @description Valid for one refresh, which can be repeated for 30 seconds. Keep it as secret as a password.
             * @example lkr_8MZrAqkP2vYw0sTnBxLdEoHjCgUfVi3K1aRmQpXy
             */
            refreshToken: string;
            /**
             * Format: date-time
             * @description When the session ends, if it is not refreshed: 30 days after its last refresh, and at most 90 days after it began.
             * @example 2026-01-31T12:00:00.000Z
             */
            refreshExpiresAt: string;
        };
        SignIn: {
            /**
             * Format: email
             * @example ada@example.com
             */
            email: string;
            /** Format: password */
            password: string;
        };
        Refresh: {
            refreshToken: string;
        };
        AccountSessionPage: {
            data: components["schemas"]["AccountSession"][];
            /** @description Pass it as `cursor` to get the next page. Null on the last page. */
            nextCursor: string | null;
        };
        /**
         * @example {
         *       "id": "session_6921a5c9b281af121fcda4cd",
         *       "current": true,
         *       "createdAt": "2026-01-31T12:00:00.000Z",
         *       "lastUsedAt": "2026-02-02T09:15:00.000Z",
         *       "expiresAt": "2026-03-04T09:15:00.000Z",
         *       "ip": "203.0.113.7",
         *       "userAgent": "Mozilla/5.0 (X11; Linux x86_64; rv:147.0) Gecko/20100101 Firefox/147.0"
         *     }
         */
        AccountSession: {
            /**
             * @description The session’s id, as which it is the `actor` of events.
             * @example session_6921a5c9b281af121fcda4cd
             */
            id: string;
            /** @description Whether it is the session that makes the call. */
            current: boolean;
            /**
             * Format: date-time
             * @description When the account signed in.
             * @example 2026-01-31T12:00:00.000Z
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description When the session was last refreshed, or began. Its last call is at most 15 minutes later.
             * @example 2026-01-31T12:00:00.000Z
             */
            lastUsedAt: string;
            /**
             * Format: date-time
             * @description When the session ends, if it is not refreshed.
             * @example 2026-01-31T12:00:00.000Z
             */
            expiresAt: string;
            /** @description The address that the account signed in from. Null if it is unknown, or the event of that is deleted. */
            ip: string | null;
            /** @description The user agent that the account signed in with, likewise. */
            userAgent: string | null;
        };
        JwkSet: {
            keys: components["schemas"]["JsonWebKey"][];
        };
        JsonWebKey: {
            /** @enum {string} */
            kty: "OKP";
            /** @enum {string} */
            crv: "Ed25519";
            /** @description The public key, base64url. */
            x: string;
            kid: string;
            /** @enum {string} */
            alg: "EdDSA";
            /** @enum {string} */
            use: "sig";
        };
        Liveness: {
            /** @enum {string} */
            status: "ok";
            /**
             * @description The release of Latchkey that runs.
             * @example 0.1.0
             */
            version: string;
        };
        Readiness: {
            /** @enum {string} */
            status: "ok";
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type MintedKey = components['schemas']['MintedKey'];
export type KeyStatus = components['schemas']['KeyStatus'];
export type Limit = components['schemas']['Limit'];
export type Quota = components['schemas']['Quota'];
export type Refill = components['schemas']['Refill'];
export type RefillPeriod = components['schemas']['RefillPeriod'];
export type KeyToken = components['schemas']['KeyToken'];
export type TokenState = components['schemas']['TokenState'];
export type Creator = components['schemas']['Creator'];
export type Problem = components['schemas']['Problem'];
export type ProblemCode = components['schemas']['ProblemCode'];
export type Violation = components['schemas']['Violation'];
export type NewKey = components['schemas']['NewKey'];
export type Lifetime = components['schemas']['Lifetime'];
export type NewLimit = components['schemas']['NewLimit'];
export type NewQuota = components['schemas']['NewQuota'];
export type NewRefill = components['schemas']['NewRefill'];
export type Key = components['schemas']['Key'];
export type NewImport = components['schemas']['NewImport'];
export type ImportOutcomes = components['schemas']['ImportOutcomes'];
export type ImportOutcome = components['schemas']['ImportOutcome'];
export type Imported = components['schemas']['Imported'];
export type NotImported = components['schemas']['NotImported'];
export type ImportBatch = components['schemas']['ImportBatch'];
export type BatchedImport = components['schemas']['BatchedImport'];
export type KeyPage = components['schemas']['KeyPage'];
export type KeyPatch = components['schemas']['KeyPatch'];
export type QuotaPatch = components['schemas']['QuotaPatch'];
export type SearchKeys = components['schemas']['SearchKeys'];
export type KeyFilter = components['schemas']['KeyFilter'];
export type FoundToken = components['schemas']['FoundToken'];
export type LiveToken = components['schemas']['LiveToken'];
export type GoneToken = components['schemas']['GoneToken'];
export type RefusedKey = components['schemas']['RefusedKey'];
export type LookupKey = components['schemas']['LookupKey'];
export type RevokedKeys = components['schemas']['RevokedKeys'];
export type RevokeKeys = components['schemas']['RevokeKeys'];
export type Rotate = components['schemas']['Rotate'];
export type ExtendRotation = components['schemas']['ExtendRotation'];
export type LimitStates = components['schemas']['LimitStates'];
export type LimitState = components['schemas']['LimitState'];
export type QuotaAddition = components['schemas']['QuotaAddition'];
export type Verdict = components['schemas']['Verdict'];
export type Valid = components['schemas']['Valid'];
export type VerifiedKey = components['schemas']['VerifiedKey'];
export type RemainingLimit = components['schemas']['RemainingLimit'];
export type Check = components['schemas']['Check'];
export type VerdictReason = components['schemas']['VerdictReason'];
export type Invalid = components['schemas']['Invalid'];
export type Verification = components['schemas']['Verification'];
export type Verdicts = components['schemas']['Verdicts'];
export type VerificationBatch = components['schemas']['VerificationBatch'];
export type RefusedRequest = components['schemas']['RefusedRequest'];
export type UsageReport = components['schemas']['UsageReport'];
export type BucketSize = components['schemas']['BucketSize'];
export type UsageCounts = components['schemas']['UsageCounts'];
export type UsageBucket = components['schemas']['UsageBucket'];
export type KeyUsagePage = components['schemas']['KeyUsagePage'];
export type KeyUsage = components['schemas']['KeyUsage'];
export type Role = components['schemas']['Role'];
export type NewRole = components['schemas']['NewRole'];
export type RolePage = components['schemas']['RolePage'];
export type RolePatch = components['schemas']['RolePatch'];
export type EventPage = components['schemas']['EventPage'];
export type Event = components['schemas']['Event'];
export type EventType = components['schemas']['EventType'];
export type LeakReport = components['schemas']['LeakReport'];
export type GithubMatch = components['schemas']['GithubMatch'];
export type Account = components['schemas']['Account'];
export type Policy = components['schemas']['Policy'];
export type NewAccount = components['schemas']['NewAccount'];
export type SignUp = components['schemas']['SignUp'];
export type ExternalAccount = components['schemas']['ExternalAccount'];
export type PolicyPatch = components['schemas']['PolicyPatch'];
export type AccountPage = components['schemas']['AccountPage'];
export type AccountPatch = components['schemas']['AccountPatch'];
export type PasswordChange = components['schemas']['PasswordChange'];
export type Session = components['schemas']['Session'];
export type SignIn = components['schemas']['SignIn'];
export type Refresh = components['schemas']['Refresh'];
export type AccountSessionPage = components['schemas']['AccountSessionPage'];
export type AccountSession = components['schemas']['AccountSession'];
export type JwkSet = components['schemas']['JwkSet'];
export type JsonWebKey = components['schemas']['JsonWebKey'];
export type Liveness = components['schemas']['Liveness'];
export type Readiness = components['schemas']['Readiness'];
export type $defs = Record<string, never>;
export interface operations {
    listKeys: {
        parameters: {
            query?: {
                /** @description The account to act on. Required with the operator token, and for a key that acts for the operator, save where it rotates itself. Other callers act on their own account. */
                accountId?: string;
                /** @description The account to act on, by its `externalId`. Use it instead of `accountId`. */
                externalId?: string;
                /** @description Maximum number of items. */
                limit?: number;
                /** @description The `nextCursor` of the previous page of the same list. Opaque: do not build or store one. */
                cursor?: string;
                /** @description Only keys of this status. */
                status?: components["schemas"]["KeyStatus"];
                /** @description Only keys whose name contains this, ignoring case, or whose `start` begins with it. */
                search?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of keys. */
            200: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "key_6921a5d4b281af121fcda4cf",
                     *           "accountId": "acc_6921a5c0b281af121fcda4ce",
                     *           "name": "Mobile app",
                     *           "start": "lk_3fYq",
                     *           "scopes": [
                     *             "files:read"
                     *           ],
                     *           "roles": [],
                     *           "metadata": {
                     *             "environment": "production"
                     *           },
                     *           "status": "active",
                     *           "expiresAt": "2026-05-01T12:00:00.000Z",
                     *           "disabledAt": null,
                     *           "notBefore": null,
                     *           "allowedIps": [
                     *             "203.0.113.0/24"
                     *           ],
                     *           "audience": null,
                     *           "limits": [
                     *             {
                     *               "name": "burst",
                     *               "limit": 100,
                     *               "windowSeconds": 60
                     *             }
                     *           ],
                     *           "quota": null,
                     *           "lastUsedAt": "2026-01-31T12:30:00.000Z",
                     *           "lastUsedIp": "203.0.113.7",
                     *           "lastUsedUserAgent": "files-cli/2.4",
                     *           "tokens": [
                     *             {
                     *               "state": "current",
                     *               "start": "lk_3fYq",
                     *               "createdAt": "2026-01-31T12:00:00.000Z",
                     *               "activatedAt": "2026-01-31T12:00:00.000Z",
                     *               "endsAt": null,
                     *               "expiresAt": "2026-05-01T12:00:00.000Z",
                     *               "overlapSeconds": null,
                     *               "lastUsedAt": "2026-01-31T12:30:00.000Z",
                     *               "lastUsedIp": "203.0.113.7",
                     *               "lastUsedUserAgent": "files-cli/2.4"
                     *             }
                     *           ],
                     *           "createdBy": {
                     *             "actor": "operator",
                     *             "onBehalfOf": "support@example.com"
                     *           },
                     *           "createdAt": "2026-01-31T12:00:00.000Z",
                     *           "updatedAt": "2026-01-31T12:00:00.000Z"
                     *         }
                     *       ],
                     *       "nextCursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["KeyPage"];
                };
            };
            /** @description The credential is missing, invalid or expired. */
            401: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description The challenge of RFC 6750, section 3: the realm, and what is wrong with the token. */
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 401,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unauthorized",
                     *       "code": "unauthenticated",
                     *       "detail": "Send a credential as \"Authorization: Bearer <token>\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The credential is valid, but is not allowed to do this. */
            403: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Sent if another credential or scope would be accepted: the challenge of RFC 6750, section 3. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 403,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Forbidden",
                     *       "code": "insufficient_scope",
                     *       "detail": "This needs the scope \"keys:write\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It does not exist in this account. Other accounts’ resources return 404. */
            404: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 404,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Not Found",
                     *       "code": "key_not_found",
                     *       "detail": "This account has no such key."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A value is invalid. `errors` lists each one. */
            422: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 422,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unprocessable Content",
                     *       "code": "invalid_input",
                     *       "detail": "One value is invalid: see errors.",
                     *       "errors": [
                     *         {
                     *           "detail": "Must have 1 to 255 characters.",
                     *           "pointer": "#/name"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service. A write may or may not have been made: check before you repeat it. Report the `requestId`. */
            500: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 500,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Internal Server Error",
                     *       "code": "internal_error",
                     *       "detail": "This should not have happened, and is logged under the requestId."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many lists wait to be read (`overloaded`; nothing was done), or the database did not answer (`database_unavailable`). */
            503: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Seconds to wait before the next try. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 503,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Service Unavailable",
                     *       "code": "overloaded",
                     *       "detail": "Too many lists wait to be read: try again in a second."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createKey: {
        parameters: {
            query?: {
                /** @description The account to act on. Required with the operator token, and for a key that acts for the operator, save where it rotates itself. Other callers act on their own account. */
                accountId?: string;
                /** @description The account to act on, by its `externalId`. Use it instead of `accountId`. */
                externalId?: string;
            };
            header?: {
                /** @description The person or service on whose behalf the operator acts. The events of this request record it as `onBehalfOf`, and so does a key that it creates. The owner of the account sees it. Only the operator can send it, also with a key of its own account: from any other caller it returns 422. */
                "Latchkey-Actor"?: string;
                /** @description Makes the call safe to repeat: use a new UUID for each key you create or rotate, and send it again when you repeat the call. A repeated call returns the same token again, with `Idempotent-Replayed: true`, for 24 hours or until the token is used or the key is revoked. 16 to 255 visible ASCII characters, bare or in quotes. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewKey"];
            };
        };
        responses: {
            /** @description The key, with its token. */
            201: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description The path of the key. */
                    Location: string;
                    /** @description Sent if an earlier call with the same `Idempotency-Key` did what this one asks for. */
                    "Idempotent-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "key_6921a5d4b281af121fcda4cf",
                     *       "accountId": "acc_6921a5c0b281af121fcda4ce",
                     *       "name": "Mobile app",
                     *       "start": "lk_3fYq",
                     *       "scopes": [
                     *         "files:read"
                     *       ],
                     *       "roles": [],
                     *       "metadata": {
                     *         "environment": "production"
                     *       },
                     *       "status": "active",
                     *       "expiresAt": "2026-05-01T12:00:00.000Z",
                     *       "disabledAt": null,
                     *       "notBefore": null,
                     *       "allowedIps": [
                     *         "203.0.113.0/24"
                     *       ],
                     *       "audience": null,
                     *       "limits": [
                     *         {
                     *           "name": "burst",
                     *           "limit": 100,
                     *           "windowSeconds": 60
                     *         }
                     *       ],
                     *       "quota": null,
                     *       "lastUsedAt": null,
                     *       "lastUsedIp": null,
                     *       "lastUsedUserAgent": null,
                     *       "tokens": [
                     *         {
                     *           "state": "current",
                     *           "start": "lk_3fYq",
                     *           "createdAt": "2026-01-31T12:00:00.000Z",
                     *           "activatedAt": "2026-01-31T12:00:00.000Z",
                     *           "endsAt": null,
                     *           "expiresAt": "2026-05-01T12:00:00.000Z",
                     *           "overlapSeconds": null,
                     *           "lastUsedAt": null,
                     *           "lastUsedIp": null,
                     *           "lastUsedUserAgent": null
                     *         }
                     *       ],
                     *       "createdBy": {
                     *         "actor": "operator",
                     *         "onBehalfOf": "support@example.com"
                     *       },
                     *       "createdAt": "2026-01-31T12:00:00.000Z",
                     *       "updatedAt": "2026-01-31T12:00:00.000Z",
                     *       "token": "lk_3fYqWm0JX2tL8bRvKcN5aZ7dHs9uEpG41oMZ2f"
                     *     }
                     */
                    "application/json": components["schemas"]["MintedKey"];
                };
            };
            /** @description The body could not be read. */
            400: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 400,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Bad Request",
                     *       "code": "malformed_body",
                     *       "detail": "The body is not valid JSON."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The credential is missing, invalid or expired. */
            401: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description The challenge of RFC 6750, section 3: the realm, and what is wrong with the token. */
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 401,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unauthorized",
                     *       "code": "unauthenticated",
                     *       "detail": "Send a credential as \"Authorization: Bearer <token>\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The credential is valid, but is not allowed to do this; the account is suspended (`account_disabled`); or the policy of the account does not allow a scope or the lifetime (`beyond_policy`, and `errors` lists each value). */
            403: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Sent if another credential or scope would be accepted: the challenge of RFC 6750, section 3. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 403,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Forbidden",
                     *       "code": "insufficient_scope",
                     *       "detail": "This needs the scope \"keys:write\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It does not exist in this account. Other accounts’ resources return 404. */
            404: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 404,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Not Found",
                     *       "code": "key_not_found",
                     *       "detail": "This account has no such key."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The account has reached its limit of keys (`key_limit_reached`), or the first call with this `Idempotency-Key` created a key whose token cannot be returned again (`already_done`, and `keyId` names the key). */
            409: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 409,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Conflict",
                     *       "code": "key_limit_reached",
                     *       "detail": "The account has 1000 keys, and may have no more: delete one that is not needed first."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 64 KiB. */
            413: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 413,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Content Too Large",
                     *       "code": "body_too_large",
                     *       "detail": "The body may have at most 65536 bytes."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not declared as JSON, or has a `Content-Encoding`. `Accept` or `Accept-Encoding` lists what is accepted. */
            415: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 415,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unsupported Media Type",
                     *       "code": "unsupported_media_type",
                     *       "detail": "The body must have one of these content types, in UTF-8: application/json."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A value is invalid (`invalid_input`, and `errors` lists each one), or the `Idempotency-Key` was sent with another request (`idempotency_key_reused`). */
            422: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 422,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unprocessable Content",
                     *       "code": "invalid_input",
                     *       "detail": "One value is invalid: see errors.",
                     *       "errors": [
                     *         {
                     *           "detail": "Must have 1 to 255 characters.",
                     *           "pointer": "#/name"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service. A write may or may not have been made: check before you repeat it. Report the `requestId`. */
            500: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 500,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Internal Server Error",
                     *       "code": "internal_error",
                     *       "detail": "This should not have happened, and is logged under the requestId."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database did not answer. A write may or may not have been made: check before you repeat it. */
            503: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Seconds to wait before the next try. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 503,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Service Unavailable",
                     *       "code": "database_unavailable",
                     *       "detail": "The database cannot be reached: try again in a second."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    importKey: {
        parameters: {
            query?: {
                /** @description The account to act on. Required with the operator token, and for a key that acts for the operator, save where it rotates itself. Other callers act on their own account. */
                accountId?: string;
                /** @description The account to act on, by its `externalId`. Use it instead of `accountId`. */
                externalId?: string;
            };
            header?: {
                /** @description The person or service on whose behalf the operator acts. The events of this request record it as `onBehalfOf`, and so does a key that it creates. The owner of the account sees it. Only the operator can send it, also with a key of its own account: from any other caller it returns 422. */
                "Latchkey-Actor"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewImport"];
            };
        };
        responses: {
            /** @description The key. */
            201: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description The path of the key. */
                    Location: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "key_6921a5d4b281af121fcda4cf",
                     *       "accountId": "acc_6921a5c0b281af121fcda4ce",
                     *       "name": "Mobile app",
                     *       "start": "sk_live_4f",
                     *       "scopes": [
                     *         "files:read"
                     *       ],
                     *       "roles": [],
                     *       "metadata": {
                     *         "environment": "production"
                     *       },
                     *       "status": "active",
                     *       "expiresAt": "2026-05-01T12:00:00.000Z",
                     *       "disabledAt": null,
                     *       "notBefore": null,
                     *       "allowedIps": [
                     *         "203.0.113.0/24"
                     *       ],
                     *       "audience": null,
                     *       "limits": [
                     *         {
                     *           "name": "burst",
                     *           "limit": 100,
                     *           "windowSeconds": 60
                     *         }
                     *       ],
                     *       "quota": null,
                     *       "lastUsedAt": null,
                     *       "lastUsedIp": null,
                     *       "lastUsedUserAgent": null,
                     *       "tokens": [
                     *         {
                     *           "state": "current",
                     *           "start": "sk_live_4f",
                     *           "createdAt": "2026-01-31T12:00:00.000Z",
                     *           "activatedAt": "2026-01-31T12:00:00.000Z",
                     *           "endsAt": null,
                     *           "expiresAt": "2026-05-01T12:00:00.000Z",
                     *           "overlapSeconds": null,
                     *           "lastUsedAt": null,
                     *           "lastUsedIp": null,
                     *           "lastUsedUserAgent": null
                     *         }
                     *       ],
                     *       "createdBy": {
                     *         "actor": "operator",
                     *         "onBehalfOf": "support@example.com"
                     *       },
                     *       "createdAt": "2026-01-31T12:00:00.000Z",
                     *       "updatedAt": "2026-01-31T12:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Key"];
                };
            };
            /** @description The body could not be read. */
            400: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 400,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Bad Request",
                     *       "code": "malformed_body",
                     *       "detail": "The body is not valid JSON."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The credential is missing, invalid or expired. */
            401: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description The challenge of RFC 6750, section 3: the realm, and what is wrong with the token. */
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 401,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unauthorized",
                     *       "code": "unauthenticated",
                     *       "detail": "Send a credential as \"Authorization: Bearer <token>\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The credential is valid, but is not allowed to do this; the account is suspended (`account_disabled`); or the policy of the account does not allow a scope or the lifetime (`beyond_policy`, and `errors` lists each value). */
            403: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Sent if another credential or scope would be accepted: the challenge of RFC 6750, section 3. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 403,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Forbidden",
                     *       "code": "insufficient_scope",
                     *       "detail": "This needs the scope \"keys:write\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It does not exist in this account. Other accounts’ resources return 404. */
            404: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 404,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Not Found",
                     *       "code": "key_not_found",
                     *       "detail": "This account has no such key."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The token was imported before (`token_exists`), so an import can be run again. `keyId` names the key that has it, or had it: for `TOMBSTONE_DAYS` after the token is gone, unless the account is deleted. Or the account has reached its limit of keys (`key_limit_reached`). */
            409: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 409,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Conflict",
                     *       "code": "token_exists",
                     *       "detail": "This token was imported before."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 64 KiB. */
            413: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 413,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Content Too Large",
                     *       "code": "body_too_large",
                     *       "detail": "The body may have at most 65536 bytes."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not declared as JSON, or has a `Content-Encoding`. `Accept` or `Accept-Encoding` lists what is accepted. */
            415: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 415,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unsupported Media Type",
                     *       "code": "unsupported_media_type",
                     *       "detail": "The body must have one of these content types, in UTF-8: application/json."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A value is invalid. `errors` lists each one. */
            422: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 422,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unprocessable Content",
                     *       "code": "invalid_input",
                     *       "detail": "One value is invalid: see errors.",
                     *       "errors": [
                     *         {
                     *           "detail": "Must have 1 to 255 characters.",
                     *           "pointer": "#/name"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service. A write may or may not have been made: check before you repeat it. Report the `requestId`. */
            500: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 500,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Internal Server Error",
                     *       "code": "internal_error",
                     *       "detail": "This should not have happened, and is logged under the requestId."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database did not answer. A write may or may not have been made: check before you repeat it. */
            503: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Seconds to wait before the next try. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 503,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Service Unavailable",
                     *       "code": "database_unavailable",
                     *       "detail": "The database cannot be reached: try again in a second."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    importKeyBatch: {
        parameters: {
            query?: never;
            header?: {
                /** @description The person or service on whose behalf the operator acts. The events of this request record it as `onBehalfOf`, and so does a key that it creates. The owner of the account sees it. Only the operator can send it, also with a key of its own account: from any other caller it returns 422. */
                "Latchkey-Actor"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ImportBatch"];
            };
        };
        responses: {
            /** @description The outcomes. */
            200: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "outcomes": [
                     *         {
                     *           "imported": true,
                     *           "key": {
                     *             "id": "key_6921a5d4b281af121fcda4cf",
                     *             "accountId": "acc_6921a5c0b281af121fcda4ce",
                     *             "name": "Mobile app",
                     *             "start": "sk_live_4f",
                     *             "scopes": [
                     *               "files:read"
                     *             ],
                     *             "roles": [],
                     *             "metadata": {
                     *               "environment": "production"
                     *             },
                     *             "status": "active",
                     *             "expiresAt": "2026-05-01T12:00:00.000Z",
                     *             "disabledAt": null,
                     *             "notBefore": null,
                     *             "allowedIps": [
                     *               "203.0.113.0/24"
                     *             ],
                     *             "audience": null,
                     *             "limits": [
                     *               {
                     *                 "name": "burst",
                     *                 "limit": 100,
                     *                 "windowSeconds": 60
                     *               }
                     *             ],
                     *             "quota": null,
                     *             "lastUsedAt": null,
                     *             "lastUsedIp": null,
                     *             "lastUsedUserAgent": null,
                     *             "tokens": [
                     *               {
                     *                 "state": "current",
                     *                 "start": "sk_live_4f",
                     *                 "createdAt": "2026-01-31T12:00:00.000Z",
                     *                 "activatedAt": "2026-01-31T12:00:00.000Z",
                     *                 "endsAt": null,
                     *                 "expiresAt": "2026-05-01T12:00:00.000Z",
                     *                 "overlapSeconds": null,
                     *                 "lastUsedAt": null,
                     *                 "lastUsedIp": null,
                     *                 "lastUsedUserAgent": null
                     *               }
                     *             ],
                     *             "createdBy": {
                     *               "actor": "operator",
                     *               "onBehalfOf": "support@example.com"
                     *             },
                     *             "createdAt": "2026-01-31T12:00:00.000Z",
                     *             "updatedAt": "2026-01-31T12:00:00.000Z"
                     *           }
                     *         },
                     *         {
                     *           "imported": false,
                     *           "code": "token_exists",
                     *           "detail": "This token was imported before.",
                     *           "keyId": "key_6921a5d4b281af121fcda4cf"
                     *         },
                     *         {
                     *           "imported": false,
                     *           "code": "account_not_found",
                     *           "detail": "This account does not exist."
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["ImportOutcomes"];
                };
            };
            /** @description The body could not be read. */
            400: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 400,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Bad Request",
                     *       "code": "malformed_body",
                     *       "detail": "The body is not valid JSON."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The credential is missing, invalid or expired. */
            401: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description The challenge of RFC 6750, section 3: the realm, and what is wrong with the token. */
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 401,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unauthorized",
                     *       "code": "unauthenticated",
                     *       "detail": "Send a credential as \"Authorization: Bearer <token>\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The credential is valid, but is not allowed to do this. */
            403: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Sent if another credential or scope would be accepted: the challenge of RFC 6750, section 3. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 403,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Forbidden",
                     *       "code": "insufficient_scope",
                     *       "detail": "This needs the scope \"keys:write\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 512 KiB. */
            413: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 413,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Content Too Large",
                     *       "code": "body_too_large",
                     *       "detail": "The body may have at most 524288 bytes."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not declared as JSON, or has a `Content-Encoding`. `Accept` or `Accept-Encoding` lists what is accepted. */
            415: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 415,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unsupported Media Type",
                     *       "code": "unsupported_media_type",
                     *       "detail": "The body must have one of these content types, in UTF-8: application/json."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A value is invalid. `errors` lists each one. */
            422: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 422,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unprocessable Content",
                     *       "code": "invalid_input",
                     *       "detail": "One value is invalid: see errors.",
                     *       "errors": [
                     *         {
                     *           "detail": "Must have 1 to 255 characters.",
                     *           "pointer": "#/name"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service. A write may or may not have been made: check before you repeat it. Report the `requestId`. */
            500: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 500,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Internal Server Error",
                     *       "code": "internal_error",
                     *       "detail": "This should not have happened, and is logged under the requestId."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many batches wait to be imported (`overloaded`; nothing was done), or the database did not answer (`database_unavailable`; some keys may be imported: repeat the call). */
            503: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Seconds to wait before the next try. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 503,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Service Unavailable",
                     *       "code": "overloaded",
                     *       "detail": "Too many batches wait to be imported: try again in a second."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getKey: {
        parameters: {
            query?: {
                /** @description The account to act on. Required with the operator token, and for a key that acts for the operator, save where it rotates itself. Other callers act on their own account. */
                accountId?: string;
                /** @description The account to act on, by its `externalId`. Use it instead of `accountId`. */
                externalId?: string;
            };
            header?: never;
            path: {
                /** @description The key’s id. */
                keyId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The key. */
            200: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "key_6921a5d4b281af121fcda4cf",
                     *       "accountId": "acc_6921a5c0b281af121fcda4ce",
                     *       "name": "Mobile app",
                     *       "start": "lk_3fYq",
                     *       "scopes": [
                     *         "files:read"
                     *       ],
                     *       "roles": [],
                     *       "metadata": {
                     *         "environment": "production"
                     *       },
                     *       "status": "active",
                     *       "expiresAt": "2026-05-01T12:00:00.000Z",
                     *       "disabledAt": null,
                     *       "notBefore": null,
                     *       "allowedIps": [
                     *         "203.0.113.0/24"
                     *       ],
                     *       "audience": null,
                     *       "limits": [
                     *         {
                     *           "name": "burst",
                     *           "limit": 100,
                     *           "windowSeconds": 60
                     *         }
                     *       ],
                     *       "quota": null,
                     *       "lastUsedAt": "2026-01-31T12:30:00.000Z",
                     *       "lastUsedIp": "203.0.113.7",
                     *       "lastUsedUserAgent": "files-cli/2.4",
                     *       "tokens": [
                     *         {
                     *           "state": "current",
                     *           "start": "lk_3fYq",
                     *           "createdAt": "2026-01-31T12:00:00.000Z",
                     *           "activatedAt": "2026-01-31T12:00:00.000Z",
                     *           "endsAt": null,
                     *           "expiresAt": "2026-05-01T12:00:00.000Z",
                     *           "overlapSeconds": null,
                     *           "lastUsedAt": "2026-01-31T12:30:00.000Z",
                     *           "lastUsedIp": "203.0.113.7",
                     *           "lastUsedUserAgent": "files-cli/2.4"
                     *         }
                     *       ],
                     *       "createdBy": {
                     *         "actor": "operator",
                     *         "onBehalfOf": "support@example.com"
                     *       },
                     *       "createdAt": "2026-01-31T12:00:00.000Z",
                     *       "updatedAt": "2026-01-31T12:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Key"];
                };
            };
            /** @description The credential is missing, invalid or expired. */
            401: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description The challenge of RFC 6750, section 3: the realm, and what is wrong with the token. */
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 401,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unauthorized",
                     *       "code": "unauthenticated",
                     *       "detail": "Send a credential as \"Authorization: Bearer <token>\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The credential is valid, but is not allowed to do this. */
            403: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Sent if another credential or scope would be accepted: the challenge of RFC 6750, section 3. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 403,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Forbidden",
                     *       "code": "insufficient_scope",
                     *       "detail": "This needs the scope \"keys:write\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It does not exist in this account. Other accounts’ resources return 404. */
            404: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 404,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Not Found",
                     *       "code": "key_not_found",
                     *       "detail": "This account has no such key."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A value is invalid. `errors` lists each one. */
            422: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 422,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unprocessable Content",
                     *       "code": "invalid_input",
                     *       "detail": "One value is invalid: see errors.",
                     *       "errors": [
                     *         {
                     *           "detail": "Must have 1 to 255 characters.",
                     *           "pointer": "#/name"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service. A write may or may not have been made: check before you repeat it. Report the `requestId`. */
            500: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 500,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Internal Server Error",
                     *       "code": "internal_error",
                     *       "detail": "This should not have happened, and is logged under the requestId."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database did not answer. A write may or may not have been made: check before you repeat it. */
            503: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Seconds to wait before the next try. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 503,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Service Unavailable",
                     *       "code": "database_unavailable",
                     *       "detail": "The database cannot be reached: try again in a second."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteKey: {
        parameters: {
            query?: {
                /** @description The account to act on. Required with the operator token, and for a key that acts for the operator, save where it rotates itself. Other callers act on their own account. */
                accountId?: string;
                /** @description The account to act on, by its `externalId`. Use it instead of `accountId`. */
                externalId?: string;
            };
            header?: {
                /** @description The person or service on whose behalf the operator acts. The events of this request record it as `onBehalfOf`, and so does a key that it creates. The owner of the account sees it. Only the operator can send it, also with a key of its own account: from any other caller it returns 422. */
                "Latchkey-Actor"?: string;
            };
            path: {
                /** @description The key’s id. */
                keyId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The key is gone. */
            204: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The credential is missing, invalid or expired. */
            401: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description The challenge of RFC 6750, section 3: the realm, and what is wrong with the token. */
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 401,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unauthorized",
                     *       "code": "unauthenticated",
                     *       "detail": "Send a credential as \"Authorization: Bearer <token>\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The credential is valid, but is not allowed to do this. */
            403: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Sent if another credential or scope would be accepted: the challenge of RFC 6750, section 3. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 403,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Forbidden",
                     *       "code": "insufficient_scope",
                     *       "detail": "This needs the scope \"keys:write\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It does not exist in this account. Other accounts’ resources return 404. */
            404: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 404,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Not Found",
                     *       "code": "key_not_found",
                     *       "detail": "This account has no such key."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A value is invalid. `errors` lists each one. */
            422: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 422,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unprocessable Content",
                     *       "code": "invalid_input",
                     *       "detail": "One value is invalid: see errors.",
                     *       "errors": [
                     *         {
                     *           "detail": "Must have 1 to 255 characters.",
                     *           "pointer": "#/name"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service. A write may or may not have been made: check before you repeat it. Report the `requestId`. */
            500: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 500,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Internal Server Error",
                     *       "code": "internal_error",
                     *       "detail": "This should not have happened, and is logged under the requestId."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database did not answer. A write may or may not have been made: check before you repeat it. */
            503: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Seconds to wait before the next try. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 503,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Service Unavailable",
                     *       "code": "database_unavailable",
                     *       "detail": "The database cannot be reached: try again in a second."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    updateKey: {
        parameters: {
            query?: {
                /** @description The account to act on. Required with the operator token, and for a key that acts for the operator, save where it rotates itself. Other callers act on their own account. */
                accountId?: string;
                /** @description The account to act on, by its `externalId`. Use it instead of `accountId`. */
                externalId?: string;
            };
            header?: {
                /** @description The person or service on whose behalf the operator acts. The events of this request record it as `onBehalfOf`, and so does a key that it creates. The owner of the account sees it. Only the operator can send it, also with a key of its own account: from any other caller it returns 422. */
                "Latchkey-Actor"?: string;
            };
            path: {
                /** @description The key’s id. */
                keyId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["KeyPatch"];
                "application/merge-patch+json": components["schemas"]["KeyPatch"];
            };
        };
        responses: {
            /** @description The key as it is now. */
            200: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "key_6921a5d4b281af121fcda4cf",
                     *       "accountId": "acc_6921a5c0b281af121fcda4ce",
                     *       "name": "Mobile app",
                     *       "start": "lk_3fYq",
                     *       "scopes": [
                     *         "files:read"
                     *       ],
                     *       "roles": [],
                     *       "metadata": {
                     *         "environment": "production"
                     *       },
                     *       "status": "active",
                     *       "expiresAt": "2026-05-01T12:00:00.000Z",
                     *       "disabledAt": null,
                     *       "notBefore": null,
                     *       "allowedIps": [
                     *         "203.0.113.0/24"
                     *       ],
                     *       "audience": null,
                     *       "limits": [
                     *         {
                     *           "name": "burst",
                     *           "limit": 100,
                     *           "windowSeconds": 60
                     *         }
                     *       ],
                     *       "quota": null,
                     *       "lastUsedAt": "2026-01-31T12:30:00.000Z",
                     *       "lastUsedIp": "203.0.113.7",
                     *       "lastUsedUserAgent": "files-cli/2.4",
                     *       "tokens": [
                     *         {
                     *           "state": "current",
                     *           "start": "lk_3fYq",
                     *           "createdAt": "2026-01-31T12:00:00.000Z",
                     *           "activatedAt": "2026-01-31T12:00:00.000Z",
                     *           "endsAt": null,
                     *           "expiresAt": "2026-05-01T12:00:00.000Z",
                     *           "overlapSeconds": null,
                     *           "lastUsedAt": "2026-01-31T12:30:00.000Z",
                     *           "lastUsedIp": "203.0.113.7",
                     *           "lastUsedUserAgent": "files-cli/2.4"
                     *         }
                     *       ],
                     *       "createdBy": {
                     *         "actor": "operator",
                     *         "onBehalfOf": "support@example.com"
                     *       },
                     *       "createdAt": "2026-01-31T12:00:00.000Z",
                     *       "updatedAt": "2026-01-31T12:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Key"];
                };
            };
            /** @description The body could not be read. */
            400: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 400,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Bad Request",
                     *       "code": "malformed_body",
                     *       "detail": "The body is not valid JSON."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The credential is missing, invalid or expired. */
            401: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description The challenge of RFC 6750, section 3: the realm, and what is wrong with the token. */
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 401,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unauthorized",
                     *       "code": "unauthenticated",
                     *       "detail": "Send a credential as \"Authorization: Bearer <token>\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The credential is valid, but is not allowed to do this; or the policy of the account does not allow a scope or the lifetime (`beyond_policy`, and `errors` lists each value). */
            403: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Sent if another credential or scope would be accepted: the challenge of RFC 6750, section 3. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 403,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Forbidden",
                     *       "code": "insufficient_scope",
                     *       "detail": "This needs the scope \"keys:write\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It does not exist in this account. Other accounts’ resources return 404. */
            404: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 404,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Not Found",
                     *       "code": "key_not_found",
                     *       "detail": "This account has no such key."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 64 KiB. */
            413: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 413,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Content Too Large",
                     *       "code": "body_too_large",
                     *       "detail": "The body may have at most 65536 bytes."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not declared as JSON, or has a `Content-Encoding`. `Accept` or `Accept-Encoding` lists what is accepted. */
            415: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 415,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unsupported Media Type",
                     *       "code": "unsupported_media_type",
                     *       "detail": "The body must have one of these content types, in UTF-8: application/json."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A value is invalid. `errors` lists each one. */
            422: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 422,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unprocessable Content",
                     *       "code": "invalid_input",
                     *       "detail": "One value is invalid: see errors.",
                     *       "errors": [
                     *         {
                     *           "detail": "Must have 1 to 255 characters.",
                     *           "pointer": "#/name"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service. A write may or may not have been made: check before you repeat it. Report the `requestId`. */
            500: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 500,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Internal Server Error",
                     *       "code": "internal_error",
                     *       "detail": "This should not have happened, and is logged under the requestId."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database did not answer. A write may or may not have been made: check before you repeat it. */
            503: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Seconds to wait before the next try. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 503,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Service Unavailable",
                     *       "code": "database_unavailable",
                     *       "detail": "The database cannot be reached: try again in a second."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    searchKeys: {
        parameters: {
            query?: {
                /** @description Maximum number of items. */
                limit?: number;
                /** @description The `nextCursor` of the previous page of the same list. Opaque: do not build or store one. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SearchKeys"];
            };
        };
        responses: {
            /** @description One page of keys. */
            200: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "key_6921a5d4b281af121fcda4cf",
                     *           "accountId": "acc_6921a5c0b281af121fcda4ce",
                     *           "name": "Mobile app",
                     *           "start": "lk_3fYq",
                     *           "scopes": [
                     *             "files:read"
                     *           ],
                     *           "roles": [],
                     *           "metadata": {
                     *             "environment": "production"
                     *           },
                     *           "status": "active",
                     *           "expiresAt": "2026-05-01T12:00:00.000Z",
                     *           "disabledAt": null,
                     *           "notBefore": null,
                     *           "allowedIps": [
                     *             "203.0.113.0/24"
                     *           ],
                     *           "audience": null,
                     *           "limits": [
                     *             {
                     *               "name": "burst",
                     *               "limit": 100,
                     *               "windowSeconds": 60
                     *             }
                     *           ],
                     *           "quota": null,
                     *           "lastUsedAt": "2026-01-31T12:30:00.000Z",
                     *           "lastUsedIp": "203.0.113.7",
                     *           "lastUsedUserAgent": "files-cli/2.4",
                     *           "tokens": [
                     *             {
                     *               "state": "current",
                     *               "start": "lk_3fYq",
                     *               "createdAt": "2026-01-31T12:00:00.000Z",
                     *               "activatedAt": "2026-01-31T12:00:00.000Z",
                     *               "endsAt": null,
                     *               "expiresAt": "2026-05-01T12:00:00.000Z",
                     *               "overlapSeconds": null,
                     *               "lastUsedAt": "2026-01-31T12:30:00.000Z",
                     *               "lastUsedIp": "203.0.113.7",
                     *               "lastUsedUserAgent": "files-cli/2.4"
                     *             }
                     *           ],
                     *           "createdBy": {
                     *             "actor": "operator",
                     *             "onBehalfOf": "support@example.com"
                     *           },
                     *           "createdAt": "2026-01-31T12:00:00.000Z",
                     *           "updatedAt": "2026-01-31T12:00:00.000Z"
                     *         }
                     *       ],
                     *       "nextCursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["KeyPage"];
                };
            };
            /** @description The body could not be read. */
            400: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 400,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Bad Request",
                     *       "code": "malformed_body",
                     *       "detail": "The body is not valid JSON."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The credential is missing, invalid or expired. */
            401: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description The challenge of RFC 6750, section 3: the realm, and what is wrong with the token. */
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 401,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unauthorized",
                     *       "code": "unauthenticated",
                     *       "detail": "Send a credential as \"Authorization: Bearer <token>\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The credential is valid, but is not allowed to do this. */
            403: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Sent if another credential or scope would be accepted: the challenge of RFC 6750, section 3. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 403,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Forbidden",
                     *       "code": "insufficient_scope",
                     *       "detail": "This needs the scope \"keys:write\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The account that is named does not exist. */
            404: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 404,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Not Found",
                     *       "code": "account_not_found",
                     *       "detail": "There is no such account."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 64 KiB. */
            413: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 413,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Content Too Large",
                     *       "code": "body_too_large",
                     *       "detail": "The body may have at most 65536 bytes."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not declared as JSON, or has a `Content-Encoding`. `Accept` or `Accept-Encoding` lists what is accepted. */
            415: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 415,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unsupported Media Type",
                     *       "code": "unsupported_media_type",
                     *       "detail": "The body must have one of these content types, in UTF-8: application/json."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A value is invalid. `errors` lists each one. */
            422: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 422,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unprocessable Content",
                     *       "code": "invalid_input",
                     *       "detail": "One value is invalid: see errors.",
                     *       "errors": [
                     *         {
                     *           "detail": "Must have 1 to 255 characters.",
                     *           "pointer": "#/name"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service. A write may or may not have been made: check before you repeat it. Report the `requestId`. */
            500: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 500,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Internal Server Error",
                     *       "code": "internal_error",
                     *       "detail": "This should not have happened, and is logged under the requestId."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many lists wait to be read (`overloaded`; nothing was done), or the database did not answer (`database_unavailable`). */
            503: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Seconds to wait before the next try. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 503,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Service Unavailable",
                     *       "code": "overloaded",
                     *       "detail": "Too many lists wait to be read: try again in a second."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    lookupKey: {
        parameters: {
            query?: {
                /** @description Only a key of this account. Without it, the operator finds keys of all accounts, and other callers those of their own. A key with `operator:keys`, and without `operator:read`, names one, and not that of the operator. */
                accountId?: string;
                /** @description Only a key of this account, by its `externalId`. Use it instead of `accountId`. */
                externalId?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LookupKey"];
            };
        };
        responses: {
            /** @description The key that has the token, and which of its tokens that is; or the key that had it. */
            200: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FoundToken"];
                };
            };
            /** @description The body could not be read. */
            400: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 400,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Bad Request",
                     *       "code": "malformed_body",
                     *       "detail": "The body is not valid JSON."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The credential is missing, invalid or expired. */
            401: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description The challenge of RFC 6750, section 3: the realm, and what is wrong with the token. */
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 401,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unauthorized",
                     *       "code": "unauthenticated",
                     *       "detail": "Send a credential as \"Authorization: Bearer <token>\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The credential is valid, but is not allowed to do this. */
            403: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Sent if another credential or scope would be accepted: the challenge of RFC 6750, section 3. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 403,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Forbidden",
                     *       "code": "insufficient_scope",
                     *       "detail": "This needs the scope \"keys:write\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key has the token, and none had it in the last `TOMBSTONE_DAYS`, or it is not a key of yours (`token_not_found`); or the account that is named does not exist (`account_not_found`). */
            404: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 404,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Not Found",
                     *       "code": "token_not_found",
                     *       "detail": "No key has this token."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 64 KiB. */
            413: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 413,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Content Too Large",
                     *       "code": "body_too_large",
                     *       "detail": "The body may have at most 65536 bytes."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not declared as JSON, or has a `Content-Encoding`. `Accept` or `Accept-Encoding` lists what is accepted. */
            415: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 415,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unsupported Media Type",
                     *       "code": "unsupported_media_type",
                     *       "detail": "The body must have one of these content types, in UTF-8: application/json."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A value is invalid. `errors` lists each one. */
            422: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 422,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unprocessable Content",
                     *       "code": "invalid_input",
                     *       "detail": "One value is invalid: see errors.",
                     *       "errors": [
                     *         {
                     *           "detail": "Must have 1 to 255 characters.",
                     *           "pointer": "#/name"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service. A write may or may not have been made: check before you repeat it. Report the `requestId`. */
            500: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 500,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Internal Server Error",
                     *       "code": "internal_error",
                     *       "detail": "This should not have happened, and is logged under the requestId."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database did not answer. A write may or may not have been made: check before you repeat it. */
            503: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Seconds to wait before the next try. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 503,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Service Unavailable",
                     *       "code": "database_unavailable",
                     *       "detail": "The database cannot be reached: try again in a second."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revokeKeys: {
        parameters: {
            query?: never;
            header?: {
                /** @description The person or service on whose behalf the operator acts. The events of this request record it as `onBehalfOf`, and so does a key that it creates. The owner of the account sees it. Only the operator can send it, also with a key of its own account: from any other caller it returns 422. */
                "Latchkey-Actor"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RevokeKeys"];
            };
        };
        responses: {
            /** @description What was counted and revoked. */
            200: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RevokedKeys"];
                };
            };
            /** @description The body could not be read. */
            400: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 400,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Bad Request",
                     *       "code": "malformed_body",
                     *       "detail": "The body is not valid JSON."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The credential is missing, invalid or expired. */
            401: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description The challenge of RFC 6750, section 3: the realm, and what is wrong with the token. */
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 401,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unauthorized",
                     *       "code": "unauthenticated",
                     *       "detail": "Send a credential as \"Authorization: Bearer <token>\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The credential is valid, but is not allowed to do this. */
            403: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Sent if another credential or scope would be accepted: the challenge of RFC 6750, section 3. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 403,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Forbidden",
                     *       "code": "insufficient_scope",
                     *       "detail": "This needs the scope \"keys:write\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The account that is named does not exist. */
            404: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 404,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Not Found",
                     *       "code": "account_not_found",
                     *       "detail": "There is no such account."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Another number of keys than `expectedCount` meets the filter. `matched` says how many. */
            409: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 409,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Conflict",
                     *       "code": "count_differs",
                     *       "detail": "The filter matches 314 keys, not 312: nothing was revoked."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 64 KiB. */
            413: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 413,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Content Too Large",
                     *       "code": "body_too_large",
                     *       "detail": "The body may have at most 65536 bytes."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not declared as JSON, or has a `Content-Encoding`. `Accept` or `Accept-Encoding` lists what is accepted. */
            415: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 415,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unsupported Media Type",
                     *       "code": "unsupported_media_type",
                     *       "detail": "The body must have one of these content types, in UTF-8: application/json."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A value is invalid. `errors` lists each one. */
            422: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 422,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unprocessable Content",
                     *       "code": "invalid_input",
                     *       "detail": "One value is invalid: see errors.",
                     *       "errors": [
                     *         {
                     *           "detail": "Must have 1 to 255 characters.",
                     *           "pointer": "#/name"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service. A write may or may not have been made: check before you repeat it. Report the `requestId`. */
            500: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 500,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Internal Server Error",
                     *       "code": "internal_error",
                     *       "detail": "This should not have happened, and is logged under the requestId."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database did not answer. Some keys may be revoked: repeat the call. */
            503: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Seconds to wait before the next try. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 503,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Service Unavailable",
                     *       "code": "database_unavailable",
                     *       "detail": "The database cannot be reached: try again in a second."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rotateKey: {
        parameters: {
            query?: {
                /** @description The account to act on. Required with the operator token, and for a key that acts for the operator, save where it rotates itself. Other callers act on their own account. */
                accountId?: string;
                /** @description The account to act on, by its `externalId`. Use it instead of `accountId`. */
                externalId?: string;
            };
            header?: {
                /** @description The person or service on whose behalf the operator acts. The events of this request record it as `onBehalfOf`, and so does a key that it creates. The owner of the account sees it. Only the operator can send it, also with a key of its own account: from any other caller it returns 422. */
                "Latchkey-Actor"?: string;
                /** @description Makes the call safe to repeat: use a new UUID for each key you create or rotate, and send it again when you repeat the call. A repeated call returns the same token again, with `Idempotent-Replayed: true`, for 24 hours or until the token is used or the key is revoked. 16 to 255 visible ASCII characters, bare or in quotes. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description The key’s id. */
                keyId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Rotate"];
            };
        };
        responses: {
            /** @description The key, with its new token. A repeated call returns the key as it is by then. */
            200: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Sent if an earlier call with the same `Idempotency-Key` did what this one asks for. */
                    "Idempotent-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "key_6921a5d4b281af121fcda4cf",
                     *       "accountId": "acc_6921a5c0b281af121fcda4ce",
                     *       "name": "Mobile app",
                     *       "start": "lk_3fYq",
                     *       "scopes": [
                     *         "files:read"
                     *       ],
                     *       "roles": [],
                     *       "metadata": {
                     *         "environment": "production"
                     *       },
                     *       "status": "active",
                     *       "expiresAt": "2026-05-01T12:00:00.000Z",
                     *       "disabledAt": null,
                     *       "notBefore": null,
                     *       "allowedIps": [
                     *         "203.0.113.0/24"
                     *       ],
                     *       "audience": null,
                     *       "limits": [
                     *         {
                     *           "name": "burst",
                     *           "limit": 100,
                     *           "windowSeconds": 60
                     *         }
                     *       ],
                     *       "quota": null,
                     *       "lastUsedAt": "2026-01-31T12:30:00.000Z",
                     *       "lastUsedIp": "203.0.113.7",
                     *       "lastUsedUserAgent": "files-cli/2.4",
                     *       "tokens": [
                     *         {
                     *           "state": "current",
                     *           "start": "lk_3fYq",
                     *           "createdAt": "2026-01-31T12:00:00.000Z",
                     *           "activatedAt": "2026-01-31T12:00:00.000Z",
                     *           "endsAt": null,
                     *           "expiresAt": "2026-05-01T12:00:00.000Z",
                     *           "overlapSeconds": null,
                     *           "lastUsedAt": "2026-01-31T12:30:00.000Z",
                     *           "lastUsedIp": "203.0.113.7",
                     *           "lastUsedUserAgent": "files-cli/2.4"
                     *         },
                     *         {
                     *           "state": "next",
                     *           "start": "lk_8vQz",
                     *           "createdAt": "2026-03-01T12:00:00.000Z",
                     *           "activatedAt": null,
                     *           "endsAt": null,
                     *           "expiresAt": "2026-05-30T12:00:00.000Z",
                     *           "overlapSeconds": 3600,
                     *           "lastUsedAt": null,
                     *           "lastUsedIp": null,
                     *           "lastUsedUserAgent": null
                     *         }
                     *       ],
                     *       "createdBy": {
                     *         "actor": "operator",
                     *         "onBehalfOf": "support@example.com"
                     *       },
                     *       "createdAt": "2026-01-31T12:00:00.000Z",
                     *       "updatedAt": "2026-03-01T12:00:00.000Z",
                     *       "token": "lk_8vQzT1nW5kE9xUaGfP3rJc7yBhVm2sLd0iR6oS"
                     *     }
                     */
                    "application/json": components["schemas"]["MintedKey"];
                };
            };
            /** @description The body could not be read. */
            400: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 400,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Bad Request",
                     *       "code": "malformed_body",
                     *       "detail": "The body is not valid JSON."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The credential is missing, invalid or expired. */
            401: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description The challenge of RFC 6750, section 3: the realm, and what is wrong with the token. */
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 401,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unauthorized",
                     *       "code": "unauthenticated",
                     *       "detail": "Send a credential as \"Authorization: Bearer <token>\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The credential is valid, but is not allowed to do this; or the policy of the account does not allow a scope or the lifetime (`beyond_policy`, and `errors` lists each value). */
            403: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Sent if another credential or scope would be accepted: the challenge of RFC 6750, section 3. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 403,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Forbidden",
                     *       "code": "insufficient_scope",
                     *       "detail": "This needs the scope \"keys:write\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It does not exist in this account. Other accounts’ resources return 404. */
            404: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 404,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Not Found",
                     *       "code": "key_not_found",
                     *       "detail": "This account has no such key."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The previous token is still accepted (`rotation_draining`), or the first call with this `Idempotency-Key` brought a token that cannot be returned again (`already_done`). */
            409: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 409,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Conflict",
                     *       "code": "rotation_draining",
                     *       "detail": "The previous token of the key is still accepted: finish its rotation first, or rotate with \"immediate\": true."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 64 KiB. */
            413: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 413,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Content Too Large",
                     *       "code": "body_too_large",
                     *       "detail": "The body may have at most 65536 bytes."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not declared as JSON, or has a `Content-Encoding`. `Accept` or `Accept-Encoding` lists what is accepted. */
            415: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 415,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unsupported Media Type",
                     *       "code": "unsupported_media_type",
                     *       "detail": "The body must have one of these content types, in UTF-8: application/json."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A value is invalid (`invalid_input`, and `errors` lists each one), or the `Idempotency-Key` was sent with another request (`idempotency_key_reused`). */
            422: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 422,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unprocessable Content",
                     *       "code": "invalid_input",
                     *       "detail": "One value is invalid: see errors.",
                     *       "errors": [
                     *         {
                     *           "detail": "Must have 1 to 255 characters.",
                     *           "pointer": "#/name"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service. A write may or may not have been made: check before you repeat it. Report the `requestId`. */
            500: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 500,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Internal Server Error",
                     *       "code": "internal_error",
                     *       "detail": "This should not have happened, and is logged under the requestId."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database did not answer. A write may or may not have been made: check before you repeat it. */
            503: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Seconds to wait before the next try. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 503,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Service Unavailable",
                     *       "code": "database_unavailable",
                     *       "detail": "The database cannot be reached: try again in a second."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    cancelRotation: {
        parameters: {
            query?: {
                /** @description The account to act on. Required with the operator token, and for a key that acts for the operator, save where it rotates itself. Other callers act on their own account. */
                accountId?: string;
                /** @description The account to act on, by its `externalId`. Use it instead of `accountId`. */
                externalId?: string;
            };
            header?: {
                /** @description The person or service on whose behalf the operator acts. The events of this request record it as `onBehalfOf`, and so does a key that it creates. The owner of the account sees it. Only the operator can send it, also with a key of its own account: from any other caller it returns 422. */
                "Latchkey-Actor"?: string;
            };
            path: {
                /** @description The key’s id. */
                keyId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The key as it is now. */
            200: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "key_6921a5d4b281af121fcda4cf",
                     *       "accountId": "acc_6921a5c0b281af121fcda4ce",
                     *       "name": "Mobile app",
                     *       "start": "lk_3fYq",
                     *       "scopes": [
                     *         "files:read"
                     *       ],
                     *       "roles": [],
                     *       "metadata": {
                     *         "environment": "production"
                     *       },
                     *       "status": "active",
                     *       "expiresAt": "2026-05-01T12:00:00.000Z",
                     *       "disabledAt": null,
                     *       "notBefore": null,
                     *       "allowedIps": [
                     *         "203.0.113.0/24"
                     *       ],
                     *       "audience": null,
                     *       "limits": [
                     *         {
                     *           "name": "burst",
                     *           "limit": 100,
                     *           "windowSeconds": 60
                     *         }
                     *       ],
                     *       "quota": null,
                     *       "lastUsedAt": "2026-01-31T12:30:00.000Z",
                     *       "lastUsedIp": "203.0.113.7",
                     *       "lastUsedUserAgent": "files-cli/2.4",
                     *       "tokens": [
                     *         {
                     *           "state": "current",
                     *           "start": "lk_3fYq",
                     *           "createdAt": "2026-01-31T12:00:00.000Z",
                     *           "activatedAt": "2026-01-31T12:00:00.000Z",
                     *           "endsAt": null,
                     *           "expiresAt": "2026-05-01T12:00:00.000Z",
                     *           "overlapSeconds": null,
                     *           "lastUsedAt": "2026-01-31T12:30:00.000Z",
                     *           "lastUsedIp": "203.0.113.7",
                     *           "lastUsedUserAgent": "files-cli/2.4"
                     *         }
                     *       ],
                     *       "createdBy": {
                     *         "actor": "operator",
                     *         "onBehalfOf": "support@example.com"
                     *       },
                     *       "createdAt": "2026-01-31T12:00:00.000Z",
                     *       "updatedAt": "2026-01-31T12:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Key"];
                };
            };
            /** @description The credential is missing, invalid or expired. */
            401: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description The challenge of RFC 6750, section 3: the realm, and what is wrong with the token. */
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 401,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unauthorized",
                     *       "code": "unauthenticated",
                     *       "detail": "Send a credential as \"Authorization: Bearer <token>\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The credential is valid, but is not allowed to do this. */
            403: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Sent if another credential or scope would be accepted: the challenge of RFC 6750, section 3. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 403,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Forbidden",
                     *       "code": "insufficient_scope",
                     *       "detail": "This needs the scope \"keys:write\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It does not exist in this account. Other accounts’ resources return 404. */
            404: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 404,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Not Found",
                     *       "code": "key_not_found",
                     *       "detail": "This account has no such key."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key is not at that step of a rotation. */
            409: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 409,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Conflict",
                     *       "code": "rotation_not_pending",
                     *       "detail": "The key has no next token: there is no rotation to cancel."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A value is invalid. `errors` lists each one. */
            422: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 422,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unprocessable Content",
                     *       "code": "invalid_input",
                     *       "detail": "One value is invalid: see errors.",
                     *       "errors": [
                     *         {
                     *           "detail": "Must have 1 to 255 characters.",
                     *           "pointer": "#/name"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service. A write may or may not have been made: check before you repeat it. Report the `requestId`. */
            500: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 500,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Internal Server Error",
                     *       "code": "internal_error",
                     *       "detail": "This should not have happened, and is logged under the requestId."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database did not answer. A write may or may not have been made: check before you repeat it. */
            503: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Seconds to wait before the next try. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 503,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Service Unavailable",
                     *       "code": "database_unavailable",
                     *       "detail": "The database cannot be reached: try again in a second."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    finishRotation: {
        parameters: {
            query?: {
                /** @description The account to act on. Required with the operator token, and for a key that acts for the operator, save where it rotates itself. Other callers act on their own account. */
                accountId?: string;
                /** @description The account to act on, by its `externalId`. Use it instead of `accountId`. */
                externalId?: string;
            };
            header?: {
                /** @description The person or service on whose behalf the operator acts. The events of this request record it as `onBehalfOf`, and so does a key that it creates. The owner of the account sees it. Only the operator can send it, also with a key of its own account: from any other caller it returns 422. */
                "Latchkey-Actor"?: string;
            };
            path: {
                /** @description The key’s id. */
                keyId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The key as it is now. */
            200: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "key_6921a5d4b281af121fcda4cf",
                     *       "accountId": "acc_6921a5c0b281af121fcda4ce",
                     *       "name": "Mobile app",
                     *       "start": "lk_3fYq",
                     *       "scopes": [
                     *         "files:read"
                     *       ],
                     *       "roles": [],
                     *       "metadata": {
                     *         "environment": "production"
                     *       },
                     *       "status": "active",
                     *       "expiresAt": "2026-05-01T12:00:00.000Z",
                     *       "disabledAt": null,
                     *       "notBefore": null,
                     *       "allowedIps": [
                     *         "203.0.113.0/24"
                     *       ],
                     *       "audience": null,
                     *       "limits": [
                     *         {
                     *           "name": "burst",
                     *           "limit": 100,
                     *           "windowSeconds": 60
                     *         }
                     *       ],
                     *       "quota": null,
                     *       "lastUsedAt": "2026-01-31T12:30:00.000Z",
                     *       "lastUsedIp": "203.0.113.7",
                     *       "lastUsedUserAgent": "files-cli/2.4",
                     *       "tokens": [
                     *         {
                     *           "state": "current",
                     *           "start": "lk_3fYq",
                     *           "createdAt": "2026-01-31T12:00:00.000Z",
                     *           "activatedAt": "2026-01-31T12:00:00.000Z",
                     *           "endsAt": null,
                     *           "expiresAt": "2026-05-01T12:00:00.000Z",
                     *           "overlapSeconds": null,
                     *           "lastUsedAt": "2026-01-31T12:30:00.000Z",
                     *           "lastUsedIp": "203.0.113.7",
                     *           "lastUsedUserAgent": "files-cli/2.4"
                     *         }
                     *       ],
                     *       "createdBy": {
                     *         "actor": "operator",
                     *         "onBehalfOf": "support@example.com"
                     *       },
                     *       "createdAt": "2026-01-31T12:00:00.000Z",
                     *       "updatedAt": "2026-01-31T12:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Key"];
                };
            };
            /** @description The credential is missing, invalid or expired. */
            401: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description The challenge of RFC 6750, section 3: the realm, and what is wrong with the token. */
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 401,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unauthorized",
                     *       "code": "unauthenticated",
                     *       "detail": "Send a credential as \"Authorization: Bearer <token>\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The credential is valid, but is not allowed to do this. */
            403: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Sent if another credential or scope would be accepted: the challenge of RFC 6750, section 3. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 403,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Forbidden",
                     *       "code": "insufficient_scope",
                     *       "detail": "This needs the scope \"keys:write\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It does not exist in this account. Other accounts’ resources return 404. */
            404: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 404,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Not Found",
                     *       "code": "key_not_found",
                     *       "detail": "This account has no such key."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key is not at that step of a rotation. */
            409: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 409,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Conflict",
                     *       "code": "rotation_not_draining",
                     *       "detail": "The key has no previous token that is still accepted: no rotation is under way."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A value is invalid. `errors` lists each one. */
            422: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 422,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unprocessable Content",
                     *       "code": "invalid_input",
                     *       "detail": "One value is invalid: see errors.",
                     *       "errors": [
                     *         {
                     *           "detail": "Must have 1 to 255 characters.",
                     *           "pointer": "#/name"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service. A write may or may not have been made: check before you repeat it. Report the `requestId`. */
            500: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 500,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Internal Server Error",
                     *       "code": "internal_error",
                     *       "detail": "This should not have happened, and is logged under the requestId."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database did not answer. A write may or may not have been made: check before you repeat it. */
            503: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Seconds to wait before the next try. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 503,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Service Unavailable",
                     *       "code": "database_unavailable",
                     *       "detail": "The database cannot be reached: try again in a second."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    extendRotation: {
        parameters: {
            query?: {
                /** @description The account to act on. Required with the operator token, and for a key that acts for the operator, save where it rotates itself. Other callers act on their own account. */
                accountId?: string;
                /** @description The account to act on, by its `externalId`. Use it instead of `accountId`. */
                externalId?: string;
            };
            header?: {
                /** @description The person or service on whose behalf the operator acts. The events of this request record it as `onBehalfOf`, and so does a key that it creates. The owner of the account sees it. Only the operator can send it, also with a key of its own account: from any other caller it returns 422. */
                "Latchkey-Actor"?: string;
            };
            path: {
                /** @description The key’s id. */
                keyId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ExtendRotation"];
            };
        };
        responses: {
            /** @description The key as it is now. */
            200: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "key_6921a5d4b281af121fcda4cf",
                     *       "accountId": "acc_6921a5c0b281af121fcda4ce",
                     *       "name": "Mobile app",
                     *       "start": "lk_3fYq",
                     *       "scopes": [
                     *         "files:read"
                     *       ],
                     *       "roles": [],
                     *       "metadata": {
                     *         "environment": "production"
                     *       },
                     *       "status": "active",
                     *       "expiresAt": "2026-05-01T12:00:00.000Z",
                     *       "disabledAt": null,
                     *       "notBefore": null,
                     *       "allowedIps": [
                     *         "203.0.113.0/24"
                     *       ],
                     *       "audience": null,
                     *       "limits": [
                     *         {
                     *           "name": "burst",
                     *           "limit": 100,
                     *           "windowSeconds": 60
                     *         }
                     *       ],
                     *       "quota": null,
                     *       "lastUsedAt": "2026-01-31T12:30:00.000Z",
                     *       "lastUsedIp": "203.0.113.7",
                     *       "lastUsedUserAgent": "files-cli/2.4",
                     *       "tokens": [
                     *         {
                     *           "state": "current",
                     *           "start": "lk_3fYq",
                     *           "createdAt": "2026-01-31T12:00:00.000Z",
                     *           "activatedAt": "2026-01-31T12:00:00.000Z",
                     *           "endsAt": null,
                     *           "expiresAt": "2026-05-01T12:00:00.000Z",
                     *           "overlapSeconds": null,
                     *           "lastUsedAt": "2026-01-31T12:30:00.000Z",
                     *           "lastUsedIp": "203.0.113.7",
                     *           "lastUsedUserAgent": "files-cli/2.4"
                     *         }
                     *       ],
                     *       "createdBy": {
                     *         "actor": "operator",
                     *         "onBehalfOf": "support@example.com"
                     *       },
                     *       "createdAt": "2026-01-31T12:00:00.000Z",
                     *       "updatedAt": "2026-01-31T12:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Key"];
                };
            };
            /** @description The body could not be read. */
            400: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 400,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Bad Request",
                     *       "code": "malformed_body",
                     *       "detail": "The body is not valid JSON."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The credential is missing, invalid or expired. */
            401: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description The challenge of RFC 6750, section 3: the realm, and what is wrong with the token. */
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 401,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unauthorized",
                     *       "code": "unauthenticated",
                     *       "detail": "Send a credential as \"Authorization: Bearer <token>\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The credential is valid, but is not allowed to do this. */
            403: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Sent if another credential or scope would be accepted: the challenge of RFC 6750, section 3. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 403,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Forbidden",
                     *       "code": "insufficient_scope",
                     *       "detail": "This needs the scope \"keys:write\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It does not exist in this account. Other accounts’ resources return 404. */
            404: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 404,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Not Found",
                     *       "code": "key_not_found",
                     *       "detail": "This account has no such key."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key is not at that step of a rotation. */
            409: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 409,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Conflict",
                     *       "code": "rotation_not_draining",
                     *       "detail": "The key has no previous token that is still accepted: no rotation is under way."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 64 KiB. */
            413: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 413,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Content Too Large",
                     *       "code": "body_too_large",
                     *       "detail": "The body may have at most 65536 bytes."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not declared as JSON, or has a `Content-Encoding`. `Accept` or `Accept-Encoding` lists what is accepted. */
            415: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 415,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unsupported Media Type",
                     *       "code": "unsupported_media_type",
                     *       "detail": "The body must have one of these content types, in UTF-8: application/json."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A value is invalid. `errors` lists each one. */
            422: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 422,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unprocessable Content",
                     *       "code": "invalid_input",
                     *       "detail": "One value is invalid: see errors.",
                     *       "errors": [
                     *         {
                     *           "detail": "Must have 1 to 255 characters.",
                     *           "pointer": "#/name"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service. A write may or may not have been made: check before you repeat it. Report the `requestId`. */
            500: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 500,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Internal Server Error",
                     *       "code": "internal_error",
                     *       "detail": "This should not have happened, and is logged under the requestId."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database did not answer. A write may or may not have been made: check before you repeat it. */
            503: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Seconds to wait before the next try. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 503,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Service Unavailable",
                     *       "code": "database_unavailable",
                     *       "detail": "The database cannot be reached: try again in a second."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listKeyLimits: {
        parameters: {
            query?: {
                /** @description The account to act on. Required with the operator token, and for a key that acts for the operator, save where it rotates itself. Other callers act on their own account. */
                accountId?: string;
                /** @description The account to act on, by its `externalId`. Use it instead of `accountId`. */
                externalId?: string;
            };
            header?: never;
            path: {
                /** @description The key’s id. */
                keyId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The limits of the key, by name, its quota, and then the same of its account. */
            200: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "name": "burst",
                     *           "sharedByAccount": false,
                     *           "limit": 100,
                     *           "windowSeconds": 60,
                     *           "ungranted": 40,
                     *           "held": 12,
                     *           "resetAt": "2026-01-31T12:01:00.000Z"
                     *         },
                     *         {
                     *           "name": "quota",
                     *           "sharedByAccount": false,
                     *           "limit": 10000,
                     *           "windowSeconds": null,
                     *           "ungranted": 9800,
                     *           "held": 50,
                     *           "resetAt": "2026-02-28T12:00:00.000Z"
                     *         },
                     *         {
                     *           "name": "hourly",
                     *           "sharedByAccount": true,
                     *           "limit": 50000,
                     *           "windowSeconds": 3600,
                     *           "ungranted": 21500,
                     *           "held": 0,
                     *           "resetAt": "2026-01-31T13:00:00.000Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["LimitStates"];
                };
            };
            /** @description The credential is missing, invalid or expired. */
            401: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description The challenge of RFC 6750, section 3: the realm, and what is wrong with the token. */
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 401,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unauthorized",
                     *       "code": "unauthenticated",
                     *       "detail": "Send a credential as \"Authorization: Bearer <token>\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The credential is valid, but is not allowed to do this. */
            403: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Sent if another credential or scope would be accepted: the challenge of RFC 6750, section 3. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 403,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Forbidden",
                     *       "code": "insufficient_scope",
                     *       "detail": "This needs the scope \"keys:write\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It does not exist in this account. Other accounts’ resources return 404. */
            404: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 404,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Not Found",
                     *       "code": "key_not_found",
                     *       "detail": "This account has no such key."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A value is invalid. `errors` lists each one. */
            422: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 422,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unprocessable Content",
                     *       "code": "invalid_input",
                     *       "detail": "One value is invalid: see errors.",
                     *       "errors": [
                     *         {
                     *           "detail": "Must have 1 to 255 characters.",
                     *           "pointer": "#/name"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service. A write may or may not have been made: check before you repeat it. Report the `requestId`. */
            500: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 500,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Internal Server Error",
                     *       "code": "internal_error",
                     *       "detail": "This should not have happened, and is logged under the requestId."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database did not answer. A write may or may not have been made: check before you repeat it. */
            503: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Seconds to wait before the next try. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 503,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Service Unavailable",
                     *       "code": "database_unavailable",
                     *       "detail": "The database cannot be reached: try again in a second."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    addToQuota: {
        parameters: {
            query?: {
                /** @description The account to act on. Required with the operator token, and for a key that acts for the operator, save where it rotates itself. Other callers act on their own account. */
                accountId?: string;
                /** @description The account to act on, by its `externalId`. Use it instead of `accountId`. */
                externalId?: string;
            };
            header?: {
                /** @description The person or service on whose behalf the operator acts. The events of this request record it as `onBehalfOf`, and so does a key that it creates. The owner of the account sees it. Only the operator can send it, also with a key of its own account: from any other caller it returns 422. */
                "Latchkey-Actor"?: string;
                /** @description Makes the call safe to repeat for 24 hours: a repeated call is not done again, and its response has `Idempotent-Replayed: true`. 1 to 255 visible ASCII characters, bare or in quotes. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description The key’s id. */
                keyId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["QuotaAddition"];
            };
        };
        responses: {
            /** @description The key as it is now. A repeated call returns the key as it is by then. */
            200: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Sent if an earlier call with the same `Idempotency-Key` did what this one asks for. */
                    "Idempotent-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "key_6921a5d4b281af121fcda4cf",
                     *       "accountId": "acc_6921a5c0b281af121fcda4ce",
                     *       "name": "Mobile app",
                     *       "start": "lk_3fYq",
                     *       "scopes": [
                     *         "files:read"
                     *       ],
                     *       "roles": [],
                     *       "metadata": {
                     *         "environment": "production"
                     *       },
                     *       "status": "active",
                     *       "expiresAt": "2026-05-01T12:00:00.000Z",
                     *       "disabledAt": null,
                     *       "notBefore": null,
                     *       "allowedIps": [
                     *         "203.0.113.0/24"
                     *       ],
                     *       "audience": null,
                     *       "limits": [
                     *         {
                     *           "name": "burst",
                     *           "limit": 100,
                     *           "windowSeconds": 60
                     *         }
                     *       ],
                     *       "quota": null,
                     *       "lastUsedAt": "2026-01-31T12:30:00.000Z",
                     *       "lastUsedIp": "203.0.113.7",
                     *       "lastUsedUserAgent": "files-cli/2.4",
                     *       "tokens": [
                     *         {
                     *           "state": "current",
                     *           "start": "lk_3fYq",
                     *           "createdAt": "2026-01-31T12:00:00.000Z",
                     *           "activatedAt": "2026-01-31T12:00:00.000Z",
                     *           "endsAt": null,
                     *           "expiresAt": "2026-05-01T12:00:00.000Z",
                     *           "overlapSeconds": null,
                     *           "lastUsedAt": "2026-01-31T12:30:00.000Z",
                     *           "lastUsedIp": "203.0.113.7",
                     *           "lastUsedUserAgent": "files-cli/2.4"
                     *         }
                     *       ],
                     *       "createdBy": {
                     *         "actor": "operator",
                     *         "onBehalfOf": "support@example.com"
                     *       },
                     *       "createdAt": "2026-01-31T12:00:00.000Z",
                     *       "updatedAt": "2026-01-31T12:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Key"];
                };
            };
            /** @description The body could not be read. */
            400: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 400,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Bad Request",
                     *       "code": "malformed_body",
                     *       "detail": "The body is not valid JSON."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The credential is missing, invalid or expired. */
            401: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description The challenge of RFC 6750, section 3: the realm, and what is wrong with the token. */
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 401,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unauthorized",
                     *       "code": "unauthenticated",
                     *       "detail": "Send a credential as \"Authorization: Bearer <token>\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The credential is valid, but is not allowed to do this. */
            403: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Sent if another credential or scope would be accepted: the challenge of RFC 6750, section 3. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 403,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Forbidden",
                     *       "code": "insufficient_scope",
                     *       "detail": "This needs the scope \"keys:write\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It does not exist in this account. Other accounts’ resources return 404. */
            404: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 404,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Not Found",
                     *       "code": "key_not_found",
                     *       "detail": "This account has no such key."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key has no quota (`no_quota`), or the first call with this `Idempotency-Key` is too long ago (`already_done`). */
            409: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 409,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Conflict",
                     *       "code": "no_quota",
                     *       "detail": "The key has no quota: give it one first, with \"quota\": { \"remaining\": … }."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 64 KiB. */
            413: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 413,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Content Too Large",
                     *       "code": "body_too_large",
                     *       "detail": "The body may have at most 65536 bytes."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not declared as JSON, or has a `Content-Encoding`. `Accept` or `Accept-Encoding` lists what is accepted. */
            415: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 415,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unsupported Media Type",
                     *       "code": "unsupported_media_type",
                     *       "detail": "The body must have one of these content types, in UTF-8: application/json."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A value is invalid (`invalid_input`, and `errors` lists each one), or the `Idempotency-Key` was sent with another request (`idempotency_key_reused`). */
            422: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 422,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unprocessable Content",
                     *       "code": "invalid_input",
                     *       "detail": "One value is invalid: see errors.",
                     *       "errors": [
                     *         {
                     *           "detail": "Must have 1 to 255 characters.",
                     *           "pointer": "#/name"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service. A write may or may not have been made: check before you repeat it. Report the `requestId`. */
            500: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 500,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Internal Server Error",
                     *       "code": "internal_error",
                     *       "detail": "This should not have happened, and is logged under the requestId."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database did not answer. A write may or may not have been made: check before you repeat it. */
            503: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Seconds to wait before the next try. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 503,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Service Unavailable",
                     *       "code": "database_unavailable",
                     *       "detail": "The database cannot be reached: try again in a second."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    verifyKey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "token": "lk_3fYqWm0JX2tL8bRvKcN5aZ7dHs9uEpG41oMZ2f",
                 *       "scopes": [
                 *         "files:read"
                 *       ],
                 *       "ip": "203.0.113.7",
                 *       "userAgent": "files-cli/2.4"
                 *     }
                 */
                "application/json": components["schemas"]["Verification"];
            };
        };
        responses: {
            /** @description The verdict. */
            200: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /**
                     * @description The limits of the key that was verified, and of its account (draft-ietf-httpapi-ratelimit-headers-11). The quota of the account is `"account/quota"`.
                     * @example "burst";q=100;w=60
                     */
                    "RateLimit-Policy"?: string;
                    /**
                     * @description What is left of them (the same draft).
                     * @example "burst";r=99;t=42
                     */
                    RateLimit?: string;
                    /** @description The `retryAfter` of the verdict. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Verdict"];
                };
            };
            /** @description The body could not be read. */
            400: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 400,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Bad Request",
                     *       "code": "malformed_body",
                     *       "detail": "The body is not valid JSON."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The credential is missing, invalid or expired. */
            401: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description The challenge of RFC 6750, section 3: the realm, and what is wrong with the token. */
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 401,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unauthorized",
                     *       "code": "unauthenticated",
                     *       "detail": "Send a credential as \"Authorization: Bearer <token>\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The credential is valid, but is not allowed to do this. */
            403: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Sent if another credential or scope would be accepted: the challenge of RFC 6750, section 3. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 403,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Forbidden",
                     *       "code": "insufficient_scope",
                     *       "detail": "This needs the scope \"keys:write\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 64 KiB. */
            413: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 413,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Content Too Large",
                     *       "code": "body_too_large",
                     *       "detail": "The body may have at most 65536 bytes."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not declared as JSON, or has a `Content-Encoding`. `Accept` or `Accept-Encoding` lists what is accepted. */
            415: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 415,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unsupported Media Type",
                     *       "code": "unsupported_media_type",
                     *       "detail": "The body must have one of these content types, in UTF-8: application/json."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A value is invalid. `errors` lists each one. */
            422: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 422,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unprocessable Content",
                     *       "code": "invalid_input",
                     *       "detail": "One value is invalid: see errors.",
                     *       "errors": [
                     *         {
                     *           "detail": "Must have 1 to 255 characters.",
                     *           "pointer": "#/name"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service. A write may or may not have been made: check before you repeat it. Report the `requestId`. */
            500: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 500,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Internal Server Error",
                     *       "code": "internal_error",
                     *       "detail": "This should not have happened, and is logged under the requestId."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database did not answer. A write may or may not have been made: check before you repeat it. */
            503: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Seconds to wait before the next try. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 503,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Service Unavailable",
                     *       "code": "database_unavailable",
                     *       "detail": "The database cannot be reached: try again in a second."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    verifyKeyBatch: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "tokens": [
                 *         "lk_3fYqWm0JX2tL8bRvKcN5aZ7dHs9uEpG41oMZ2f",
                 *         "lk_typo"
                 *       ],
                 *       "scopes": [
                 *         "files:read"
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["VerificationBatch"];
            };
        };
        responses: {
            /** @description The verdicts. */
            200: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "verdicts": [
                     *         {
                     *           "valid": true,
                     *           "key": {
                     *             "id": "key_6921a5d4b281af121fcda4cf",
                     *             "accountId": "acc_6921a5c0b281af121fcda4ce",
                     *             "externalId": "user_8812",
                     *             "accountMetadata": {
                     *               "plan": "pro"
                     *             },
                     *             "name": "Mobile app",
                     *             "scopes": [
                     *               "files:read"
                     *             ],
                     *             "metadata": {
                     *               "environment": "production"
                     *             },
                     *             "expiresAt": "2026-05-01T12:00:00.000Z"
                     *           }
                     *         },
                     *         {
                     *           "valid": false,
                     *           "reason": "unknown"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["Verdicts"];
                };
            };
            /** @description The body could not be read. */
            400: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 400,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Bad Request",
                     *       "code": "malformed_body",
                     *       "detail": "The body is not valid JSON."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The credential is missing, invalid or expired. */
            401: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description The challenge of RFC 6750, section 3: the realm, and what is wrong with the token. */
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 401,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unauthorized",
                     *       "code": "unauthenticated",
                     *       "detail": "Send a credential as \"Authorization: Bearer <token>\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The credential is valid, but is not allowed to do this. */
            403: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Sent if another credential or scope would be accepted: the challenge of RFC 6750, section 3. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 403,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Forbidden",
                     *       "code": "insufficient_scope",
                     *       "detail": "This needs the scope \"keys:write\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 512 KiB. */
            413: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 413,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Content Too Large",
                     *       "code": "body_too_large",
                     *       "detail": "The body may have at most 524288 bytes."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not declared as JSON, or has a `Content-Encoding`. `Accept` or `Accept-Encoding` lists what is accepted. */
            415: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 415,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unsupported Media Type",
                     *       "code": "unsupported_media_type",
                     *       "detail": "The body must have one of these content types, in UTF-8: application/json."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A value is invalid. `errors` lists each one. */
            422: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 422,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unprocessable Content",
                     *       "code": "invalid_input",
                     *       "detail": "One value is invalid: see errors.",
                     *       "errors": [
                     *         {
                     *           "detail": "Must have 1 to 255 characters.",
                     *           "pointer": "#/name"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service. A write may or may not have been made: check before you repeat it. Report the `requestId`. */
            500: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 500,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Internal Server Error",
                     *       "code": "internal_error",
                     *       "detail": "This should not have happened, and is logged under the requestId."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database did not answer. A write may or may not have been made: check before you repeat it. */
            503: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Seconds to wait before the next try. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 503,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Service Unavailable",
                     *       "code": "database_unavailable",
                     *       "detail": "The database cannot be reached: try again in a second."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getCurrentKey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The key that made the call. */
            200: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "key_6921a5d4b281af121fcda4cf",
                     *       "accountId": "acc_6921a5c0b281af121fcda4ce",
                     *       "name": "Mobile app",
                     *       "start": "lk_3fYq",
                     *       "scopes": [
                     *         "files:read"
                     *       ],
                     *       "roles": [],
                     *       "metadata": {
                     *         "environment": "production"
                     *       },
                     *       "status": "active",
                     *       "expiresAt": "2026-05-01T12:00:00.000Z",
                     *       "disabledAt": null,
                     *       "notBefore": null,
                     *       "allowedIps": [
                     *         "203.0.113.0/24"
                     *       ],
                     *       "audience": null,
                     *       "limits": [
                     *         {
                     *           "name": "burst",
                     *           "limit": 100,
                     *           "windowSeconds": 60
                     *         }
                     *       ],
                     *       "quota": null,
                     *       "lastUsedAt": "2026-01-31T12:30:00.000Z",
                     *       "lastUsedIp": "203.0.113.7",
                     *       "lastUsedUserAgent": "files-cli/2.4",
                     *       "tokens": [
                     *         {
                     *           "state": "current",
                     *           "start": "lk_3fYq",
                     *           "createdAt": "2026-01-31T12:00:00.000Z",
                     *           "activatedAt": "2026-01-31T12:00:00.000Z",
                     *           "endsAt": null,
                     *           "expiresAt": "2026-05-01T12:00:00.000Z",
                     *           "overlapSeconds": null,
                     *           "lastUsedAt": "2026-01-31T12:30:00.000Z",
                     *           "lastUsedIp": "203.0.113.7",
                     *           "lastUsedUserAgent": "files-cli/2.4"
                     *         }
                     *       ],
                     *       "createdBy": {
                     *         "actor": "operator",
                     *         "onBehalfOf": "support@example.com"
                     *       },
                     *       "createdAt": "2026-01-31T12:00:00.000Z",
                     *       "updatedAt": "2026-01-31T12:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Key"];
                };
            };
            /** @description The credential is missing, invalid or expired. */
            401: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description The challenge of RFC 6750, section 3: the realm, and what is wrong with the token. */
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 401,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unauthorized",
                     *       "code": "unauthenticated",
                     *       "detail": "Send a credential as \"Authorization: Bearer <token>\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The credential is valid, but is not allowed to do this. */
            403: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Sent if another credential or scope would be accepted: the challenge of RFC 6750, section 3. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 403,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Forbidden",
                     *       "code": "insufficient_scope",
                     *       "detail": "This needs the scope \"keys:write\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It does not exist in this account. Other accounts’ resources return 404. */
            404: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 404,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Not Found",
                     *       "code": "key_not_found",
                     *       "detail": "This account has no such key."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A value is invalid. `errors` lists each one. */
            422: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 422,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unprocessable Content",
                     *       "code": "invalid_input",
                     *       "detail": "One value is invalid: see errors.",
                     *       "errors": [
                     *         {
                     *           "detail": "Must have 1 to 255 characters.",
                     *           "pointer": "#/name"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service. A write may or may not have been made: check before you repeat it. Report the `requestId`. */
            500: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 500,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Internal Server Error",
                     *       "code": "internal_error",
                     *       "detail": "This should not have happened, and is logged under the requestId."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database did not answer. A write may or may not have been made: check before you repeat it. */
            503: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Seconds to wait before the next try. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 503,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Service Unavailable",
                     *       "code": "database_unavailable",
                     *       "detail": "The database cannot be reached: try again in a second."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteCurrentKey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The key is gone. */
            204: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The credential is missing, invalid or expired. */
            401: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description The challenge of RFC 6750, section 3: the realm, and what is wrong with the token. */
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 401,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unauthorized",
                     *       "code": "unauthenticated",
                     *       "detail": "Send a credential as \"Authorization: Bearer <token>\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The credential is valid, but is not allowed to do this. */
            403: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Sent if another credential or scope would be accepted: the challenge of RFC 6750, section 3. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 403,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Forbidden",
                     *       "code": "insufficient_scope",
                     *       "detail": "This needs the scope \"keys:write\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It does not exist in this account. Other accounts’ resources return 404. */
            404: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 404,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Not Found",
                     *       "code": "key_not_found",
                     *       "detail": "This account has no such key."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A value is invalid. `errors` lists each one. */
            422: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 422,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unprocessable Content",
                     *       "code": "invalid_input",
                     *       "detail": "One value is invalid: see errors.",
                     *       "errors": [
                     *         {
                     *           "detail": "Must have 1 to 255 characters.",
                     *           "pointer": "#/name"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service. A write may or may not have been made: check before you repeat it. Report the `requestId`. */
            500: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 500,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Internal Server Error",
                     *       "code": "internal_error",
                     *       "detail": "This should not have happened, and is logged under the requestId."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database did not answer. A write may or may not have been made: check before you repeat it. */
            503: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Seconds to wait before the next try. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 503,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Service Unavailable",
                     *       "code": "database_unavailable",
                     *       "detail": "The database cannot be reached: try again in a second."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    authorizeRequest: {
        parameters: {
            query?: {
                /** @description The scopes that the key must cover: one, or a query such as `orders:read AND (invoices:read OR invoices:write)`. */
                scope?: string;
                /** @description How many units the request takes of each limit and quota of the key and its account. Default: 1. */
                cost?: number;
                /** @description Every refusal is then 403, with its true status in `Latchkey-Status`: for nginx, which takes any status but 401 and 403 for an error. */
                deny?: "403";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The request may pass. The body is empty. */
            200: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /**
                     * @description The id of the key.
                     * @example key_6921a5d4b281af121fcda4cf
                     */
                    "Latchkey-Key": string;
                    /**
                     * @description The id of its account.
                     * @example acc_6921a5c0b281af121fcda4ce
                     */
                    "Latchkey-Account": string;
                    /**
                     * @description Your own id of the account, percent-encoded (RFC 3986); `-` if it has none.
                     * @example user_8812
                     */
                    "Latchkey-External-Id": string;
                    /**
                     * @description Its scopes, separated by spaces; `-` if it has none. Where all of them would make the headers too large, only those that were required.
                     * @example orders:read orders:write
                     */
                    "Latchkey-Scopes": string;
                    /**
                     * @description Its name, percent-encoded; of a very long one, the beginning.
                     * @example Mobile%20app
                     */
                    "Latchkey-Name": string;
                    /**
                     * @description A JWT that says the same in the words of an introspection (`sub`, `client_id`, `username`, `scope`), where the gateway named an `identity-audience`; `-` otherwise. A backend that checks it need not trust the headers.
                     * @example -
                     */
                    "Latchkey-Identity": string;
                    /**
                     * @description The limits of the key that was verified, and of its account (draft-ietf-httpapi-ratelimit-headers-11). The quota of the account is `"account/quota"`.
                     * @example "burst";q=100;w=60
                     */
                    "RateLimit-Policy"?: string;
                    /**
                     * @description What is left of them (the same draft).
                     * @example "burst";r=99;t=42
                     */
                    RateLimit?: string;
                    /** @description The `retryAfter` of the verdict. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The client sent no key, or one that is not good; or the gateway did not name itself. */
            401: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description The challenge of RFC 6750, section 3. */
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "title": "Unauthorized",
                     *       "status": 401,
                     *       "code": "invalid_token",
                     *       "detail": "The key is not valid.",
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["RefusedRequest"];
                };
            };
            /** @description The key lacks a scope; with `deny=403`, any refusal. */
            403: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description The challenge of RFC 6750, section 3. */
                    "WWW-Authenticate"?: string;
                    /** @description With `deny=403`: the status that this would have without it. */
                    "Latchkey-Status"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "title": "Forbidden",
                     *       "status": 403,
                     *       "code": "insufficient_scope",
                     *       "detail": "The key lacks a scope.",
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "missingScopes": [
                     *         "orders:read"
                     *       ]
                     *     }
                     */
                    "application/problem+json": components["schemas"]["RefusedRequest"] | components["schemas"]["Problem"];
                };
            };
            /** @description A value is invalid. `errors` lists each one. */
            422: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 422,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unprocessable Content",
                     *       "code": "invalid_input",
                     *       "detail": "One value is invalid: see errors.",
                     *       "errors": [
                     *         {
                     *           "detail": "Must have 1 to 255 characters.",
                     *           "pointer": "#/name"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key has reached a limit, or a quota is used up. */
            429: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /**
                     * @description The limits of the key that was verified, and of its account (draft-ietf-httpapi-ratelimit-headers-11). The quota of the account is `"account/quota"`.
                     * @example "burst";q=100;w=60
                     */
                    "RateLimit-Policy"?: string;
                    /**
                     * @description What is left of them (the same draft).
                     * @example "burst";r=99;t=42
                     */
                    RateLimit?: string;
                    /** @description The `retryAfter` of the verdict. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "title": "Too Many Requests",
                     *       "status": 429,
                     *       "code": "rate_limited",
                     *       "detail": "The key has reached a limit.",
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["RefusedRequest"];
                };
            };
            /** @description A fault of the service. A write may or may not have been made: check before you repeat it. Report the `requestId`. */
            500: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 500,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Internal Server Error",
                     *       "code": "internal_error",
                     *       "detail": "This should not have happened, and is logged under the requestId."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database did not answer. A write may or may not have been made: check before you repeat it. */
            503: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Seconds to wait before the next try. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 503,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Service Unavailable",
                     *       "code": "database_unavailable",
                     *       "detail": "The database cannot be reached: try again in a second."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getKeyUsage: {
        parameters: {
            query?: {
                /** @description The account to act on. Required with the operator token, and for a key that acts for the operator, save where it rotates itself. Other callers act on their own account. */
                accountId?: string;
                /** @description The account to act on, by its `externalId`. Use it instead of `accountId`. */
                externalId?: string;
                /** @description Start of the range, RFC 3339 (write a `+` as `%2B`), rounded down to a whole bucket. Default: 24 hours before `to`; with `bucket=day`, 30 days. In the years 1970 to 2999. */
                from?: string;
                /** @description End of the range, exclusive, rounded up to a whole bucket. Default: now, so the current bucket is included. In the years 1970 to 2999. */
                to?: string;
                /** @description The size of a bucket: an hour, or a day in UTC. */
                bucket?: components["schemas"]["BucketSize"];
            };
            header?: never;
            path: {
                /** @description The key’s id. */
                keyId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The counts. */
            200: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "from": "2026-01-31T00:00:00.000Z",
                     *       "to": "2026-02-01T00:00:00.000Z",
                     *       "bucket": "hour",
                     *       "total": {
                     *         "valid": 1840,
                     *         "revoked": 0,
                     *         "rotated": 0,
                     *         "account_disabled": 0,
                     *         "disabled": 3,
                     *         "expired": 0,
                     *         "not_yet_valid": 0,
                     *         "insufficient_scope": 12,
                     *         "ip_not_allowed": 0,
                     *         "wrong_audience": 0,
                     *         "rate_limited": 0,
                     *         "quota_exceeded": 0
                     *       },
                     *       "data": [
                     *         {
                     *           "start": "2026-01-31T09:00:00.000Z",
                     *           "valid": 1204,
                     *           "revoked": 0,
                     *           "rotated": 0,
                     *           "account_disabled": 0,
                     *           "disabled": 0,
                     *           "expired": 0,
                     *           "not_yet_valid": 0,
                     *           "insufficient_scope": 12,
                     *           "ip_not_allowed": 0,
                     *           "wrong_audience": 0,
                     *           "rate_limited": 0,
                     *           "quota_exceeded": 0
                     *         },
                     *         {
                     *           "start": "2026-01-31T12:00:00.000Z",
                     *           "valid": 636,
                     *           "revoked": 0,
                     *           "rotated": 0,
                     *           "account_disabled": 0,
                     *           "disabled": 3,
                     *           "expired": 0,
                     *           "not_yet_valid": 0,
                     *           "insufficient_scope": 0,
                     *           "ip_not_allowed": 0,
                     *           "wrong_audience": 0,
                     *           "rate_limited": 0,
                     *           "quota_exceeded": 0
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["UsageReport"];
                };
            };
            /** @description The credential is missing, invalid or expired. */
            401: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description The challenge of RFC 6750, section 3: the realm, and what is wrong with the token. */
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 401,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unauthorized",
                     *       "code": "unauthenticated",
                     *       "detail": "Send a credential as \"Authorization: Bearer <token>\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The credential is valid, but is not allowed to do this. */
            403: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Sent if another credential or scope would be accepted: the challenge of RFC 6750, section 3. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 403,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Forbidden",
                     *       "code": "insufficient_scope",
                     *       "detail": "This needs the scope \"keys:write\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It does not exist in this account. Other accounts’ resources return 404. */
            404: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 404,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Not Found",
                     *       "code": "key_not_found",
                     *       "detail": "This account has no such key."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A value is invalid. `errors` lists each one. */
            422: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 422,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unprocessable Content",
                     *       "code": "invalid_input",
                     *       "detail": "One value is invalid: see errors.",
                     *       "errors": [
                     *         {
                     *           "detail": "Must have 1 to 255 characters.",
                     *           "pointer": "#/name"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service. A write may or may not have been made: check before you repeat it. Report the `requestId`. */
            500: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 500,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Internal Server Error",
                     *       "code": "internal_error",
                     *       "detail": "This should not have happened, and is logged under the requestId."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database did not answer. A write may or may not have been made: check before you repeat it. */
            503: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Seconds to wait before the next try. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 503,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Service Unavailable",
                     *       "code": "database_unavailable",
                     *       "detail": "The database cannot be reached: try again in a second."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getUsage: {
        parameters: {
            query?: {
                /** @description The account to act on. Required with the operator token, and for a key that acts for the operator, save where it rotates itself. Other callers act on their own account. */
                accountId?: string;
                /** @description The account to act on, by its `externalId`. Use it instead of `accountId`. */
                externalId?: string;
                /** @description Start of the range, RFC 3339 (write a `+` as `%2B`), rounded down to a whole bucket. Default: 24 hours before `to`; with `bucket=day`, 30 days. In the years 1970 to 2999. */
                from?: string;
                /** @description End of the range, exclusive, rounded up to a whole bucket. Default: now, so the current bucket is included. In the years 1970 to 2999. */
                to?: string;
                /** @description The size of a bucket: an hour, or a day in UTC. */
                bucket?: components["schemas"]["BucketSize"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The counts. */
            200: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "from": "2026-01-31T00:00:00.000Z",
                     *       "to": "2026-02-01T00:00:00.000Z",
                     *       "bucket": "hour",
                     *       "total": {
                     *         "valid": 1840,
                     *         "revoked": 0,
                     *         "rotated": 0,
                     *         "account_disabled": 0,
                     *         "disabled": 3,
                     *         "expired": 0,
                     *         "not_yet_valid": 0,
                     *         "insufficient_scope": 12,
                     *         "ip_not_allowed": 0,
                     *         "wrong_audience": 0,
                     *         "rate_limited": 0,
                     *         "quota_exceeded": 0
                     *       },
                     *       "data": [
                     *         {
                     *           "start": "2026-01-31T09:00:00.000Z",
                     *           "valid": 1204,
                     *           "revoked": 0,
                     *           "rotated": 0,
                     *           "account_disabled": 0,
                     *           "disabled": 0,
                     *           "expired": 0,
                     *           "not_yet_valid": 0,
                     *           "insufficient_scope": 12,
                     *           "ip_not_allowed": 0,
                     *           "wrong_audience": 0,
                     *           "rate_limited": 0,
                     *           "quota_exceeded": 0
                     *         },
                     *         {
                     *           "start": "2026-01-31T12:00:00.000Z",
                     *           "valid": 636,
                     *           "revoked": 0,
                     *           "rotated": 0,
                     *           "account_disabled": 0,
                     *           "disabled": 3,
                     *           "expired": 0,
                     *           "not_yet_valid": 0,
                     *           "insufficient_scope": 0,
                     *           "ip_not_allowed": 0,
                     *           "wrong_audience": 0,
                     *           "rate_limited": 0,
                     *           "quota_exceeded": 0
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["UsageReport"];
                };
            };
            /** @description The credential is missing, invalid or expired. */
            401: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description The challenge of RFC 6750, section 3: the realm, and what is wrong with the token. */
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 401,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unauthorized",
                     *       "code": "unauthenticated",
                     *       "detail": "Send a credential as \"Authorization: Bearer <token>\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The credential is valid, but is not allowed to do this. */
            403: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Sent if another credential or scope would be accepted: the challenge of RFC 6750, section 3. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 403,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Forbidden",
                     *       "code": "insufficient_scope",
                     *       "detail": "This needs the scope \"keys:write\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It does not exist in this account. Other accounts’ resources return 404. */
            404: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 404,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Not Found",
                     *       "code": "key_not_found",
                     *       "detail": "This account has no such key."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A value is invalid. `errors` lists each one. */
            422: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 422,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unprocessable Content",
                     *       "code": "invalid_input",
                     *       "detail": "One value is invalid: see errors.",
                     *       "errors": [
                     *         {
                     *           "detail": "Must have 1 to 255 characters.",
                     *           "pointer": "#/name"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service. A write may or may not have been made: check before you repeat it. Report the `requestId`. */
            500: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 500,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Internal Server Error",
                     *       "code": "internal_error",
                     *       "detail": "This should not have happened, and is logged under the requestId."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many reports wait to be made (`overloaded`; nothing was done), or the database did not answer (`database_unavailable`). */
            503: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Seconds to wait before the next try. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 503,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Service Unavailable",
                     *       "code": "overloaded",
                     *       "detail": "Too many reports wait to be made: try again in a second."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listUsageByKey: {
        parameters: {
            query?: {
                /** @description Start of the range, RFC 3339 (write a `+` as `%2B`), rounded down to a whole bucket. Default: 24 hours before `to`; with `bucket=day`, 30 days. In the years 1970 to 2999. */
                from?: string;
                /** @description End of the range, exclusive, rounded up to a whole bucket. Default: now, so the current bucket is included. In the years 1970 to 2999. */
                to?: string;
                /** @description One item for each key and day in UTC. Without it, one for each key, and the range is rounded to hours. */
                bucket?: "day";
                /** @description Maximum number of items. */
                limit?: number;
                /** @description The `nextCursor` of the previous page of the same list. Opaque: do not build or store one. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of counts. */
            200: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "accountId": "acc_6921a5c0b281af121fcda4ce",
                     *           "externalId": "user_8812",
                     *           "keyId": "key_6921a5d4b281af121fcda4cf",
                     *           "start": "2026-01-31T00:00:00.000Z",
                     *           "valid": 1840,
                     *           "revoked": 0,
                     *           "rotated": 0,
                     *           "account_disabled": 0,
                     *           "disabled": 0,
                     *           "expired": 0,
                     *           "not_yet_valid": 0,
                     *           "insufficient_scope": 12,
                     *           "ip_not_allowed": 0,
                     *           "wrong_audience": 0,
                     *           "rate_limited": 0,
                     *           "quota_exceeded": 0
                     *         }
                     *       ],
                     *       "nextCursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["KeyUsagePage"];
                };
            };
            /** @description The credential is missing, invalid or expired. */
            401: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description The challenge of RFC 6750, section 3: the realm, and what is wrong with the token. */
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 401,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unauthorized",
                     *       "code": "unauthenticated",
                     *       "detail": "Send a credential as \"Authorization: Bearer <token>\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The credential is valid, but is not allowed to do this. */
            403: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Sent if another credential or scope would be accepted: the challenge of RFC 6750, section 3. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 403,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Forbidden",
                     *       "code": "insufficient_scope",
                     *       "detail": "This needs the scope \"keys:write\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A value is invalid. `errors` lists each one. */
            422: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 422,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unprocessable Content",
                     *       "code": "invalid_input",
                     *       "detail": "One value is invalid: see errors.",
                     *       "errors": [
                     *         {
                     *           "detail": "Must have 1 to 255 characters.",
                     *           "pointer": "#/name"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service. A write may or may not have been made: check before you repeat it. Report the `requestId`. */
            500: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 500,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Internal Server Error",
                     *       "code": "internal_error",
                     *       "detail": "This should not have happened, and is logged under the requestId."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many reports wait to be made (`overloaded`; nothing was done), or the database did not answer (`database_unavailable`). */
            503: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Seconds to wait before the next try. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 503,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Service Unavailable",
                     *       "code": "overloaded",
                     *       "detail": "Too many reports wait to be made: try again in a second."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listRoles: {
        parameters: {
            query?: {
                /** @description Maximum number of items. */
                limit?: number;
                /** @description The `nextCursor` of the previous page of the same list. Opaque: do not build or store one. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of roles. */
            200: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "role_6921a5e3b281af121fcda4d0",
                     *           "name": "editor",
                     *           "description": "Reads and writes files",
                     *           "scopes": [
                     *             "files:read",
                     *             "files:write"
                     *           ],
                     *           "createdAt": "2026-01-31T12:00:00.000Z",
                     *           "updatedAt": "2026-01-31T12:00:00.000Z"
                     *         }
                     *       ],
                     *       "nextCursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["RolePage"];
                };
            };
            /** @description The credential is missing, invalid or expired. */
            401: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description The challenge of RFC 6750, section 3: the realm, and what is wrong with the token. */
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 401,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unauthorized",
                     *       "code": "unauthenticated",
                     *       "detail": "Send a credential as \"Authorization: Bearer <token>\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The credential is valid, but is not allowed to do this. */
            403: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Sent if another credential or scope would be accepted: the challenge of RFC 6750, section 3. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 403,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Forbidden",
                     *       "code": "insufficient_scope",
                     *       "detail": "This needs the scope \"keys:write\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A value is invalid. `errors` lists each one. */
            422: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 422,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unprocessable Content",
                     *       "code": "invalid_input",
                     *       "detail": "One value is invalid: see errors.",
                     *       "errors": [
                     *         {
                     *           "detail": "Must have 1 to 255 characters.",
                     *           "pointer": "#/name"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service. A write may or may not have been made: check before you repeat it. Report the `requestId`. */
            500: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 500,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Internal Server Error",
                     *       "code": "internal_error",
                     *       "detail": "This should not have happened, and is logged under the requestId."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database did not answer. A write may or may not have been made: check before you repeat it. */
            503: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Seconds to wait before the next try. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 503,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Service Unavailable",
                     *       "code": "database_unavailable",
                     *       "detail": "The database cannot be reached: try again in a second."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createRole: {
        parameters: {
            query?: never;
            header?: {
                /** @description The person or service on whose behalf the operator acts. The events of this request record it as `onBehalfOf`, and so does a key that it creates. The owner of the account sees it. Only the operator can send it, also with a key of its own account: from any other caller it returns 422. */
                "Latchkey-Actor"?: string;
                /** @description Makes the call safe to repeat for 24 hours: a repeated call is not done again, and its response has `Idempotent-Replayed: true`. 1 to 255 visible ASCII characters, bare or in quotes. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewRole"];
            };
        };
        responses: {
            /** @description The role. */
            201: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description The path of the role. */
                    Location: string;
                    /** @description Sent if an earlier call with the same `Idempotency-Key` did what this one asks for. */
                    "Idempotent-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "role_6921a5e3b281af121fcda4d0",
                     *       "name": "editor",
                     *       "description": "Reads and writes files",
                     *       "scopes": [
                     *         "files:read",
                     *         "files:write"
                     *       ],
                     *       "createdAt": "2026-01-31T12:00:00.000Z",
                     *       "updatedAt": "2026-01-31T12:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Role"];
                };
            };
            /** @description The body could not be read. */
            400: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 400,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Bad Request",
                     *       "code": "malformed_body",
                     *       "detail": "The body is not valid JSON."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The credential is missing, invalid or expired. */
            401: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description The challenge of RFC 6750, section 3: the realm, and what is wrong with the token. */
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 401,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unauthorized",
                     *       "code": "unauthenticated",
                     *       "detail": "Send a credential as \"Authorization: Bearer <token>\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The credential is valid, but is not allowed to do this. */
            403: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Sent if another credential or scope would be accepted: the challenge of RFC 6750, section 3. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 403,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Forbidden",
                     *       "code": "insufficient_scope",
                     *       "detail": "This needs the scope \"keys:write\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Another role has this name (`role_exists`), or the first call with this `Idempotency-Key` is too long ago (`already_done`). */
            409: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 409,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Conflict",
                     *       "code": "role_exists",
                     *       "detail": "A role named \"editor\" already exists."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 64 KiB. */
            413: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 413,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Content Too Large",
                     *       "code": "body_too_large",
                     *       "detail": "The body may have at most 65536 bytes."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not declared as JSON, or has a `Content-Encoding`. `Accept` or `Accept-Encoding` lists what is accepted. */
            415: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 415,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unsupported Media Type",
                     *       "code": "unsupported_media_type",
                     *       "detail": "The body must have one of these content types, in UTF-8: application/json."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A value is invalid (`invalid_input`, and `errors` lists each one), or the `Idempotency-Key` was sent with another request (`idempotency_key_reused`). */
            422: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 422,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unprocessable Content",
                     *       "code": "invalid_input",
                     *       "detail": "One value is invalid: see errors.",
                     *       "errors": [
                     *         {
                     *           "detail": "Must have 1 to 255 characters.",
                     *           "pointer": "#/name"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service. A write may or may not have been made: check before you repeat it. Report the `requestId`. */
            500: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 500,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Internal Server Error",
                     *       "code": "internal_error",
                     *       "detail": "This should not have happened, and is logged under the requestId."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database did not answer. A write may or may not have been made: check before you repeat it. */
            503: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Seconds to wait before the next try. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 503,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Service Unavailable",
                     *       "code": "database_unavailable",
                     *       "detail": "The database cannot be reached: try again in a second."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getRole: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The role’s id. */
                roleId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The role. */
            200: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "role_6921a5e3b281af121fcda4d0",
                     *       "name": "editor",
                     *       "description": "Reads and writes files",
                     *       "scopes": [
                     *         "files:read",
                     *         "files:write"
                     *       ],
                     *       "createdAt": "2026-01-31T12:00:00.000Z",
                     *       "updatedAt": "2026-01-31T12:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Role"];
                };
            };
            /** @description The credential is missing, invalid or expired. */
            401: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description The challenge of RFC 6750, section 3: the realm, and what is wrong with the token. */
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 401,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unauthorized",
                     *       "code": "unauthenticated",
                     *       "detail": "Send a credential as \"Authorization: Bearer <token>\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The credential is valid, but is not allowed to do this. */
            403: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Sent if another credential or scope would be accepted: the challenge of RFC 6750, section 3. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 403,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Forbidden",
                     *       "code": "insufficient_scope",
                     *       "detail": "This needs the scope \"keys:write\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It does not exist in this account. Other accounts’ resources return 404. */
            404: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 404,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Not Found",
                     *       "code": "key_not_found",
                     *       "detail": "This account has no such key."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A value is invalid. `errors` lists each one. */
            422: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 422,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unprocessable Content",
                     *       "code": "invalid_input",
                     *       "detail": "One value is invalid: see errors.",
                     *       "errors": [
                     *         {
                     *           "detail": "Must have 1 to 255 characters.",
                     *           "pointer": "#/name"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service. A write may or may not have been made: check before you repeat it. Report the `requestId`. */
            500: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 500,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Internal Server Error",
                     *       "code": "internal_error",
                     *       "detail": "This should not have happened, and is logged under the requestId."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database did not answer. A write may or may not have been made: check before you repeat it. */
            503: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Seconds to wait before the next try. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 503,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Service Unavailable",
                     *       "code": "database_unavailable",
                     *       "detail": "The database cannot be reached: try again in a second."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteRole: {
        parameters: {
            query?: never;
            header?: {
                /** @description The person or service on whose behalf the operator acts. The events of this request record it as `onBehalfOf`, and so does a key that it creates. The owner of the account sees it. Only the operator can send it, also with a key of its own account: from any other caller it returns 422. */
                "Latchkey-Actor"?: string;
            };
            path: {
                /** @description The role’s id. */
                roleId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The role is deleted. */
            204: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The credential is missing, invalid or expired. */
            401: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description The challenge of RFC 6750, section 3: the realm, and what is wrong with the token. */
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 401,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unauthorized",
                     *       "code": "unauthenticated",
                     *       "detail": "Send a credential as \"Authorization: Bearer <token>\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The credential is valid, but is not allowed to do this. */
            403: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Sent if another credential or scope would be accepted: the challenge of RFC 6750, section 3. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 403,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Forbidden",
                     *       "code": "insufficient_scope",
                     *       "detail": "This needs the scope \"keys:write\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It does not exist in this account. Other accounts’ resources return 404. */
            404: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 404,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Not Found",
                     *       "code": "key_not_found",
                     *       "detail": "This account has no such key."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A value is invalid. `errors` lists each one. */
            422: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 422,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unprocessable Content",
                     *       "code": "invalid_input",
                     *       "detail": "One value is invalid: see errors.",
                     *       "errors": [
                     *         {
                     *           "detail": "Must have 1 to 255 characters.",
                     *           "pointer": "#/name"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service. A write may or may not have been made: check before you repeat it. Report the `requestId`. */
            500: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 500,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Internal Server Error",
                     *       "code": "internal_error",
                     *       "detail": "This should not have happened, and is logged under the requestId."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database did not answer. A write may or may not have been made: check before you repeat it. */
            503: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Seconds to wait before the next try. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 503,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Service Unavailable",
                     *       "code": "database_unavailable",
                     *       "detail": "The database cannot be reached: try again in a second."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    updateRole: {
        parameters: {
            query?: never;
            header?: {
                /** @description The person or service on whose behalf the operator acts. The events of this request record it as `onBehalfOf`, and so does a key that it creates. The owner of the account sees it. Only the operator can send it, also with a key of its own account: from any other caller it returns 422. */
                "Latchkey-Actor"?: string;
            };
            path: {
                /** @description The role’s id. */
                roleId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RolePatch"];
                "application/merge-patch+json": components["schemas"]["RolePatch"];
            };
        };
        responses: {
            /** @description The role as it is now. */
            200: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "role_6921a5e3b281af121fcda4d0",
                     *       "name": "editor",
                     *       "description": "Reads and writes files",
                     *       "scopes": [
                     *         "files:read",
                     *         "files:write"
                     *       ],
                     *       "createdAt": "2026-01-31T12:00:00.000Z",
                     *       "updatedAt": "2026-01-31T12:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Role"];
                };
            };
            /** @description The body could not be read. */
            400: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 400,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Bad Request",
                     *       "code": "malformed_body",
                     *       "detail": "The body is not valid JSON."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The credential is missing, invalid or expired. */
            401: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description The challenge of RFC 6750, section 3: the realm, and what is wrong with the token. */
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 401,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unauthorized",
                     *       "code": "unauthenticated",
                     *       "detail": "Send a credential as \"Authorization: Bearer <token>\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The credential is valid, but is not allowed to do this. */
            403: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Sent if another credential or scope would be accepted: the challenge of RFC 6750, section 3. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 403,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Forbidden",
                     *       "code": "insufficient_scope",
                     *       "detail": "This needs the scope \"keys:write\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It does not exist in this account. Other accounts’ resources return 404. */
            404: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 404,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Not Found",
                     *       "code": "key_not_found",
                     *       "detail": "This account has no such key."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Another role has this name. */
            409: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 409,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Conflict",
                     *       "code": "role_exists",
                     *       "detail": "A role named \"editor\" already exists."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 64 KiB. */
            413: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 413,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Content Too Large",
                     *       "code": "body_too_large",
                     *       "detail": "The body may have at most 65536 bytes."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not declared as JSON, or has a `Content-Encoding`. `Accept` or `Accept-Encoding` lists what is accepted. */
            415: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 415,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unsupported Media Type",
                     *       "code": "unsupported_media_type",
                     *       "detail": "The body must have one of these content types, in UTF-8: application/json."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A value is invalid. `errors` lists each one. */
            422: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 422,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unprocessable Content",
                     *       "code": "invalid_input",
                     *       "detail": "One value is invalid: see errors.",
                     *       "errors": [
                     *         {
                     *           "detail": "Must have 1 to 255 characters.",
                     *           "pointer": "#/name"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service. A write may or may not have been made: check before you repeat it. Report the `requestId`. */
            500: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 500,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Internal Server Error",
                     *       "code": "internal_error",
                     *       "detail": "This should not have happened, and is logged under the requestId."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database did not answer. A write may or may not have been made: check before you repeat it. */
            503: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Seconds to wait before the next try. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 503,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Service Unavailable",
                     *       "code": "database_unavailable",
                     *       "detail": "The database cannot be reached: try again in a second."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listEvents: {
        parameters: {
            query?: {
                /** @description Only events of this account. Without it, the operator gets those of all accounts, and other callers those of their own. */
                accountId?: string;
                /** @description Only events of this account, by its `externalId`, which a deleted account no longer has. Use it instead of `accountId`. */
                externalId?: string;
                /** @description Only events of this key, even after it was revoked. */
                keyId?: string;
                /** @description Only events of this type. */
                type?: components["schemas"]["EventType"];
                /** @description Only what this actor did: `key_…` or `session_…`, the API key or session that made the call; `operator`, the operator token; `refresh_token`, whoever sent one; `anyone`, a caller without a credential; `github`, the secret scanning of GitHub; `latchkey`, the service itself. */
                actor?: string;
                /** @description Only events at or after this instant, RFC 3339 (write a `+` as `%2B`). In the years 1970 to 2999. */
                from?: string;
                /** @description Only events before this instant. In the years 1970 to 2999. */
                to?: string;
                /** @description `desc`: newest first, by `at`. `asc`: in the order in which the events were written, which is not always that of `at`. */
                order?: "asc" | "desc";
                /** @description Maximum number of items. */
                limit?: number;
                /** @description The `nextCursor` of the previous page of the same list. With `order=asc`, also a `followCursor`, however old it is. Opaque: do not build one, and store no `nextCursor`. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of events. */
            200: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "evt_019c1426f380000000001a2b",
                     *           "type": "key.changed",
                     *           "at": "2026-01-31T12:00:00.000Z",
                     *           "actor": "operator",
                     *           "onBehalfOf": "support@example.com",
                     *           "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *           "ip": "203.0.113.7",
                     *           "userAgent": "admin-pages/1.2",
                     *           "accountId": "acc_6921a5c0b281af121fcda4ce",
                     *           "keyId": "key_6921a5d4b281af121fcda4cf",
                     *           "data": {
                     *             "disabled": true
                     *           }
                     *         }
                     *       ],
                     *       "nextCursor": null,
                     *       "followCursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["EventPage"];
                };
            };
            /** @description The credential is missing, invalid or expired. */
            401: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description The challenge of RFC 6750, section 3: the realm, and what is wrong with the token. */
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 401,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unauthorized",
                     *       "code": "unauthenticated",
                     *       "detail": "Send a credential as \"Authorization: Bearer <token>\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The credential is valid, but is not allowed to do this. */
            403: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Sent if another credential or scope would be accepted: the challenge of RFC 6750, section 3. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 403,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Forbidden",
                     *       "code": "insufficient_scope",
                     *       "detail": "This needs the scope \"keys:write\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It does not exist in this account. Other accounts’ resources return 404. */
            404: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 404,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Not Found",
                     *       "code": "key_not_found",
                     *       "detail": "This account has no such key."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A value is invalid. `errors` lists each one. */
            422: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 422,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unprocessable Content",
                     *       "code": "invalid_input",
                     *       "detail": "One value is invalid: see errors.",
                     *       "errors": [
                     *         {
                     *           "detail": "Must have 1 to 255 characters.",
                     *           "pointer": "#/name"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service. A write may or may not have been made: check before you repeat it. Report the `requestId`. */
            500: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 500,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Internal Server Error",
                     *       "code": "internal_error",
                     *       "detail": "This should not have happened, and is logged under the requestId."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database did not answer (`database_unavailable`), or too many lists wait to be read (`overloaded`), or with `order=asc` a change has not been finished for a second, so that it is not known which events come next (`events_pending`). */
            503: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Seconds to wait before the next try. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 503,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Service Unavailable",
                     *       "code": "database_unavailable",
                     *       "detail": "The database cannot be reached: try again in a second."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    reportLeak: {
        parameters: {
            query?: never;
            header?: {
                /** @description The person or service on whose behalf the operator acts. The events of this request record it as `onBehalfOf`, and so does a key that it creates. The owner of the account sees it. Only the operator can send it, also with a key of its own account: from any other caller it returns 422. */
                "Latchkey-Actor"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LeakReport"];
            };
        };
        responses: {
            /** @description The report was taken. */
            204: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The body could not be read. */
            400: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 400,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Bad Request",
                     *       "code": "malformed_body",
                     *       "detail": "The body is not valid JSON."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The credential is missing, invalid or expired. */
            401: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description The challenge of RFC 6750, section 3: the realm, and what is wrong with the token. */
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 401,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unauthorized",
                     *       "code": "unauthenticated",
                     *       "detail": "Send a credential as \"Authorization: Bearer <token>\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The credential is valid, but is not allowed to do this. */
            403: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Sent if another credential or scope would be accepted: the challenge of RFC 6750, section 3. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 403,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Forbidden",
                     *       "code": "insufficient_scope",
                     *       "detail": "This needs the scope \"keys:write\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 64 KiB. */
            413: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 413,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Content Too Large",
                     *       "code": "body_too_large",
                     *       "detail": "The body may have at most 65536 bytes."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not declared as JSON, or has a `Content-Encoding`. `Accept` or `Accept-Encoding` lists what is accepted. */
            415: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 415,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unsupported Media Type",
                     *       "code": "unsupported_media_type",
                     *       "detail": "The body must have one of these content types, in UTF-8: application/json."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A value is invalid. `errors` lists each one. */
            422: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 422,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unprocessable Content",
                     *       "code": "invalid_input",
                     *       "detail": "One value is invalid: see errors.",
                     *       "errors": [
                     *         {
                     *           "detail": "Must have 1 to 255 characters.",
                     *           "pointer": "#/name"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many reports of this caller. `Retry-After` says how long to wait. */
            429: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Seconds to wait before the next try. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 429,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Too Many Requests",
                     *       "code": "too_many_attempts",
                     *       "detail": "Too many attempts: try again in 60 seconds."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service. A write may or may not have been made: check before you repeat it. Report the `requestId`. */
            500: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 500,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Internal Server Error",
                     *       "code": "internal_error",
                     *       "detail": "This should not have happened, and is logged under the requestId."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database did not answer. A write may or may not have been made: check before you repeat it. */
            503: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Seconds to wait before the next try. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 503,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Service Unavailable",
                     *       "code": "database_unavailable",
                     *       "detail": "The database cannot be reached: try again in a second."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    reportLeaksFromGithub: {
        parameters: {
            query?: never;
            header: {
                /** @description Which key of GitHub signed the body. */
                "Github-Public-Key-Identifier": string;
                /** @description The signature of the body as it is sent: ECDSA P-256 with SHA-256, as DER in base64. */
                "Github-Public-Key-Signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example [
                 *       {
                 *         "token": "lk_3fYqWm0JX2tL8bRvKcN5aZ7dHs9uEpG41oMZ2f",
                 *         "type": "latchkey_api_key",
                 *         "url": "https://github.com/octocat/Hello-World/blob/12345600b9cbe38a219f39a9941c9319b600c002/foo/bar.txt",
                 *         "source": "content"
                 *       }
                 *     ]
                 */
                "application/json": components["schemas"]["GithubMatch"][];
            };
        };
        responses: {
            /** @description The report was taken. */
            204: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The body could not be read. */
            400: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 400,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Bad Request",
                     *       "code": "malformed_body",
                     *       "detail": "The body is not valid JSON."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The signature is missing or wrong (`wrong_signature`). */
            401: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description The challenge of RFC 6750, section 3: the realm, and what is wrong with the token. */
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 401,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unauthorized",
                     *       "code": "wrong_signature",
                     *       "detail": "The signature is missing, or not that of this body by a key of GitHub: send Github-Public-Key-Identifier and Github-Public-Key-Signature."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `GITHUB_SECRET_SCANNING_KEYS` is not set. */
            404: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 404,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Not Found",
                     *       "code": "not_found",
                     *       "detail": "This deployment takes no reports of GitHub: GITHUB_SECRET_SCANNING_KEYS is not set."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 512 KiB. */
            413: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 413,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Content Too Large",
                     *       "code": "body_too_large",
                     *       "detail": "The body may have at most 524288 bytes."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not declared as JSON, or has a `Content-Encoding`. `Accept` or `Accept-Encoding` lists what is accepted. */
            415: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 415,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unsupported Media Type",
                     *       "code": "unsupported_media_type",
                     *       "detail": "The body must have one of these content types, in UTF-8: application/json."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A value is invalid. `errors` lists each one. */
            422: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 422,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unprocessable Content",
                     *       "code": "invalid_input",
                     *       "detail": "One value is invalid: see errors.",
                     *       "errors": [
                     *         {
                     *           "detail": "Must have 1 to 255 characters.",
                     *           "pointer": "#/name"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many wrong signatures from this address. A good one is accepted all the same. `Retry-After` says how long to wait. */
            429: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Seconds to wait before the next try. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 429,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Too Many Requests",
                     *       "code": "too_many_attempts",
                     *       "detail": "Too many attempts: try again in 60 seconds."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service. A write may or may not have been made: check before you repeat it. Report the `requestId`. */
            500: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 500,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Internal Server Error",
                     *       "code": "internal_error",
                     *       "detail": "This should not have happened, and is logged under the requestId."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The keys of GitHub cannot be fetched (`signing_keys_unavailable`; nothing was done), or the database did not answer (`database_unavailable`; what was reported may or may not be done: report it again). */
            503: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Seconds to wait before the next try. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 503,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Service Unavailable",
                     *       "code": "database_unavailable",
                     *       "detail": "The database cannot be reached: try again in a second."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listAccounts: {
        parameters: {
            query?: {
                /** @description Maximum number of items. */
                limit?: number;
                /** @description The `nextCursor` of the previous page of the same list. Opaque: do not build or store one. */
                cursor?: string;
                /** @description Your own id for this account. */
                externalId?: string;
                /** @description The email that the account signed up with. */
                email?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of accounts. */
            200: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountPage"];
                };
            };
            /** @description The credential is missing, invalid or expired. */
            401: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description The challenge of RFC 6750, section 3: the realm, and what is wrong with the token. */
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 401,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unauthorized",
                     *       "code": "unauthenticated",
                     *       "detail": "Send a credential as \"Authorization: Bearer <token>\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The credential is valid, but is not allowed to do this. */
            403: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Sent if another credential or scope would be accepted: the challenge of RFC 6750, section 3. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 403,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Forbidden",
                     *       "code": "insufficient_scope",
                     *       "detail": "This needs the scope \"keys:write\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A value is invalid. `errors` lists each one. */
            422: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 422,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unprocessable Content",
                     *       "code": "invalid_input",
                     *       "detail": "One value is invalid: see errors.",
                     *       "errors": [
                     *         {
                     *           "detail": "Must have 1 to 255 characters.",
                     *           "pointer": "#/name"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service. A write may or may not have been made: check before you repeat it. Report the `requestId`. */
            500: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 500,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Internal Server Error",
                     *       "code": "internal_error",
                     *       "detail": "This should not have happened, and is logged under the requestId."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database did not answer. A write may or may not have been made: check before you repeat it. */
            503: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Seconds to wait before the next try. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 503,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Service Unavailable",
                     *       "code": "database_unavailable",
                     *       "detail": "The database cannot be reached: try again in a second."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createAccount: {
        parameters: {
            query?: never;
            header?: {
                /** @description The person or service on whose behalf the operator acts. The events of this request record it as `onBehalfOf`, and so does a key that it creates. The owner of the account sees it. Only the operator can send it, also with a key of its own account: from any other caller it returns 422. */
                "Latchkey-Actor"?: string;
                /** @description Makes the call safe to repeat for 24 hours: a repeated call is not done again, and its response has `Idempotent-Replayed: true`. 1 to 255 visible ASCII characters, bare or in quotes. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewAccount"];
            };
        };
        responses: {
            /** @description An account with this `externalId` exists. It was not changed. */
            200: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Sent if an earlier call with the same `Idempotency-Key` did what this one asks for. */
                    "Idempotent-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
            /** @description The account was created. */
            201: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description The path of the account: `/v1/accounts/{accountId}` for the operator, `/v1/account` for whoever signed up. */
                    Location: string;
                    /** @description Sent if an earlier call with the same `Idempotency-Key` did what this one asks for. */
                    "Idempotent-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
            /** @description The body could not be read. */
            400: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 400,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Bad Request",
                     *       "code": "malformed_body",
                     *       "detail": "The body is not valid JSON."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The credential is missing, invalid or expired. */
            401: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description The challenge of RFC 6750, section 3: the realm, and what is wrong with the token. */
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 401,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unauthorized",
                     *       "code": "unauthenticated",
                     *       "detail": "Send a credential as \"Authorization: Bearer <token>\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The credential is valid, but is not allowed to do this. */
            403: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Sent if another credential or scope would be accepted: the challenge of RFC 6750, section 3. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 403,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Forbidden",
                     *       "code": "insufficient_scope",
                     *       "detail": "This needs the scope \"keys:write\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An account with this email exists (`email_taken`), or the first call with this `Idempotency-Key` is too long ago, or its account deleted since (`already_done`). */
            409: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 409,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Conflict",
                     *       "code": "email_taken",
                     *       "detail": "An account with this email already exists: sign in instead."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 64 KiB. */
            413: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 413,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Content Too Large",
                     *       "code": "body_too_large",
                     *       "detail": "The body may have at most 65536 bytes."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not declared as JSON, or has a `Content-Encoding`. `Accept` or `Accept-Encoding` lists what is accepted. */
            415: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 415,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unsupported Media Type",
                     *       "code": "unsupported_media_type",
                     *       "detail": "The body must have one of these content types, in UTF-8: application/json."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A value is invalid (`invalid_input`, and `errors` lists each one), or the `Idempotency-Key` was sent with another request (`idempotency_key_reused`). */
            422: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 422,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unprocessable Content",
                     *       "code": "invalid_input",
                     *       "detail": "One value is invalid: see errors.",
                     *       "errors": [
                     *         {
                     *           "detail": "Must have 1 to 255 characters.",
                     *           "pointer": "#/name"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service. A write may or may not have been made: check before you repeat it. Report the `requestId`. */
            500: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 500,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Internal Server Error",
                     *       "code": "internal_error",
                     *       "detail": "This should not have happened, and is logged under the requestId."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many passwords wait to be checked (`overloaded`; nothing was done), or the database did not answer (`database_unavailable`; a write may or may not have been made: check before you repeat it). */
            503: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Seconds to wait before the next try. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 503,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Service Unavailable",
                     *       "code": "overloaded",
                     *       "detail": "Too many passwords wait to be checked: try again in a second."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getAccount: {
        parameters: {
            query?: {
                /** @description The account to get, for the operator. Without it, each caller gets its own account. */
                accountId?: string;
                /** @description The account to act on, by its `externalId`. Use it instead of `accountId`. */
                externalId?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The account. */
            200: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
            /** @description The credential is missing, invalid or expired. */
            401: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description The challenge of RFC 6750, section 3: the realm, and what is wrong with the token. */
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 401,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unauthorized",
                     *       "code": "unauthenticated",
                     *       "detail": "Send a credential as \"Authorization: Bearer <token>\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The credential is valid, but is not allowed to do this. */
            403: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Sent if another credential or scope would be accepted: the challenge of RFC 6750, section 3. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 403,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Forbidden",
                     *       "code": "insufficient_scope",
                     *       "detail": "This needs the scope \"keys:write\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It does not exist in this account. Other accounts’ resources return 404. */
            404: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 404,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Not Found",
                     *       "code": "key_not_found",
                     *       "detail": "This account has no such key."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A value is invalid. `errors` lists each one. */
            422: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 422,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unprocessable Content",
                     *       "code": "invalid_input",
                     *       "detail": "One value is invalid: see errors.",
                     *       "errors": [
                     *         {
                     *           "detail": "Must have 1 to 255 characters.",
                     *           "pointer": "#/name"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service. A write may or may not have been made: check before you repeat it. Report the `requestId`. */
            500: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 500,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Internal Server Error",
                     *       "code": "internal_error",
                     *       "detail": "This should not have happened, and is logged under the requestId."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database did not answer. A write may or may not have been made: check before you repeat it. */
            503: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Seconds to wait before the next try. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 503,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Service Unavailable",
                     *       "code": "database_unavailable",
                     *       "detail": "The database cannot be reached: try again in a second."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteAccount: {
        parameters: {
            query?: {
                /** @description The account to act on. Required with the operator token, and for a key that acts for the operator, save where it rotates itself. Other callers act on their own account. */
                accountId?: string;
                /** @description The account to act on, by its `externalId`. Use it instead of `accountId`. */
                externalId?: string;
            };
            header?: {
                /** @description The person or service on whose behalf the operator acts. The events of this request record it as `onBehalfOf`, and so does a key that it creates. The owner of the account sees it. Only the operator can send it, also with a key of its own account: from any other caller it returns 422. */
                "Latchkey-Actor"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The account and its keys are deleted. */
            204: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The credential is missing, invalid or expired. */
            401: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description The challenge of RFC 6750, section 3: the realm, and what is wrong with the token. */
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 401,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unauthorized",
                     *       "code": "unauthenticated",
                     *       "detail": "Send a credential as \"Authorization: Bearer <token>\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The credential is valid, but is not allowed to do this. */
            403: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Sent if another credential or scope would be accepted: the challenge of RFC 6750, section 3. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 403,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Forbidden",
                     *       "code": "insufficient_scope",
                     *       "detail": "This needs the scope \"keys:write\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It does not exist in this account. Other accounts’ resources return 404. */
            404: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 404,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Not Found",
                     *       "code": "key_not_found",
                     *       "detail": "This account has no such key."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A value is invalid. `errors` lists each one. */
            422: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 422,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unprocessable Content",
                     *       "code": "invalid_input",
                     *       "detail": "One value is invalid: see errors.",
                     *       "errors": [
                     *         {
                     *           "detail": "Must have 1 to 255 characters.",
                     *           "pointer": "#/name"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service. A write may or may not have been made: check before you repeat it. Report the `requestId`. */
            500: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 500,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Internal Server Error",
                     *       "code": "internal_error",
                     *       "detail": "This should not have happened, and is logged under the requestId."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database did not answer. A write may or may not have been made: check before you repeat it. */
            503: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Seconds to wait before the next try. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 503,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Service Unavailable",
                     *       "code": "database_unavailable",
                     *       "detail": "The database cannot be reached: try again in a second."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    updateAccount: {
        parameters: {
            query?: {
                /** @description The account to act on. Required with the operator token, and for a key that acts for the operator, save where it rotates itself. Other callers act on their own account. */
                accountId?: string;
                /** @description The account to act on, by its `externalId`. Use it instead of `accountId`. */
                externalId?: string;
            };
            header?: {
                /** @description The person or service on whose behalf the operator acts. The events of this request record it as `onBehalfOf`, and so does a key that it creates. The owner of the account sees it. Only the operator can send it, also with a key of its own account: from any other caller it returns 422. */
                "Latchkey-Actor"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AccountPatch"];
                "application/merge-patch+json": components["schemas"]["AccountPatch"];
            };
        };
        responses: {
            /** @description The account as it is now. */
            200: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
            /** @description The body could not be read. */
            400: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 400,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Bad Request",
                     *       "code": "malformed_body",
                     *       "detail": "The body is not valid JSON."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The credential is missing, invalid or expired. */
            401: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description The challenge of RFC 6750, section 3: the realm, and what is wrong with the token. */
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 401,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unauthorized",
                     *       "code": "unauthenticated",
                     *       "detail": "Send a credential as \"Authorization: Bearer <token>\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The credential is valid, but is not allowed to do this. */
            403: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Sent if another credential or scope would be accepted: the challenge of RFC 6750, section 3. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 403,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Forbidden",
                     *       "code": "insufficient_scope",
                     *       "detail": "This needs the scope \"keys:write\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It does not exist in this account. Other accounts’ resources return 404. */
            404: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 404,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Not Found",
                     *       "code": "key_not_found",
                     *       "detail": "This account has no such key."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Another account has this `externalId`. */
            409: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 409,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Conflict",
                     *       "code": "external_id_taken",
                     *       "detail": "Another account has this externalId."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 64 KiB. */
            413: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 413,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Content Too Large",
                     *       "code": "body_too_large",
                     *       "detail": "The body may have at most 65536 bytes."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not declared as JSON, or has a `Content-Encoding`. `Accept` or `Accept-Encoding` lists what is accepted. */
            415: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 415,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unsupported Media Type",
                     *       "code": "unsupported_media_type",
                     *       "detail": "The body must have one of these content types, in UTF-8: application/json."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A value is invalid. `errors` lists each one. */
            422: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 422,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unprocessable Content",
                     *       "code": "invalid_input",
                     *       "detail": "One value is invalid: see errors.",
                     *       "errors": [
                     *         {
                     *           "detail": "Must have 1 to 255 characters.",
                     *           "pointer": "#/name"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service. A write may or may not have been made: check before you repeat it. Report the `requestId`. */
            500: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 500,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Internal Server Error",
                     *       "code": "internal_error",
                     *       "detail": "This should not have happened, and is logged under the requestId."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database did not answer. A write may or may not have been made: check before you repeat it. */
            503: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Seconds to wait before the next try. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 503,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Service Unavailable",
                     *       "code": "database_unavailable",
                     *       "detail": "The database cannot be reached: try again in a second."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getNamedAccount: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The account’s id. The operator’s own account is at `/v1/account`. */
                accountId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The account. */
            200: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "acc_6921a5c0b281af121fcda4ce",
                     *       "email": null,
                     *       "externalId": "user_8812",
                     *       "disabledAt": null,
                     *       "metadata": {
                     *         "plan": "pro",
                     *         "region": "eu"
                     *       },
                     *       "policy": {
                     *         "maxKeys": 50,
                     *         "maxLifetimeSeconds": 7776000,
                     *         "allowedScopes": [
                     *           "files:*"
                     *         ]
                     *       },
                     *       "limits": [
                     *         {
                     *           "name": "hourly",
                     *           "limit": 50000,
                     *           "windowSeconds": 3600
                     *         }
                     *       ],
                     *       "quota": {
                     *         "remaining": 64200,
                     *         "refill": {
                     *           "amount": 100000,
                     *           "every": "month"
                     *         },
                     *         "refillsAt": "2026-03-31T12:00:00.000Z"
                     *       },
                     *       "keyCount": 3,
                     *       "createdAt": "2026-01-31T12:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Account"];
                };
            };
            /** @description The credential is missing, invalid or expired. */
            401: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description The challenge of RFC 6750, section 3: the realm, and what is wrong with the token. */
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 401,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unauthorized",
                     *       "code": "unauthenticated",
                     *       "detail": "Send a credential as \"Authorization: Bearer <token>\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The credential is valid, but is not allowed to do this. */
            403: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Sent if another credential or scope would be accepted: the challenge of RFC 6750, section 3. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 403,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Forbidden",
                     *       "code": "insufficient_scope",
                     *       "detail": "This needs the scope \"keys:write\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It does not exist in this account. Other accounts’ resources return 404. */
            404: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 404,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Not Found",
                     *       "code": "key_not_found",
                     *       "detail": "This account has no such key."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A value is invalid. `errors` lists each one. */
            422: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 422,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unprocessable Content",
                     *       "code": "invalid_input",
                     *       "detail": "One value is invalid: see errors.",
                     *       "errors": [
                     *         {
                     *           "detail": "Must have 1 to 255 characters.",
                     *           "pointer": "#/name"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service. A write may or may not have been made: check before you repeat it. Report the `requestId`. */
            500: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 500,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Internal Server Error",
                     *       "code": "internal_error",
                     *       "detail": "This should not have happened, and is logged under the requestId."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database did not answer. A write may or may not have been made: check before you repeat it. */
            503: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Seconds to wait before the next try. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 503,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Service Unavailable",
                     *       "code": "database_unavailable",
                     *       "detail": "The database cannot be reached: try again in a second."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteNamedAccount: {
        parameters: {
            query?: never;
            header?: {
                /** @description The person or service on whose behalf the operator acts. The events of this request record it as `onBehalfOf`, and so does a key that it creates. The owner of the account sees it. Only the operator can send it, also with a key of its own account: from any other caller it returns 422. */
                "Latchkey-Actor"?: string;
            };
            path: {
                /** @description The account’s id. The operator’s own account is at `/v1/account`. */
                accountId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The account and its keys are deleted. */
            204: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The credential is missing, invalid or expired. */
            401: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description The challenge of RFC 6750, section 3: the realm, and what is wrong with the token. */
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 401,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unauthorized",
                     *       "code": "unauthenticated",
                     *       "detail": "Send a credential as \"Authorization: Bearer <token>\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The credential is valid, but is not allowed to do this. */
            403: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Sent if another credential or scope would be accepted: the challenge of RFC 6750, section 3. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 403,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Forbidden",
                     *       "code": "insufficient_scope",
                     *       "detail": "This needs the scope \"keys:write\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It does not exist in this account. Other accounts’ resources return 404. */
            404: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 404,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Not Found",
                     *       "code": "key_not_found",
                     *       "detail": "This account has no such key."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A value is invalid. `errors` lists each one. */
            422: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 422,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unprocessable Content",
                     *       "code": "invalid_input",
                     *       "detail": "One value is invalid: see errors.",
                     *       "errors": [
                     *         {
                     *           "detail": "Must have 1 to 255 characters.",
                     *           "pointer": "#/name"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service. A write may or may not have been made: check before you repeat it. Report the `requestId`. */
            500: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 500,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Internal Server Error",
                     *       "code": "internal_error",
                     *       "detail": "This should not have happened, and is logged under the requestId."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database did not answer. A write may or may not have been made: check before you repeat it. */
            503: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Seconds to wait before the next try. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 503,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Service Unavailable",
                     *       "code": "database_unavailable",
                     *       "detail": "The database cannot be reached: try again in a second."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    updateNamedAccount: {
        parameters: {
            query?: never;
            header?: {
                /** @description The person or service on whose behalf the operator acts. The events of this request record it as `onBehalfOf`, and so does a key that it creates. The owner of the account sees it. Only the operator can send it, also with a key of its own account: from any other caller it returns 422. */
                "Latchkey-Actor"?: string;
            };
            path: {
                /** @description The account’s id. The operator’s own account is at `/v1/account`. */
                accountId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AccountPatch"];
                "application/merge-patch+json": components["schemas"]["AccountPatch"];
            };
        };
        responses: {
            /** @description The account as it is now. */
            200: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
            /** @description The body could not be read. */
            400: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 400,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Bad Request",
                     *       "code": "malformed_body",
                     *       "detail": "The body is not valid JSON."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The credential is missing, invalid or expired. */
            401: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description The challenge of RFC 6750, section 3: the realm, and what is wrong with the token. */
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 401,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unauthorized",
                     *       "code": "unauthenticated",
                     *       "detail": "Send a credential as \"Authorization: Bearer <token>\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The credential is valid, but is not allowed to do this. */
            403: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Sent if another credential or scope would be accepted: the challenge of RFC 6750, section 3. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 403,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Forbidden",
                     *       "code": "insufficient_scope",
                     *       "detail": "This needs the scope \"keys:write\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It does not exist in this account. Other accounts’ resources return 404. */
            404: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 404,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Not Found",
                     *       "code": "key_not_found",
                     *       "detail": "This account has no such key."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Another account has this `externalId`. */
            409: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 409,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Conflict",
                     *       "code": "external_id_taken",
                     *       "detail": "Another account has this externalId."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 64 KiB. */
            413: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 413,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Content Too Large",
                     *       "code": "body_too_large",
                     *       "detail": "The body may have at most 65536 bytes."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not declared as JSON, or has a `Content-Encoding`. `Accept` or `Accept-Encoding` lists what is accepted. */
            415: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 415,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unsupported Media Type",
                     *       "code": "unsupported_media_type",
                     *       "detail": "The body must have one of these content types, in UTF-8: application/json."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A value is invalid. `errors` lists each one. */
            422: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 422,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unprocessable Content",
                     *       "code": "invalid_input",
                     *       "detail": "One value is invalid: see errors.",
                     *       "errors": [
                     *         {
                     *           "detail": "Must have 1 to 255 characters.",
                     *           "pointer": "#/name"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service. A write may or may not have been made: check before you repeat it. Report the `requestId`. */
            500: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 500,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Internal Server Error",
                     *       "code": "internal_error",
                     *       "detail": "This should not have happened, and is logged under the requestId."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database did not answer. A write may or may not have been made: check before you repeat it. */
            503: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Seconds to wait before the next try. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 503,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Service Unavailable",
                     *       "code": "database_unavailable",
                     *       "detail": "The database cannot be reached: try again in a second."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    setPassword: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordChange"];
            };
        };
        responses: {
            /** @description The password was changed. */
            204: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The body could not be read. */
            400: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 400,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Bad Request",
                     *       "code": "malformed_body",
                     *       "detail": "The body is not valid JSON."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The credential is missing, invalid or expired. */
            401: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description The challenge of RFC 6750, section 3: the realm, and what is wrong with the token. */
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 401,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unauthorized",
                     *       "code": "unauthenticated",
                     *       "detail": "Send a credential as \"Authorization: Bearer <token>\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The credential is valid, but is not allowed to do this. */
            403: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Sent if another credential or scope would be accepted: the challenge of RFC 6750, section 3. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 403,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Forbidden",
                     *       "code": "insufficient_scope",
                     *       "detail": "This needs the scope \"keys:write\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 64 KiB. */
            413: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 413,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Content Too Large",
                     *       "code": "body_too_large",
                     *       "detail": "The body may have at most 65536 bytes."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not declared as JSON, or has a `Content-Encoding`. `Accept` or `Accept-Encoding` lists what is accepted. */
            415: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 415,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unsupported Media Type",
                     *       "code": "unsupported_media_type",
                     *       "detail": "The body must have one of these content types, in UTF-8: application/json."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A value is invalid. `errors` lists each one. */
            422: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 422,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unprocessable Content",
                     *       "code": "invalid_input",
                     *       "detail": "One value is invalid: see errors.",
                     *       "errors": [
                     *         {
                     *           "detail": "Must have 1 to 255 characters.",
                     *           "pointer": "#/name"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many attempts. `Retry-After` says how long to wait. */
            429: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Seconds to wait before the next try. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 429,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Too Many Requests",
                     *       "code": "too_many_attempts",
                     *       "detail": "Too many attempts: try again in 60 seconds."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service. A write may or may not have been made: check before you repeat it. Report the `requestId`. */
            500: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 500,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Internal Server Error",
                     *       "code": "internal_error",
                     *       "detail": "This should not have happened, and is logged under the requestId."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many passwords wait to be checked (`overloaded`; nothing was done), or the database did not answer (`database_unavailable`; a write may or may not have been made: check before you repeat it). */
            503: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Seconds to wait before the next try. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 503,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Service Unavailable",
                     *       "code": "overloaded",
                     *       "detail": "Too many passwords wait to be checked: try again in a second."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    addToAccountQuota: {
        parameters: {
            query?: {
                /** @description The account to act on. Required with the operator token, and for a key that acts for the operator, save where it rotates itself. Other callers act on their own account. */
                accountId?: string;
                /** @description The account to act on, by its `externalId`. Use it instead of `accountId`. */
                externalId?: string;
            };
            header?: {
                /** @description The person or service on whose behalf the operator acts. The events of this request record it as `onBehalfOf`, and so does a key that it creates. The owner of the account sees it. Only the operator can send it, also with a key of its own account: from any other caller it returns 422. */
                "Latchkey-Actor"?: string;
                /** @description Makes the call safe to repeat for 24 hours: a repeated call is not done again, and its response has `Idempotent-Replayed: true`. 1 to 255 visible ASCII characters, bare or in quotes. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["QuotaAddition"];
            };
        };
        responses: {
            /** @description The account as it is now. A repeated call returns the account as it is by then. */
            200: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Sent if an earlier call with the same `Idempotency-Key` did what this one asks for. */
                    "Idempotent-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "acc_6921a5c0b281af121fcda4ce",
                     *       "email": null,
                     *       "externalId": "user_8812",
                     *       "disabledAt": null,
                     *       "metadata": {
                     *         "plan": "pro",
                     *         "region": "eu"
                     *       },
                     *       "policy": {
                     *         "maxKeys": 50,
                     *         "maxLifetimeSeconds": 7776000,
                     *         "allowedScopes": [
                     *           "files:*"
                     *         ]
                     *       },
                     *       "limits": [
                     *         {
                     *           "name": "hourly",
                     *           "limit": 50000,
                     *           "windowSeconds": 3600
                     *         }
                     *       ],
                     *       "quota": {
                     *         "remaining": 64200,
                     *         "refill": {
                     *           "amount": 100000,
                     *           "every": "month"
                     *         },
                     *         "refillsAt": "2026-03-31T12:00:00.000Z"
                     *       },
                     *       "keyCount": 3,
                     *       "createdAt": "2026-01-31T12:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Account"];
                };
            };
            /** @description The body could not be read. */
            400: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 400,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Bad Request",
                     *       "code": "malformed_body",
                     *       "detail": "The body is not valid JSON."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The credential is missing, invalid or expired. */
            401: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description The challenge of RFC 6750, section 3: the realm, and what is wrong with the token. */
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 401,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unauthorized",
                     *       "code": "unauthenticated",
                     *       "detail": "Send a credential as \"Authorization: Bearer <token>\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The credential is valid, but is not allowed to do this. */
            403: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Sent if another credential or scope would be accepted: the challenge of RFC 6750, section 3. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 403,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Forbidden",
                     *       "code": "insufficient_scope",
                     *       "detail": "This needs the scope \"keys:write\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It does not exist in this account. Other accounts’ resources return 404. */
            404: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 404,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Not Found",
                     *       "code": "key_not_found",
                     *       "detail": "This account has no such key."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The account has no quota (`no_quota`), or the first call with this `Idempotency-Key` is too long ago (`already_done`). */
            409: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 409,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Conflict",
                     *       "code": "no_quota",
                     *       "detail": "The account has no quota: give it one first, with \"quota\": { \"remaining\": … }."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 64 KiB. */
            413: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 413,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Content Too Large",
                     *       "code": "body_too_large",
                     *       "detail": "The body may have at most 65536 bytes."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not declared as JSON, or has a `Content-Encoding`. `Accept` or `Accept-Encoding` lists what is accepted. */
            415: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 415,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unsupported Media Type",
                     *       "code": "unsupported_media_type",
                     *       "detail": "The body must have one of these content types, in UTF-8: application/json."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A value is invalid (`invalid_input`, and `errors` lists each one), or the `Idempotency-Key` was sent with another request (`idempotency_key_reused`). */
            422: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 422,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unprocessable Content",
                     *       "code": "invalid_input",
                     *       "detail": "One value is invalid: see errors.",
                     *       "errors": [
                     *         {
                     *           "detail": "Must have 1 to 255 characters.",
                     *           "pointer": "#/name"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service. A write may or may not have been made: check before you repeat it. Report the `requestId`. */
            500: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 500,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Internal Server Error",
                     *       "code": "internal_error",
                     *       "detail": "This should not have happened, and is logged under the requestId."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database did not answer. A write may or may not have been made: check before you repeat it. */
            503: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Seconds to wait before the next try. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 503,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Service Unavailable",
                     *       "code": "database_unavailable",
                     *       "detail": "The database cannot be reached: try again in a second."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignIn"];
            };
        };
        responses: {
            /** @description Signed in. */
            201: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            /** @description The body could not be read. */
            400: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 400,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Bad Request",
                     *       "code": "malformed_body",
                     *       "detail": "The body is not valid JSON."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The credential is missing, invalid or expired. */
            401: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description The challenge of RFC 6750, section 3: the realm, and what is wrong with the token. */
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 401,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unauthorized",
                     *       "code": "unauthenticated",
                     *       "detail": "Send a credential as \"Authorization: Bearer <token>\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 64 KiB. */
            413: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 413,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Content Too Large",
                     *       "code": "body_too_large",
                     *       "detail": "The body may have at most 65536 bytes."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not declared as JSON, or has a `Content-Encoding`. `Accept` or `Accept-Encoding` lists what is accepted. */
            415: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 415,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unsupported Media Type",
                     *       "code": "unsupported_media_type",
                     *       "detail": "The body must have one of these content types, in UTF-8: application/json."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A value is invalid. `errors` lists each one. */
            422: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 422,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unprocessable Content",
                     *       "code": "invalid_input",
                     *       "detail": "One value is invalid: see errors.",
                     *       "errors": [
                     *         {
                     *           "detail": "Must have 1 to 255 characters.",
                     *           "pointer": "#/name"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many attempts. `Retry-After` says how long to wait. */
            429: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Seconds to wait before the next try. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 429,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Too Many Requests",
                     *       "code": "too_many_attempts",
                     *       "detail": "Too many attempts: try again in 60 seconds."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service. A write may or may not have been made: check before you repeat it. Report the `requestId`. */
            500: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 500,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Internal Server Error",
                     *       "code": "internal_error",
                     *       "detail": "This should not have happened, and is logged under the requestId."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many passwords wait to be checked (`overloaded`; nothing was done), or the database did not answer (`database_unavailable`; a write may or may not have been made: check before you repeat it). */
            503: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Seconds to wait before the next try. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 503,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Service Unavailable",
                     *       "code": "overloaded",
                     *       "detail": "Too many passwords wait to be checked: try again in a second."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    refreshSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "refreshToken": "lkr_8MZrAqkP2vYw0sTnBxLdEoHjCgUfVi3K1aRmQpXy"
                 *     }
                 */
                "application/json": components["schemas"]["Refresh"];
            };
        };
        responses: {
            /** @description The new tokens. */
            200: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            /** @description The body could not be read. */
            400: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 400,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Bad Request",
                     *       "code": "malformed_body",
                     *       "detail": "The body is not valid JSON."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The credential is missing, invalid or expired. */
            401: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description The challenge of RFC 6750, section 3: the realm, and what is wrong with the token. */
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 401,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unauthorized",
                     *       "code": "unauthenticated",
                     *       "detail": "Send a credential as \"Authorization: Bearer <token>\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 64 KiB. */
            413: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 413,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Content Too Large",
                     *       "code": "body_too_large",
                     *       "detail": "The body may have at most 65536 bytes."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not declared as JSON, or has a `Content-Encoding`. `Accept` or `Accept-Encoding` lists what is accepted. */
            415: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 415,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unsupported Media Type",
                     *       "code": "unsupported_media_type",
                     *       "detail": "The body must have one of these content types, in UTF-8: application/json."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A value is invalid. `errors` lists each one. */
            422: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 422,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unprocessable Content",
                     *       "code": "invalid_input",
                     *       "detail": "One value is invalid: see errors.",
                     *       "errors": [
                     *         {
                     *           "detail": "Must have 1 to 255 characters.",
                     *           "pointer": "#/name"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service. A write may or may not have been made: check before you repeat it. Report the `requestId`. */
            500: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 500,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Internal Server Error",
                     *       "code": "internal_error",
                     *       "detail": "This should not have happened, and is logged under the requestId."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database did not answer. A write may or may not have been made: check before you repeat it. */
            503: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Seconds to wait before the next try. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 503,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Service Unavailable",
                     *       "code": "database_unavailable",
                     *       "detail": "The database cannot be reached: try again in a second."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    endSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Signed out. */
            204: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The credential is missing, invalid or expired. */
            401: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description The challenge of RFC 6750, section 3: the realm, and what is wrong with the token. */
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 401,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unauthorized",
                     *       "code": "unauthenticated",
                     *       "detail": "Send a credential as \"Authorization: Bearer <token>\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The credential is valid, but is not allowed to do this. */
            403: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Sent if another credential or scope would be accepted: the challenge of RFC 6750, section 3. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 403,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Forbidden",
                     *       "code": "insufficient_scope",
                     *       "detail": "This needs the scope \"keys:write\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A value is invalid. `errors` lists each one. */
            422: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 422,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unprocessable Content",
                     *       "code": "invalid_input",
                     *       "detail": "One value is invalid: see errors.",
                     *       "errors": [
                     *         {
                     *           "detail": "Must have 1 to 255 characters.",
                     *           "pointer": "#/name"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service. A write may or may not have been made: check before you repeat it. Report the `requestId`. */
            500: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 500,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Internal Server Error",
                     *       "code": "internal_error",
                     *       "detail": "This should not have happened, and is logged under the requestId."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database did not answer. A write may or may not have been made: check before you repeat it. */
            503: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Seconds to wait before the next try. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 503,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Service Unavailable",
                     *       "code": "database_unavailable",
                     *       "detail": "The database cannot be reached: try again in a second."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listAccountSessions: {
        parameters: {
            query?: {
                /** @description Maximum number of items. */
                limit?: number;
                /** @description The `nextCursor` of the previous page of the same list. Opaque: do not build or store one. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of sessions. */
            200: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountSessionPage"];
                };
            };
            /** @description The credential is missing, invalid or expired. */
            401: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description The challenge of RFC 6750, section 3: the realm, and what is wrong with the token. */
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 401,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unauthorized",
                     *       "code": "unauthenticated",
                     *       "detail": "Send a credential as \"Authorization: Bearer <token>\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The credential is valid, but is not allowed to do this. */
            403: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Sent if another credential or scope would be accepted: the challenge of RFC 6750, section 3. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 403,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Forbidden",
                     *       "code": "insufficient_scope",
                     *       "detail": "This needs the scope \"keys:write\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A value is invalid. `errors` lists each one. */
            422: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 422,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unprocessable Content",
                     *       "code": "invalid_input",
                     *       "detail": "One value is invalid: see errors.",
                     *       "errors": [
                     *         {
                     *           "detail": "Must have 1 to 255 characters.",
                     *           "pointer": "#/name"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service. A write may or may not have been made: check before you repeat it. Report the `requestId`. */
            500: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 500,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Internal Server Error",
                     *       "code": "internal_error",
                     *       "detail": "This should not have happened, and is logged under the requestId."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database did not answer. A write may or may not have been made: check before you repeat it. */
            503: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Seconds to wait before the next try. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 503,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Service Unavailable",
                     *       "code": "database_unavailable",
                     *       "detail": "The database cannot be reached: try again in a second."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    endAccountSession: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The session’s id, as which it is the `actor` of events. */
                sessionId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The session has ended. */
            204: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The credential is missing, invalid or expired. */
            401: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description The challenge of RFC 6750, section 3: the realm, and what is wrong with the token. */
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 401,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unauthorized",
                     *       "code": "unauthenticated",
                     *       "detail": "Send a credential as \"Authorization: Bearer <token>\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The credential is valid, but is not allowed to do this. */
            403: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Sent if another credential or scope would be accepted: the challenge of RFC 6750, section 3. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 403,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Forbidden",
                     *       "code": "insufficient_scope",
                     *       "detail": "This needs the scope \"keys:write\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It does not exist in this account. Other accounts’ resources return 404. */
            404: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 404,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Not Found",
                     *       "code": "key_not_found",
                     *       "detail": "This account has no such key."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A value is invalid. `errors` lists each one. */
            422: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 422,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unprocessable Content",
                     *       "code": "invalid_input",
                     *       "detail": "One value is invalid: see errors.",
                     *       "errors": [
                     *         {
                     *           "detail": "Must have 1 to 255 characters.",
                     *           "pointer": "#/name"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service. A write may or may not have been made: check before you repeat it. Report the `requestId`. */
            500: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 500,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Internal Server Error",
                     *       "code": "internal_error",
                     *       "detail": "This should not have happened, and is logged under the requestId."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database did not answer. A write may or may not have been made: check before you repeat it. */
            503: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Seconds to wait before the next try. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 503,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Service Unavailable",
                     *       "code": "database_unavailable",
                     *       "detail": "The database cannot be reached: try again in a second."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getJwks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The JWK Set. Cache it for five minutes. */
            200: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    ETag: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JwkSet"];
                };
            };
            /** @description Unchanged: `If-None-Match` names the current version. */
            304: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A fault of the service. A write may or may not have been made: check before you repeat it. Report the `requestId`. */
            500: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 500,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Internal Server Error",
                     *       "code": "internal_error",
                     *       "detail": "This should not have happened, and is logged under the requestId."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getLiveness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Alive. */
            200: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Liveness"];
                };
            };
            /** @description A fault of the service. A write may or may not have been made: check before you repeat it. Report the `requestId`. */
            500: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 500,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Internal Server Error",
                     *       "code": "internal_error",
                     *       "detail": "This should not have happened, and is logged under the requestId."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getReadiness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ready. */
            200: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Readiness"];
                };
            };
            /** @description A fault of the service. A write may or may not have been made: check before you repeat it. Report the `requestId`. */
            500: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 500,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Internal Server Error",
                     *       "code": "internal_error",
                     *       "detail": "This should not have happened, and is logged under the requestId."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database did not answer, or lacks a migration (`database_unavailable`), or the process was told to stop (`stopping`). */
            503: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Seconds to wait before the next try. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 503,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Service Unavailable",
                     *       "code": "database_unavailable",
                     *       "detail": "The database cannot be reached: try again in a second."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getMetrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The metrics, in the text exposition format 0.0.4. */
            200: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example # HELP latchkey_verifications_total Tokens that were checked.
                     *     # TYPE latchkey_verifications_total counter
                     *     latchkey_verifications_total{purpose="verify",verdict="valid",source="cache"} 48211
                     */
                    "text/plain": string;
                };
            };
            /** @description The credential is missing, invalid or expired. */
            401: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description The challenge of RFC 6750, section 3: the realm, and what is wrong with the token. */
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 401,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Unauthorized",
                     *       "code": "unauthenticated",
                     *       "detail": "Send a credential as \"Authorization: Bearer <token>\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The credential is valid, but is not allowed to do this. */
            403: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Sent if another credential or scope would be accepted: the challenge of RFC 6750, section 3. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 403,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Forbidden",
                     *       "code": "insufficient_scope",
                     *       "detail": "This needs the scope \"keys:write\"."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service. A write may or may not have been made: check before you repeat it. Report the `requestId`. */
            500: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 500,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Internal Server Error",
                     *       "code": "internal_error",
                     *       "detail": "This should not have happened, and is logged under the requestId."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No worker answered in time (`overloaded`), or the database did not answer (`database_unavailable`). */
            503: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    /** @description Seconds to wait before the next try. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "status": 503,
                     *       "requestId": "0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10",
                     *       "title": "Service Unavailable",
                     *       "code": "overloaded",
                     *       "detail": "No worker answered in time: try again in a second."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
