import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { newSigningKeys } from '../../server/jwt/signing.ts';
import { newToken } from '../../server/token.ts';

/** What a request came to: an answer, or the code of the error that ended it. */
export interface Outcome {
  /** 0 where there was no answer. */
  status: number;
  error?: string;
  headers: IncomingHttpHeaders;
  body: string;
  ms: number;
}

export type Send = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<Outcome>;

/** How long a request may take before it counts as stuck, in milliseconds. */
export const patience = 20_000;

/** One client with one keep-alive connection, who retries nothing: whatever happens on the wire is seen. */
export function client(url: string, token: string): { send: Send; close: () => void } {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const send: Send = (method, path, body, further) =>
    new Promise((resolve) => {
      const began = performance.now();
      const end = (facts: Partial<Outcome>) =>
        resolve({ status: 0, headers: {}, body: '', ms: performance.now() - began, ...facts });
      const isForm = body instanceof URLSearchParams;
      const text = isForm ? String(body) : body === undefined ? undefined : JSON.stringify(body);
      const type = isForm ? 'application/x-www-form-urlencoded' : 'application/json';
      const headers = {
        Authorization: `Bearer ${token}`,
        ...further,
        ...(text && { 'Content-Type': type, 'Content-Length': Buffer.byteLength(text) }),
      };
      const sent = request(url + path, { method, agent, headers, signal: AbortSignal.timeout(patience) });
      const failed = (error: NodeJS.ErrnoException) =>
        end({ error: error.name === 'AbortError' ? 'STUCK' : (error.code ?? error.message) });
      sent.once('error', failed);
      sent.once('response', (response) => {
        let read = '';
        response.setEncoding('utf8').on('data', (part: string) => {
          read += part;
        });
        response.once('error', failed);
        response.once('end', () =>
          end({ status: response.statusCode ?? 0, headers: response.headers, body: read }),
        );
      });
      sent.end(text);
    });
  return { send, close: () => agent.destroy() };
}

/** Calls `work` again and again in `count` workers at once, each with a client of its own, until it says false. */
export async function workers(
  count: number,
  { url, token }: { url: string; token: string },
  work: (send: Send, worker: number) => Promise<boolean>,
): Promise<void> {
  const one = async (worker: number) => {
    const { send, close } = client(url, token);
    try {
      while (await work(send, worker));
    } finally {
      close();
    }
  };
  await Promise.all(Array.from({ length: count }, (_, worker) => one(worker)));
}

/** The settings of a deployment whose operator we are, in which one account can have all the keys of a round. */
export async function deployment() {
  return {
    MAX_KEYS_PER_ACCOUNT: '100000',
    OPERATOR_TOKEN: newToken('lko_'),
    SIGNING_KEYS: JSON.stringify(await newSigningKeys()),
  };
}

/** A new account. */
export async function newAccount(at: { url: string; token: string }): Promise<string> {
  const { send, close } = client(at.url, at.token);
  const { status, body } = await send('POST', '/v1/accounts', { externalId: newToken('user_') });
  close();
  if (status !== 201) throw new Error(`No account was created: ${status} ${body}`);
  return JSON.parse(body).id;
}
