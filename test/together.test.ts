import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { together } from '../server/http/together.ts';

/** Asks for answers that say when they are made, and notes when they leave. */
function asked() {
  const events: string[] = [];
  const fetch = together(async ({ url }) => {
    events.push(`made ${url.at(-1)}`);
    return new Response(url);
  });
  const ask = async (name: string) => {
    await fetch(new Request(`http://localhost/${name}`), { ip: () => undefined });
    events.push(`left ${name}`);
  };
  return { events, ask };
}

/** Time enough for an answer to leave, but for its turn. */
async function tasks(count = 100) {
  for (let task = 0; task < count; task += 1) await undefined;
}

test('answers that are made in one turn of the event loop leave when all of them are made, in each turn', async () => {
  const { events, ask } = asked();
  for (const _ of ['first turn', 'second turn']) {
    const a = ask('a');
    await tasks();
    await Promise.all([a, ask('b')]);
    expect(events.splice(0)).toEqual(['made a', 'made b', 'left a', 'left b']);
  }
});

test('an answer waits for none of a later turn', async () => {
  const { events, ask } = asked();
  const a = ask('a');
  await nextTurn();
  await nextTurn();
  await Promise.all([a, ask('b')]);
  expect(events).toEqual(['made a', 'left a', 'made b', 'left b']);
});

test('what fails, fails at once', async () => {
  const fetch = together(() => Promise.reject(new Error('broken')));
  await expect(fetch(new Request('http://localhost/'), { ip: () => undefined })).rejects.toThrow('broken');
});
