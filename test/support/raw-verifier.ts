import { EventEmitter, once } from 'node:events';
import { type FromReplica, type FromVerifier, protocol, verifierPath } from '../../decide/frames.ts';
import { assertFrame } from './verifier-frames.ts';

type Said<Kind extends FromReplica['kind']> = Extract<FromReplica, { kind: Kind }>;

/**
 * The connection of a verifier that says what a test has it say, and keeps what it is told. It says bye at the
 * end. Every frame has to be one of the AsyncAPI document.
 */
export interface RawVerifier extends Disposable {
  send: (...messages: FromVerifier[]) => void;
  sendText: (text: string | Uint8Array<ArrayBuffer>) => void;
  /** The next message of a kind, from the first one that no test has taken yet. */
  next: <Kind extends FromReplica['kind']>(kind: Kind) => Promise<Said<Kind>>;
  /** All messages so far, by their kinds. */
  heard: string[];
  /** Closes the connection without a word. */
  cut: () => void;
  /** The code that the service closes the connection with. */
  closed: Promise<number>;
}

/** Opens a connection, without saying hello. */
export async function connectVerifier(baseUrl: string): Promise<RawVerifier> {
  const socket = new WebSocket(baseUrl.replace('http', 'ws') + verifierPath);
  const events = new EventEmitter();
  const heard: FromReplica[] = [];
  const taken = new Set<FromReplica>();
  socket.onmessage = ({ data }) => {
    const frame = JSON.parse(data);
    assertFrame('fromReplica', frame);
    heard.push(...(frame as FromReplica[]));
    events.emit('heard');
  };
  const closed = new Promise<number>((resolve) => {
    socket.onclose = ({ code }) => resolve(code);
  });
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = reject;
  });
  return {
    send: (...messages) => {
      assertFrame('fromVerifier', messages);
      socket.send(JSON.stringify(messages));
    },
    sendText: (text) => socket.send(text),
    async next<Kind extends FromReplica['kind']>(kind: Kind) {
      const find = () =>
        heard.find((message): message is Said<Kind> => message.kind === kind && !taken.has(message));
      let found = find();
      while (!found) {
        await once(events, 'heard');
        found = find();
      }
      taken.add(found);
      return found;
    },
    get heard() {
      return heard.map(({ kind }) => kind);
    },
    closed,
    cut: () => socket.close(),
    [Symbol.dispose]() {
      if (socket.readyState === WebSocket.OPEN) socket.send('[{"kind":"bye"}]');
      socket.close();
    },
  };
}

/** Opens a connection and says hello. */
export async function greetedVerifier(
  baseUrl: string,
  token: string,
  instance: string = crypto.randomUUID(),
): Promise<RawVerifier> {
  const verifier = await connectVerifier(baseUrl);
  verifier.send({ kind: 'hello', version: protocol, token, instance });
  await verifier.next('welcome');
  return verifier;
}

let pings = 0;
/** Has a verifier ask for trust. Resolves to how much it is given, in milliseconds. */
export async function askTrust(verifier: RawVerifier): Promise<number> {
  pings += 1;
  verifier.send({ kind: 'ping', ping: pings });
  return (await verifier.next('pong')).trust;
}
