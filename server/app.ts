import { Hono } from 'hono';
import { requestId } from 'hono/request-id';
import { keys } from '../api/keys.ts';
import { verification } from '../api/verification.ts';
import type { ServiceContext } from './context.ts';
import type { Peer } from './http/client.ts';
import { contractApp, failed, nothingHere, onError } from './http/contract.ts';
import type { Env } from './http/env.ts';
import { fastPath, withFastPaths } from './http/fast-path.ts';
import { checkedHost } from './http/host.ts';
import { onlyDocumentedMethods } from './http/methods.ts';
import { accessLog, crossOrigin, noStore } from './http/middleware.ts';
import { largeJsonInSlices } from './http/unread.ts';
import { docs, documents } from './pages/docs.ts';
import { journalError, journalRoutes } from './routes/journal/journal.ts';
import { shareError, shareRoutes } from './routes/share/share.ts';
import { accountRoutes } from './routes/v1/accounts.ts';
import { healthRoutes } from './routes/v1/health.ts';
import { creator, keyRoutes } from './routes/v1/keys.ts';
import { metricsRoutes } from './routes/v1/metrics.ts';
import { problem } from './routes/v1/problem.ts';
import { sessionRoutes } from './routes/v1/sessions.ts';
import { usageRoutes } from './routes/v1/usage.ts';
import { verificationRoutes, verifier } from './routes/v1/verification.ts';

/** The service as a function from requests to answers. It opens nothing and listens nowhere: see `boot.ts`. */
export function createApp(context: ServiceContext): {
  fetch: (request: Request, peer?: Peer) => Response | Promise<Response>;
} {
  const app = new Hono<Env>();
  app.use(requestId(), accessLog(context.log), crossOrigin(context.corsOrigins), noStore, largeJsonInSlices);

  app.route('/', docs(context));
  app.route('/', journal(context));
  app.route('/api', share(context, '/api'));
  app.route('/', share(context, ''));
  app.route('/', latchkey(context));
  const ways = [
    fastPath(context, verification.verify, 200, verifier(context)),
    fastPath(context, keys.create, 201, creator(context)),
  ];
  return { fetch: checkedHost(withFastPaths(context, ways, (request, peer) => app.fetch(request, peer))) };
}

function journal(context: ServiceContext) {
  const path = '/api/settings/api';
  const app = contractApp();
  app.onError(onError(context, journalError));
  app.use(`${path}/*`, onlyDocumentedMethods(documents.journal.paths));
  app.route('/', journalRoutes(context));
  app.all(`${path}/*`, nothingHere);
  return app;
}

/** Served at `/api/apikey` and at `/apikey`, since its page prints both. */
function share(context: ServiceContext, base: string) {
  const path = '/apikey';
  const app = contractApp();
  app.onError(onError(context, shareError));
  app.use(`${path}/*`, onlyDocumentedMethods(documents.share.paths, base));
  app.route('/', shareRoutes(context));
  app.all(`${path}/*`, nothingHere);
  return app;
}

/** Our own contract, and whatever belongs to no other. */
function latchkey(context: ServiceContext) {
  const app = contractApp();
  app.onError(onError(context, problem));
  app.use('*', failed, onlyDocumentedMethods(documents.latchkey.paths));
  app.route('/', verificationRoutes(context));
  app.route('/', usageRoutes(context));
  app.route('/', keyRoutes(context));
  app.route('/', accountRoutes(context));
  app.route('/', sessionRoutes(context));
  app.route('/', healthRoutes(context));
  app.route('/', metricsRoutes(context));
  app.all('*', nothingHere);
  return app;
}
