import { writeFile } from 'node:fs/promises';
import { apiKey } from '@better-auth/api-key';
import { serve } from '@hono/node-server';
import { betterAuth } from 'better-auth';
import { getMigrations } from 'better-auth/db/migration';
import { Hono } from 'hono';
import { Pool } from 'pg';

/**
 * Better Auth's api-key plugin behind one endpoint, on PORT and the database at DATABASE_URL. It first creates COUNT
 * keys, and writes them to FILE, a line each.
 *
 * All is as it comes, save that its rate limit of 10 verifications of a key a day is off, as its documentation says for
 * a server that verifies for others: so it keeps keys hashed, in the database, and writes each use before it answers.
 * Telemetry is off by itself. The pool has as many connections as ours.
 */
const { PORT, DATABASE_URL, COUNT, FILE = '' } = process.env;
const options = {
  database: new Pool({ connectionString: DATABASE_URL, max: 10 }),
  secret: 'a secret that protects nothing but a benchmark',
  baseURL: `http://127.0.0.1:${PORT}`,
  plugins: [apiKey({ rateLimit: { enabled: false } })],
};
const auth = betterAuth(options);
const { runMigrations } = await getMigrations(options);
await runMigrations();

const { internalAdapter } = await auth.$context;
const user = await internalAdapter.createUser({
  name: 'User',
  email: 'user@example.com',
  emailVerified: true,
});
const keys: string[] = [];
while (keys.length < Number(COUNT)) {
  const { key } = await auth.api.createApiKey({ body: { name: 'Key', userId: user.id } });
  keys.push(key);
}
await writeFile(FILE, keys.map((key) => `${key}\n`).join(''));

const app = new Hono();
app.post('/v1/keys/verify', async (c) => {
  const { token } = await c.req.json();
  return c.json(await auth.api.verifyApiKey({ body: { key: token } }));
});
serve({ fetch: app.fetch, hostname: '127.0.0.1', port: Number(PORT) }, () => console.log('listens'));
