import { health } from '../../../api/health.ts';
import type { ServiceContext } from '../../context.ts';
import { isMigrated } from '../../db/migrations/migrate.ts';
import { DatabaseUnavailable } from '../../errors.ts';
import { contractApp } from '../../http/contract.ts';
import { version } from '../../process/version.ts';

export function healthRoutes({ db }: ServiceContext) {
  const app = contractApp();

  app.openapi(health.live, (c) => c.json({ status: 'ok' as const, version }, 200));

  app.openapi(health.ready, async (c) => {
    if (!(await isMigrated(db))) throw new DatabaseUnavailable();
    return c.json({ status: 'ok' as const }, 200);
  });

  return app;
}
