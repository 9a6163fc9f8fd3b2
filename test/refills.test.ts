import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { type RefillPeriod, refillPeriods } from '../decide/limits.ts';
import { nextRefill } from '../server/keys/quota.ts';
import { service } from './support/limits.ts';

describe('a refill', () => {
  test.each<[RefillPeriod, from: string, at: string, expected: string]>([
    ['day', '2026-01-31T10:30:00Z', '2026-01-31T10:30:00Z', '2026-02-01T10:30:00Z'],
    ['day', '2026-01-31T10:30:00Z', '2026-03-01T10:29:59.999Z', '2026-03-01T10:30:00Z'],
    ['week', '2026-01-31T10:30:00Z', '2026-02-07T10:30:00Z', '2026-02-14T10:30:00Z'],
    ['month', '2026-01-31T10:30:00Z', '2026-01-31T10:30:00Z', '2026-02-28T10:30:00Z'],
    ['month', '2026-01-31T10:30:00Z', '2026-02-28T10:30:00Z', '2026-03-31T10:30:00Z'],
    ['month', '2026-01-31T10:30:00Z', '2026-04-30T10:29:59.999Z', '2026-04-30T10:30:00Z'],
    ['month', '2026-01-31T10:30:00Z', '2028-02-01T00:00:00Z', '2028-02-29T10:30:00Z'],
    ['month', '2026-12-31T23:59:59Z', '2027-02-28T23:59:59Z', '2027-03-31T23:59:59Z'],
    ['month', '2026-05-15T00:00:00Z', '2026-12-15T00:00:00Z', '2027-01-15T00:00:00Z'],
  ])('every %s from %s on comes after %s at %s', async (every, from, at, expected) => {
    expect(nextRefill({ every, from: new Date(from) }, new Date(at))).toEqual(new Date(expected));
  });

  test('comes when the database says so', async () => {
    const from = new Date('2026-01-31T10:30:00.123Z');
    const wrong: string[] = [];
    for (const every of refillPeriods) {
      const { rows } = await sql<{ at: Date; next: Date }>`
        select at, next_reset(null, ${every}, ${from}::timestamptz, at) as next
        from generate_series(${from}::timestamptz, '2028-04-02', interval '7 hours 13 minutes') as at`.execute(
        service.db,
      );
      expect(rows.length).toBeGreaterThan(2_000);
      for (const { at, next } of rows)
        if (nextRefill({ every, from }, at).getTime() !== next.getTime()) wrong.push(`${every} ${at}`);
    }
    expect(wrong).toEqual([]);
  });
});
