import type { IncomingMessage, Server } from 'node:http';
import { setTimeout } from 'node:timers';
import { WebSocketServer } from 'ws';

/** An open WebSocket, as every runtime has it. */
export interface OpenSocket {
  send(frame: string): void;
  /** Closes it. If the other end does not answer within a second, Node and Bun cut the connection. Deno waits for it. */
  close(code: number, reason: string): void;
  /** How many bytes wait to be sent. */
  unsent(): number;
}

/** Handles what comes in on a WebSocket. */
export interface SocketHandler {
  /** Takes the text of a frame. */
  receive(text: string): void;
  /** A frame came that was not text. */
  refuse(): void;
  ended(): void;
}

/** How long the other end may take to close, in milliseconds. */
const closeWithin = 1_000;

/** Closes a WebSocket, and cuts the connection if the other end does not answer in time. */
export function closeOrCut(
  socket: { close(code: number, reason: string): void; terminate(): void },
  code: number,
  reason: string,
): void {
  socket.close(code, reason);
  setTimeout(() => socket.terminate(), closeWithin).unref();
}

/**
 * Whether a request asks for a WebSocket at a path.
 * @param url with or without its origin; it may be impossible to parse, since a client chooses the Host in it
 * @param upgrade reads the header `Upgrade`; called only at this path
 */
export const asksForWebSocket = (
  url: string | undefined,
  upgrade: () => string | null | undefined,
  path: string,
): boolean =>
  url?.includes(path) === true &&
  url.replace(/^https?:\/\/[^/]*|\?.*$/gis, '') === path &&
  upgrade()?.toLowerCase() === 'websocket';

/** Whether Node upgrades a request instead of answering it: `shouldUpgradeCallback` of `http.createServer`. */
export const upgradesTo = (path: string) => (request: IncomingMessage) =>
  asksForWebSocket(request.url, () => request.headers.upgrade, path);

/**
 * Opens the WebSockets that `upgradesTo` lets in, on Node.
 * @param maxFrameBytes a longer frame ends the connection
 */
export function openWebSockets(
  server: Server,
  maxFrameBytes: number,
  open: (socket: OpenSocket, request: IncomingMessage) => SocketHandler,
): void {
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    // Compression costs much memory for each connection, and what is sent is short.
    perMessageDeflate: false,
    maxPayload: maxFrameBytes,
  });
  server.on('upgrade', (request, connection, head) => {
    // First of all: without a listener, an error of the connection would end the process.
    connection.on('error', () => connection.destroy());
    sockets.handleUpgrade(request, connection, head, (socket) => {
      const handler = open(
        {
          send: (frame) => socket.send(frame),
          close: (code, reason) => closeOrCut(socket, code, reason),
          unsent: () => socket.bufferedAmount,
        },
        request,
      );
      socket.on('error', () => socket.terminate());
      socket.on('message', (data, isBinary) => {
        if (isBinary) handler.refuse();
        else handler.receive(String(data));
      });
      socket.on('close', () => handler.ended());
    });
  });
}
