import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { BodyTooLarge, MalformedBody } from '../errors.ts';

/** A body may have at most so many bytes. */
export const maxBytes = 65_536;
/** JSON in a body may be nested so deep. */
const maxDepth = 32;

/**
 * Reads a body before anything else does, and bounds it: in size, and in depth where it is JSON.
 * It throws BodyTooLarge and MalformedBody.
 * @param larger paths where a body may have more bytes, and how many
 */
export function boundedBody(larger: Record<string, number> = {}): MiddlewareHandler {
  const limits = new Map(Object.entries(larger).map(([path, bytes]) => [path, limitedTo(bytes)]));
  const usual = limitedTo(maxBytes);
  return async (c, next) => {
    const { bytes, limited } = limits.get(c.req.path) ?? usual;
    const isJson = c.req.header('content-type')?.toLowerCase().includes('json');
    let depth = 0;
    const read = async () => {
      if (isJson) depth = depthOf(await c.req.text());
      else await c.req.arrayBuffer();
    };
    try {
      const length = c.req.header('content-length');
      const isChunked = c.req.header('transfer-encoding') !== undefined;
      // No more is read than the length that was told, so only without one has the body to be watched.
      if (length !== undefined && !isChunked) {
        if (Number(length) > bytes) throw new BodyTooLarge(bytes);
        await read();
      } else if (isChunked || !/^(?:GET|HEAD)$/.test(c.req.method)) await limited(c, read);
    } catch (error) {
      if (error instanceof BodyTooLarge) throw error;
      throw incompleteBody();
    }
    if (depth > maxDepth)
      throw new MalformedBody(`The JSON in the body nests deeper than ${maxDepth} levels.`);
    await next();
  };
}

export const incompleteBody = () => new MalformedBody('The body was not sent completely.');

const limitedTo = (bytes: number) => ({
  bytes,
  limited: bodyLimit({
    maxSize: bytes,
    onError: () => {
      throw new BodyTooLarge(bytes);
    },
  }),
});

/**
 * How deep brackets nest in a JSON text, outside of its strings. The closing quote is optional, so that a string
 * without an end is passed over once, and not again from each quote in it.
 */
function depthOf(json: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"?|[[{\]}]/gs)) {
    if (token === '[' || token === '{') deepest = Math.max(deepest, ++depth);
    else if (token === ']' || token === '}') depth -= 1;
  }
  return deepest;
}
