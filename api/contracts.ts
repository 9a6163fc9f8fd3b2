import type { RouteConfig } from '@hono/zod-openapi';
import type { ContractName } from '../decide/contracts.ts';
import { accounts } from './accounts.ts';
import { authorization } from './authorization.ts';
import { bulkRevocation } from './bulk-revocation.ts';
import { events } from './events.ts';
import { health } from './health.ts';
import { importBatch } from './import-batch.ts';
import { imports } from './imports.ts';
import { introduction } from './introduction.ts';
import { journal, serverError as journalServerError } from './journal.ts';
import { keyLimits } from './key-limits.ts';
import { keySearch } from './key-search.ts';
import { keys } from './keys.ts';
import { leaks } from './leaks.ts';
import { metrics } from './metrics.ts';
import { minting } from './minting.ts';
import { oauth, serverError as oauthServerError } from './oauth.ts';
import { internalError } from './problem.ts';
import { roles } from './roles.ts';
import { rotation } from './rotation.ts';
import { sessions } from './sessions.ts';
import { share, serverError as shareServerError } from './share.ts';
import { tokenExchange } from './token-exchange.ts';
import { tokenLookup } from './token-lookup.ts';
import { usage } from './usage.ts';
import { verification } from './verification.ts';

/** A contract: one OpenAPI document, and the routes it is made of. */
export interface Contract {
  title: string;
  /** What it is, in one sentence. */
  summary: string;
  description: string;
  tags: { name: string; description: string }[];
  /** The paths below the public URL under which the contract is served, the preferred one first. */
  bases: string[];
  routes: RouteConfig[];
  /** What each of them answers if the service itself fails: the error body of the contract, with 500. */
  serverError: RouteConfig['responses'][string];
  /**
   * The module of our typed client that speaks it: `main`, so that its samples do, or one of its own. Undefined: OAuth has
   * clients enough, in every language, and speaks in forms, which ours does not.
   */
  typedClient?: 'main' | 'own';
}

/** How a reader of the other contracts' docs gets a credential. The link is absolute, since any viewer may show it. */
const signIn =
  'Send `Authorization: Bearer <token>` with an access token from [Sign in](http://127.0.0.1:8787/docs#latchkey/tag/sessions/POST/v1/sessions)';

export const contracts = {
  latchkey: {
    title: 'Latchkey',
    summary:
      'Create, list, change, rotate, revoke and verify API keys; accounts, roles, limits, usage and events.',
    description: introduction,
    tags: [
      { name: 'Keys', description: 'Create, list, change and revoke API keys.' },
      { name: 'Verification', description: 'Check whether a token is valid, and whose it is.' },
      { name: 'Gateways', description: 'Let a gateway ask whether a request may pass.' },
      { name: 'Usage', description: 'Count the uses of keys, by verdict.' },
      { name: 'Roles', description: 'Sets of scopes that many keys share.' },
      { name: 'Events', description: 'Who changed what, when, and from where.' },
      { name: 'Leaks', description: 'Report tokens that were seen where they should not be.' },
      { name: 'Accounts', description: 'People and organisations that hold keys.' },
      { name: 'Sessions', description: 'Sign in, stay signed in, sign out.' },
      { name: 'Health', description: 'For load balancers, orchestrators and Prometheus.' },
    ],
    bases: [''],
    routes: [
      minting,
      imports,
      importBatch,
      keys,
      keySearch,
      tokenLookup,
      bulkRevocation,
      rotation,
      keyLimits,
      verification,
      authorization,
      usage,
      roles,
      events,
      leaks,
      accounts,
      sessions,
      health,
      metrics,
    ].flatMap((group) => Object.values<RouteConfig>(group)),
    serverError: internalError,
    typedClient: 'main',
  },
  journal: {
    title: 'Journal: API management',
    summary:
      'The contract of a journaling app over the same keys: create, list, show and delete the keys of an account.',
    description: `API keys are used to authenticate requests to the API. They are used to identify the user and the application that is making the request. You need to be very careful with them, since they can be used to access sensitive data.

${signIn}, or an API key with the scopes that the operation lists.`,
    tags: [{ name: 'API management', description: 'Manage the API keys in your account.' }],
    bases: [''],
    routes: Object.values(journal),
    serverError: journalServerError,
    typedClient: 'own',
  },
  share: {
    title: 'Share: API Key',
    summary:
      'The contract of a file-sharing app over the same keys: create, list, show, change and delete a user’s keys.',
    description: `A logged in user’s keys for third-party applications.

${signIn}. \`Authorization\` takes the access token with \`Bearer\` before it, or alone.`,
    tags: [{ name: 'API Key', description: 'Allows a logged in user to manage their API keys.' }],
    bases: ['/api', ''],
    routes: Object.values(share),
    serverError: shareServerError,
    typedClient: 'own',
  },
  oauth: {
    title: 'OAuth',
    summary:
      'Introspect, revoke and exchange keys as gateways and OAuth libraries do (RFC 7662, RFC 7009, RFC 8693).',
    description: `The endpoints of OAuth 2.0 for API keys, for gateways, frameworks and libraries that introspect tokens:

\`\`\`sh
curl -s http://127.0.0.1:8787/oauth2/introspect -u "$CLIENT_ID:$CLIENT_SECRET" -d "token=$TOKEN"
\`\`\`

A caller is a client of OAuth. Its \`client_id\` is the id of a key (\`key_…\`), and its \`client_secret\` the token of that key; the operator is the client \`operator\`, with the operator token. Send both by HTTP Basic, form-encoded or not, or in the form; or send the token alone as \`Authorization: Bearer\`. A request that authenticates in two ways is refused, unless both are the same id and secret.

A body is a form, \`application/x-www-form-urlencoded\`. A parameter can be sent once, one without a value counts as omitted, and one that is not known is ignored. Errors are those of RFC 6749, section 5.2.`,
    tags: [
      { name: 'Tokens', description: 'Ask about tokens and end them, in the way of OAuth 2.0.' },
      { name: 'Discovery', description: 'What clients have to know of this deployment.' },
    ],
    bases: [''],
    routes: [oauth, tokenExchange].flatMap((group) => Object.values<RouteConfig>(group)),
    serverError: oauthServerError,
  },
} satisfies Record<ContractName, Contract>;
