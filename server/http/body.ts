import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { BodyTooLarge, MalformedBody } from '../errors.ts';

/** A body may have at most so many bytes. */
const maxBytes = 65_536;
/** JSON in a body may be nested so deep. */
const maxDepth = 32;

/**
 * Bounds a body before anything reads it: in size, and in depth where it is JSON.
 * They throw BodyTooLarge and MalformedBody.
 */
export const boundedBody: MiddlewareHandler[] = [
  bodyLimit({
    maxSize: maxBytes,
    onError: () => {
      throw new BodyTooLarge(maxBytes);
    },
  }),
  async (c, next) => {
    if (
      c.req.header('content-type')?.toLowerCase().includes('json') &&
      depthOf(await c.req.text()) > maxDepth
    )
      throw new MalformedBody(`The JSON in the body nests deeper than ${maxDepth} levels.`);
    await next();
  },
];

/** How deep brackets nest in a JSON text, outside of its strings. */
function depthOf(json: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"|[[{\]}]/gs)) {
    if (token === '[' || token === '{') deepest = Math.max(deepest, ++depth);
    else if (token === ']' || token === '}') depth -= 1;
  }
  return deepest;
}
