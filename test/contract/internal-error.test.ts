import type { KyselyPlugin } from 'kysely';
import { expect, test } from 'vitest';
import { createApp } from '../../server/app.ts';
import type { Database } from '../../server/db/schema.ts';
import { clientIp, startService } from '../support/harness.ts';
import { nameOf, operations } from '../support/operations.ts';
import { faultsIn, strict } from '../support/schemas.ts';
import { newWorld } from '../support/world.ts';

const boom = () => {
  throw new Error('boom');
};

/** Fails every statement. */
const broken: KyselyPlugin = { transformQuery: boom, transformResult: boom };

test('a fault of the service is told as each contract documents it', async () => {
  const service = await startService();
  const { owner } = await newWorld(service);
  const token = await service.context.signer.signAccess(owner.session, service.context.now());
  const db = service.db.withPlugin(broken) as Database;
  const app = createApp({ ...service.context, db });

  const lists = operations.filter(({ operationId }) => /^(list|get)(Keys|ApiKeys)$/.test(operationId));
  const revoke = operations.filter(({ operationId }) => operationId === 'revokeToken');
  expect(new Set([...lists, ...revoke].map(({ contract }) => contract)).size).toBe(4);

  for (const operation of [...lists, ...revoke]) {
    const { method, path, responses } = operation;
    const { content = {} } = responses[500] ?? {};
    const request = new Request(`http://latchkey.test${path}`, {
      method,
      headers: { Authorization: `Bearer ${token}` },
      ...(method === 'POST' && { body: new URLSearchParams({ token: 'x' }) }),
    });
    const response = await app.fetch(request, { ip: () => clientIp });
    expect(response.status, nameOf(operation)).toBe(500);
    const documented = content[response.headers.get('content-type') ?? ''];
    const body = await response.json();
    expect(faultsIn(strict(documented?.schema ?? {}), body), nameOf(operation)).toEqual([]);
    const { requestId } = body as { requestId?: string };
    expect({ ...Object(documented?.example), ...(requestId && { requestId }) }).toEqual(body);
  }
});

test('every operation documents what it answers if the service itself fails', () => {
  for (const operation of operations)
    expect(Object.keys(operation.responses), nameOf(operation)).toContain('500');
});
