import { once } from 'node:events';
import { type Agent, type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http';
import { text } from 'node:stream/consumers';

export interface Answered {
  status: number | undefined;
  challenge: string | undefined;
  headers: IncomingHttpHeaders;
  body: string;
}

interface Sent {
  method?: string | undefined;
  body?: string | Buffer | undefined;
  /** None: a connection of its own. */
  agent?: Agent | undefined;
}

/** Sends a request as it is told, two headers of one name included. */
export async function send(
  url: string,
  headers: OutgoingHttpHeaders = {},
  { method = 'GET', body = '', agent }: Sent = {},
): Promise<Answered> {
  const sent = request(url, { method, headers, agent: agent ?? false });
  sent.end(body);
  const [response] = await once(sent, 'response');
  return {
    status: response.statusCode,
    challenge: response.headers['www-authenticate'],
    headers: response.headers,
    body: await text(response),
  };
}
