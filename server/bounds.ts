import { covers } from '../decide/scopes.ts';
import { beyondCaller } from './errors.ts';

/** @throws InsufficientScope where scopes go beyond others */
export function assertWithin(scopes: readonly string[], within: ReadonlySet<string> | undefined): void {
  const beyond = within ? scopes.filter((scope) => !covers(within, scope)) : [];
  if (beyond.length > 0) throw beyondCaller(beyond);
}
