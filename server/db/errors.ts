import { DatabaseUnavailable } from '../errors.ts';

/**
 * SQLSTATEs in which the server goes away, lets nobody in (28, 3D000), has no room, is read-only after a failover, or gave
 * up on a lock or a deadline: trying again may help, and nothing was done.
 */
const outageStates = /^(?:08|28|3D000|53|54000|25006|40001|40P01|55P03|57014|57P0)/;
/** The driver's own codes and the socket's. */
const outageCodes = /^(?:CONNECT|E(?:CONN|PIPE|HOST|NET|TIMEDOUT|AI_AGAIN|NOTFOUND))/;

/**
 * The codes of an open connection that has closed: it idled for too long, or its server, a pooler or the network ended it.
 * Another one can be opened at once.
 */
const closedConnections = /^(?:08|57P0[15]$|CONNECTION_CLOSED$|ECONNRESET$|EPIPE$)/;

const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : '');

/** Whether a statement failed because its connection was closed. It may have been executed. */
export const isClosedConnection = (error: unknown): boolean => closedConnections.test(codeOf(error));

/** Whether a statement failed because its tables have changed since the connection planned it. Nothing was done. */
export const isStalePlan = (error: unknown): boolean =>
  error instanceof Error && 'routine' in error && error.routine === 'RevalidateCachedQuery';

/** Whether a statement failed because a value that has to be unique is there already. Nothing was done. */
export const isUniqueViolation = (error: unknown): boolean => codeOf(error) === '23505';

/** Whether a statement failed because there is no quota to change: see `change_limits` in migrations/0004_limits.ts. */
export const isNoQuota = (error: unknown): boolean => codeOf(error) === 'LK001';

/** Whether a server refused a statement for a value in it, or for a constraint. Nothing was done. */
export const isRefused = (error: unknown): boolean => /^2[23]...$/.test(codeOf(error));

/** Whether a role has not the right to do what it asked for. */
export const isDenied = (error: unknown): boolean => codeOf(error) === '42501';

/** The code of an error, also if it was told as an outage. */
const causeOf = (error: unknown) => codeOf(error instanceof DatabaseUnavailable ? error.cause : error);

/** Whether a statement was given up because others held a lock, also if that was told as an outage. Nothing was done. */
export const isLockTimeout = (error: unknown): boolean => causeOf(error) === '55P03';

/** An error of a driver, as DatabaseUnavailable if it says that the database is unavailable. */
export function asOutage(error: unknown): unknown {
  const code = codeOf(error);
  return outageStates.test(code) || outageCodes.test(code) ? new DatabaseUnavailable(error) : error;
}

/** Whether a standby refused a session that is to write, or the driver ended a connection to one. */
export const isOfStandby = (error: unknown): boolean =>
  error instanceof Error &&
  (('routine' in error && error.routine === 'call_bool_check_hook') ||
    ('code' in error && error.code === 'CONNECTION_DESTROYED'));

/** The connection of a session has ended. */
export class SessionEnded extends Error {
  readonly code = 'CONNECTION_ENDED';

  constructor(cause?: unknown) {
    super('The connection has ended, and what was begun on it with it', { cause });
  }
}

/** The connections were ended before the statement was sent on one of them. */
export class NotSent extends Error {
  readonly code = 'CONNECTION_ENDED';

  constructor() {
    super('The connections are closed');
  }
}

/** The connection led to a standby. Nothing was done. */
export class StandbyRefused extends Error {
  readonly code = 'CONNECTION_REFUSED';

  constructor() {
    super('The server is a standby: the service needs the primary');
  }
}
