import { Hono } from 'hono';
import { authorization } from '../api/authorization.ts';
import { oauth, wellKnown } from '../api/oauth.ts';
import { gatewayHeader } from '../api/security.ts';
import { verification } from '../api/verification.ts';
import type { ContractName } from '../decide/contracts.ts';
import { verifierPath } from '../decide/frames.ts';
import { AccountQueue } from './account-queue.ts';
import type { ServiceContext } from './context.ts';
import { type Contract, serveContract } from './http/contract.ts';
import type { Env } from './http/env.ts';
import { withFastPaths } from './http/fast-path.ts';
import { checkedHost } from './http/host.ts';
import { accessLog, crossOrigin, requestId, withStandardHeaders } from './http/middleware.ts';
import type { Fetch } from './http/peer.ts';
import type { Serve } from './http/serve.ts';
import { refusingUnknownQuery } from './http/strict-query.ts';
import { docs, pathsOf } from './pages/docs.ts';
import { documents } from './pages/documents.ts';
import { journalError, journalOperations } from './routes/journal/journal.ts';
import { oauthError } from './routes/oauth/error.ts';
import { oauthOperations } from './routes/oauth/oauth.ts';
import { tokenExchangeOperations } from './routes/oauth/token-exchange.ts';
import { shareError, shareOperations } from './routes/share/share.ts';
import { accountOperations } from './routes/v1/accounts.ts';
import { authorizes } from './routes/v1/authorization.ts';
import { bulkRevocationOperations } from './routes/v1/bulk-revocation.ts';
import { eventOperations } from './routes/v1/events.ts';
import { healthOperations } from './routes/v1/health.ts';
import { importBatchOperations } from './routes/v1/import-batch.ts';
import { importOperations } from './routes/v1/imports.ts';
import { keyLimitOperations } from './routes/v1/key-limits.ts';
import { keyOperations } from './routes/v1/keys.ts';
import { leakOperations } from './routes/v1/leaks.ts';
import { metricsOperations } from './routes/v1/metrics.ts';
import { mintingOperations } from './routes/v1/minting.ts';
import { problem } from './routes/v1/problem.ts';
import { roleOperations } from './routes/v1/roles.ts';
import { rotationOperations } from './routes/v1/rotation.ts';
import { sessionOperations } from './routes/v1/sessions.ts';
import { tokenLookupOperations } from './routes/v1/token-lookup.ts';
import { usageOperations } from './routes/v1/usage.ts';
import { verificationOperations } from './routes/v1/verification.ts';

/** Each contract, as its paths, its operations and its errors. */
const contractsOf = (context: ServiceContext, pages: Hono<Env>): Record<ContractName, () => Contract> => ({
  journal: () => ({
    at: ['/api/settings/api/*'],
    paths: documents.journal.paths,
    operations: journalOperations(context),
    refuse: journalError,
  }),
  share: () => ({
    at: ['/apikey/*'],
    paths: documents.share.paths,
    operations: shareOperations(context),
    refuse: shareError,
  }),
  oauth: () => ({
    at: ['/oauth2/*', `${wellKnown}/*`],
    paths: documents.oauth.paths,
    operations: [...oauthOperations(context), ...tokenExchangeOperations(context)],
    refuse: oauthError,
  }),
  latchkey: () => {
    const lists = new AccountQueue('lists wait to be read', 20);
    return {
      // Every path that no other contract owns.
      at: ['*'],
      paths: { ...pathsOf(pages), ...documents.latchkey.paths },
      // A path without parameters before one with: `/v1/keys/current` is no key id.
      operations: [
        ...verificationOperations(context),
        ...usageOperations(context),
        ...mintingOperations(context),
        ...importOperations(context),
        ...importBatchOperations(context),
        ...keyOperations(context, lists),
        ...tokenLookupOperations(context),
        ...bulkRevocationOperations(context),
        ...rotationOperations(context),
        ...keyLimitOperations(context),
        ...roleOperations(context),
        ...eventOperations(context, lists),
        ...leakOperations(context),
        ...accountOperations(context),
        ...sessionOperations(context),
        ...healthOperations(context),
        ...metricsOperations(context),
      ].map((one) => (one.route.path.startsWith('/v1/') ? refusingUnknownQuery(one) : one)),
      webSockets: [verifierPath],
      refuse: problem,
    };
  },
});

/** A place where a contract is served: below a prefix of all its paths. One operation may have a fast path. */
interface Place {
  name: ContractName;
  base: string;
  fast?: { path: string; operationId: string };
}

/** In their order: `latchkey` has every path that is left. */
const places: readonly Place[] = [
  { name: 'journal', base: '' },
  // The page of this contract has its paths with and without /api.
  { name: 'share', base: '/api' },
  { name: 'share', base: '' },
  { name: 'oauth', base: '', fast: oauth.introspect },
  { name: 'latchkey', base: '', fast: verification.verify },
];

/** The service as a function from requests to answers. It opens nothing and listens nowhere: see `boot.ts`. */
export function createApp(context: ServiceContext): { fetch: Fetch } {
  const pages = docs(context);
  const contracts = contractsOf(context, pages);
  const app = new Hono<Env>();
  app.use(requestId, accessLog(context.log), withStandardHeaders, crossOrigin(context.corsOrigins));
  app.route('/', pages);
  const posts: Record<string, Serve> = {};
  for (const { name, base, fast } of places.filter(({ name }) => context.contracts.includes(name))) {
    const served = serveContract(context, contracts[name](), base);
    app.route(base || '/', served.app);
    if (fast) posts[fast.path] = served.serve(fast.operationId);
  }

  const fullApp: Fetch = (request, peer) => app.fetch(request, peer);
  const fastPaths = {
    posts,
    below: {
      path: authorization.authorize.path,
      header: gatewayHeader.toLowerCase(),
      serve: authorizes(context),
    },
  };
  return { fetch: checkedHost(withFastPaths(context, fastPaths, fullApp)) };
}
