import { beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import type { TestService } from '../support/harness.ts';
import { isForGateways, nameOf, type Operation, operations, type Schema } from '../support/operations.ts';
import { accepts, strict } from '../support/schemas.ts';
import { plain } from './plain.ts';
import { startTrial, type Trial } from './trial.ts';

let trial: Trial;
let service: TestService;

beforeAll(async () => {
  trial = await startTrial();
  service = trial.service;
});

const paths = Map.groupBy(
  operations.filter((operation) => !isForGateways(operation)),
  ({ path }) => path,
);
const tried = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'PURGE'];

/** The methods that a path has: GET has HEAD beside it, and every path OPTIONS. */
const methodsOf = (all: Operation[]) =>
  ['OPTIONS', ...all.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]))].sort();

const allowed = (response: Response) => response.headers.get('allow')?.split(', ').sort();

/** Every shape in which a contract refuses. */
const refusals = ({ contract }: Operation): Schema[] =>
  operations
    .filter((other) => other.contract === contract)
    .flatMap(({ responses }) => Object.entries(responses))
    .flatMap(([status, { content = {} }]) => (status < '400' ? [] : Object.values(content)))
    .map(({ schema }) => strict(schema));

test.for([...paths])('%s has the methods that its document lists, and tells them', async ([path, all]) => {
  const here = path.replaceAll(/\{\w+\}/g, 'x');
  const methods = methodsOf(all);
  for (const method of tried.filter((one) => !methods.includes(one))) {
    const response = await service.fetch(here, { method });
    expect(response.status, method).toBe(405);
    expect(allowed(response), method).toEqual(methods);
    if (method === 'HEAD') continue;
    const body = await response.json();
    const fits = all.some((operation) => refusals(operation).some((schema) => accepts(schema, body)));
    expect(fits, JSON.stringify(body)).toBe(true);
  }
  const options = await service.fetch(here, { method: 'OPTIONS' });
  expect(options.status).toBe(204);
  expect(allowed(options)).toEqual(methods);
  expect(await options.text()).toBe('');
});

test.for(operations.filter(({ method }) => method === 'GET').map((one) => [nameOf(one), one] as const))(
  'HEAD answers what %s would, without the body',
  async ([, operation]) => {
    const sent = vi.spyOn(service, 'fetch');
    onTestFinished(() => sent.mockRestore());
    const call = plain(operation);
    // The key of a gateway's client has none of the scopes that the examples ask for.
    const get = await trial.make(isForGateways(operation) ? { ...call, query: [] } : call);
    expect(get.ok).toBe(true);
    const [target = '', init] = sent.mock.lastCall ?? [];
    const head = await service.fetch(target, { ...init, method: 'HEAD' });
    expect(head.status).toBe(get.status);
    expect(head.headers.get('content-type')).toBe(get.headers.get('content-type'));
    expect(await head.text()).toBe('');
  },
);
