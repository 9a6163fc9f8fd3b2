/** Every type of event, and what it records. A type is stable: what it means never changes, and it is never reused. */
export const eventTypes = {
  'account.changed':
    'The `externalId`, the metadata, the policy, the limits or the quota of an account were changed, or it was suspended or let back.',
  'account.created': 'An account was created.',
  'account.deleted': 'An account was deleted, and with it its sessions and keys.',
  'account.quota_added': 'Units were added to the quota of an account.',
  'key.changed': 'A key was changed.',
  'key.expired': 'A key expired.',
  'key.expiring': 'A key expires in 30 days, in 7 days, or in 1 day.',
  'key.imported': 'A key that another system made was imported.',
  'key.leaked': 'A token of a key was reported as leaked.',
  'key.minted': 'A key was created.',
  'key.quota_added': 'Units were added to the quota of a key.',
  'key.revoked': 'A key was deleted, by itself or with its account.',
  'key.rotated': 'A key got a new token, which sleeps until it is used.',
  'key.rotation_cancelled': 'The next token of a key was dropped before it was used.',
  'key.rotation_extended': 'The previous token of a key got more time.',
  'key.rotation_finished': 'The previous token of a key was ended before its time.',
  'key.token_activated': 'The next token of a key was used for the first time, and became the current one.',
  'key.token_replaced': 'A key got a new token at once, and every other token of it was ended.',
  'key.unused': 'A key was not used for 90 days.',
  'password.changed': 'The password of an account was changed.',
  'request.replayed':
    'A call was repeated with its Idempotency-Key, and got the first response again: of a key, its token.',
  'role.changed': 'A role was changed.',
  'role.created': 'A role was created.',
  'role.deleted': 'A role was deleted, and the keys that had it lost its scopes.',
  'session.ended':
    'A session was signed out, by itself or by another session of its account, or its refresh token was revoked or reported as leaked.',
  'session.refresh_repeated':
    'A refresh token was sent again within 30 seconds, before the next one was used, and got the same next one.',
  'session.refreshed': 'A session was refreshed.',
  'session.reuse_detected':
    'A refresh token was sent again, too late or after the next one was used, and its session was ended.',
  'session.started': 'An account signed in.',
} as const satisfies Record<string, string>;
export type EventType = keyof typeof eventTypes;
