import { TRPCError, type TRPCMiddlewareFunction } from '@trpc/server';
import type { VerifiedKey } from '../schema.gen.ts';
import {
  createGuard as createCore,
  type GuardOptions,
  type Refused,
  type RequestHeaders,
  type Requirement,
} from './guard.ts';

export type { GuardOptions, OnUnavailable, Requirement } from './guard.ts';

/** The meta of a guarded procedure: what it requires of a key. */
export type GuardMeta = Requirement;

export interface TrpcGuardOptions<Context> extends GuardOptions {
  /** Where the context has the headers of the request: a `Headers`, or `headersDistinct` of a request of Node. */
  headers: (ctx: Context) => RequestHeaders;
  /** The address of the client, which a key with `allowedIps` needs. */
  clientIp?: ((ctx: Context) => string | undefined) | undefined;
}

const codes = {
  400: 'BAD_REQUEST',
  401: 'UNAUTHORIZED',
  403: 'FORBIDDEN',
  429: 'TOO_MANY_REQUESTS',
  503: 'SERVICE_UNAVAILABLE',
} as const;

/** The error of a refused call. Its `refused` says why. */
export class GuardError extends TRPCError {
  readonly refused: Refused;
  constructor(refused: Refused) {
    super({ code: codes[refused.status], message: refused.problem.detail, cause: refused.error });
    // tRPC knows its errors by this name.
    this.name = 'TRPCError';
    this.refused = refused;
  }
}

/**
 * A tRPC middleware that lets calls on only with a valid key that has what the procedure's meta requires. It puts the
 * key into the context: `ctx.key`. Each call of a batch is verified.
 *
 * @example
 * const t = initTRPC.context<{ headers: Headers }>().meta<GuardMeta>().create();
 * const guarded = t.procedure.use(createGuard({ verify: latchkey, headers: (ctx) => ctx.headers }));
 * const files = guarded.meta({ scopes: ['files:read'] }).query(({ ctx }) => filesOf(ctx.key.accountId));
 */
export function createGuard<Context extends object>({
  headers,
  clientIp,
  ...options
}: TrpcGuardOptions<Context>): TRPCMiddlewareFunction<
  Context,
  GuardMeta,
  object,
  { key: VerifiedKey },
  unknown
> {
  const guard = createCore(options);
  return async ({ ctx, meta, next }) => {
    // Before this middleware the context is still the product's own, which the compiler cannot see.
    const context = ctx as unknown as Context;
    const result = await guard.check(headers(context), meta, clientIp?.(context));
    if (!result.ok) throw new GuardError(result);
    return next({ ctx: { key: result.key } });
  };
}

/** Gives the response the headers of a refusal, such as the challenge: the `responseMeta` of tRPC's handlers. */
export function responseMeta({ errors }: { errors: readonly TRPCError[] }): {
  headers?: Record<string, string>;
} {
  const refusal = errors.find((error) => error instanceof GuardError);
  if (!refusal) return {};
  // The body is tRPC's own.
  const { 'Content-Type': _, ...headers } = refusal.refused.headers;
  return { headers };
}
