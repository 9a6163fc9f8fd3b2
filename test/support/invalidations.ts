import { onTestFinished, vi } from 'vitest';
import type { KeyCache } from '../../decide/key-cache.ts';
import type { TestService } from './harness.ts';

/** What the key cache is told to forget until the test ends: one key, all keys of an account, or all that it has. */
export function spyOnInvalidations({ context }: TestService) {
  const keys = context.keys as KeyCache;
  onTestFinished(() => {
    vi.restoreAllMocks();
  });
  return {
    key: vi.spyOn(keys, 'invalidate'),
    all: vi.spyOn(keys, 'invalidateAll'),
    account: vi.spyOn(keys, 'invalidateAccount'),
  };
}
