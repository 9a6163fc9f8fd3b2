import { z } from '@hono/zod-openapi';
import { maxFrameBytes, verifierPath } from '../decide/frames.ts';
import { securitySchemes } from './security.ts';
import {
  closeCodes,
  fromReplica,
  fromVerifier,
  helloWithin,
  maxHelloBytes,
  maxMessages,
  verifierSecurity,
} from './verifier.ts';

const description = `A verifier is a process of your product that decides on tokens itself. It opens one WebSocket, and caches the keys that it asks for. Every change of a key is told on the same WebSocket, and is answered when the verifier has acknowledged it. \`@latchkey/client/verifier\` is one; this document is for others.

A frame is text: a JSON list of messages, in order. The first frame of a verifier is one \`hello\`, and the next follows \`welcome\`. In the repository of Latchkey, docs/VERIFIER.md shows a conversation, and says what a verifier must keep to; docs/REVOCATION.md says why that is enough.

The first frame comes within ${helloWithin} ms and has at most ${maxHelloBytes} bytes, any other at most ${maxFrameBytes}. A GET that asks for no WebSocket is answered 426 (\`upgrade_required\`), as a problem of the Latchkey contract. The WebSocket is closed with one of these codes:

${Object.entries(closeCodes)
  .map(([code, reason]) => `- ${code}: ${reason}`)
  .join('\n')}`;

type Messages = Record<string, z.ZodType>;

const capitalised = (kind: string) => kind.replaceAll(/(?:^|_)(.)/g, (_, first) => first.toUpperCase());

function schemaOf(schema: z.ZodType) {
  const { $schema, ...plain } = z.toJSONSchema(schema, { target: 'draft-7' });
  return plain;
}

/** The schema of each message, by its kind with a capital. */
const schemasOf = (messages: Messages) =>
  Object.fromEntries(Object.entries(messages).map(([kind, schema]) => [capitalised(kind), schemaOf(schema)]));

/** A frame of these messages. */
const frameOf = (title: string, summary: string, messages: Messages, maxItems?: number) => ({
  title,
  summary,
  contentType: 'application/json',
  payload: {
    type: 'array',
    minItems: 1,
    ...(maxItems && { maxItems }),
    items: {
      oneOf: Object.keys(messages).map((kind) => ({ $ref: `#/components/schemas/${capitalised(kind)}` })),
    },
  },
});

const schemesAsked = verifierSecurity.flatMap((callers) => Object.entries<readonly string[]>(callers));

/** Credentials go in `hello`, which in AsyncAPI is a password. */
const securityOf = () =>
  Object.fromEntries(
    schemesAsked.map(([name, scopes]) => [
      name,
      {
        type: 'apiKey',
        in: 'password',
        description: [
          securitySchemes[name as keyof typeof securitySchemes].description,
          ...(scopes.length > 0 ? [`Scopes: ${scopes.map((scope) => `\`${scope}\``).join(', ')}.`] : []),
          'Sent as the `token` of `hello`.',
        ].join(' '),
      },
    ]),
  );

/**
 * The AsyncAPI document of what a verifier and a replica say to each other.
 * @param version the release of Latchkey
 */
export function verifierDocument(version: string) {
  const messageRef = (name: string) => ({ $ref: `#/channels/verifier/messages/${name}` });
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Latchkey: verifiers',
      version,
      description,
      license: { name: 'MIT', url: 'https://spdx.org/licenses/MIT' },
    },
    defaultContentType: 'application/json',
    servers: {
      latchkey: {
        host: '127.0.0.1:8787',
        protocol: 'ws',
        security: schemesAsked.map(([name]) => ({ $ref: `#/components/securitySchemes/${name}` })),
      },
    },
    channels: {
      verifier: {
        address: verifierPath,
        description: 'One WebSocket, from a verifier to one replica.',
        messages: {
          fromVerifier: { $ref: '#/components/messages/fromVerifier' },
          fromReplica: { $ref: '#/components/messages/fromReplica' },
        },
        bindings: { ws: { method: 'GET', bindingVersion: '0.1.0' } },
      },
    },
    operations: {
      hear: {
        action: 'receive',
        channel: { $ref: '#/channels/verifier' },
        summary: 'What a verifier says.',
        messages: [messageRef('fromVerifier')],
      },
      tell: {
        action: 'send',
        channel: { $ref: '#/channels/verifier' },
        summary: 'What the replica says.',
        messages: [messageRef('fromReplica')],
      },
    },
    components: {
      messages: {
        fromVerifier: frameOf('From a verifier', 'A frame of a verifier.', fromVerifier, maxMessages),
        fromReplica: frameOf('From the replica', 'A frame of the replica.', fromReplica),
      },
      schemas: { ...schemasOf(fromVerifier), ...schemasOf(fromReplica) },
      securitySchemes: securityOf(),
    },
  };
}
