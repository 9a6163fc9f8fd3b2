import { beforeAll } from 'vitest';
import type { paths } from '../../clients/typescript/schema.gen.ts';
import { zeroUses } from '../../decide/outcomes.ts';
import { expectData, type SignedIn, startService, type TestService } from './harness.ts';

/** What the tests of usage share: the service with two accounts, and keys to use and to ask for. */

export let service: TestService;
export let ada: SignedIn;
export let bob: SignedIn;

beforeAll(async () => {
  service = await startService();
  ada = await service.signIn();
  bob = await service.signIn();
});

export const hour = 3_600_000;
export const day = 24 * hour;
export const none = zeroUses();
export const iso = (at: number) => new Date(at).toISOString();

export const mint = async (body: { scopes?: string[]; expiresIn?: '1d' } = {}, by = ada) =>
  expectData(await by.client.POST('/v1/keys', { body: { name: 'Key', ...body } }));

export const verify = async (
  token: string,
  {
    by = service.operator,
    ...rest
  }: { by?: SignedIn['client']; scopes?: string[]; ip?: string; userAgent?: string } = {},
) => expectData(await by.POST('/v1/keys/verify', { body: { token, ...rest } }));

export const read = async ({ id }: { id: string }) =>
  expectData(await ada.client.GET('/v1/keys/{keyId}', { params: { path: { keyId: id } } }));

export type Query = NonNullable<paths['/v1/usage']['get']['parameters']['query']>;

export const ofKey = ({ id }: { id: string }, query: Query = {}, by = ada) =>
  by.client.GET('/v1/keys/{keyId}/usage', { params: { path: { keyId: id }, query } });
export const ofAccount = (query: Query = {}, by = ada) => by.client.GET('/v1/usage', { params: { query } });

export const flush = () => service.context.usage.flush();
