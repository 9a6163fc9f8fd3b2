import { createLatchkey } from '@latchkey/client';
import { latchkey } from '@latchkey/client/fastify';
import Fastify from 'fastify';

const app = Fastify({ trustProxy: 'loopback' });

// Routes of this context are guarded, with or without a config of their own. Those outside are open.
app.register(async (api) => {
  await api.register(latchkey, {
    verify: createLatchkey(),
    realm: 'files',
    clientIp: (request) => request.ip,
    onUnavailable: (error) => app.log.error(error),
  });

  api.get('/files', { config: { scopes: ['files:read'] } }, ({ apiKey }) => ({ owner: apiKey.accountId }));

  api.post<{ Body: { name: string } }>(
    '/files',
    { config: { scopes: ['files:write'], cost: 10 } },
    ({ apiKey, body }, reply) => reply.code(201).send({ owner: apiKey.accountId, name: body.name }),
  );
});

const port = Number(process.env.PORT ?? 3000);
await app.listen({ port });
console.log(`Listening on port ${port}.`);
