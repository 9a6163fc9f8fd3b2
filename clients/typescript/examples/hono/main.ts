import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { createLatchkey } from '@latchkey/client';
import { createGuard } from '@latchkey/client/hono';

const guard = createGuard({
  verify: createLatchkey(),
  realm: 'files',
  clientIp: (c) => c.req.header('X-Real-IP'),
  onUnavailable: (error) => console.error(error),
});

const app = new OpenAPIHono();

app.get('/files', guard('files:read'), (c) => c.json({ owner: c.var.key.accountId }));

// What the document says of this route is what the guard requires.
const store = createRoute({
  method: 'post',
  path: '/files',
  security: [{ apiKey: ['files:write'] }],
  request: {
    body: { required: true, content: { 'application/json': { schema: z.object({ name: z.string() }) } } },
  },
  responses: { 201: { description: 'The file is stored.' } },
});
app.openapi(guard.secured(store), (c) =>
  c.json({ owner: c.var.key.accountId, name: c.req.valid('json').name }, 201),
);

app.openAPIRegistry.registerComponent('securitySchemes', 'apiKey', { type: 'http', scheme: 'bearer' });
app.doc31('/openapi.json', { openapi: '3.1.0', info: { title: 'Files', version: '1' } });

export default app;
