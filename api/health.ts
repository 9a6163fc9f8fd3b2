import { createRoute, z } from '@hono/zod-openapi';
import { refusals } from './problem.ts';

const tags = ['Health'];
const ok = (description: string) => ({
  description,
  content: { 'application/json': { schema: z.object({ status: z.literal('ok') }).openapi('Health') } },
});

export const health = {
  live: createRoute({
    operationId: 'getLiveness',
    method: 'get',
    path: '/livez',
    tags,
    summary: 'Is the process alive?',
    description: 'Answers as long as the process can. If it does not, restart it.',
    security: [],
    responses: { 200: ok('Alive.') },
  }),

  ready: createRoute({
    operationId: 'getReadiness',
    method: 'get',
    path: '/readyz',
    tags,
    summary: 'Can it serve?',
    description:
      'Whether the database can be reached and its migrations are applied. If not, send no requests here.',
    security: [],
    responses: { 200: ok('Ready.'), ...refusals(503) },
  }),
};
