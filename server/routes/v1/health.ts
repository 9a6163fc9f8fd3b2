import { health } from '../../../api/health.ts';
import type { ServiceContext } from '../../context.ts';
import { isMigrated } from '../../db/migrations/migrate.ts';
import { DatabaseUnavailable, Stopping } from '../../errors.ts';
import { type Operation, operation } from '../../http/operation.ts';
import { version } from '../../process/version.ts';

export function healthOperations({ db, isStopping }: ServiceContext): Operation[] {
  let asking: Promise<boolean> | undefined;
  /** In a single flight: anybody can send probes, as many as they like. */
  const isReady = () => {
    asking ??= isMigrated(db).finally(() => {
      asking = undefined;
    });
    return asking;
  };

  return [
    operation(health.live, () => ({ status: 'ok' as const, version })),

    operation(health.ready, async () => {
      if (!(await isReady())) throw new DatabaseUnavailable();
      if (isStopping()) throw new Stopping();
      return { status: 'ok' as const };
    }),
  ];
}
