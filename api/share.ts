import { createRoute, z } from '@hono/zod-openapi';
import { bySession } from './security.ts';

const tags = ['API Key'];

/** Maximum length of a label in characters. Longer labels are refused, never cut. */
export const maxLabelLength = 255;

const objectId = (description: string) =>
  z
    .string()
    .regex(/^[0-9a-f]{24}$/)
    .openapi({ description, example: '60902b70b281af121fcda4ce' });

const date = (description: string) =>
  z.iso.datetime().openapi({ format: 'date-time', description, example: '2021-05-03T16:57:20.261Z' });

const ApiKey = z
  .object({
    label: z.string().openapi({ description: 'A label for the API Key', example: 'Test 1234' }),
    isNever: z.boolean().openapi({ description: 'Whether it never expires.' }),
    _id: objectId('ID of the APIKey'),
    user: objectId('ID of the user'),
    hash: z
      .string()
      .regex(/^[0-9a-f]{128}$/)
      .openapi({ description: 'SHA-512 of the API key.' }),
    expireAt: date('Expiry time. If it never expires: 100 years after its creation.'),
    createdAt: date('Creation time.'),
    updatedAt: date('Time of the last change.'),
    __v: z.literal(0),
  })
  .openapi('APIKey');

const keyExample = {
  label: 'Test 1234',
  isNever: true,
  _id: '60902b70b281af121fcda4ce',
  user: '60745fe7b57e1a058d849550',
  hash: '07347bb350de895875ddb2b06186075be3dfd97b4ab7720c25170ff36c65a77b62d592e7ed508fdd1f6c8e59a5ed30e3d3a2ce02069ea8338905744f919e89cc',
  expireAt: '2121-05-03T16:57:20.000Z',
  createdAt: '2021-05-03T16:57:20.261Z',
  updatedAt: '2021-05-03T16:57:20.261Z',
  __v: 0,
};

const Outcome = z.object({ code: z.string(), message: z.string() }).openapi('Outcome');

const outcome = (description: string, code: string, message: string) => ({
  description,
  content: { 'application/json': { schema: Outcome, example: { code, message } } },
});

const refusals = {
  401: {
    ...outcome('No user is logged in.', 'UNAUTHORIZED', 'Unauthorized'),
    headers: { 'WWW-Authenticate': { required: true, schema: { type: 'string' as const } } },
  },
  429: {
    ...outcome('Too many calls.', 'TOO_MANY_ATTEMPTS', 'Too Many Attempts.'),
    headers: { 'Retry-After': { required: true, schema: { type: 'integer' as const } } },
  },
  503: {
    ...outcome('Temporarily unavailable.', 'UNAVAILABLE', 'Service Unavailable.'),
    headers: { 'Retry-After': { required: true, schema: { type: 'integer' as const } } },
  },
};
/** What every operation answers if the service itself fails. */
export const serverError = outcome('Internal error.', 'SERVER_ERROR', 'Internal Server Error.');

const notFound = {
  404: outcome('Unknown or malformed. Other users’ keys return 404.', 'NOT_FOUND', 'APIKey not found.'),
};
const bodyRefusals = {
  400: outcome('A field is invalid.', 'INVALID_LABEL', 'The label must be a string.'),
  413: outcome('The body is larger than 64 KiB.', 'BODY_TOO_LARGE', 'The body may have at most 65536 bytes.'),
  415: outcome('The body is neither a form nor JSON.', 'UNSUPPORTED_MEDIA_TYPE', 'Send a form or JSON.'),
};

const keyPath = z.object({
  apikey_id: z.string().openapi({
    description: 'ID of the APIKey',
    example: '60902b70b281af121fcda4ce',
    param: { name: 'apikey_id', in: 'path', required: true },
  }),
});

/** The route validates the fields, in this contract's own words. The schema documents them. */
const label = z
  .unknown()
  .optional()
  .openapi({
    type: ['string', 'null'],
    maxLength: maxLabelLength,
    pattern: '^[^\\x00]*$',
    description: 'A label for the API Key. A blank or null value counts as absent.',
    example: 'Test 123',
  });
/** The pattern of a word in any case: JSON Schema's patterns have no flags. */
const anyCase = (word: string) => word.replaceAll(/./g, (letter) => `[${letter.toUpperCase()}${letter}]`);

const expires = z
  .unknown()
  .optional()
  .openapi({
    type: 'string',
    pattern: `^(${anyCase('never')}|(${anyCase('one')} )?(${['day', 'week', 'month', 'year'].map(anyCase).join('|')}))$`,
    description:
      'When should the API Key expire: `One Day`, `One Week`, `One Month` (31 days), `One Year` (365 days) or `Never`, or only the unit. Case is ignored. Default: never.',
    example: 'One Month',
  });
/** Strict: if the expiry came under another name, the key would never expire. */
const NewAPIKey = z.strictObject({ label, expires }).openapi('NewAPIKey');
const APIKeyChange = z.object({ label }).openapi('APIKeyChange');

/** The same fields in the query, used if the body does not have them. */
const labelQuery = label.openapi({
  type: 'string',
  description: 'A label for the API Key, used if the body has none. A blank value counts as absent.',
  param: { name: 'label', in: 'query', required: false },
});
const expiresQuery = expires.openapi({ param: { name: 'expires', in: 'query', required: false } });

/** A form, as in every example of the page, or JSON. */
const form = <Schema extends z.ZodType>(schema: Schema) => ({
  required: false,
  content: {
    'application/x-www-form-urlencoded': { schema },
    'multipart/form-data': { schema },
    'application/json': { schema },
  },
});

const json = <Schema extends z.ZodType>(description: string, schema: Schema, example: unknown) => ({
  description,
  content: { 'application/json': { schema, example } },
});

export const share = {
  list: createRoute({
    operationId: 'getApiKeys',
    method: 'get',
    path: '/apikey',
    tags,
    summary: 'Get APIKeys',
    description: 'Allows a logged in user to get their current api keys, oldest first.',
    security: [bySession],
    responses: {
      200: json('The keys.', z.object({ apiKeys: z.array(ApiKey), total: z.int() }), {
        apiKeys: [keyExample],
        total: 1,
      }),
      ...refusals,
    },
  }),

  get: createRoute({
    operationId: 'getSingleApiKey',
    method: 'get',
    path: '/apikey/{apikey_id}',
    tags,
    summary: 'Get Single APIKey',
    description: 'Allows a logged in user to get a single a API Key.',
    security: [bySession],
    request: { params: keyPath },
    responses: {
      200: json('The key.', z.object({ apiKey: ApiKey }), { apiKey: keyExample }),
      ...refusals,
      ...notFound,
    },
  }),

  create: createRoute({
    operationId: 'createShareApiKey',
    method: 'post',
    path: '/apikey',
    tags,
    summary: 'Create API Key',
    description:
      'Allows a logged in user to create a API Key. The key is a JWT. It is shown only in this response.',
    security: [bySession],
    request: {
      query: z.strictObject({ label: labelQuery, expires: expiresQuery }),
      body: form(NewAPIKey),
    },
    responses: {
      201: json(
        'The new key.',
        z.object({ code: z.literal('ADDED'), message: z.string(), api_key: z.string() }),
        { code: 'ADDED', message: 'Added new API Key', api_key: 'eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCJ9…' },
      ),
      403: outcome(
        'The account is disabled: its keys are refused, and none can be created.',
        'ACCOUNT_DISABLED',
        'The account is disabled.',
      ),
      409: outcome(
        'The user has reached their limit of keys.',
        'KEY_LIMIT_REACHED',
        'You have 1000 APIKeys, and may have no more.',
      ),
      ...refusals,
      ...bodyRefusals,
      400: outcome(
        'A field is invalid, or the policy of the account does not allow the expiry.',
        'INVALID_EXPIRES',
        'Your API Keys must expire within 90 days: choose an earlier expiry.',
      ),
    },
  }),

  update: createRoute({
    operationId: 'editApiKey',
    method: 'patch',
    path: '/apikey/{apikey_id}',
    tags,
    summary: 'Edit API Key',
    description: 'Allows a logged in user to edit a API Key.',
    security: [bySession],
    request: { params: keyPath, query: z.object({ label: labelQuery }), body: form(APIKeyChange) },
    responses: {
      200: outcome('Changed.', 'UPDATED', 'APIKey has been updated'),
      ...refusals,
      ...bodyRefusals,
      ...notFound,
    },
  }),

  delete: createRoute({
    operationId: 'deleteShareApiKey',
    method: 'delete',
    path: '/apikey/{apikey_id}',
    tags,
    summary: 'Delete API Key',
    description: 'Allows a logged in user to delete a API Key, at once.',
    security: [bySession],
    request: { params: keyPath },
    responses: {
      200: outcome('Deleted.', 'REMOVED', 'APIKey has been removed'),
      ...refusals,
      ...notFound,
    },
  }),
};
