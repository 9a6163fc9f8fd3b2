import { createRoute, z } from '@hono/zod-openapi';
import { refusals } from './problem.ts';

const tags = ['Health'];
const ok = z.literal('ok');

export const health = {
  live: createRoute({
    operationId: 'getLiveness',
    method: 'get',
    path: '/livez',
    tags,
    summary: 'Is the process alive?',
    description: 'Answers as long as the process can. If it does not, restart it.',
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
                  description: 'The release of Latchkey that answers.',
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
    summary: 'Can it serve?',
    description:
      'Whether the database can be reached and its migrations are applied. If not, send no requests here.',
    security: [],
    responses: {
      200: {
        description: 'Ready.',
        content: { 'application/json': { schema: z.object({ status: ok }).openapi('Readiness') } },
      },
      ...refusals(503),
    },
  }),
};
