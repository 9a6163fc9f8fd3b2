import { z } from '@hono/zod-openapi';
import { audienceUri, maxAudienceLength } from '../decide/asked.ts';
import { formatCidr, parseCidr } from '../decide/cidr.ts';
import { givenInstant, instant } from './instant.ts';

/** The conditions on which a key is accepted: when, from where and by whom. */

/** A range of addresses, which `formatCidr` brings into its one form. */
const Range = z
  .string('Must be a string.')
  .transform((text, context) => {
    const parsed = parseCidr(text);
    if ('cidr' in parsed) return formatCidr(parsed.cidr);
    context.addIssue({ code: 'custom', message: parsed.fault });
    return z.NEVER;
  })
  .openapi({ type: 'string', format: 'cidr', example: '203.0.113.0/24' });

export const Audience = z
  .string('Must be a string.')
  .max(maxAudienceLength, `Must have at most ${maxAudienceLength} characters.`)
  .regex(audienceUri, 'Must be an absolute URI without a fragment, such as https://api.example.com.')
  .openapi({ example: 'https://api.example.com' });

const AllowedIps = z
  .array(Range, 'Must be a list of address ranges.')
  .min(1, 'Must have at least one range: an empty list would refuse every address.')
  .max(50, 'Must have at most 50 ranges.');
const Audiences = z
  .array(Audience, 'Must be a list of URIs.')
  .min(1, 'Must have at least one URI: an empty list would refuse every service.')
  .max(20, 'Must have at most 20 URIs.');

const descriptions = {
  notBefore: 'The key is accepted from this instant on.',
  allowedIps:
    'The IPv4 and IPv6 addresses that the key can be used from: CIDR ranges or single addresses. Pass the address of your client to `POST /v1/keys/verify` as `ip`; without it, the key is refused. When the key calls this API, the address that the call comes from counts.',
  audience:
    'The services that accept the key, named by URI (the resource indicators of RFC 8707). Pass the URI of your service to `POST /v1/keys/verify` as `audience`; without it, the key is refused. URIs are compared character by character. To call this API, the key needs the public URL of this deployment in its audience.',
};

export const newConditions = {
  notBefore: givenInstant.optional().openapi({ description: descriptions.notBefore }),
  allowedIps: AllowedIps.optional().openapi({
    description: descriptions.allowedIps,
    example: ['203.0.113.0/24', '2001:db8::/32'],
  }),
  audience: Audiences.optional().openapi({
    description: descriptions.audience,
    example: ['https://api.example.com'],
  }),
};

export const conditionsPatch = {
  notBefore: givenInstant
    .nullable()
    .optional()
    .openapi({ type: ['string', 'null'], description: `${descriptions.notBefore} Null: at once.` }),
  allowedIps: AllowedIps.nullable()
    .optional()
    .openapi({ description: `${descriptions.allowedIps} Null: every address.` }),
  audience: Audiences.nullable()
    .optional()
    .openapi({ description: `${descriptions.audience} Null: every service.` }),
};

export const conditions = {
  notBefore: instant.nullable().openapi({ description: `${descriptions.notBefore} Null: always.` }),
  allowedIps: z
    .array(z.string())
    .nullable()
    .openapi({ description: 'The address ranges that the key can be used from. Null: every address.' }),
  audience: z
    .array(z.string())
    .nullable()
    .openapi({ description: 'The services that accept the key. Null: every service.' }),
};
