import type { z } from '@hono/zod-openapi';
import { BatchedImport, importBatch, UnparsedBatch } from '../../../api/import-batch.ts';
import { maxLongBodyBytes } from '../../../api/problem.ts';
import type { ServiceContext } from '../../context.ts';
import { BeyondPolicy, InvalidInput, TokenExists, type Violation } from '../../errors.ts';
import { type Operation, operation, type Success } from '../../http/operation.ts';
import { validated } from '../../http/zod-issues.ts';
import { type ImportRefusal, importKeys } from '../../keys/import-batch.ts';
import type { Key } from '../../keys/keys.ts';
import { findRoles, rolesAmong } from '../../keys/roles.ts';
import { Queue } from '../../queue.ts';
import { importedBy } from './given-key.ts';
import { keyBody } from './key-body.ts';

/** The route with a body whose keys are not parsed: one that is invalid is not to keep the others out. */
const unparsed = {
  ...importBatch.import,
  request: {
    ...importBatch.import.request,
    body: { required: true, content: { 'application/json': { schema: UnparsedBatch } } },
  },
} as const;

type Outcome = Success<typeof importBatch.import>['outcomes'][number];

export function importBatchOperations(context: ServiceContext): Operation[] {
  // A migration sends batches for minutes: the database is to have time for everybody else.
  const queue = new Queue('batches wait to be imported', { atOnce: 1, most: 20 });
  return [
    operation(
      unparsed,
      async ({ act, json, signal }) => {
        const keys = json.keys.map(parsed);
        const names = new Set(keys.flatMap((key) => (key instanceof InvalidInput ? [] : (key.roles ?? []))));
        const outcomes = await queue.run(signal, async () => {
          const found = await findRoles(context.db, [...names]);
          const imports = keys.map((key) => {
            if (key instanceof InvalidInput) return key;
            const { accountId, externalId, sha256, start, ...given } = key;
            return {
              account: { accountId, externalId },
              token: { sha256, start },
              given: () => importedBy(given, rolesAmong(found, given.roles ?? []), act.now),
            };
          });
          return importKeys(context, imports, act);
        });
        return { outcomes: outcomes.map((outcome, place) => outcomeBody(context, outcome, place)) };
      },
      { maxBodyBytes: maxLongBodyBytes },
    ),
  ];
}

/** A key of a batch, or what is invalid in it. */
function parsed(key: unknown): z.output<typeof BatchedImport> | InvalidInput {
  try {
    return validated(BatchedImport, key, 'json') as z.output<typeof BatchedImport>;
  } catch (error) {
    if (error instanceof InvalidInput) return error;
    throw error;
  }
}

/** @param place that of the key in the body */
function outcomeBody(context: ServiceContext, outcome: Key | ImportRefusal, place: number): Outcome {
  if (!(outcome instanceof Error)) return { imported: true, key: keyBody(context, outcome) };
  const errors =
    outcome instanceof InvalidInput || outcome instanceof BeyondPolicy ? outcome.violations : undefined;
  return {
    imported: false,
    code: outcome.code,
    detail: outcome.message,
    ...(outcome instanceof TokenExists && outcome.keyId && { keyId: `key_${outcome.keyId}` }),
    ...(errors && { errors: errors.map((violation) => inKey(violation, place)) }),
  };
}

/** A violation in one key, as one of the body. */
const inKey = ({ detail, pointer = '#' }: Violation, place: number): Violation => ({
  detail,
  pointer: pointer.replace('#', `#/keys/${place}`),
});
