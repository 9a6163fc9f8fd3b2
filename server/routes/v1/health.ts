import { health } from '../../../api/health.ts';
import type { ServiceContext } from '../../context.ts';
import { isMigrated } from '../../db/migrations/migrate.ts';
import { DatabaseUnavailable, Stopping } from '../../errors.ts';
import { type Operation, operation } from '../../http/operation.ts';
import { version } from '../../process/version.ts';

export const healthOperations = ({ db, isStopping }: ServiceContext): Operation[] => [
  operation(health.live, () => ({ status: 'ok' as const, version })),

  operation(health.ready, async () => {
    if (!(await isMigrated(db))) throw new DatabaseUnavailable();
    if (isStopping()) throw new Stopping();
    return { status: 'ok' as const };
  }),
];
