import { randomUUID } from 'node:crypto';
import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ProblemBody } from '../../api/problem.ts';

/** Requests that Node refuses before the app sees them. Their contract is unknown, so the answer is a problem of `/v1`. */

type Facts = Pick<ProblemBody, 'status' | 'code' | 'detail'>;

const malformed = {
  status: 400,
  code: 'malformed_request',
  detail: 'This is no well-formed HTTP request.',
} as const;

const unmetExpectation = {
  status: 417,
  code: 'malformed_request',
  detail: 'The header Expect may have the value 100-continue, and no other.',
} as const;

/** By the code of Node's error. Any other error is a malformed request. */
const problemsByErrorCode: Record<string, Facts> = {
  HPE_HEADER_OVERFLOW: {
    status: 431,
    code: 'head_too_large',
    detail: 'The request line and the headers may have at most 16 KiB together.',
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: 408,
    code: 'request_too_slow',
    detail: 'The request took too long to arrive.',
  },
};

function problemOf(facts: Facts) {
  const requestId = randomUUID();
  const title = STATUS_CODES[facts.status] ?? 'Error';
  const body: ProblemBody = { type: 'about:blank', title, ...facts, requestId };
  const headers = {
    'Content-Type': 'application/problem+json',
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'X-Request-Id': requestId,
    Connection: 'close',
  };
  return { title, text: JSON.stringify(body), headers };
}

/** Answers a request whose request line and Host do not form a URL. */
export function refuseUnreadable(): Response {
  const { text, headers } = problemOf(malformed);
  return new Response(text, { status: malformed.status, headers });
}

/** Answers a request with an `Expect` other than `100-continue` (RFC 9110, section 10.1.1). @returns the status */
export function refuseExpectation(response: ServerResponse): number {
  const { text, headers } = problemOf(unmetExpectation);
  const length = { 'Content-Length': Buffer.byteLength(text) };
  response.writeHead(unmetExpectation.status, { ...headers, ...length }).end(text);
  return unmetExpectation.status;
}

/**
 * Answers a request that the parser could not read, or did not wait for, and closes the connection.
 * @returns the status; undefined where nobody reads an answer
 */
export function refuseMalformed({ code = '' }: NodeJS.ErrnoException, socket: Duplex): number | undefined {
  if (!socket.writable) {
    socket.destroy();
    return undefined;
  }
  const problem = problemsByErrorCode[code] ?? malformed;
  const { title, text, headers } = problemOf(problem);
  const lines = Object.entries({ ...headers, 'Content-Length': Buffer.byteLength(text) });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  socket.end(`HTTP/1.1 ${problem.status} ${title}\r\n${head}\r\n${text}`, () => socket.destroy());
  return problem.status;
}
