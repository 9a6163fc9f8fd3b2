import { z } from '@hono/zod-openapi';
import { isEntryName } from '../decide/entry-name.ts';
import { quotaName, refillPeriods } from '../decide/limits.ts';
import { entryName } from './entry-name.ts';
import { instant } from './instant.ts';
import { orNull } from './or-null.ts';

/** Limits and quotas, as fields of keys and accounts. */

const maxLimits = 8;
/** 31 days. */
const longestWindow = 2_678_400;
const maxLimit = 1_000_000_000;
/** The most that a quota is given at once. */
const maxUnits = 1_000_000_000_000;

const whole = (min: number, max: number) =>
  z.int('Must be a whole number.').min(min, `Must be at least ${min}.`).max(max, `Must be at most ${max}.`);

const descriptions = {
  name: 'Names the limit in verdicts and in `costs`.',
  limit: 'Units in each window.',
  windowSeconds:
    'Length of a window in seconds, at most 31 days. All windows of the same length begin at the same time, by the clock of the database.',
  refill:
    'At each refill, `remaining` becomes `amount`: what was left is gone. Refills come whole days of 24 hours, weeks or months after this was set. A month is a calendar month in UTC; in one that is too short, the refill comes on its last day.',
  amount: 'Units after each refill.',
};

const NewLimit = z
  .strictObject({
    name: z
      .string('Must be a string.')
      .refine(
        (name) => isEntryName(name) && name !== quotaName,
        `Must have 1 to 64 letters, digits or _ . : - and not be \`${quotaName}\`.`,
      )
      .openapi({
        ...entryName(quotaName),
        description: `${descriptions.name} \`${quotaName}\` is taken.`,
        example: 'burst',
      }),
    limit: whole(1, maxLimit).openapi({ description: descriptions.limit, example: 100 }),
    windowSeconds: whole(1, longestWindow).openapi({ description: descriptions.windowSeconds, example: 60 }),
  })
  .openapi('NewLimit');

export const limitsExample = [{ name: 'burst', limit: 100, windowSeconds: 60 }];

/** Whose limits they are, and who sets them. */
const purposes = {
  key: `Up to ${maxLimits} limits of the key: a verification counts in each of them. Only the operator sets limits.`,
  account: `Up to ${maxLimits} limits that all keys of the account share: a verification of any of them counts in each.`,
};

/** Limits in a request. */
export const givenLimits = (whose: keyof typeof purposes, description = '') =>
  z
    .array(NewLimit, 'Must be a list of limits.')
    .max(maxLimits, `Must have at most ${maxLimits} limits.`)
    .superRefine((limits, context) => {
      for (const [place, { name }] of limits.entries())
        if (limits.findIndex((other) => other.name === name) < place)
          context.addIssue({ code: 'custom', message: 'Must be a name of its own.', path: [place, 'name'] });
    })
    .openapi({
      description: `${purposes[whose]} No two have the same name.${description}`,
      example: limitsExample,
    });

/** What becomes of limits in a patch. */
export const limitsPatched =
  ' The list replaces the one before; `[]` removes all. A limit that is sent as it is keeps its count. A new `limit` with the same `windowSeconds` counts what was used in this window; with another `windowSeconds`, a new window begins. When the call returns, the change is in force in every replica.';

const RefillPeriod = z.enum(refillPeriods).openapi('RefillPeriod', { example: 'month' });

const NewRefill = z
  .strictObject({
    amount: whole(0, maxUnits).openapi({ description: descriptions.amount, example: 10_000 }),
    every: RefillPeriod,
  })
  .openapi('NewRefill');
const newRefill = orNull(NewRefill, `${descriptions.refill} Null: never.`).optional();

const remaining = whole(0, maxUnits);
const quotaExample = { remaining: 10_000, refill: { amount: 10_000, every: 'month' as const } };
const quota =
  'So many units can be used, by the key or by all keys of the account together, until there is a refill, or the operator adds some. Only the operator sets a quota.';

/** The quota of a new key, or of a new account. */
export const NewQuota = z
  .strictObject({
    remaining: remaining.openapi({ description: 'Units to begin with.', example: 10_000 }),
    refill: newRefill,
  })
  .openapi('NewQuota', { description: quota, example: quotaExample });

const QuotaPatch = z
  .strictObject({
    remaining: remaining.optional().openapi({
      description:
        'Units from now on. Required if there is no quota. To add units, use `POST /v1/keys/{keyId}/quota` or `POST /v1/account/quota`.',
      example: 10_000,
    }),
    refill: newRefill,
  })
  .openapi('QuotaPatch', {
    description: `${quota} It is merged (RFC 7396): what is left out stays as it is. When the call returns, the change is in force in every replica; what replicas held of the quota before is lost, unless \`remaining\` is set.`,
    example: { remaining: 10_000 },
  });
export const quotaPatched = orNull(QuotaPatch, 'Null removes the quota.').optional();

/** Units that are added to a quota. */
export const QuotaAddition = z
  .strictObject({
    add: whole(1, maxUnits).openapi({
      description: 'So many units are added to what remains.',
      example: 5_000,
    }),
  })
  .openapi('QuotaAddition', { example: { add: 5_000 } });

/** The limits of a key or an account, in answers. */
export const Limits = z
  .array(
    z
      .object({
        name: z.string().openapi({ description: descriptions.name }),
        limit: z.int().openapi({ description: descriptions.limit }),
        windowSeconds: z.int().openapi({ description: descriptions.windowSeconds }),
      })
      .openapi('Limit'),
  )
  .openapi({ description: 'In the order of their names.' });

const Refill = z
  .object({ amount: z.int().openapi({ description: descriptions.amount }), every: RefillPeriod })
  .openapi('Refill');

/** The quota of a key or an account, in answers. */
export const Quota = z
  .object({
    remaining: z.int().openapi({
      description:
        'Units that are left now, without those that a replica has taken to spend: see `GET /v1/keys/{keyId}/limits`.',
    }),
    refill: orNull(Refill, `${descriptions.refill} Null: never.`),
    refillsAt: instant.nullable().openapi({ description: 'Time of the next refill. Null: never.' }),
  })
  .openapi('Quota');
