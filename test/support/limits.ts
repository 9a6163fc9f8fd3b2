import { sql } from 'kysely';
import { beforeAll } from 'vitest';
import type { components } from '../../clients/typescript/schema.gen.ts';
import { expectData, type SignedIn, startService, type TestService } from './harness.ts';

/** What the tests of limits and quotas share: the service with an account, and keys whose limits are set and read. */

export let service: TestService;
export let ada: SignedIn;

beforeAll(async () => {
  service = await startService();
  ada = await service.signIn();
});

export type NewKey = Partial<components['schemas']['NewKey']>;
export type KeyPatch = components['schemas']['KeyPatch'];
export type Limit = components['schemas']['Limit'];

export const day = 86_400_000;
export const burst = { name: 'burst', limit: 10, windowSeconds: 60 };
export const hourly = { name: 'hourly', limit: 1_000, windowSeconds: 3_600 };
const query = () => ({ accountId: ada.accountId });
export const later = (milliseconds: number) => new Date(service.context.now() + milliseconds).toISOString();

export const create = (body: NewKey, header: Record<string, string> = {}) =>
  service.operator.POST('/v1/keys', { params: { query: query(), header }, body: { name: 'Key', ...body } });
export const mint = async (body: NewKey) => expectData(await create(body));
export const change = (keyId: string, body: KeyPatch) =>
  service.operator.PATCH('/v1/keys/{keyId}', { params: { path: { keyId }, query: query() }, body });
export const get = async (keyId: string, { client } = ada) =>
  expectData(await client.GET('/v1/keys/{keyId}', { params: { path: { keyId } } }));
export const add = (keyId: string, units: number, key?: string) =>
  service.operator.POST('/v1/keys/{keyId}/quota', {
    params: { path: { keyId }, query: query(), header: key === undefined ? {} : { 'Idempotency-Key': key } },
    body: { add: units },
  });
export const states = async (keyId: string, { client } = ada) =>
  expectData(await client.GET('/v1/keys/{keyId}/limits', { params: { path: { keyId } } })).data;
export const limitAccount = async ({ accountId }: Pick<SignedIn, 'accountId'>, limits: Limit[]) =>
  expectData(
    await service.operator.PATCH('/v1/accounts/{accountId}', {
      params: { path: { accountId } },
      body: { limits },
    }),
  );

export interface Row {
  name: string;
  generation: number;
  ungranted: number;
  held: number;
}
/** The rows of a key's own limits, by name. */
export async function rowsOf(keyId: string): Promise<Record<string, Row>> {
  const { rows } = await sql<Row & { id: number }>`
    select id, name, generation, ungranted, held from limits where key_id = ${keyId.slice(4)}`.execute(
    service.db,
  );
  return Object.fromEntries(rows.map((row) => [row.name, row]));
}
/** Has a replica take units of a limit, which it holds for a second, in a window that is on. */
export const take = (keyId: string, name: string, units: number) =>
  sql`
    update limits set ungranted = ungranted - ${units}::bigint, held = ${units}::bigint,
      held_until = ${new Date(service.context.now() + 1_000)}::timestamptz,
      resets_at = case when window_seconds is null then resets_at
        else next_reset(window_seconds, null, null, ${new Date(service.context.now())}::timestamptz) end
    where key_id = ${keyId.slice(4)} and name = ${name}`.execute(service.db);

export const eventsOf = async (keyId: string) =>
  expectData(await ada.client.GET('/v1/events', { params: { query: { keyId } } })).data.map(
    ({ type, data }) => ({ type, data }),
  );
