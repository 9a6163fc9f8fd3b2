import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** How many requests may wait on one connection. A client that pipelines more is cut off. */
const maxWaiting = 100;

type Call = [request: IncomingMessage, response: ServerResponse];

const current = Symbol('the response being made or sent');
const waiting = Symbol('the requests received meanwhile');

type Connection = Duplex & { [current]?: ServerResponse; [waiting]?: Call[] | undefined };

/**
 * Handles the requests of a connection one at a time: the next when the response before it is sent. Node emits each
 * request of a segment as soon as it is parsed, so that a client that pipelines 1,000 requests and reads nothing had
 * 1,000 answers in memory. A client that waits for each answer never queues.
 */
export function oneAtATime(listener: RequestListener): RequestListener {
  const handle = (connection: Connection, request: IncomingMessage, response: ServerResponse) => {
    connection[current] = response;
    listener(request, response);
  };

  const handleNext = (connection: Connection) => {
    // The client is gone, or was told that this response is the last.
    if (!connection.writable) connection[waiting] = undefined;
    const next = connection[waiting]?.shift();
    if (!next) return;
    if (connection[waiting]?.length === 0) connection[waiting] = undefined;
    else next[1].once('close', () => handleNext(connection));
    handle(connection, ...next);
  };

  return (request, response) => {
    const connection: Connection = request.socket;
    const before = connection[current];
    const queue = connection[waiting];
    if (queue) {
      if (queue.length < maxWaiting) queue.push([request, response]);
      else connection.destroy();
    } else if (before && !before.writableFinished) {
      connection[waiting] = [[request, response]];
      before.once('close', () => handleNext(connection));
    } else handle(connection, request, response);
  };
}

/**
 * Goes on when all requests of this connection that came whole are answered: what comes after them is answered after
 * them (RFC 9112, section 9.3.2). One that did not come whole gets no answer of its own; where that has begun, the
 * connection is closed, since anything more would be read as part of it.
 */
export function afterAnswers(connection: Connection, goOn: () => void): void {
  const queue = connection[waiting];
  if (queue?.at(-1)?.[0].complete === false) queue.pop();
  const last = queue?.at(-1)?.[1] ?? connection[current];
  if (!last || last.writableFinished || !connection.writable) goOn();
  else if (last.req.complete) last.once('close', goOn);
  else if (last.headersSent) connection.destroy();
  else goOn();
}

/** Whether the client of a connection waits for a response, and has read what was sent. */
const isWaiting = (connection: Connection) =>
  connection[current]?.writableFinished === false && connection.writableLength === 0;

/**
 * Cuts off a connection on which nothing is sent or received for this long, in milliseconds: that of a client that does not
 * read, or has nothing to say. To Node, a client that waits for its response is silent as well: it is left alone.
 */
export function cutOffSilent(server: Server, silence: number): void {
  server.setTimeout(silence, (connection) => {
    if (!isWaiting(connection)) connection.destroy();
  });
}
