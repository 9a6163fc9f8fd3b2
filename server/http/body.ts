import { setTimeout as pause } from 'node:timers/promises';
import type { z } from '@hono/zod-openapi';
import { isPromise } from '../../decide/maybe-async.ts';
import { BodyTooLarge, MalformedBody, UnsupportedMediaType } from '../errors.ts';
import { checkForm, checkJson } from './body-bounds.ts';
import type { Incoming } from './incoming.ts';
import type { ReadHeader } from './peer.ts';
import { type Fields, parseFields } from './query.ts';
import { maxDropped } from './read-body.ts';
import { validated } from './zod-issues.ts';

/** How many bytes a body may have, unless its operation sets another bound. */
export const usualMaxBodyBytes = 65_536;

/** How long a body is waited for whose Content-Length is too large, in milliseconds: it may never be sent. */
const lingering = 500;

/** The bodies that a route takes: a schema for each media type. */
export interface BodyConfig {
  required?: boolean;
  content: Record<string, { schema: z.ZodType }>;
}

/** A body as the schema of its media type reads it. */
interface ParsedBody {
  json?: unknown;
  form?: unknown;
}

/**
 * The bytes of a body. No more than `maxBytes` are kept.
 * @throws BodyTooLarge before anything is read, if its Content-Length is more than can be dropped
 * @throws MalformedBody if it ends early
 */
export function readBytes(incoming: Incoming, maxBytes: number): Uint8Array | Promise<Uint8Array> {
  const { request, header, readBody } = incoming;
  const length = header('transfer-encoding') == null ? header('content-length') : undefined;
  if (length != null && Number(length) > maxBytes) return drop(incoming, Number(length), maxBytes);
  if (readBody) return orMalformed(readBody(maxBytes));
  // The runtime reads no more than the Content-Length, so only a body without one has to be watched.
  return orMalformed(length != null ? request.bytes() : readWatched(request, maxBytes));
}

const orMalformed = (bytes: Uint8Array | Promise<Uint8Array>) =>
  isPromise(bytes)
    ? bytes.catch((error) => {
        throw error instanceof BodyTooLarge ? error : new MalformedBody('The body was not sent completely.');
      })
    : bytes;

/** Refuses a body whose Content-Length is too large. Receives it first, if it is not too much to drop. */
async function drop({ request, readBody }: Incoming, length: number, maxBytes: number): Promise<never> {
  if (length <= maxBytes + maxDropped) {
    const received = async () => (readBody ? readBody(maxBytes) : readWatched(request, maxBytes));
    await Promise.race([received().catch(() => {}), pause(lingering, undefined, { ref: false })]);
  }
  throw new BodyTooLarge(maxBytes);
}

async function readWatched(request: Request, maxBytes: number): Promise<Uint8Array> {
  const body = request.body as unknown as AsyncIterable<Uint8Array> | null;
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength;
    if (bytes <= maxBytes) chunks.push(chunk);
    else chunks.length = 0;
    if (bytes > maxBytes + maxDropped) break;
  }
  if (bytes > maxBytes) throw new BodyTooLarge(maxBytes);
  return Buffer.concat(chunks);
}

/**
 * A body, as the schema of its media type parses it. Zero bytes are no body, whatever the Content-Type.
 * @throws UnsupportedMediaType if the route does not take its media type, or it is encoded
 * @throws MalformedBody if it is required and missing, or is not what its media type says
 * @throws InvalidInput if the schema refuses it
 */
export function parseBody(
  { required, content }: BodyConfig,
  bytes: Uint8Array,
  header: ReadHeader,
): ParsedBody | Promise<ParsedBody> {
  if (bytes.length === 0) {
    if (required) throw new MalformedBody('The body is missing.');
    return {};
  }
  const type = mediaTypeOf(header('content-type'));
  const schema = content[type]?.schema;
  if (!schema) throw new UnsupportedMediaType({ Accept: Object.keys(content).join(', ') });
  // An encoded form would be read as one without fields.
  if (!isIdentity(header('content-encoding')))
    throw new UnsupportedMediaType({ 'Accept-Encoding': 'identity' });
  const text = textOf(bytes);
  if (type === multipart)
    return parts(bytes, header).then((fields) => ({ form: validated(schema, fields, 'form') }));
  if (type === urlEncoded) return { form: validated(schema, readForm(text), 'form') };
  checkJson(text);
  return { json: validated(schema, parseJson(text), 'json') };
}

/** The fields of a form; none if the body is no form, or a malformed one, which is refused after authentication. */
export function formFields(bytes: Uint8Array | undefined, header: ReadHeader): Fields {
  if (!bytes || mediaTypeOf(header('content-type')) !== urlEncoded) return {};
  try {
    return readForm(textOf(bytes));
  } catch {
    return {};
  }
}

/** @throws MalformedBody */
function readForm(text: string): Fields {
  checkForm(text);
  return parseFields(text, () => new MalformedBody('The form is not UTF-8 in percent-encoding.'));
}

const urlEncoded = 'application/x-www-form-urlencoded';
const multipart = 'multipart/form-data';

/** @throws MalformedBody */
async function parts(bytes: Uint8Array, header: ReadHeader): Promise<Record<string, unknown>> {
  const headers = { 'Content-Type': header('content-type') ?? '' };
  const form = await new Response(bytes as Uint8Array<ArrayBuffer>, { headers }).formData().catch(() => {
    throw new MalformedBody('The form is not valid multipart/form-data.');
  });
  const fields: Record<string, unknown> = Object.create(null);
  for (const name of new Set(form.keys())) {
    const values = form.getAll(name);
    fields[name] = values.length === 1 ? values[0] : values;
  }
  return fields;
}

const utf8 = /^(?:"?utf-?8"?|"?us-ascii"?)$/i;

/** The media type of a Content-Type, without its parameters (RFC 9110, section 8.3.1); empty for another charset. */
function mediaTypeOf(contentType: string | null | undefined): string {
  if (contentType === 'application/json') return contentType;
  const [type = '', ...parameters] = (contentType ?? '').split(';').map((part) => part.trim());
  const charset = parameters.find((parameter) => /^charset=/i.test(parameter))?.slice('charset='.length);
  return charset === undefined || utf8.test(charset) ? type.toLowerCase() : '';
}

const isIdentity = (encoding: string | null | undefined) =>
  encoding == null || /^\s*(?:identity)?\s*$/i.test(encoding);

/** Drops a byte order mark, as every reader of JSON may (RFC 8259, section 8.1). */
const utf8Decoder = new TextDecoder('utf-8', { fatal: true });

/** @throws MalformedBody if the bytes are not UTF-8: replacing characters would make different passwords equal */
function textOf(bytes: Uint8Array): string {
  try {
    return utf8Decoder.decode(bytes);
  } catch {
    throw new MalformedBody('The body is not valid UTF-8.');
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new MalformedBody('The body is not valid JSON.');
  }
}
