import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { killedWithParent } from '../support/killed-with-parent.ts';
import { cores } from './machine.ts';
import { connections as counts, seconds } from './settings.ts';

/** What wrk saw. Times in milliseconds. */
export interface Load {
  requests: number;
  perSecond: number;
  p50: number;
  p99: number;
  /** The share of one core that wrk itself took: near 1 it is wrk that was measured. */
  generator: number;
}

/** A request that is sent with one token after the other, or with whatever else stands in the lines of a file. */
export interface Sent {
  url: string;
  path: string | ((token: string) => string);
  /** The bearer token of the caller. */
  caller: string;
  /** Headers beside the usual ones. */
  headers?: Record<string, string>;
  /** Undefined: the request is a GET. */
  body: (token: string) => unknown;
  /** A file with a token in each line, all of the same length; each stands once in the request. */
  tokens: string;
  length: number;
}

/** The bytes of the request, before and after the token. */
function around({ url, path, caller, headers = {}, body, length }: Sent): [prefix: string, suffix: string] {
  const token = '\0'.repeat(length);
  const text = JSON.stringify(body(token))?.replaceAll('\\u0000', '\0');
  const request = [
    `${text ? 'POST' : 'GET'} ${typeof path === 'string' ? path : path(token)} HTTP/1.1`,
    `Host: ${new URL(url).host}`,
    `Authorization: Bearer ${caller}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ...(text ? ['Content-Type: application/json', `Content-Length: ${text.length}`] : []),
    '',
    text ?? '',
  ].join('\r\n');
  const [prefix = '', suffix = ''] = request.split(token);
  return [prefix, suffix];
}

interface LoadOptions {
  connections?: number;
  seconds?: number;
  /** Stop after so many requests; the rest of the time passes in silence. */
  limit?: number;
  /** Keep wrk off the core of the server. */
  pinned?: boolean;
  /** The line to begin with. */
  from?: number;
}

/**
 * Loads a server through keep-alive connections, each with one request at a time, whenever it is called: each call
 * goes on in the list of tokens where the last one ended.
 * @throws where anything but a 2xx was answered, or nothing
 */
export function loader(sent: Sent, options: LoadOptions = {}): () => Promise<Load> {
  const { connections = counts.loaded, limit, pinned = false } = options;
  const [PREFIX, SUFFIX] = around(sent);
  let from = options.from ?? 0;
  return async () => {
    const args = ['-t1', `-c${connections}`, `-d${options.seconds ?? seconds}s`, '--timeout', '10s'];
    const command = ['wrk', ...args, '-s', join(import.meta.dirname, 'wrk.lua'), sent.url];
    const child = spawn(
      'taskset',
      ['-c', pinned ? cores.others : `${cores.server},${cores.others}`, ...command],
      {
        env: {
          PATH: process.env.PATH,
          PREFIX,
          SUFFIX,
          TOKENS: sent.tokens,
          FROM: String(from),
          LIMIT: String(limit ?? -1),
        },
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    const ended = killedWithParent(child);
    let output = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    await ended;
    const line = output.split('\n').find((line) => line.startsWith('{'));
    if (!line) throw new Error(`wrk said: ${output.trim()}`);
    const { requests, refused, failed, p50, p99, cpu, ...seen } = JSON.parse(line);
    if (refused || failed)
      throw new Error(`Of ${requests} requests ${refused} were refused, ${failed} failed.`);
    from += requests;
    return { requests, perSecond: requests / seen.seconds, p50, p99, generator: cpu / seen.seconds };
  };
}
