/** How much of a body is kept, in bytes, plus at most one chunk: enough for the error page of a proxy. */
const most = 65_536;

/**
 * Reads the beginning of a body and drops the rest. A body that nobody reads keeps its connection until it is collected as
 * garbage: while a proxy answers for the service, each call would take another connection.
 */
export async function beginningOf(response: Response): Promise<Response> {
  if (!response.body) return response;
  const reader = response.body.getReader();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  while (bytes < most) {
    const { value } = await reader.read();
    if (!value) break;
    chunks.push(value);
    bytes += value.byteLength;
  }
  await reader.cancel();
  return new Response(new Blob(chunks), response);
}
