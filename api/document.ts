import { OpenAPIHono, type RouteConfig } from '@hono/zod-openapi';
import { accounts } from './accounts.ts';
import { health } from './health.ts';
import { journal } from './journal.ts';
import { keys } from './keys.ts';
import { metrics } from './metrics.ts';
import { bySession, securitySchemes } from './security.ts';
import { sessions } from './sessions.ts';
import { share } from './share.ts';
import { usage } from './usage.ts';
import { verification } from './verification.ts';

/** A contract: one OpenAPI document, and the routes it is made of. */
interface Contract {
  title: string;
  description: string;
  tags: { name: string; description: string }[];
  /** The paths below the public URL under which the contract is served, the preferred one first. */
  bases: string[];
  routes: RouteConfig[];
  /** Whether our typed client speaks it, so that its samples do. */
  typedClient: boolean;
}

const contracts = {
  latchkey: {
    title: 'Latchkey',
    description: `API keys for your product: create, list, change, revoke and verify them.

1. \`POST /v1/accounts\` creates an account; \`POST /v1/sessions\` signs it in and answers an access token.
2. \`POST /v1/keys\`, with that access token, creates a key. Its token is shown once.
3. \`POST /v1/keys/verify\` tells your server whether a token it was sent is good, and whose it is.

Send a credential as \`Authorization: Bearer <token>\`: the access token of a session, an API key, or the operator token.

Errors are problem details (RFC 9457); branch on their \`code\`. What belongs to somebody else answers as if it did not exist. Every answer carries \`x-request-id\`; a body has at most 64 KiB where nothing else is said (413), JSON in it at most 32 levels (400), and the request line with all headers at most 16 KiB (431).`,
    tags: [
      { name: 'Keys', description: 'Create, list, change and revoke API keys.' },
      { name: 'Verification', description: 'Is this token good, and whose is it?' },
      { name: 'Usage', description: 'How often keys were presented, and what was said of them.' },
      { name: 'Accounts', description: 'Whoever holds keys.' },
      { name: 'Sessions', description: 'Sign in, stay signed in, sign out.' },
      { name: 'Health', description: 'For load balancers, orchestrators and Prometheus.' },
    ],
    bases: [''],
    routes: [keys, verification, usage, accounts, sessions, health, metrics].flatMap((group) =>
      Object.values<RouteConfig>(group),
    ),
    typedClient: true,
  },
  journal: {
    title: 'Journal: API management',
    description:
      'API keys are used to authenticate requests to the API. They are used to identify the user and the application that is making the request. You need to be very careful with them, since they can be used to access sensitive data.',
    tags: [{ name: 'API management', description: 'Manage the API keys in your account.' }],
    bases: [''],
    routes: Object.values(journal),
    typedClient: false,
  },
  share: {
    title: 'Share: API Key',
    description: 'A logged in user’s keys for third-party applications. Log in with `POST /v1/sessions`.',
    tags: [{ name: 'API Key', description: 'Allows a logged in user to manage their API keys.' }],
    bases: ['/api', ''],
    routes: Object.values(share),
    typedClient: false,
  },
} satisfies Record<string, Contract>;

export type ContractName = keyof typeof contracts;
export const contractNames = Object.keys(contracts) as ContractName[];

const requestId = {
  'x-request-id': {
    description: 'Names this request in the logs. Yours, if you sent a sensible one.',
    required: true,
    schema: { type: 'string' as const },
  },
};

type Document = ReturnType<OpenAPIHono['getOpenAPI31Document']>;
type Operation = NonNullable<NonNullable<Document['paths']>[string]['post']>;

/** The example of a JSON body: the media type's own, or that of the schema it refers to. */
function bodyExample({ requestBody }: Operation, { components }: Document): unknown {
  if (!requestBody || '$ref' in requestBody) return undefined;
  const { example, examples, schema } = requestBody.content['application/json'] ?? {};
  const [first] = Object.values(examples ?? {});
  if (example) return example;
  if (first && 'value' in first) return first.value;
  const named = schema && '$ref' in schema && components?.schemas?.[schema.$ref.split('/').at(-1) ?? ''];
  return named && 'example' in named ? named.example : undefined;
}

/** How the typed client makes this call, with the operation's own examples. */
function sample(method: string, path: string, operation: Operation, document: Document): string {
  const options: Record<string, unknown> = {};
  if (path.includes('{keyId}')) options.params = { path: { keyId: 'key_6921a5d4b281af121fcda4cf' } };
  const { security } = operation;
  const anyone = !security?.length || security.some((callers) => Object.keys(callers).length === 0);
  const body = bodyExample(operation, document);
  if (body) options.body = body;
  const json = JSON.stringify(options, null, 2)
    .replaceAll(/"([A-Za-z]\w*)":/g, '$1:')
    .replaceAll(/\[\s+("[^"]*")\s+\]/g, '[$1]')
    .replaceAll('"', "'")
    .replaceAll('\n', '\n  ');
  return `import { createLatchkey } from '@latchkey/client';

const latchkey = createLatchkey({
  baseUrl: 'http://127.0.0.1:8787',${anyone ? '' : '\n  token,'}
});
const { data, error } =
  await latchkey.${method.toUpperCase()}('${path}'${json === '{}' ? '' : `, ${json}`});
`;
}

const methods = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** Each operation of a document, in its order. */
export function operationsOf(document: Document): { method: string; path: string; operation: Operation }[] {
  return Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    methods.flatMap((method) => {
      const operation = item[method];
      return operation ? [{ method, path, operation }] : [];
    }),
  );
}

/** The OpenAPI 3.1 document of a contract, made from its routes. */
export function documentOf(name: ContractName): Document {
  const { title, description, tags, bases, routes, typedClient } = contracts[name];
  const app = new OpenAPIHono();
  for (const [scheme, facts] of Object.entries(securitySchemes))
    if (routes.some(({ security }) => security?.some((callers) => scheme in callers)))
      app.openAPIRegistry.registerComponent('securitySchemes', scheme, facts);
  for (const route of routes) app.openAPIRegistry.registerPath(route);
  const document = app.getOpenAPI31Document({
    openapi: '3.1.1',
    info: {
      title,
      version: '1.0.0',
      description,
      license: { name: 'MIT', url: 'https://spdx.org/licenses/MIT' },
    },
    servers: bases.map((base) => ({ url: `http://127.0.0.1:8787${base}` })),
    tags,
    // Every operation names its callers itself; this is what a reader of the docs is asked for first.
    security: [bySession],
  });
  for (const { method, path, operation } of operationsOf(document)) {
    for (const response of Object.values(operation.responses ?? {}))
      response.headers = { ...requestId, ...response.headers };
    if (typedClient)
      operation['x-codeSamples'] = [
        { lang: 'TypeScript', label: 'Typed client', source: sample(method, path, operation, document) },
      ];
  }
  return document;
}
