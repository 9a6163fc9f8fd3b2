import { createRoute, z } from '@hono/zod-openapi';
import { refusal } from './problem.ts';

const tags = ['Health'];
const ok = z.literal('ok');

export const health = {
  live: createRoute({
    operationId: 'getLiveness',
    method: 'get',
    path: '/livez',
    tags,
    summary: 'Check that the process is up',
    description: 'Returns 200 while the process runs. If it does not answer, restart the process.',
    security: [],
    responses: {
      200: {
        description: 'Alive.',
        content: {
          'application/json': {
            schema: z
              .object({
                status: ok,
                version: z.string().openapi({
                  description: 'The release of Latchkey that runs.',
                  example: '0.1.0',
                }),
              })
              .openapi('Liveness'),
          },
        },
      },
    },
  }),

  ready: createRoute({
    operationId: 'getReadiness',
    method: 'get',
    path: '/readyz',
    tags,
    summary: 'Check that it can serve',
    description:
      'Returns 200 if the database answers and its migrations are applied, until the process is told to stop. If not, send no requests to this replica.',
    security: [],
    responses: {
      200: {
        description: 'Ready.',
        content: { 'application/json': { schema: z.object({ status: ok }).openapi('Readiness') } },
      },
      503: refusal(503, {
        description:
          'The database did not answer, or lacks a migration (`database_unavailable`), or the process was told to stop (`stopping`).',
      }),
    },
  }),
};
