import { createGuard, keyOf } from '@latchkey/client/express';
import { createVerifier } from '@latchkey/client/verifier';
import express from 'express';

const verifier = await createVerifier({
  onChange: (state, reason) => console.log(`latchkey: ${state}`, reason ?? ''),
});
const guard = createGuard({
  verify: verifier,
  realm: 'files',
  clientIp: (req) => req.ip,
  onUnavailable: (error) => console.error(error),
});

const app = express();
app.set('trust proxy', 'loopback');

app.get('/files', guard('files:read'), (req, res) => {
  res.json({ owner: keyOf(req).accountId });
});

// The guard stands first: without a good key, no body is read.
app.post('/files', guard({ scopes: ['files:write'], cost: 10 }), express.json(), (req, res) => {
  res.status(201).json({ owner: keyOf(req).accountId, name: req.body.name });
});

const port = Number(process.env.PORT ?? 3000);
const server = app.listen(port, () => console.log(`Listening on port ${port}.`));

// A verifier that just dies holds up revocations for about a second, and loses its last uses.
process.once('SIGTERM', () => {
  server.close();
  verifier.close();
});
