import { metrics } from '../../../api/metrics.ts';
import type { ServiceContext } from '../../context.ts';
import { contractApp } from '../../http/contract.ts';
import { guardedBy } from '../../http/guard.ts';
import { contentType } from '../../process/metrics.ts';

export function metricsRoutes(context: ServiceContext) {
  const app = contractApp();
  const guarded = guardedBy(context);

  app.openapi(guarded(metrics.scrape), async (c) =>
    c.text(await context.metrics(), 200, { 'Content-Type': contentType }),
  );

  return app;
}
