import type * as fc from 'fast-check';
import type { TestService } from './harness.ts';
import type { Model } from './model.ts';

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
