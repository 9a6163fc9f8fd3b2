import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { contractNames } from '../../decide/contracts.ts';
import type { Policy } from '../../decide/policy.ts';
import { isGrantable } from '../../decide/scopes.ts';
import { prefixFault, prefixForm } from '../../decide/token-form.ts';
import { parametersOf } from '../db/postgres.ts';
import { CannotStart } from '../errors.ts';
import { githubKeysIn } from '../leaks/github-keys.ts';
import { leakPolicies } from '../leaks/leaks.ts';
import { operatorPrefix, refreshPrefix } from '../token.ts';
import { hintOn, misspelt } from './misspelt.ts';

const httpUrl = z.url({ protocol: /^https?$/, error: 'must be an http or https URL', abort: true });

/** The public address of the service. A path is allowed, for a proxy that strips it. */
const baseUrl = httpUrl
  .regex(/^\w+:\/\/[^/?#@]+(?:\/[^?#]*)?$/, 'must have no query, no fragment and no user')
  .transform((url) => url.replace(/\/+$/, ''));

/** The values of a setting that holds several, separated by commas. */
const listed = (text: string) => text.split(',').map((entry) => entry.trim());

/** An origin as browsers send it: scheme, host and port. */
const origin = /^(?:\*|https?:\/\/[\w.:[\]-]+)$/i;

const signingKey = z.looseObject({
  kty: z.literal('OKP', 'must be an OKP key'),
  crv: z.literal('Ed25519', 'must be an Ed25519 key'),
  x: z.string('must have its public part, x'),
  d: z.string('must have its private part, d'),
  kid: z.string('must have a kid'),
});

const jwkSet = 'must be a JWK Set, {"keys":[…]}: `npm run --silent secrets` makes one';

const signingKeys = z.object(
  {
    keys: z
      .array(signingKey, `is missing or no list; SIGNING_KEYS ${jwkSet}`)
      .min(1, 'must hold at least one key')
      .refine(
        (keys) => new Set(keys.map(({ kid }) => kid)).size === keys.length,
        'must not name a kid twice',
      ),
  },
  jwkSet,
);

/** A JWK Set as text, as in SIGNING_KEYS and in the file of the embedded default. */
export const jwkSetText = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue({ code: 'custom', message: jwkSet });
      return z.NEVER;
    }
  })
  .pipe(signingKeys);

const operatorToken = z
  .string()
  .regex(/^[\w.~+/-]+=*$/, 'must be a bearer token: letters, digits and - . _ ~ + /')
  .min(32, 'must have at least 32 characters')
  .max(512, 'must have at most 512 characters');

/** The operator token as text, as in OPERATOR_TOKEN and in the file of the embedded default: two during a rotation. */
export const operatorTokensText = z
  .string()
  .transform(listed)
  .pipe(z.array(operatorToken).max(2, 'must be one token, or two separated by a comma'));

const tokenPrefix = z
  .string()
  .regex(prefixForm, prefixFault)
  .refine(
    (prefix) => prefix !== operatorPrefix && prefix !== refreshPrefix,
    `must be others than ${operatorPrefix} and ${refreshPrefix}, with which operator tokens and refresh tokens begin`,
  );

/** What tokens begin with: one prefix, or several separated by commas. */
const tokenPrefixesText = z
  .string()
  .transform(listed)
  .pipe(z.tuple([tokenPrefix], tokenPrefix));

/** The contracts to serve, separated by commas, in the order of the documents. */
const contractsText = z
  .string()
  .transform(listed)
  .pipe(z.array(z.enum(contractNames, `must be one of ${contractNames.join(', ')}`)))
  .transform((given) => contractNames.filter((name) => name === 'latchkey' || given.includes(name)));

/** GitHub's public keys as it publishes them, or the word `fetch`. */
const githubKeysText = z.string().transform((text, context) => {
  if (text === 'fetch') return text;
  try {
    return githubKeysIn(JSON.parse(text));
  } catch {
    context.addIssue({
      code: 'custom',
      message:
        'must be fetch, or what https://api.github.com/meta/public_keys/secret_scanning answers: {"public_keys":[…]}, each an ECDSA key on P-256',
    });
    return z.NEVER;
  }
});

const isWholeNumber = (text: string, min: number, max: number) =>
  /^\d+$/.test(text) && Number(text) >= min && Number(text) <= max;

/**
 * A setting that is a whole number from `min` to `max`.
 * @param fault what is said of any other value
 */
const wholeNumber = (min: number, max: number, fault = `must be a whole number from ${min} to ${max}`) =>
  z
    .string()
    .refine((text) => isWholeNumber(text, min, max), fault)
    .transform(Number);

const wholeNumberOf = (unit: string, min: number, max: number) =>
  wholeNumber(min, max, `must be a whole number of ${unit} from ${min} to ${max}`);

const maxWorkers = 256;

const environment = z
  .object({
    PORT: wholeNumber(1, 65_535, 'must be a port number').default(8787),
    HOST: z.string().default('127.0.0.1'),
    PUBLIC_URL: baseUrl.optional(),
    DATABASE_URL: z
      .string()
      .regex(/^postgres(ql)?:\/\//, 'must begin with postgres://')
      .refine(
        (url) => /^[1-9]\d{0,3}$/.test(parametersOf(url).get('max') ?? '1'),
        'must have a whole number from 1 to 9999 as its max, as in ?max=20',
      )
      .optional(),
    WORKERS: z
      .string()
      .refine(
        (text) => text === 'auto' || isWholeNumber(text, 1, maxWorkers),
        `must be auto or a number from 1 to ${maxWorkers}`,
      )
      .transform((text) => (text === 'auto' ? text : Number(text)))
      .default(1),
    DATA_DIR: z.string().default('./data'),
    OPERATOR_TOKEN: operatorTokensText.optional(),
    SIGNING_KEYS: jwkSetText.optional(),
    SITE_NAME: z.string().max(100, 'must have at most 100 characters').default('Share'),
    TOKEN_PREFIX: tokenPrefixesText.default(['lk_']),
    CONTRACTS: contractsText.default([...contractNames]),
    SIGN_UP: z.enum(['open', 'closed'], 'must be open or closed').optional(),
    LOG_LEVEL: z
      .enum(
        ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
        'must be trace, debug, info, warn, error, fatal or silent',
      )
      .default('info'),
    CORS_ORIGINS: z
      .string()
      .transform((text) => listed(text.toLowerCase()))
      .refine((entries) => !entries.some((entry) => entry.endsWith('/')), {
        error: 'must name origins as browsers send them, without a / at the end: https://app.example.com',
        abort: true,
      })
      .refine(
        (entries) => entries.every((entry) => origin.test(entry)),
        'must be * or origins like https://app.example.com, separated by commas',
      )
      .default(['*']),
    CACHE_MB: wholeNumber(1, 99_999).default(64),
    MAX_KEYS_PER_ACCOUNT: wholeNumber(1, 100_000).default(1_000),
    MAX_KEY_LIFETIME_DAYS: wholeNumberOf('days', 1, 99_999).optional(),
    KEY_EXPIRY: z.enum(['optional', 'required'], 'must be optional or required').default('optional'),
    ALLOWED_SCOPES: z
      .string()
      .transform(listed)
      .refine(
        (scopes) => scopes.every(isGrantable),
        'must be scopes and wildcards like files:*, separated by commas',
      )
      .optional(),
    LEAK_POLICY: z.enum(leakPolicies, `must be ${leakPolicies.join(' or ')}`).default('notify'),
    GITHUB_SECRET_SCANNING_KEYS: githubKeysText.optional(),
    INTROSPECTION_MAX_AGE: wholeNumberOf('seconds', 1, 3_600).default(60),
    EVENT_RETENTION_DAYS: wholeNumber(
      0,
      99_999,
      'must be a whole number of days up to 99999, or 0 to keep events for ever',
    ).default(365),
    TOMBSTONE_DAYS: wholeNumberOf('days', 1, 9_999).default(30),
    CLIENT_IP_HEADER: z
      .string()
      .regex(/^[\w-]{1,64}$/, 'must be the name of a header, such as X-Forwarded-For')
      .optional(),
  })
  .superRefine(({ DATABASE_URL, WORKERS }, context) => {
    if (DATABASE_URL || WORKERS === 'auto' || WORKERS === 1) return;
    const message = 'must be 1 without DATABASE_URL, since the embedded database is for one process';
    context.addIssue({ code: 'custom', path: ['WORKERS'], message });
  })
  .superRefine(({ DATABASE_URL, OPERATOR_TOKEN, SIGNING_KEYS }, context) => {
    if (!DATABASE_URL) return;
    const message =
      'must be set with DATABASE_URL, since all replicas share it: `npm run --silent secrets` makes one';
    if (!OPERATOR_TOKEN) context.addIssue({ code: 'custom', path: ['OPERATOR_TOKEN'], message });
    if (!SIGNING_KEYS) context.addIssue({ code: 'custom', path: ['SIGNING_KEYS'], message });
  })
  .transform((settings) => ({
    ...settings,
    WORKERS: workersOf(settings),
    // In production it is a decision to let strangers make keys.
    SIGN_UP: settings.SIGN_UP ?? (settings.DATABASE_URL ? ('closed' as const) : ('open' as const)),
  }));

/** The number of processes that serve: `auto` is one for each core if several processes can share the database. */
function workersOf({
  WORKERS,
  DATABASE_URL,
}: {
  WORKERS: number | 'auto';
  DATABASE_URL?: string | undefined;
}) {
  if (WORKERS !== 'auto') return WORKERS;
  return DATABASE_URL ? Math.min(availableParallelism(), maxWorkers) : 1;
}

export type Config = z.output<typeof environment>;

/** The names of all settings. */
export const settingNames: readonly string[] = Object.keys(environment.in.shape);

/** The public address of the service, without a trailing slash. */
export const publicUrlOf = ({ PUBLIC_URL, HOST, PORT }: Config): string =>
  PUBLIC_URL ?? `http://${HOST.includes(':') ? `[${HOST}]` : HOST}:${PORT}`;

/** What the keys of an account are held to where its own policy says nothing else. */
export const defaultPolicyOf = (config: Config): Policy => ({
  maxKeys: config.MAX_KEYS_PER_ACCOUNT,
  maxLifetimeSeconds:
    config.MAX_KEY_LIFETIME_DAYS === undefined ? null : config.MAX_KEY_LIFETIME_DAYS * 86_400,
  expiryRequired: config.KEY_EXPIRY === 'required',
  allowedScopes: config.ALLOWED_SCOPES ?? null,
});

/** The settings whose values are in quotes: not every program that reads an env file removes them. */
const inQuotes = (given: Record<string, string | undefined>) =>
  settingNames.filter((name) => /^(["']).*\1$/s.test(given[name] ?? ''));

/** A place in a setting, for people: the first of a list that has no second is the setting itself. */
const nameOf = ([name = '', ...inner]: PropertyKey[], given: Record<string, string | undefined>) =>
  [name, ...(inner[0] === 0 && !given[String(name)]?.includes(',') ? inner.slice(1) : inner)].join('.');

/**
 * Reads the configuration. An empty variable counts as unset.
 * @throws CannotStart that names each invalid variable and the reason, but never shows a value
 */
export function readConfig(env: Record<string, string | undefined>): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const quoted = inQuotes(given);
  if (quoted.length > 0)
    throw new CannotStart(
      `The configuration is not usable. ${quoted.join(', ')}: the quotes around the value are part of it. Whatever read your env file left them in: remove them there.`,
    );
  const { data, error } = environment.safeParse(given);
  if (data) return data;
  const faults = error.issues.map(({ path, message }) => `${nameOf(path, given)} ${message}.`);
  const hints = misspelt(given, settingNames).map(hintOn);
  throw new CannotStart(['The configuration is not usable.', ...faults, ...hints].join(' '));
}
