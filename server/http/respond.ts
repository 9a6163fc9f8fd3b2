import { isKnown } from './conditional.ts';
import type { ReadHeader } from './peer.ts';
import { Json, Reply, Text } from './reply.ts';
import { isLarge, streamOf } from './slices.ts';

/** The headers of every response. Responses contain secrets, so caches must not store them by default. */
export const standardHeaders = (requestId: string) => ({
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'X-Request-Id': requestId,
});

/** What the response depends on of its request. */
interface Asked {
  header?: ReadHeader;
  requestId: string;
  disconnect?: (() => void) | undefined;
}

/**
 * Makes the response to what an operation returned.
 * @param made undefined for a response without a body; anything but a Json or a Text is serialized as JSON
 */
export function respond(made: unknown, status: number, asked: Asked): Response {
  if (made instanceof Reply) return send(made.body, made.status ?? status, asked, made.headers);
  return send(made, status, asked);
}

function send(
  body: unknown,
  status: number,
  { header, requestId, disconnect }: Asked,
  own?: Readonly<Record<string, string>>,
): Response {
  // Passed all at once: changing a Headers object afterwards costs more than everything else here.
  const headers: Record<string, string> = standardHeaders(requestId);
  if (body !== undefined) headers['Content-Type'] = typeOf(body);
  if (own) Object.assign(headers, own);
  if (own?.ETag && isKnown(header?.('if-none-match'), own.ETag))
    return new Response(null, { status: 304, headers });
  if (body === undefined) return new Response(null, { status, headers });

  const texts = textsOf(body);
  if (isLarge(texts)) {
    const { stream, length } = streamOf({ texts }, disconnect);
    headers['Content-Length'] = String(length);
    return new Response(stream, { status, headers });
  }
  return new Response(texts.length === 1 ? texts[0] : texts.join(''), { status, headers });
}

const typeOf = (body: unknown) => (body instanceof Text ? body.contentType : 'application/json');

function textsOf(body: unknown): readonly string[] {
  if (body instanceof Json) return body.texts;
  return [body instanceof Text ? body.text : JSON.stringify(body)];
}
