import { expect, test } from 'vitest';
import { Attempts } from '../server/attempts.ts';
import { DatabaseUnavailable } from '../server/errors.ts';

test('what fails for another reason than the password is no attempt at one', async () => {
  const attempts = new Attempts();
  const down = () => attempts.count('ada', () => Promise.reject(new DatabaseUnavailable()));
  for (let count = 0; count < 10; count += 1) await expect(down()).rejects.toThrow(DatabaseUnavailable);
  expect(await attempts.count('ada', async () => 'signed in')).toBe('signed in');
});
