import pino from 'pino';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Metrics } from '../server/process/metrics.ts';
import { noticesIn } from '../server/process/open.ts';

/** What a process logs of its replica. */
function logged() {
  vi.useFakeTimers({ toFake: ['performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: 'info', base: null }, { write: (line) => lines.push(JSON.parse(line)) });
  const metrics = new Metrics();
  onTestFinished(() => metrics[Symbol.dispose]());
  const notices = noticesIn(log, metrics);
  /** The lines since the last call, without their levels and times. */
  const taken = () => lines.splice(0).map(({ level, time, ...facts }) => facts);
  return { notices, taken };
}

test('notifications of an unknown kind, of which a later release may send many, are logged once in 10 s', () => {
  const { notices, taken } = logged();
  for (let time = 0; time < 50; time += 1) notices.unknown('later 1');
  const line = { kind: 'later', msg: expect.stringContaining('unknown kind') };
  expect(taken()).toEqual([{ ...line, leftOut: 0 }]);
  vi.advanceTimersByTime(10_000);
  for (let time = 0; time < 50; time += 1) notices.unknown('later 1');
  expect(taken()).toEqual([{ ...line, leftOut: 49 }]);
});

test('replicas that changes wait for in vain are named once in 10 s', () => {
  const { notices, taken } = logged();
  notices.waited(5, true, []);
  for (let time = 0; time < 3; time += 1) notices.waited(1_500, false, ['a', 'b']);
  expect(taken()).toEqual([
    { replicas: ['a', 'b'], leftOut: 0, msg: expect.stringContaining('waited in vain') },
  ]);
  vi.advanceTimersByTime(10_000);
  notices.waited(1_500, false, ['b']);
  expect(taken()).toEqual([{ replicas: ['b'], leftOut: 2, msg: expect.stringContaining('waited in vain') }]);
});
