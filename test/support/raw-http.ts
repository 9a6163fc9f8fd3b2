import { connect, type Socket } from 'node:net';

/** HTTP as it stands on the wire. */

/** A request with whatever head and body, after which the connection ends. Characters are bytes (Latin-1). */
export const message = (line: string, headers = '', body = '') => {
  const length = body ? `Content-Length: ${body.length}\r\n` : '';
  return `${line} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${headers}${length}\r\n${body}`;
};
/** Sends these bytes, and gives what was answered until the connection ends, or a second answer is not due. */
export function exchange(service: { url: string }, sent: string, send = sendAtOnce): Promise<string> {
  const { hostname, port } = new URL(service.url);
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(Number(port), hostname).setEncoding('latin1');
    const hang = setTimeout(() => {
      socket.destroy();
      // Some wait for the rest of what they refused; what counts is that the client was told.
      if (answer.includes('\r\n\r\n')) resolve(answer);
      else reject(new Error(`Nothing was answered within 2 s to ${sent.slice(0, 200)}`));
    }, 2000);
    socket.on('data', (text) => {
      answer += text;
    });
    // A reset, after an answer or instead of one, is an end like any other.
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(hang);
      resolve(answer);
    });
    send(socket, sent);
  });
}

const sendAtOnce = (socket: Socket, sent: string): void => void socket.write(sent, 'latin1');

/** The statuses of the answers in a text. */
export const statusesOf = (answer: string) =>
  Array.from(answer.matchAll(/HTTP\/1\.[01] (\d{3}) /g), ([, status]) => Number(status));
