import type { Request, RequestHandler } from 'express';
import { isPromise, maybeAsync } from '../../../decide/maybe-async.ts';
import type { VerifiedKey } from '../schema.gen.ts';
import { type Checked, createGuard as createCore, type GuardOptions } from './guard.ts';
import { headersOf } from './headers.ts';
import { requirementOf, type Wanted } from './requirement.ts';

export type { GuardOptions, OnUnavailable, Requirement, Wanted } from './guard.ts';

export interface ExpressGuardOptions extends GuardOptions {
  /**
   * The address of the client, which a key with `allowedIps` needs: `(req) => req.ip`, once the setting `trust proxy` is
   * right.
   */
  clientIp?: ((req: Request) => string | undefined) | undefined;
}

/** Middleware that lets a request on to the handler only with a key that has what is wanted. */
export type ExpressGuard = (...wanted: [] | [Wanted]) => RequestHandler;

const keys = new WeakMap<object, VerifiedKey>();

/**
 * The key of a request that a guard let in.
 * @throws Error if none did, since no guard stands before the handler
 */
export function keyOf(req: object): VerifiedKey {
  const key = keys.get(req);
  if (!key) throw new Error('No guard has let this request in.');
  return key;
}

/** What middleware can pass to `next`, which takes other values for no error, or for the name of a place to go on at. */
const asError = (thrown: unknown) =>
  thrown instanceof Error ? thrown : new Error('The guard failed.', { cause: thrown });

/**
 * A guard of Express's routes.
 *
 * @example
 * const guard = createGuard({ verify: latchkey });
 * app.get('/files', guard('files:read'), (req, res) => res.json(filesOf(keyOf(req).accountId)));
 */
export function createGuard({ clientIp, ...options }: ExpressGuardOptions): ExpressGuard {
  const core = createCore(options);
  return (...wanted) => {
    const requirement = requirementOf(...wanted);
    return (req, res, next) => {
      const settle = (result: Checked) => {
        for (const [name, value] of Object.entries(result.headers)) res.setHeader(name, value);
        if (result.ok) {
          keys.set(req, result.key);
          next();
        } else {
          res.statusCode = result.status;
          res.end(JSON.stringify(result.problem));
        }
      };
      const settled = maybeAsync(core.check(headersOf(req), requirement, clientIp?.(req)), settle);
      // Express 4 does not look at what middleware returns.
      return isPromise(settled) ? settled.catch((error) => next(asError(error))) : settled;
    };
  };
}
