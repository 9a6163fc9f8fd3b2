import { createRoute, z } from '@hono/zod-openapi';
import { byKey, bySession } from './security.ts';
import { filledText } from './text.ts';

const tags = ['API management'];

/** Maximum length of a name in characters. Longer names are refused, never cut. */
export const maxNameLength = 255;

const unixTime = (description: string) => z.int().openapi({ description, example: 1748813205 });

const ApiKey = z
  .object({
    type: z.literal('api_key').openapi({ description: "The object type. Always 'api_key'." }),
    id: z
      .string()
      .regex(/^\d{1,19}$/)
      .openapi({ description: 'The ID of the API key.', example: '1' }),
    attributes: z
      .object({
        name: z.string().openapi({ description: 'The name of the API key.', example: 'Mobile app' }),
        token: z
          .string()
          .nullable()
          .openapi({ description: 'The API key. Null, except when it was just created.' }),
        last_used_at: z.union([z.literal('Never'), z.int()]).openapi({
          description: "When the API key was last used, in Unix timestamp format; 'Never' before.",
        }),
        created_at: unixTime('When the object was created, in Unix timestamp format.'),
        updated_at: unixTime('When the object was last updated, in Unix timestamp format.'),
      })
      .openapi({ description: 'The attributes of the API key.' }),
    links: z
      .object({ self: z.string().openapi({ description: 'The URL of the API key.' }) })
      .openapi({ description: 'The links of the API key.' }),
  })
  .openapi('ApiKey');

const Data = z.object({ data: z.array(ApiKey) });

const example = (token: string | null) => ({
  data: [
    {
      type: 'api_key',
      id: '1',
      attributes: {
        name: 'Mobile app',
        token,
        last_used_at: 'Never',
        created_at: 1748813205,
        updated_at: 1748813205,
      },
      links: { self: 'https://j.codingcat12.net/api/settings/api/1' },
    },
  ],
});

const data = (description: string, token: string | null) => ({
  description,
  content: { 'application/json': { schema: Data, example: example(token) } },
});

const Message = z.object({ message: z.string(), status: z.int().optional() }).openapi('Message');
const Invalid = z
  .object({ message: z.string(), errors: z.record(z.string(), z.array(z.string())) })
  .openapi('Invalid');

const refusal = (description: string, body: z.infer<typeof Message>) => ({
  description,
  content: { 'application/json': { schema: Message, example: body } },
});

const refusals = {
  401: {
    ...refusal('The credential is missing or invalid.', { message: 'Unauthenticated.' }),
    headers: { 'WWW-Authenticate': { required: true, schema: { type: 'string' as const } } },
  },
  403: {
    ...refusal('The API key lacks the scope.', { message: 'This action is unauthorized.', status: 403 }),
    headers: { 'WWW-Authenticate': { required: true, schema: { type: 'string' as const } } },
  },
  429: {
    ...refusal('Too many calls.', { message: 'Too Many Attempts.' }),
    headers: { 'Retry-After': { required: true, schema: { type: 'integer' as const } } },
  },
  503: {
    ...refusal('Temporarily unavailable.', { message: 'Service Unavailable', status: 503 }),
    headers: { 'Retry-After': { required: true, schema: { type: 'integer' as const } } },
  },
};
/** What every operation answers if the service itself fails. */
export const serverError = refusal('Internal error.', { message: 'Server Error', status: 500 });

const notFound = {
  404: refusal('Unknown or malformed. Other accounts’ keys return 404.', {
    message: 'API key not found',
    status: 404,
  }),
};

const idPath = z.object({
  id: z.string().openapi({
    description: 'The ID of the API key.',
    example: '1',
    param: { name: 'id', in: 'path', required: true },
  }),
});

/** Text that may be blank. */
const optionalText = { maxLength: maxNameLength, pattern: '^[^\\x00]*$' };

/** The page calls these query parameters; a body can carry them too. The route validates them, in its own words. */
const anything = z.unknown().optional();
const name = anything.openapi({
  type: 'string',
  minLength: 1,
  maxLength: maxNameLength,
  pattern: filledText,
  description: 'The name of the API key. Maximum 255 characters.',
  example: 'Mobile app',
});
const label = anything.openapi({
  ...optionalText,
  type: ['string', 'null'],
  deprecated: true,
  description: 'The older name of `name`, used if `name` is absent. A blank or null value counts as absent.',
});
const NewApiKey = z.object({ name, label }).openapi('NewApiKey');
/** PHP writes an object without fields as an empty array. */
const emptyArray = z
  .array(z.unknown())
  .max(0)
  .transform(() => ({}));

export const journal = {
  list: createRoute({
    operationId: 'listApiKeys',
    method: 'get',
    path: '/api/settings/api',
    tags,
    summary: 'Get the list of API keys in the account',
    description:
      "This endpoint gets the list of API keys in the account. The API key is not returned in the response, since it's only returned when creating a new API key. This call is not paginated, since there should not be too many API keys in the account.",
    security: [bySession, byKey('keys:read')],
    responses: { 200: data('Every API key of the account, by ID.', null), ...refusals },
  }),

  create: createRoute({
    operationId: 'createApiKey',
    method: 'post',
    path: '/api/settings/api',
    tags,
    summary: 'Create a new API key',
    description:
      'This endpoint creates a new API key. It will return the API key in the response. This will be the only time you will see the API key, so please save it in a secure location.',
    security: [bySession, byKey('keys:read', 'keys:write')],
    request: {
      query: z.object({
        name: anything.openapi({
          ...optionalText,
          type: 'string',
          description:
            'The name of the API key. Maximum 255 characters. A name in the body takes precedence. A blank value counts as absent.',
          example: 'Mobile app',
          param: { name: 'name', in: 'query', required: false },
        }),
        label: label.openapi({ param: { name: 'label', in: 'query', required: false } }),
      }),
      body: {
        required: false,
        content: {
          'application/json': { schema: z.union([NewApiKey, emptyArray]) },
          'application/x-www-form-urlencoded': { schema: NewApiKey },
          'multipart/form-data': { schema: NewApiKey },
        },
      },
    },
    responses: {
      201: data('The new API key, with its token.', 'lk_3fYqWm0JX2tL8bRvKcN5aZ7dHs9uEpG41oMZ2f'),
      ...refusals,
      409: refusal('The account has reached its limit of API keys.', {
        message: 'The account has 1000 API keys, and may have no more.',
        status: 409,
      }),
      403: {
        ...refusal(
          'The API key lacks the scope, the account is disabled, or the policy of the account does not allow what is created here: an API key that never expires and can manage API keys.',
          {
            message: 'API keys created here never expire, which the policy of the account does not allow.',
            status: 403,
          },
        ),
        headers: { 'WWW-Authenticate': { required: false, schema: { type: 'string' as const } } },
      },
      413: refusal('The body is larger than 64 KiB.', {
        message: 'The body may have at most 65536 bytes.',
        status: 413,
      }),
      415: refusal('The body is neither JSON nor a form.', {
        message: 'Send the name as a form, as JSON or in the query.',
        status: 415,
      }),
      422: {
        description: 'The name is missing, too long or not a string.',
        content: {
          'application/json': {
            schema: Invalid,
            example: {
              message: 'The name field is required.',
              errors: { name: ['The name field is required.'] },
            },
          },
        },
      },
    },
  }),

  get: createRoute({
    operationId: 'getApiKey',
    method: 'get',
    path: '/api/settings/api/{id}',
    tags,
    summary: 'Get an API key',
    description: 'This endpoint gets an API key.',
    security: [bySession, byKey('keys:read')],
    request: { params: idPath },
    responses: { 200: data('The API key.', null), ...refusals, ...notFound },
  }),

  delete: createRoute({
    operationId: 'deleteApiKey',
    method: 'delete',
    path: '/api/settings/api/{id}',
    tags,
    summary: 'Delete an API key',
    description: 'This endpoint deletes an API key, at once.',
    security: [bySession, byKey('keys:write')],
    request: { params: idPath },
    responses: { 204: { description: 'Deleted. No response body.' }, ...refusals, ...notFound },
  }),
};
