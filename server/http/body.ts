import type { Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { BodyTooLarge, MalformedBody } from '../errors.ts';

/** A body may have at most so many bytes, where its route sets no other bound. */
export const maxBytes = 65_536;
/** JSON in a body may be nested so deep. */
const maxDepth = 32;
/** JSON or a form in a body may have so many values: to parse and validate more would hold up everybody else. */
const maxValues = 5_000;

/** A body that was read, and not looked at yet. */
export interface Body {
  bytes: number;
  /** Its text, where it claims to be JSON. */
  json?: string;
}

/**
 * Makes what reads a body of at most `limit` bytes. Hono keeps what was read for whoever asks for it later.
 * The reader throws BodyTooLarge, before it reads where the length was told, and MalformedBody where the body ends early.
 */
export function bodyReader(limit: number): (c: Context) => Promise<Body> {
  const watched = bodyLimit({
    maxSize: limit,
    onError: () => {
      throw new BodyTooLarge(limit);
    },
  });
  return async (c) => {
    const length = c.req.header('content-length');
    const isChunked = c.req.header('transfer-encoding') !== undefined;
    let body: Body = { bytes: 0 };
    const read = async () => {
      body = await readWhole(c);
    };
    try {
      if (length !== undefined && Number(length) > limit && !isChunked) throw new BodyTooLarge(limit);
      // No more is read than the length that was told, so only without one has the body to be watched.
      if (length !== undefined && !isChunked) await read();
      else await watched(c, read);
    } catch (error) {
      throw error instanceof BodyTooLarge ? error : incompleteBody();
    }
    return body;
  };
}

async function readWhole(c: Context): Promise<Body> {
  if (!c.req.header('content-type')?.toLowerCase().includes('json'))
    return { bytes: (await c.req.arrayBuffer()).byteLength };
  const json = await c.req.text();
  return { bytes: json.length, json };
}

export const incompleteBody = () => new MalformedBody('The body was not sent completely.');
const missingBody = () => new MalformedBody('The body is missing.');

/**
 * Looks at a body that was read, before it is parsed. One of zero bytes is no body, whatever its Content-Type.
 * @throws MalformedBody where it is required and missing, nests too deep or has too many values
 */
export async function checkBody(c: Context, { bytes, json }: Body, required: boolean): Promise<void> {
  if (bytes === 0 && required) throw missingBody();
  if (bytes === 0) dropContentType(c);
  else if (json !== undefined) checkJson(json);
  else checkForm(new Uint8Array(await c.req.arrayBuffer()));
}

/** Else what validates bodies would look for one of that type. */
function dropContentType(c: Context): void {
  const headers = new Headers(c.req.raw.headers);
  headers.delete('Content-Type');
  c.req.raw = new Request(c.req.raw, { headers, body: new Uint8Array() });
}

/**
 * The value of a JSON body.
 * @throws MalformedBody
 */
export function parseJson(json: string): unknown {
  if (json === '') throw missingBody();
  checkJson(json);
  try {
    return JSON.parse(json);
  } catch {
    throw new MalformedBody('Malformed JSON in request body.');
  }
}

/** Bounds a JSON text in depth and in values, in one pass that ends at the bound. */
function checkJson(json: string): void {
  let depth = 0;
  let values = 1;
  for (let at = 0; at < json.length; at += 1)
    switch (json[at]) {
      case '"':
        at = endOfString(json, at);
        break;
      case ',':
        if (++values > maxValues) throw tooManyValues();
        break;
      case '[':
      case '{':
        if (++depth > maxDepth)
          throw new MalformedBody(`The JSON in the body nests deeper than ${maxDepth} levels.`);
        break;
      case ']':
      case '}':
        depth -= 1;
    }
}

/** Where the string ends that begins at `start`: at its closing quote, or past the text. */
function endOfString(json: string, start: number): number {
  for (let at = start + 1; at < json.length; at += 1) {
    if (json[at] === '"') return at;
    if (json[at] === '\\') at += 1;
  }
  return json.length;
}

function checkForm(form: Uint8Array): void {
  const ampersand = 38;
  let values = 1;
  for (const byte of form) if (byte === ampersand) values += 1;
  if (values > maxValues) throw tooManyValues();
}

const tooManyValues = () => new MalformedBody(`The body has more than ${maxValues} values.`);
