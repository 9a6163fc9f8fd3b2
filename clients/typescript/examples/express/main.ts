import { createLatchkey } from '@latchkey/client';
import { createGuard, keyOf } from '@latchkey/client/express';
import express from 'express';

const guard = createGuard({
  verify: createLatchkey(),
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
app.listen(port, () => console.log(`Listening on port ${port}.`));
