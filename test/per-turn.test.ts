import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { perTurn } from '../server/process/per-turn.ts';

const peer = { ip: () => undefined };
const request = (name: string) => new Request(`http://localhost/${name}`);

/** Lets everything happen that can in this turn of the event loop. */
async function restOfTurn() {
  for (let task = 0; task < 100; task += 1) await undefined;
}

test('the requests of one turn of the event loop are handled when all of them have come, turn by turn', async () => {
  const handled: string[] = [];
  const fetch = perTurn(({ url }) => {
    handled.push(url.slice(-1));
    return new Response();
  });
  for (const turn of [1, 2]) {
    const a = fetch(request('a'), peer);
    await restOfTurn();
    expect(handled, `in turn ${turn}`).toEqual([]);
    const b = fetch(request('b'), peer);
    await nextTurn();
    expect(handled.splice(0), `after turn ${turn}`).toEqual(['a', 'b']);
    await Promise.all([a, b]);
  }
});

test('each request gets its own response or error', async () => {
  const fetch = perTurn(({ url }) => {
    if (url.endsWith('b')) throw new Error('broken');
    return new Response(url);
  });
  const [a, b] = await Promise.allSettled([fetch(request('a'), peer), fetch(request('b'), peer)]);
  expect(a.status === 'fulfilled' && (await a.value.text())).toBe('http://localhost/a');
  expect(b).toMatchObject({ status: 'rejected', reason: { message: 'broken' } });
});
