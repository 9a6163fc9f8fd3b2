/** Every type of event, and what it records. A type is stable: what it means never changes, and it is never reused. */
export const eventTypes = {
  'account.created': 'An account was created.',
  'account.deleted': 'An account was deleted, and with it its sessions and keys.',
  'key.changed': 'A key was changed.',
  'key.minted': 'A key was created.',
  'key.revoked': 'A key was deleted, by itself or with its account.',
  'password.changed': 'The password of an account was changed.',
  'session.ended': 'A session was signed out.',
  'session.refreshed': 'A session was refreshed.',
  'session.reuse_detected': 'A refresh token was sent a second time, and its session was ended.',
  'session.started': 'An account signed in.',
} as const satisfies Record<string, string>;
export type EventType = keyof typeof eventTypes;
