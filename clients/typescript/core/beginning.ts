/** So much of a body is kept, in bytes, and at most a chunk more: enough for the page of a proxy. */
const most = 65_536;

/**
 * An answer with no more of its body than the beginning, which is read. A body that nobody reads keeps its connection
 * until the garbage collector finds it: while a proxy answers for the service, each call would take one.
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
