import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { BodyTooLarge, MalformedBody } from '../errors.ts';

/** A body may have at most so many bytes. */
const maxBytes = 65_536;
/** JSON in a body may be nested so deep. */
const maxDepth = 32;

const limited = bodyLimit({
  maxSize: maxBytes,
  onError: () => {
    throw new BodyTooLarge(maxBytes);
  },
});

/**
 * Reads a body before anything else does, and bounds it: in size, and in depth where it is JSON.
 * It throws BodyTooLarge and MalformedBody.
 */
export const boundedBody: MiddlewareHandler = async (c, next) => {
  const isJson = c.req.header('content-type')?.toLowerCase().includes('json');
  let depth = 0;
  try {
    await limited(c, async () => {
      if (isJson) depth = depthOf(await c.req.text());
      else await c.req.arrayBuffer();
    });
  } catch (error) {
    if (error instanceof BodyTooLarge) throw error;
    throw new MalformedBody('The body was not sent completely.');
  }
  if (depth > maxDepth) throw new MalformedBody(`The JSON in the body nests deeper than ${maxDepth} levels.`);
  await next();
};

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
