// Generated from spec/latchkey.json by `npm run spec`: change api/ instead.

import type { Operations } from './core/methods.ts';
import type { Pages } from './core/pages.ts';
import type { Body, Options, Query } from './core/types.ts';
import type { operations, MintedKey, NewKey, Key, NewImport, ImportOutcomes, ImportBatch, KeyPage, KeyPatch, SearchKeys, FoundToken, LookupKey, RevokedKeys, RevokeKeys, Rotate, ExtendRotation, LimitStates, QuotaAddition, Verdict, Verification, Verdicts, VerificationBatch, UsageReport, KeyUsagePage, KeyUsage, Role, NewRole, RolePage, RolePatch, EventPage, Event, LeakReport, Account, NewAccount, AccountPage, AccountPatch, PasswordChange, Session, SignIn, Refresh, AccountSessionPage, AccountSession, JwkSet, Liveness, Readiness } from './schema.gen.ts';

/** The operations, as `methodsOf` reads them. */
export const operationTable: Operations = {
  keys: {
    list: 'GET /v1/keys query paged > nextCursor',
    create: 'POST /v1/keys body keyed > id',
    import: 'POST /v1/keys/import body > id',
    importBatch: 'POST /v1/keys/import/batch body > outcomes',
    get: 'GET /v1/keys/{keyId} query > id',
    update: 'PATCH /v1/keys/{keyId} body > id',
    delete: 'DELETE /v1/keys/{keyId} query',
    search: 'POST /v1/keys/search body paged > nextCursor',
    lookup: 'POST /v1/keys/lookup body > gone',
    revoke: 'POST /v1/keys/revoke body > matched',
    rotate: 'POST /v1/keys/{keyId}/rotate body keyed > id',
    cancelRotation: 'POST /v1/keys/{keyId}/rotation/cancel query > id',
    finishRotation: 'POST /v1/keys/{keyId}/rotation/finish query > id',
    extendRotation: 'POST /v1/keys/{keyId}/rotation/extend body > id',
    listLimits: 'GET /v1/keys/{keyId}/limits query > data',
    addToQuota: 'POST /v1/keys/{keyId}/quota body keyed > id',
    verify: 'POST /v1/keys/verify body > valid',
    verifyBatch: 'POST /v1/keys/verify/batch body > verdicts',
    getCurrent: 'GET /v1/keys/current > id',
    deleteCurrent: 'DELETE /v1/keys/current',
    getUsage: 'GET /v1/keys/{keyId}/usage query > from',
  },
  usage: {
    get: 'GET /v1/usage query > from',
    listByKey: 'GET /v1/usage/keys query paged > nextCursor',
  },
  roles: {
    list: 'GET /v1/roles query paged > nextCursor',
    create: 'POST /v1/roles body keyed > id',
    get: 'GET /v1/roles/{roleId} > id',
    update: 'PATCH /v1/roles/{roleId} body > id',
    delete: 'DELETE /v1/roles/{roleId}',
  },
  events: {
    list: 'GET /v1/events query paged > nextCursor',
  },
  leaks: {
    report: 'POST /v1/leaks body',
    reportFromGithub: 'POST /v1/leaks/github body',
  },
  accounts: {
    list: 'GET /v1/accounts query paged > nextCursor',
    create: 'POST /v1/accounts body keyed > id',
    get: 'GET /v1/accounts/{accountId} > id',
    update: 'PATCH /v1/accounts/{accountId} body > id',
    delete: 'DELETE /v1/accounts/{accountId}',
  },
  account: {
    get: 'GET /v1/account query > id',
    update: 'PATCH /v1/account body > id',
    delete: 'DELETE /v1/account query',
    setPassword: 'PUT /v1/account/password body',
    addToQuota: 'POST /v1/account/quota body keyed > id',
    listSessions: 'GET /v1/account/sessions query paged > nextCursor',
    endSession: 'DELETE /v1/account/sessions/{sessionId}',
  },
  sessions: {
    create: 'POST /v1/sessions body > accessToken',
    refresh: 'POST /v1/sessions/refresh body > accessToken',
    end: 'DELETE /v1/sessions/current',
  },
  getJwks: 'GET /.well-known/jwks.json > keys',
  getLiveness: 'GET /livez > status',
  getReadiness: 'GET /readyz > status',
  getMetrics: 'GET /metrics > text',
};

/** A method for each operation. */
export interface Methods {
  keys: {
    /**
     * List keys: `GET /v1/keys`
     *
     * The account’s keys, newest first. With `status` or `search`, a page of an account with thousands of keys may have fewer than `limit`, or none, while more follow: go on until `nextCursor` is null.
     */
    list(query?: Query<operations['listKeys']>, options?: Options<operations['listKeys']>): Pages<Key, KeyPage>;
    /**
     * Create a key: `POST /v1/keys`
     *
     * Creates a key and returns its token, which cannot be retrieved later. A key cannot grant scopes it lacks. Only the operator sets `limits` and a `quota`. The policy of the account can bound the scopes, the lifetime and the number of keys. Unless it or the deployment says otherwise, an account has at most 1,000 keys, expired and disabled ones included. In a suspended account no key is created.
     */
    create(body: NewKey, options?: Options<operations['createKey']>): Promise<MintedKey>;
    /**
     * Import a key: `POST /v1/keys/import`
     *
     * Stores a key that another system made, by the SHA-256 of its token. Once this returns, every replica accepts the token. A token is imported once: not again after its key was revoked or rotated, or its account deleted, however long ago. A rotation gives the key a token of Latchkey. The token may have 16 to 512 characters, those of a bearer token (RFC 6750): letters, digits and `-._~+/`, with up to two `=` at its end. A JWT cannot be imported, nor a token with the form of Latchkey’s: a prefix of lower-case letters, digits and `_` that ends in `_`, then 38 letters and digits.
     */
    import(body: NewImport, options?: Options<operations['importKey']>): Promise<Key>;
    /**
     * Import many keys: `POST /v1/keys/import/batch`
     *
     * Imports up to 500 keys that another system made, of any accounts, as `POST /v1/keys/import` imports one. The body has at most 512 KiB and, like every other, 5,000 values: 10 for each of 500 keys. An outcome for each, in the order of the keys:

- `imported` is true, and `key` is the key. Each is stored as a whole, with its limits and its event, or not at all.
- `imported` is false, and `code` says why: `token_exists`, `account_not_found`, `account_disabled`, `beyond_policy`, `key_limit_reached`, or `invalid_input`: a value does not match the schema, a role does not exist, an expiry is past or a creation in the future, the token is a JWT, or no account is named.

Other keys of the batch are imported all the same. Only a body that has no list of 1 to 500 keys, or has another field, is refused as a whole, with 422: then nothing is imported. After a 503, or if the connection breaks before the response, some of the keys may be imported.

So a call can be repeated, and a migration can be run again: what was imported before has the code `token_exists`, and is left as it is. What is gone since is not revived, however long ago its key was revoked or rotated, or its account deleted. `keyId` names the key that has the token, or had it: for `TOMBSTONE_DAYS` after the token is gone, unless the account is deleted. Once this returns, every replica accepts the tokens of all keys that it imported, and of those that exist.

The batches of a replica are imported one at a time. So a second call at once makes a migration no faster.
     */
    importBatch(body: ImportBatch, options?: Options<operations['importKeyBatch']>): Promise<ImportOutcomes>;
    /**
     * Get a key: `GET /v1/keys/{keyId}`
     *
     * One key, without its token.
     */
    get(keyId: string, query?: Query<operations['getKey']>, options?: Options<operations['getKey']>): Promise<Key>;
    /**
     * Change a key: `PATCH /v1/keys/{keyId}`
     *
     * A JSON merge patch (RFC 7396): what is left out stays as it is. A key cannot grant scopes it lacks, or edit keys that have them. The policy of the account judges the scopes and the roles that are new to the key, and an expiry that is later than before.
     */
    update(keyId: string, body: KeyPatch, options?: Options<operations['updateKey']>): Promise<Key>;
    /**
     * Revoke a key: `DELETE /v1/keys/{keyId}`
     *
     * Deletes the key permanently. Once this returns, every replica refuses its tokens.
     */
    delete(keyId: string, query?: Query<operations['deleteKey']>, options?: Options<operations['deleteKey']>): Promise<void>;
    /**
     * Search keys: `POST /v1/keys/search`
     *
     * The keys of all accounts that meet a filter, newest first: those that `POST /v1/keys/revoke` would revoke. Without a filter, all. Keys of the operator’s own account are left out, unless the filter names that account. A page may have fewer keys than `limit`, or none, while more follow: go on until `nextCursor` is null, with the same filter.
     */
    search(body: SearchKeys, options?: Options<operations['searchKeys']>): Pages<Key, KeyPage>;
    /**
     * Look up the key of a token: `POST /v1/keys/lookup`
     *
     * Says whose key a token is, such as one that a customer sends to your support. Nothing else happens: unlike a verification, it is no use of the key, does not make the next token of a rotation the current one, takes nothing from a limit, and leaves no event. The database is asked each time. An exchanged token counts, until it expires, as the one that it was exchanged for. An access token, a refresh token and the operator token are no tokens of a key.
     */
    lookup(body: LookupKey, options?: Options<operations['lookupKey']>): Promise<FoundToken>;
    /**
     * Revoke many keys: `POST /v1/keys/revoke`
     *
     * Revokes the keys of all accounts that meet a filter, up to 10,000 with one call. Once this returns, every replica refuses their tokens. Keys of the operator’s own account are left alone, unless the filter names that account. `POST /v1/keys/search` lists them. Count first with `dryRun`, and send the number as `expectedCount`. The keys are counted at the beginning, and then revoked in parts: a key that meets the filter only after the count is revoked as well, and one that does not meet it any more when its part is revoked stays. If the call fails or its response is lost, some keys may be revoked: repeat it without `expectedCount`, or with a new one.
     */
    revoke(body: RevokeKeys, options?: Options<operations['revokeKeys']>): Promise<RevokedKeys>;
    /**
     * Rotate a key: `POST /v1/keys/{keyId}/rotate`
     *
     * Gives the key a new token and returns it. The token cannot be retrieved later. The key keeps its id, name, scopes and usage. The old token stays valid until the new one is used: the first accepted verification makes the new token the current one, and the old one ends `overlapSeconds` later, or when it would have expired. With `expiresIn` or `expiresAt`, the key also gets a new expiry at that first use, which renews a key that has expired. If the response is lost, rotate again: this replaces a new token that was never used. While the previous token is still accepted, a rotation is refused unless it is `immediate`. A key with `keys:rotate` can only do this to itself, and not with its previous token.
     */
    rotate(keyId: string, body?: Rotate, options?: Options<operations['rotateKey']>): Promise<MintedKey>;
    /**
     * Cancel a rotation: `POST /v1/keys/{keyId}/rotation/cancel`
     *
     * Deletes the next token, which was never used. A key with `keys:rotate` can only do this to itself, and not with its previous token.
     */
    cancelRotation(keyId: string, query?: Query<operations['cancelRotation']>, options?: Options<operations['cancelRotation']>): Promise<Key>;
    /**
     * Finish a rotation: `POST /v1/keys/{keyId}/rotation/finish`
     *
     * Ends the previous token now. Every replica refuses it once this returns. A key with `keys:rotate` can only do this to itself, and not with its previous token.
     */
    finishRotation(keyId: string, query?: Query<operations['finishRotation']>, options?: Options<operations['finishRotation']>): Promise<Key>;
    /**
     * Extend a rotation: `POST /v1/keys/{keyId}/rotation/extend`
     *
     * Gives the previous token more time, for example because its `lastUsedAt` shows that it is still in use. It never ends later than it would have expired without the rotation, whatever the key’s expiry is changed to. A key with `keys:rotate` can only do this to itself, and not with its previous token.
     */
    extendRotation(keyId: string, body: ExtendRotation, options?: Options<operations['extendRotation']>): Promise<Key>;
    /**
     * List the limits of a key: `GET /v1/keys/{keyId}/limits`
     *
     * What is left of each limit of the key, of its quota, and of the limits and the quota that it shares with the other keys of its account, now. A window or a refill period that has ended is shown as the next one.
     */
    listLimits(keyId: string, query?: Query<operations['listKeyLimits']>, options?: Options<operations['listKeyLimits']>): Promise<LimitStates>;
    /**
     * Add to the quota of a key: `POST /v1/keys/{keyId}/quota`
     *
     * Adds units to what remains of the quota, for example after a purchase. Units that replicas hold stay good. With them, at most 999999999999999 can remain. When the call returns, every replica knows that there are units again.
     */
    addToQuota(keyId: string, body: QuotaAddition, options?: Options<operations['addToQuota']>): Promise<Key>;
    /**
     * Verify a token: `POST /v1/keys/verify`
     *
     * Says whether a token is good, and whose it is. Always 200: an invalid token is a verdict, not an error. The operator, and a key with `keys:verify` in the operator’s account, verify every key of the deployment; other callers those of their own account.
     */
    verify(body: Verification, options?: Options<operations['verifyKey']>): Promise<Verdict>;
    /**
     * Verify many tokens: `POST /v1/keys/verify/batch`
     *
     * Up to 1000 tokens at once, with one look-up for all. A verdict for each, in the order of the tokens. A batch has no `ip`, so it refuses keys with `allowedIps`: verify those one by one. Each token takes one unit of the limits of its key; one that is there several times takes as many at once, or is refused each time. The body has at most 512 KiB.
     */
    verifyBatch(body: VerificationBatch, options?: Options<operations['verifyKeyBatch']>): Promise<Verdicts>;
    /**
     * Get the calling key: `GET /v1/keys/current`
     *
     * A key asks who it is. It needs no scope for that.
     */
    getCurrent(options?: Options<operations['getCurrentKey']>): Promise<Key>;
    /**
     * Revoke the calling key: `DELETE /v1/keys/current`
     *
     * A key revokes itself, as when it has leaked. It needs no scope for that. After a rotation its previous token cannot, so that a program that still has it does not end the new token: `POST /oauth2/revoke` ends the previous token alone.
     */
    deleteCurrent(options?: Options<operations['deleteCurrentKey']>): Promise<void>;
    /**
     * Get the usage of a key: `GET /v1/keys/{keyId}/usage`
     *
     * Counts the uses of one key in a range of time, by verdict. A use is one verification of a token of the key, or of a JWT that it was exchanged for: by `POST /v1/keys/verify` or `/v1/keys/verify/batch`, by a gateway at `/v1/authorize`, by introspection, by a verifier, in a token exchange, or as the credential of a call to this API. A token with the verdict `unknown` counts for no key. A use is counted after about a second. Counts are kept for 90 days; a range that begins earlier is refused. One response spans at most 1000 buckets. The counts of a key that was revoked can be read for as long as they are kept; a key that was revoked and never presented is unknown, 404. Those of a deleted account are deleted with it.
     */
    getUsage(keyId: string, query?: Query<operations['getKeyUsage']>, options?: Options<operations['getKeyUsage']>): Promise<UsageReport>;
  };
  usage: {
    /**
     * Get the usage of all keys: `GET /v1/usage`
     *
     * Counts the uses of all keys of the account in a range of time, by verdict, including keys that were revoked since. A use is one verification of a token of the key, or of a JWT that it was exchanged for: by `POST /v1/keys/verify` or `/v1/keys/verify/batch`, by a gateway at `/v1/authorize`, by introspection, by a verifier, in a token exchange, or as the credential of a call to this API. A token with the verdict `unknown` counts for no key. A use is counted after about a second. Counts are kept for 90 days; a range that begins earlier is refused. One response spans at most 1000 buckets. Reports on one account are made one after the other.
     */
    get(query?: Query<operations['getUsage']>, options?: Options<operations['getUsage']>): Promise<UsageReport>;
    /**
     * List the usage of each key: `GET /v1/usage/keys`
     *
     * Counts the uses of every key of every account in a range of time, by verdict: for invoices, exports and dashboards. Keys without a use in the range are left out, and keys that were revoked since are not. The list is sorted by key id, then by day. A use is one verification of a token of the key, or of a JWT that it was exchanged for: by `POST /v1/keys/verify` or `/v1/keys/verify/batch`, by a gateway at `/v1/authorize`, by introspection, by a verifier, in a token exchange, or as the credential of a call to this API. A token with the verdict `unknown` counts for no key. A use is counted after about a second. Counts are kept for 90 days; a range that begins earlier is refused. One response spans at most 1000 buckets. A use counts as one, whatever its `cost`. Those of a deleted account are deleted with it. A page reads at most 2,000 keys, so it may have fewer items than `limit`, or none, while more follow: go on until `nextCursor` is null, with the same query. A cursor needs both `from` and `to`, so that all pages count the same range.
     */
    listByKey(query?: Query<operations['listUsageByKey']>, options?: Options<operations['listUsageByKey']>): Pages<KeyUsage, KeyUsagePage>;
  };
  roles: {
    /**
     * List roles: `GET /v1/roles`
     *
     * The roles of this deployment, newest first.
     */
    list(query?: Query<operations['listRoles']>, options?: Options<operations['listRoles']>): Pages<Role, RolePage>;
    /**
     * Create a role: `POST /v1/roles`
     *
     * Creates a named set of scopes. A key that has the role may do what its scopes and those of the role allow together.
     */
    create(body: NewRole, options?: Options<operations['createRole']>): Promise<Role>;
    /**
     * Get a role: `GET /v1/roles/{roleId}`
     *
     * One role.
     */
    get(roleId: string, options?: Options<operations['getRole']>): Promise<Role>;
    /**
     * Change a role: `PATCH /v1/roles/{roleId}`
     *
     * A JSON merge patch (RFC 7396): what is left out stays as it is. When the call returns, every key with the role is verified by the new scopes, however many keys there are. The policies of accounts do not bound a change: they bound which roles a key is given.
     */
    update(roleId: string, body: RolePatch, options?: Options<operations['updateRole']>): Promise<Role>;
    /**
     * Delete a role: `DELETE /v1/roles/{roleId}`
     *
     * Deletes the role. When the call returns, every key that had it has lost its scopes. The keys stay.
     */
    delete(roleId: string, options?: Options<operations['deleteRole']>): Promise<void>;
  };
  events: {
    /**
     * List events: `GET /v1/events`
     *
     * The audit trail, newest first, or with `order=asc` in the order in which it was written, to follow it: every change to an account, its sessions and its keys, and to a role. An event is written in the same statement as its change, so that neither is there without the other. Sessions, and keys with `keys:audit`, read the events of their own account; the operator reads those of all accounts, or of the one it names, by its `accountId` even after that account was deleted. Only the operator sees the `ip` and the `userAgent` of what it did itself. All filters combine.

To follow the events, ask with `order=asc`, store the `followCursor` of each page when you are done with its events, and pass it as `cursor` the next time. A follower sees every event, and each once: an event is listed when no event before it can appear any more. A page reads at most 5,000 events, so with a filter it may have none while more follow. Newest first, this holds where two of `keyId`, `type`, `actor` and the account combine, of which the account of a session or a key is one: go on until `nextCursor` is null.
     */
    list(query?: Query<operations['listEvents']>, options?: Options<operations['listEvents']>): Pages<Event, EventPage>;
  };
  leaks: {
    /**
     * Report a leaked token: `POST /v1/leaks`
     *
     * Reports a token that was seen where it should not be: the current, the next or the previous token of a key of any account. A token that was exchanged for a key’s token counts as that one until it expires. With `LEAK_POLICY=notify`, the default, each report of a key’s token is an event `key.leaked` of the key. With `LEAK_POLICY=revoke` the key is revoked as well: once this returns, every replica refuses its tokens. The session of a reported refresh token ends, with either policy. The response is the same, after the same wait, whether or not the token is one: a reporter does not learn that. For the operator, and for a key with `leaks:report` in the operator’s own account, such as that of a scanner. Each caller can report 100 tokens in a minute.
     */
    report(body: LeakReport, options?: Options<operations['reportLeak']>): Promise<void>;
    /**
     * Report leaks, for GitHub: `POST /v1/leaks/github`
     *
     * The endpoint for the [secret scanning partner program](https://docs.github.com/en/code-security/secret-scanning/secret-scanning-partnership-program/secret-scanning-partner-program) of GitHub: up to 500 matches at once. A token that was exchanged for a key’s token counts as that one until it expires. With `LEAK_POLICY=notify`, the default, each report of a key’s token is an event `key.leaked` of the key. With `LEAK_POLICY=revoke` the key is revoked as well: once this returns, every replica refuses its tokens. The session of a reported refresh token ends, with either policy. The response is the same, after the same wait, whether or not the token is one: a reporter does not learn that. So the optional feedback on each match is not given. GitHub signs the body, and `GITHUB_SECRET_SCANNING_KEYS` says with which keys; while that is not set, this path returns 404.
     */
    reportFromGithub(body: Body<operations['reportLeaksFromGithub']>, options: Options<operations['reportLeaksFromGithub']>): Promise<void>;
  };
  accounts: {
    /**
     * List accounts: `GET /v1/accounts`
     *
     * The accounts of this deployment, newest first, or the one with the given `externalId` or `email`.
     */
    list(query?: Query<operations['listAccounts']>, options?: Options<operations['listAccounts']>): Pages<Account, AccountPage>;
    /**
     * Create an account: `POST /v1/accounts`
     *
     * Signs up with an email and a password: anyone if `SIGN_UP` is open, the operator token always. The operator also creates an account for one of its users with an `externalId`. Such an account has no password: the operator acts on it. Its `metadata`, `policy`, `limits` and `quota` hold from its first key on. A key with `operator:keys` alone cannot set them, and does not see the `metadata`. If an account with this `externalId` exists, it is returned as it is, whatever else the call says: change it with `PATCH`. The `Idempotency-Key` is for the operator: a sign-up, which its email makes unique, ignores it.
     */
    create(body: NewAccount, options?: Options<operations['createAccount']>): Promise<Account>;
    /**
     * Get one of the accounts: `GET /v1/accounts/{accountId}`
     *
     * One account of this deployment, with its policy and the number of its keys.
     */
    get(accountId: string, options?: Options<operations['getNamedAccount']>): Promise<Account>;
    /**
     * Change one of the accounts: `PATCH /v1/accounts/{accountId}`
     *
     * A JSON merge patch (RFC 7396): what is left out stays as it is, also in `policy`, `metadata` and `quota`. Once the call returns, no key is created or changed beyond the new policy. Existing keys beyond it stay as they are and can be changed; what a change adds to them must be allowed. New `limits` and `metadata`, and a new `quota`, are in force in every replica, and in every verifier. Only the operator token changes the `externalId`, which says whose the keys of the account are.

`disabled` suspends an account, and lets it back. Once the call returns, that is in force in every replica and every verifier:

- With true, every key of the account is refused with `account_disabled`, and so is each token that was exchanged for one. Nothing of a key is changed: with false, each of them is accepted again, unless it is disabled or has expired itself.
- No key is created in a suspended account, whoever asks: 403 `account_disabled`. So an account that is let back has no key that it did not have before.
- Its owner can still sign in, see and rotate keys, revoke them, and delete the account. So a token that leaks in the meantime can be replaced. Whoever deletes an account can sign up again, if `SIGN_UP` is open.
     */
    update(accountId: string, body: AccountPatch, options?: Options<operations['updateNamedAccount']>): Promise<Account>;
    /**
     * Delete one of the accounts: `DELETE /v1/accounts/{accountId}`
     *
     * Deletes the account, its sessions and all of its keys, permanently. When the call returns, none of its tokens is accepted, and its `email` or `externalId` can be used again.
     */
    delete(accountId: string, options?: Options<operations['deleteNamedAccount']>): Promise<void>;
  };
  account: {
    /**
     * Get the account: `GET /v1/account`
     *
     * The account that is signed in. The operator names an account, or gets its own: keys with `keys:verify` in that one verify every key of the deployment.
     */
    get(query?: Query<operations['getAccount']>, options?: Options<operations['getAccount']>): Promise<Account>;
    /**
     * Change an account by its externalId: `PATCH /v1/account`
     *
     * Does what `PATCH /v1/accounts/{accountId}` does, to the account that the query names by its `externalId` or its `accountId`.
     */
    update(body: AccountPatch, options?: Options<operations['updateAccount']>): Promise<Account>;
    /**
     * Delete the account: `DELETE /v1/account`
     *
     * Deletes the account, its sessions and all of its keys, permanently. When the call returns, none of its tokens is accepted, and its `email` or `externalId` can be used again. The operator names the account.
     */
    delete(query?: Query<operations['deleteAccount']>, options?: Options<operations['deleteAccount']>): Promise<void>;
    /**
     * Change the password: `PUT /v1/account/password`
     *
     * Sets a new password and ends all other sessions of the account.
     */
    setPassword(body: PasswordChange, options?: Options<operations['setPassword']>): Promise<void>;
    /**
     * Add to the quota of an account: `POST /v1/account/quota`
     *
     * Does what `POST /v1/keys/{keyId}/quota` does, to the quota that all keys of an account share. The query names the account by its `externalId` or its `accountId`.
     */
    addToQuota(body: QuotaAddition, options?: Options<operations['addToAccountQuota']>): Promise<Account>;
    /**
     * List the sessions of the account: `GET /v1/account/sessions`
     *
     * Where the account is signed in: its sessions that have not ended, newest first.
     */
    listSessions(query?: Query<operations['listAccountSessions']>, options?: Options<operations['listAccountSessions']>): Pages<AccountSession, AccountSessionPage>;
    /**
     * End a session of the account: `DELETE /v1/account/sessions/{sessionId}`
     *
     * Signs the account out where it does not want to be signed in, as on a device that is lost: the access token and the refresh token of that session stop working at once. `PUT /v1/account/password` ends all other sessions.
     */
    endSession(sessionId: string, options?: Options<operations['endAccountSession']>): Promise<void>;
  };
  sessions: {
    /**
     * Sign in: `POST /v1/sessions`
     *
     * Starts a session with an email and a password. A wrong password and an unknown email get the same response, in the same time. A suspended account can sign in, to see and revoke its keys.
     */
    create(body: SignIn, options?: Options<operations['createSession']>): Promise<Session>;
    /**
     * Refresh a session: `POST /v1/sessions/refresh`
     *
     * Exchanges a refresh token for a new access token and a new refresh token. Each refresh token works once. 90 days after it began, a session ends however often it is refreshed: sign in again. If its response is lost, repeat the request: for 30 seconds, and until the new refresh token is used, it returns the same new refresh token. Any other second use means that the token was stolen, and ends the session with all of its tokens (RFC 9700, section 4.14.2).
     */
    refresh(body: Refresh, options?: Options<operations['refreshSession']>): Promise<Session>;
    /**
     * Sign out: `DELETE /v1/sessions/current`
     *
     * Ends the session: its access token and its refresh token stop working at once.
     */
    end(options?: Options<operations['endSession']>): Promise<void>;
  };
  /**
   * Get the public signing keys: `GET /.well-known/jwks.json`
   *
   * The public keys of this deployment as a JWK Set (RFC 7517), to verify its JWTs offline.
   */
  getJwks(options?: Options<operations['getJwks']>): Promise<JwkSet>;
  /**
   * Check that the process is up: `GET /livez`
   *
   * Returns 200 while the process runs. If it does not answer, restart the process.
   */
  getLiveness(options?: Options<operations['getLiveness']>): Promise<Liveness>;
  /**
   * Check that it can serve: `GET /readyz`
   *
   * Returns 200 if the database answers and its migrations are applied, until the process is told to stop. If not, send no requests to this replica.
   */
  getReadiness(options?: Options<operations['getReadiness']>): Promise<Readiness>;
  /**
   * Get the metrics: `GET /metrics`
   *
   * The metrics of this replica for Prometheus, in its text format. With several `WORKERS`, one scrape shows all of them, each with its number as the label `worker`. The operator can call it, and a key with `metrics:read` in the operator’s own account; keys of other accounts are refused. While the database is away, a call with a key returns 503, and a call with the operator token works.
   */
  getMetrics(options?: Options<operations['getMetrics']>): Promise<string>;
}
