import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import postgres from 'postgres';
import { expect, inject, onTestFinished, test } from 'vitest';
import { createLatchkey } from '../../clients/typescript/client.ts';
import { deployment } from '../../scripts/support/client.ts';
import { startProcess } from '../../scripts/support/service.ts';
import { createDatabase, expectData, password } from '../support/harness.ts';

const operations = await readFile(join(import.meta.dirname, '../../docs/OPERATIONS.md'), 'utf8');

/** The SQL under "Backup and restore", in its order. */
const [save = '', redo = '', passwords = '', lost = ''] = Array.from(
  operations.slice(operations.indexOf('## Backup and restore')).matchAll(/```sql\n(.*?)```/gs),
  ([, block = '']) => block,
);

/** Runs lines for psql; `\copy` reads and writes `files`, texts by their names. @returns the files */
async function psql(url: string, script: string, since: string, files: Record<string, string> = {}) {
  const client = postgres(url, { max: 1, onnotice: () => {} });
  try {
    const here = script.replaceAll("'2026-01-31T00:00:00Z'", `'${since}'`);
    for (const part of here.split(/^(\\copy .*)$/m)) {
      const [, what, direction, name = ''] = /^\\copy (.*) (to|from) '(\w+\.csv)' csv$/.exec(part) ?? [];
      if (!direction) await client.unsafe(part);
      else if (direction === 'to')
        files[name] = await text(await client.unsafe(`copy ${what} to stdout csv`).readable());
      else
        await pipeline(
          Readable.from([files[name] ?? '']),
          await client.unsafe(`copy ${what} from stdin csv`).writable(),
        );
    }
    return files;
  } finally {
    await client.end();
  }
}

test('what was revoked since a backup stays revoked after it is restored, with the SQL of OPERATIONS.md', async () => {
  const { url, drop } = await createDatabase(inject('postgresUrl'));
  onTestFinished(drop);
  const server = postgres(inject('postgresUrl'), { max: 1, onnotice: () => {} });
  const name = new URL(url).pathname.slice(1);
  onTestFinished(async () => {
    await server.unsafe(`drop database if exists ${name}_backup with (force)`);
    await server.end();
  });
  const restore = async () => {
    await server.unsafe(`drop database ${name}`);
    await server.unsafe(`create database ${name} template ${name}_backup`);
  };
  // The issuer of its access tokens, which is the same on each port.
  const env = {
    ...(await deployment()),
    DATABASE_URL: url,
    SIGN_UP: 'open',
    PUBLIC_URL: 'http://latchkey.test',
  };

  /** Lets somebody use the service, which then ends. */
  async function serve<Result>(
    use: (as: (token?: string) => ReturnType<typeof createLatchkey>) => Promise<Result>,
  ): Promise<Result> {
    await using service = await startProcess({ env });
    return await use((token) => createLatchkey({ baseUrl: service.url, token }));
  }

  const made = await serve(async (as) => {
    const signIn = async (email: string) => {
      expectData(await as().POST('/v1/accounts', { body: { email, password } }));
      return expectData(await as().POST('/v1/sessions', { body: { email, password } }));
    };
    const ada = await signIn('ada@example.com');
    const bob = await signIn('bob@example.com');
    const mint = async (by: string) =>
      expectData(await as(by).POST('/v1/keys', { body: { name: 'Key', scopes: ['files:read'] } }));
    return {
      ada,
      bob,
      kept: await mint(ada.accessToken),
      revoked: await mint(ada.accessToken),
      changed: await mint(ada.accessToken),
      replaced: await mint(ada.accessToken),
      rotated: await mint(ada.accessToken),
      ofDeleted: await mint(bob.accessToken),
      ofSuspended: await mint((await signIn('carol@example.com')).accessToken),
      ofLetBack: await mint((await signIn('dora@example.com')).accessToken),
    };
  });
  const verdicts = () =>
    serve(async (as) => {
      const keys = [made.kept, made.revoked, made.changed, made.replaced, made.rotated];
      keys.push(made.ofDeleted, made.ofSuspended, made.ofLetBack);
      const tokens = keys.map(({ token }) => token);
      const operator = as(env.OPERATOR_TOKEN);
      const { verdicts } = expectData(await operator.POST('/v1/keys/verify/batch', { body: { tokens } }));
      const { refreshToken } = made.ada;
      const refreshed = await as().POST('/v1/sessions/refresh', { body: { refreshToken } });
      return [
        ...verdicts.map((verdict) => (verdict.valid ? 'valid' : verdict.reason)),
        refreshed.response.status,
      ];
    });

  /** Imports tokens. @returns `imported` or the code of the refusal, and the id of the key, for each */
  const importTokens = (...tokens: string[]) =>
    serve(async (as) => {
      const keys = tokens.map((token) => ({
        ...{ accountId: made.kept.accountId, name: 'Old key', start: token.slice(0, 10) },
        sha256: createHash('sha256').update(token).digest('hex'),
      }));
      const { outcomes } = await as(env.OPERATOR_TOKEN).keys.importBatch({ keys });
      return outcomes.map((one) => (one.imported ? ['imported', one.key.id] : [one.code, one.keyId]));
    });

  await server.unsafe(`create database ${name}_backup template ${name}`);
  const [{ since } = { since: '' }] = await server<{ since: string }[]>`select now()::text as since`;

  const [live, ended] = ['sk_live_imported_and_live', 'sk_live_imported_and_revoked'];
  const [, [, endedId = ''] = []] = await importTokens(live, ended);
  const newPassword = 'correct horse battery 2';
  await serve(async (as) => {
    const ada = as(made.ada.accessToken);
    const pathOf = ({ id: keyId }: { id: string }) => ({ params: { path: { keyId } } });
    for (const key of [made.revoked, { id: endedId }])
      expect((await ada.DELETE('/v1/keys/{keyId}', pathOf(key))).response.status).toBe(204);
    expectData(await ada.PATCH('/v1/keys/{keyId}', { ...pathOf(made.changed), body: { scopes: [] } }));
    const rotate = async (key: { id: string }, immediate: boolean) =>
      expectData(await ada.POST('/v1/keys/{keyId}/rotate', { ...pathOf(key), body: { immediate } }));
    await rotate(made.replaced, true);
    const { token } = await rotate(made.rotated, false);
    expect(await ada.POST('/v1/keys/verify', { body: { token } })).toMatchObject({ data: { valid: true } });
    const change = { currentPassword: password, newPassword };
    expect((await ada.PUT('/v1/account/password', { body: change })).response.status).toBe(204);
    expect((await as(made.bob.accessToken).DELETE('/v1/account')).response.status).toBe(204);
    const set = async ({ accountId }: { accountId: string }, disabled: boolean) => {
      const params = { path: { accountId } };
      const operator = as(env.OPERATOR_TOKEN);
      expectData(await operator.PATCH('/v1/accounts/{accountId}', { params, body: { disabled } }));
    };
    await set(made.ofSuspended, true);
    await set(made.ofLetBack, true);
    await set(made.ofLetBack, false);
  });
  const files = await psql(url, save, since);

  await restore();
  expect(await verdicts()).toEqual([...Array(8).fill('valid'), 200]);

  await restore();
  await psql(url, redo, since, files);
  expect(await verdicts()).toEqual([
    ...['valid', 'revoked', 'disabled', 'disabled', 'disabled'],
    ...['unknown', 'account_disabled', 'valid', 401],
  ]);
  expect(await importTokens(live, ended)).toEqual([
    ['imported', expect.stringMatching(/^key_/)],
    ['token_exists', undefined],
  ]);
  const client = postgres(url, { max: 1 });
  const stale = await client.unsafe(passwords.replaceAll("'2026-01-31T00:00:00Z'", `'${since}'`));
  await client.end();
  expect(stale).toMatchObject([{ email: 'ada@example.com' }]);

  await restore();
  await psql(url, lost, since);
  expect(await verdicts()).toEqual([...Array(8).fill('disabled'), 401]);
});
