import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { createLatchkey } from '../../clients/typescript/client.ts';
import { createGuard } from '../../clients/typescript/guard/hono.ts';
import { createVerifier } from '../../clients/typescript/verifier/verifier.ts';

/** An endpoint of a product, on PORT: GUARD says how it is guarded. */

const { GUARD = '', PORT, URL: baseUrl = '', TOKEN: token = '' } = process.env;
const app = new Hono();
const answer = { files: ['a', 'b'] };

if (GUARD === 'none') app.post('/files', (c) => c.json(answer));
else {
  const options = { baseUrl, token };
  const verify = GUARD === 'verifier' ? await createVerifier(options) : createLatchkey(options);
  const guard = createGuard({ verify });
  app.post('/files', guard(), (c) => c.json(answer));
}
serve({ fetch: app.fetch, port: Number(PORT), hostname: '127.0.0.1' }, () => console.log('listens'));
