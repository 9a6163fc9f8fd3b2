import * as fc from 'fast-check';
import type { TestService } from './harness.ts';
import type { Contract, Model, ModelKey } from './model.ts';

/** How what may happen to the service is run, and held against the model. */

/** The service, and who is signed in to it, in the order of the model's accounts. */
export interface Real {
  service: TestService;
  sessions: { accessToken: string; refreshToken: string }[];
}

export type Step = (model: Model, real: Real) => Promise<void>;

/** How often each kind of command ran. */
export const ran: Record<string, number> = {};

export const command = (
  kind: string,
  facts: Record<string, unknown>,
  check: (model: Model) => boolean,
  run: Step,
): fc.AsyncCommand<Model, Real> => ({
  check,
  run: async (model, real) => {
    ran[kind] = (ran[kind] ?? 0) + 1;
    await run(model, real);
  },
  toString: () => `${kind}(${JSON.stringify(facts)})`,
});

export async function call(
  { service }: Real,
  as: string,
  method: string,
  path: string,
  json?: object,
  further?: Record<string, string>,
) {
  const response = await service.fetch(path, {
    method,
    headers: {
      Authorization: `Bearer ${as}`,
      ...(json && { 'Content-Type': 'application/json' }),
      ...further,
    },
    ...(json && { body: JSON.stringify(json) }),
  });
  const text = await response.text();
  return { status: response.status, body: text && JSON.parse(text) };
}

export const lists: Record<Contract, string> = {
  v1: '/v1/keys',
  journal: '/api/settings/api',
  share: '/apikey',
};

export const tokenOf = ({ sessions }: Real, account: number) => sessions[account]?.accessToken ?? '';

/** Any key there ever was: what is revoked is still tried. */
export const nth = ({ keys }: Model, n: number): ModelKey => {
  const key = keys[n % keys.length];
  if (!key) throw new Error('There is no key yet.');
  return key;
};
export const someKey = ({ keys }: Model) => keys.length > 0;
export const isThere = (account: number) => (model: Model) => account < model.accounts.length;
export const and =
  (...checks: ((model: Model) => boolean)[]) =>
  (model: Model) =>
    checks.every((check) => check(model));

export const account = fc.nat({ max: 1 });
export const n = fc.nat({ max: 1000 });
export const contract = fc.constantFrom<Contract>('v1', 'journal', 'share');
