import { createRoute, z } from '@hono/zod-openapi';
import { refusal, refusals } from './problem.ts';
import { byOperator, byOperatorKey } from './security.ts';

const example = `# HELP latchkey_verifications_total Tokens that were checked.
# TYPE latchkey_verifications_total counter
latchkey_verifications_total{purpose="verify",verdict="valid",source="cache"} 48211
`;

export const metrics = {
  scrape: createRoute({
    operationId: 'getMetrics',
    method: 'get',
    path: '/metrics',
    tags: ['Health'],
    summary: 'Get the metrics',
    description:
      'The metrics of this replica for Prometheus, in its text format. With several `WORKERS`, one scrape shows all of them, each with its number as the label `worker`. The operator can call it, and a key with `metrics:read` in the operator’s own account; keys of other accounts are refused. While the database is away, a call with a key returns 503, and a call with the operator token works.',
    security: [byOperator, byOperatorKey('metrics:read')],
    responses: {
      200: {
        description: 'The metrics, in the text exposition format 0.0.4.',
        content: { 'text/plain': { schema: z.string(), example } },
      },
      ...refusals(401, 403),
      503: refusal(503, {
        code: 'overloaded',
        detail: 'No worker answered in time: try again in a second.',
        description:
          'No worker answered in time (`overloaded`), or the database did not answer (`database_unavailable`).',
      }),
    },
  }),
};
