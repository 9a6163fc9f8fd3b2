import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import postgres from 'postgres';
import { newId } from '../../server/id.ts';
import { hashToken, newToken, startOf } from '../../server/token.ts';

/**
 * The least that a server has to do for the same answer, on whatever runtime this is: what the service is measured
 * against. BARE says which; it listens on PORT. It asks nobody who they are.
 */

declare const Bun: {
  serve(options: { port: number; hostname: string; fetch: Hono['fetch'] }): void;
};
declare const Deno: {
  serve(options: { port: number; hostname: string; onListen: () => void }, handler: Hono['fetch']): void;
};

const { BARE = '', PORT, ANSWERS = '', DATABASE_URL = '' } = process.env;
const json = { 'Content-Type': 'application/json' };
/** Those of every answer of the service; the id is one for all. */
const headers = {
  ...json,
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'X-Request-Id': randomUUID(),
};
const readAnswers = (): Record<string, string> => JSON.parse(readFileSync(ANSWERS, 'utf8'));
const app = new Hono();
const pool = () => postgres(DATABASE_URL, { max: 10 });

const handlers: Record<string, () => void> = {
  /** Parses the body, and answers the same bytes as the service, which were made beforehand for each token. */
  answers() {
    const answers = new Map(Object.entries(readAnswers()));
    app.post('/v1/keys/verify', async (c) => {
      const { token } = await c.req.json();
      const answer = answers.get(token);
      return answer ? new Response(answer, { headers }) : c.body(null, 400);
    });
  },

  /** Parses the body, and answers every token alike, without our headers. */
  answer() {
    const [answer = ''] = Object.values(readAnswers());
    app.post('/v1/keys/verify', async (c) => {
      const { token } = await c.req.json();
      return token ? c.body(answer, 200, json) : c.body(null, 400);
    });
  },

  /** One prepared SELECT, as server/verify/key-lookup.ts looks a key up. */
  select() {
    const sql = pool();
    app.post('/v1/keys/verify', async (c) => {
      const { token } = await c.req.json();
      const [key] = await sql`
        select keys.id, keys.account_id, accounts.external_id, keys.name, keys.scopes, keys.metadata,
          keys.expires_at, keys.disabled_at, keys.previous_hash, keys.previous_ends_at
        from tokens join keys on keys.id = tokens.key_id join accounts on accounts.id = keys.account_id
        where tokens.hash = ${hashToken(token)}`;
      if (!key || key.disabled_at || (key.expires_at && key.expires_at < Date.now()))
        return c.json({ valid: false, reason: 'unknown' });
      const { id, account_id, external_id, name, scopes, metadata, expires_at } = key;
      return c.json({
        valid: true,
        key: {
          id: `key_${id}`,
          accountId: `acc_${account_id}`,
          externalId: external_id,
          name,
          scopes,
          metadata,
          expiresAt: expires_at,
        },
      });
    });
  },

  /** One prepared UPDATE that counts the request, then the same bytes as the service. */
  update() {
    const sql = pool();
    const answers = new Map(Object.entries(readAnswers()));
    app.post('/v1/keys/verify', async (c) => {
      const { token } = await c.req.json();
      const [counted] = await sql`
        update counters set count = count + 1 where token = ${token} and count < 1000000000 returning count`;
      const answer = answers.get(token);
      return counted && answer ? new Response(answer, { headers }) : c.body(null, 400);
    });
  },

  /** One prepared statement that inserts what server/keys/insert-statement.ts stores, of a token made as there. */
  insert() {
    const sql = pool();
    app.post('/v1/keys', async (c) => {
      const { name, scopes, metadata } = await c.req.json();
      const accountId = (c.req.query('accountId') ?? '').slice('acc_'.length);
      const token = newToken('lk_');
      const now = new Date();
      const id = newId(now.getTime());
      const start = startOf(token);
      await sql`
        with key as (
          insert into bare_keys (id, account_id, name, current_hash, scopes, metadata, expires_at, unused_check_at,
            created_at, updated_at)
          values (${id}, ${accountId}, ${name}, ${hashToken(token)}, ${scopes}, ${metadata}, null, ${now},
            ${now}, ${now})
          returning id, current_hash, created_at)
        insert into bare_tokens (hash, key_id, start, created_at, activated_at)
        select current_hash, id, ${start}, created_at, created_at from key`;
      return c.json(
        {
          id: `key_${id}`,
          accountId: `acc_${accountId}`,
          name,
          start,
          scopes,
          roles: [],
          metadata,
          status: 'active',
          expiresAt: null,
          disabledAt: null,
          notBefore: null,
          allowedIps: null,
          audience: null,
          limits: [],
          quota: null,
          lastUsedAt: null,
          lastUsedIp: null,
          lastUsedUserAgent: null,
          tokens: [
            {
              state: 'current',
              start,
              createdAt: now,
              activatedAt: now,
              endsAt: null,
              expiresAt: null,
              overlapSeconds: null,
              lastUsedAt: null,
              lastUsedIp: null,
              lastUsedUserAgent: null,
            },
          ],
          createdBy: { actor: 'operator', onBehalfOf: null },
          createdAt: now,
          updatedAt: now,
          token,
        },
        201,
      );
    });
  },
};

handlers[BARE]?.();
const port = Number(PORT);
const hostname = '127.0.0.1';
const listens = () => console.log('listens');
if ('Deno' in globalThis) Deno.serve({ port, hostname, onListen: listens }, app.fetch);
else if ('Bun' in globalThis) {
  Bun.serve({ port, hostname, fetch: app.fetch });
  listens();
} else serve({ port, hostname, fetch: app.fetch }, listens);
