import { z } from '@hono/zod-openapi';
import type { Operation } from './operation.ts';

const noQuery = z.strictObject({});

/**
 * An operation that refuses every query parameter, where its route describes none. If a parameter was ignored,
 * a call could do more than its sender believes: an `accountId` would not bound it.
 */
export const refusingUnknownQuery = (operation: Operation): Operation => {
  const { route } = operation;
  return route.request?.query
    ? operation
    : { ...operation, route: { ...route, request: { ...route.request, query: noQuery } } };
};
