import { createRoute, z } from '@hono/zod-openapi';
import { nameForm } from '../decide/entry-name.ts';
import { actHeaders } from './actor.ts';
import { invalidOrReused, plainIdempotencyHeader, replayedHeader } from './idempotency.ts';
import { unprefixed } from './ids.ts';
import { instant } from './instant.ts';
import { locationHeader } from './location.ts';
import { pageOf, pageQuery } from './page.ts';
import { refusal, refusals } from './problem.ts';
import { Scopes } from './scopes.ts';
import { byOperator, byOperatorKey } from './security.ts';
import { text } from './text.ts';

const tags = ['Roles'];

/** The name of a role. */
export const RoleName = z
  .string('Must be a string.')
  .regex(nameForm, 'Must have 1 to 64 letters, digits or _ . : -')
  .openapi({ example: 'editor' });

/** The roles of a key, in a request. */
export const RoleNames = z
  .array(RoleName, 'Must be a list of the names of roles.')
  .max(5, 'Must have at most 5 roles.')
  .refine((names) => new Set(names).size === names.length, 'Must not name a role twice.')
  .openapi({
    uniqueItems: true,
    description:
      'Roles of the key, by their names. It may do what its own scopes and those of its roles allow, as they are at each verification. Only the operator makes roles. Whoever can change a key can give it any role whose scopes the policy of the account allows. A key that makes the call cannot give a role with scopes that it lacks.',
  });

const RoleId = z
  .string()
  .regex(/^role_[0-9a-f]{24}$/, 'Must be a role id: `role_` and 24 hexadecimal digits.')
  .openapi({ description: 'The role’s id.', example: 'role_6921a5e3b281af121fcda4d0' });

const Name = RoleName.openapi({
  description: 'The name that keys refer to it by. No two roles have the same.',
});
const Description = text(0, 255).openapi({
  description: 'What the role is for, for people.',
  example: 'Reads and writes files',
});
const RoleScopes = Scopes.openapi({
  description:
    'What every key with the role may do, beside the key’s own scopes. They are written as those of keys are.',
});

const Role = z
  .object({
    id: RoleId,
    name: z.string().openapi({ description: 'Keys have the role by this name.' }),
    description: z.string(),
    scopes: z
      .array(z.string())
      .openapi({ description: 'What a key with the role may do, beside its own scopes.' }),
    createdAt: instant.openapi({ description: 'When the role was created.' }),
    updatedAt: instant.openapi({ description: 'When the role was last changed.' }),
  })
  .openapi('Role');

const roleExample = {
  id: 'role_6921a5e3b281af121fcda4d0',
  name: 'editor',
  description: 'Reads and writes files',
  scopes: ['files:read', 'files:write'],
  createdAt: '2026-01-31T12:00:00.000Z',
  updatedAt: '2026-01-31T12:00:00.000Z',
};

const NewRole = z
  .strictObject({ name: Name, description: Description.optional(), scopes: RoleScopes })
  .openapi('NewRole', { example: { name: 'editor', scopes: ['files:read', 'files:write'] } });

const RolePatch = z
  .strictObject({
    name: Name.optional(),
    description: Description.optional(),
    scopes: RoleScopes.optional(),
  })
  .openapi('RolePatch', { example: { scopes: ['files:read'] } });

const rolePath = z.object({
  roleId: RoleId.transform(unprefixed).openapi({
    param: { name: 'roleId', in: 'path', required: true },
  }),
});

const oneRole = (description: string) => ({
  description,
  content: { 'application/json': { schema: Role, example: roleExample } },
});

const roleExists = refusal(409, {
  code: 'role_exists',
  detail: 'A role named "editor" already exists.',
  description: 'Another role has this name.',
});

export const roles = {
  create: createRoute({
    operationId: 'createRole',
    method: 'post',
    path: '/v1/roles',
    tags,
    summary: 'Create a role',
    description:
      'Creates a named set of scopes. A key that has the role may do what its scopes and those of the role allow together.',
    security: [byOperator],
    request: {
      headers: actHeaders.extend(plainIdempotencyHeader),
      body: { required: true, content: { 'application/json': { schema: NewRole } } },
    },
    responses: {
      201: {
        ...oneRole('The role.'),
        headers: {
          ...locationHeader('The path of the role.'),
          ...replayedHeader,
        },
      },
      ...refusals(400, 401, 403, 413, 415, 503),
      422: invalidOrReused,
      409: refusal(409, {
        code: 'role_exists',
        detail: 'A role named "editor" already exists.',
        description:
          'Another role has this name (`role_exists`), or the first call with this `Idempotency-Key` is too long ago (`already_done`).',
      }),
    },
  }),

  list: createRoute({
    operationId: 'listRoles',
    method: 'get',
    path: '/v1/roles',
    tags,
    summary: 'List roles',
    description: 'The roles of this deployment, newest first.',
    security: [byOperator, byOperatorKey('operator:read')],
    request: { query: z.strictObject(pageQuery) },
    responses: {
      200: {
        description: 'One page of roles.',
        content: {
          'application/json': {
            schema: pageOf(Role).openapi('RolePage'),
            example: { data: [roleExample], nextCursor: null },
          },
        },
      },
      ...refusals(401, 403, 422, 503),
    },
  }),

  get: createRoute({
    operationId: 'getRole',
    method: 'get',
    path: '/v1/roles/{roleId}',
    tags,
    summary: 'Get a role',
    description: 'One role.',
    security: [byOperator, byOperatorKey('operator:read')],
    request: { params: rolePath },
    responses: { 200: oneRole('The role.'), ...refusals(401, 403, 404, 422, 503) },
  }),

  update: createRoute({
    operationId: 'updateRole',
    method: 'patch',
    path: '/v1/roles/{roleId}',
    tags,
    summary: 'Change a role',
    description:
      'A JSON merge patch (RFC 7396): what is left out stays as it is. When the call returns, every key with the role is verified by the new scopes, however many keys there are. The policies of accounts do not bound a change: they bound which roles a key is given.',
    security: [byOperator],
    request: {
      headers: actHeaders,
      params: rolePath,
      body: {
        required: true,
        content: {
          'application/json': { schema: RolePatch },
          'application/merge-patch+json': { schema: RolePatch },
        },
      },
    },
    responses: {
      200: oneRole('The role as it is now.'),
      ...refusals(400, 401, 403, 404, 413, 415, 422, 503),
      409: roleExists,
    },
  }),

  delete: createRoute({
    operationId: 'deleteRole',
    method: 'delete',
    path: '/v1/roles/{roleId}',
    tags,
    summary: 'Delete a role',
    description:
      'Deletes the role. When the call returns, every key that had it has lost its scopes. The keys stay.',
    security: [byOperator],
    request: { headers: actHeaders, params: rolePath },
    responses: { 204: { description: 'The role is deleted.' }, ...refusals(401, 403, 404, 422, 503) },
  }),
};
