import { createLatchkey } from '@latchkey/client';
import { createGuard } from '@latchkey/client/fetch';

const guard = createGuard({
  verify: createLatchkey(),
  realm: 'files',
  clientIp: (request) => request.headers.get('X-Real-IP') ?? undefined,
  onUnavailable: (error) => console.error(error),
});

// In a route of Next: `export const GET = guard(…)`, `export const POST = guard(…)`.
const list = guard('files:read', (_request, { key }) => Response.json({ owner: key.accountId }));

const store = guard({ scopes: ['files:write'], cost: 10 }, async (request, { key }) => {
  const { name } = await request.json();
  return Response.json({ owner: key.accountId, name }, { status: 201 });
});

export default {
  fetch(request: Request): Response | Promise<Response> {
    if (new URL(request.url).pathname !== '/files') return new Response('Not found.', { status: 404 });
    return request.method === 'POST' ? store(request) : list(request);
  },
};
