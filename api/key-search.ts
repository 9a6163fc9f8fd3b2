import { createRoute, z } from '@hono/zod-openapi';
import { KeyPage, keyExample } from './key-body.ts';
import { KeyFilter } from './key-filter.ts';
import { pageQuery } from './page.ts';
import { overloadedLists, refusals, unknownAccount } from './problem.ts';
import { byOperator, byOperatorKey } from './security.ts';

const SearchKeys = z
  .strictObject({ filter: KeyFilter.optional() })
  .openapi('SearchKeys', { example: { filter: { notRotatedSince: '2025-11-02T12:00:00Z' } } });

export const keySearch = {
  search: createRoute({
    operationId: 'searchKeys',
    method: 'post',
    path: '/v1/keys/search',
    tags: ['Keys'],
    summary: 'Search keys',
    description:
      'The keys of all accounts that meet a filter, newest first: those that `POST /v1/keys/revoke` would revoke. Without a filter, all. Keys of the operator’s own account are left out, unless the filter names that account. A page may have fewer keys than `limit`, or none, while more follow: go on until `nextCursor` is null, with the same filter.',
    security: [byOperator, byOperatorKey('operator:read')],
    request: {
      query: z.strictObject(pageQuery),
      body: { required: true, content: { 'application/json': { schema: SearchKeys } } },
    },
    responses: {
      200: {
        description: 'One page of keys.',
        content: {
          'application/json': { schema: KeyPage, example: { data: [keyExample], nextCursor: null } },
        },
      },
      ...refusals(400, 401, 403, 413, 415, 422),
      404: unknownAccount,
      503: overloadedLists,
    },
  }),
};
