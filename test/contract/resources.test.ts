import { beforeAll, expect, test } from 'vitest';
import { type Operation, operations } from '../support/operations.ts';
import type { Account } from './callers.ts';
import { plain } from './plain.ts';
import { startTrial, type Trial } from './trial.ts';

let trial: Trial;

beforeAll(async () => {
  trial = await startTrial();
});

const at = (contract: string, method: string, path: string) =>
  operations.find((one) => one.contract === contract && one.method === method && one.path === path);

/** What can be created in a list and then read by itself: `POST /things`, `GET /things`, `GET /things/{id}`. */
const resources = operations.flatMap((read) => {
  const [, list = '', parameter = ''] = /^(.*)\/\{(\w+)\}$/.exec(read.path) ?? [];
  const create = at(read.contract, 'POST', list);
  const all = at(read.contract, 'GET', list);
  if (read.method !== 'GET' || !create || !all) return [];
  return [{ create, all, read, parameter, remove: at(read.contract, 'DELETE', read.path) }];
});

/** Every text in an answer. */
const textsIn = (value: unknown): string[] => {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
};

test('there are resources to follow', () => {
  expect(resources.length).toBeGreaterThan(0);
});

test.for(resources.map((resource) => [resource.read.path, resource] as const))(
  '%s is there once it is created, and gone once it is deleted',
  async ([, { create, all, read, parameter, remove }]) => {
    const account: Account = await trial.newAccount();
    const call = (operation: Operation, id?: string) =>
      trial.make({ ...plain(operation), ...(id !== undefined && { path: { [parameter]: id } }) }, account);
    // Without the filters that the plain call has.
    const whole = { ...plain(all), query: [] };
    const listed = async () => textsIn(await (await trial.make(whole, account)).json());

    const before = await listed();
    expect((await call(create)).status).toBe(201);

    // Which of the texts that are new in the list is the id, reading tells.
    const ids: string[] = [];
    for (const text of new Set((await listed()).filter((one) => !before.includes(one))))
      if ((await call(read, text)).ok) ids.push(text);
    expect(ids).toHaveLength(1);
    const [id = ''] = ids;
    if (!remove) return;

    expect((await call(remove, id)).ok).toBe(true);
    expect((await call(read, id)).status).toBe(404);
    expect((await call(remove, id)).status).toBe(404);
    expect(await listed()).not.toContain(id);
  },
);
