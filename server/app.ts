import { Hono } from 'hono';
import { requestId } from 'hono/request-id';
import { keys } from '../api/keys.ts';
import { verification } from '../api/verification.ts';
import type { Deps } from './deps.ts';
import { docs, documents } from './docs.ts';
import { accessLog, crossOrigin, uncached } from './http/around.ts';
import type { Peer } from './http/client.ts';
import { contractApp, type Env, failed, nothingHere, onError } from './http/contract.ts';
import { shortly, shortWay } from './http/direct.ts';
import { checkedHost } from './http/host.ts';
import { onlyDocumentedMethods } from './http/methods.ts';
import { largeJsonInSlices } from './http/unread.ts';
import { accountRoutes } from './routes/accounts.ts';
import { healthRoutes } from './routes/health.ts';
import { journalError, journalRoutes } from './routes/journal.ts';
import { creator, keyRoutes } from './routes/keys.ts';
import { metricsRoutes } from './routes/metrics.ts';
import { problem } from './routes/problem.ts';
import { sessionRoutes } from './routes/sessions.ts';
import { shareError, shareRoutes } from './routes/share.ts';
import { usageRoutes } from './routes/usage.ts';
import { verificationRoutes, verifier } from './routes/verification.ts';

/** The service as a function from requests to answers. It opens nothing and listens nowhere: see `boot.ts`. */
export function createApp(deps: Deps): {
  fetch: (request: Request, peer?: Peer) => Response | Promise<Response>;
} {
  const app = new Hono<Env>();
  app.use(requestId(), accessLog(deps.log), crossOrigin(deps.corsOrigins), uncached, largeJsonInSlices);

  app.route('/', docs(deps));
  app.route('/', journal(deps));
  app.route('/api', share(deps, '/api'));
  app.route('/', share(deps, ''));
  app.route('/', latchkey(deps));
  const ways = [
    shortWay(deps, verification.verify, 200, verifier(deps)),
    shortWay(deps, keys.create, 201, creator(deps)),
  ];
  return { fetch: checkedHost(shortly(deps, ways, (request, peer) => app.fetch(request, peer))) };
}

function journal(deps: Deps) {
  const path = '/api/settings/api';
  const app = contractApp();
  app.onError(onError(deps, journalError));
  app.use(`${path}/*`, onlyDocumentedMethods(documents.journal.paths));
  app.route('/', journalRoutes(deps));
  app.all(`${path}/*`, nothingHere);
  return app;
}

/** Served at `/api/apikey` and at `/apikey`, since its page prints both. */
function share(deps: Deps, base: string) {
  const path = '/apikey';
  const app = contractApp();
  app.onError(onError(deps, shareError));
  app.use(`${path}/*`, onlyDocumentedMethods(documents.share.paths, base));
  app.route('/', shareRoutes(deps));
  app.all(`${path}/*`, nothingHere);
  return app;
}

/** Our own contract, and whatever belongs to no other. */
function latchkey(deps: Deps) {
  const app = contractApp();
  app.onError(onError(deps, problem));
  app.use('*', failed, onlyDocumentedMethods(documents.latchkey.paths));
  app.route('/', verificationRoutes(deps));
  app.route('/', usageRoutes(deps));
  app.route('/', keyRoutes(deps));
  app.route('/', accountRoutes(deps));
  app.route('/', sessionRoutes(deps));
  app.route('/', healthRoutes(deps));
  app.route('/', metricsRoutes(deps));
  app.all('*', nothingHere);
  return app;
}
