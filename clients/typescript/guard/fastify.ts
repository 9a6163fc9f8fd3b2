import type { FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify';
import { isPromise } from '../../../decide/maybe-async.ts';
import type { VerifiedKey } from '../schema.gen.ts';
import { type Checked, createGuard, type GuardOptions, type Requirement } from './guard.ts';
import { headersOf } from './headers.ts';
import { assertRequirement } from './requirement.ts';

export type { GuardOptions, OnUnavailable, Requirement } from './guard.ts';

declare module 'fastify' {
  interface FastifyContextConfig extends Requirement {}
  interface FastifyRequest {
    /** The key that the request was let in with. */
    apiKey: VerifiedKey;
  }
}

export interface FastifyGuardOptions extends GuardOptions {
  /**
   * The address of the client, which a key with `allowedIps` needs: `(request) => request.ip`, once `trustProxy` is
   * right.
   */
  clientIp?: ((request: FastifyRequest) => string | undefined) | undefined;
}

const plugin: FastifyPluginCallback<FastifyGuardOptions> = (app, { clientIp, ...options }, registered) => {
  const guard = createGuard(options);
  // Throws when the program starts, for the routes that are added once the plugin is loaded.
  app.addHook('onRoute', ({ config }) => void assertRequirement(config ?? {}));
  app.decorateRequest('apiKey');
  app.addHook('onRequest', (request, reply, next) => {
    const settle = (result: Checked) => {
      reply.headers(result.headers);
      if (!result.ok) return void refuse(reply, result);
      request.apiKey = result.key;
      next();
    };
    const { config } = request.routeOptions;
    const checked = guard.check(headersOf(request.raw), config, clientIp?.(request));
    if (isPromise(checked)) checked.then(settle, next);
    else settle(checked);
  });
  registered();
};

// As a text: an object would be serialized by the schema that the route has for this status.
const refuse = (reply: FastifyReply, { status, problem }: Exclude<Checked, { ok: true }>) =>
  reply.code(status).send(JSON.stringify(problem));

/**
 * A Fastify plugin that lets requests on to the routes of its context only with a valid key that has the scopes of the
 * route's `config`. It guards the context that it is registered in, and those that are registered after it. With `await`, a
 * mistake in a `config` stops the start; without, each request to its route fails.
 *
 * @example
 * await app.register(latchkey, { verify });
 * app.get('/files', { config: { scopes: ['files:read'] } }, (request) => filesOf(request.apiKey.accountId));
 */
export const latchkey: FastifyPluginCallback<FastifyGuardOptions> = Object.assign(plugin, {
  // Without it the plugin would have a context of its own, and guard nothing.
  [Symbol.for('skip-override')]: true,
  [Symbol.for('plugin-meta')]: { name: '@latchkey/client', fastify: '5.x' },
});

export default latchkey;
