import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { PasswordAttempts } from '../server/accounts/password-attempts.ts';
import { AttemptLimiter } from '../server/attempt-limiter.ts';
import { DatabaseUnavailable, Overloaded, TooManyAttempts, WrongCredentials } from '../server/errors.ts';

const { signal } = new AbortController();

test('a failure for another reason than the password is not counted as an attempt', async () => {
  const attempts = new PasswordAttempts();
  const down = () => attempts.run('ada', signal, () => Promise.reject(new DatabaseUnavailable()));
  for (let count = 0; count < 10; count += 1) await expect(down()).rejects.toThrow(DatabaseUnavailable);
  expect(await attempts.run('ada', signal, async () => 'signed in')).toBe('signed in');
});

test('the minute of wrong passwords begins with the first of them, and not with a failure for another reason', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const attempts = new PasswordAttempts();
  const fail = (error: Error) =>
    attempts.run('ada', signal, () => Promise.reject(error)).catch((error) => error);
  expect(await fail(new DatabaseUnavailable())).toBeInstanceOf(DatabaseUnavailable);
  vi.advanceTimersByTime(30_000);
  for (let count = 0; count < 10; count += 1)
    expect(await fail(new WrongCredentials())).toBeInstanceOf(WrongCredentials);
  vi.advanceTimersByTime(30_000);
  expect(await fail(new WrongCredentials())).toMatchObject({ retryAfter: 30 });
});

test('any number of concurrent attempts with the right password is accepted', async () => {
  const attempts = new PasswordAttempts();
  const signIns = Array.from({ length: 35 }, () =>
    attempts.run('ada', signal, async () => {
      await nextTurn();
      return 'signed in';
    }),
  );
  expect(new Set(await Promise.all(signIns))).toEqual(new Set(['signed in']));
});

test('after ten wrong passwords, the attempts that wait are refused too', async () => {
  const attempts = new PasswordAttempts();
  let tried = 0;
  const guess = async () => {
    tried += 1;
    await nextTurn();
    throw new WrongCredentials();
  };
  const guesses = await Promise.allSettled(
    Array.from({ length: 35 }, () => attempts.run('ada', signal, guess)),
  );
  const refused = guesses.filter(
    (guess) => guess.status === 'rejected' && guess.reason instanceof TooManyAttempts,
  );
  expect([tried, refused.length]).toEqual([10, 25]);
  await expect(attempts.run('ada', signal, guess)).rejects.toThrow(TooManyAttempts);
  expect(tried).toBe(10);
});

test('a minute after the first attempt there are as many again', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const attempts = new AttemptLimiter(2);
  await attempts.take('ada');
  vi.advanceTimersByTime(30_000);
  await attempts.take('ada');
  await expect(attempts.take('ada')).rejects.toMatchObject({ retryAfter: 30 });
  vi.advanceTimersByTime(29_999);
  await expect(attempts.take('ada')).rejects.toThrow(TooManyAttempts);
  vi.advanceTimersByTime(1);
  await attempts.take('ada');
  await attempts.take('ada');
  await expect(attempts.take('ada')).rejects.toThrow(TooManyAttempts);
});

test('attempts during an outage are not counted', async () => {
  const attempts = new PasswordAttempts();
  const down = () => attempts.run('ada', signal, () => Promise.reject(new DatabaseUnavailable()));
  const answers = await Promise.allSettled(Array.from({ length: 35 }, down));
  expect(
    answers.every((answer) => answer.status === 'rejected' && answer.reason instanceof DatabaseUnavailable),
  ).toBe(true);
  expect(await attempts.run('ada', signal, async () => 'signed in')).toBe('signed in');
});

test('at most a hundred attempts at one account wait', async () => {
  const attempts = new PasswordAttempts();
  const signIns = Array.from({ length: 102 }, () => attempts.run('ada', signal, () => nextTurn('signed in')));
  const refused = (await Promise.allSettled(signIns)).filter(({ status }) => status === 'rejected');
  expect(refused).toEqual(Array(2).fill({ status: 'rejected', reason: expect.any(Overloaded) }));
  expect(await attempts.run('ada', signal, async () => 'signed in')).toBe('signed in');
});

test('a client that hangs up waits for no attempt before it, and makes none', async () => {
  const attempts = new PasswordAttempts();
  const { promise: over, resolve: end } = Promise.withResolvers<string>();
  const first = attempts.run('ada', signal, () => over);
  const client = new AbortController();
  const attempt = vi.fn(async () => 'signed in');
  const second = attempts.run('ada', client.signal, attempt);
  client.abort();
  await expect(second).rejects.toThrow(Overloaded);
  end('signed in');
  expect(await first).toBe('signed in');
  expect(attempt).not.toHaveBeenCalled();
});
