import { metrics } from '../../api/metrics.ts';
import type { Deps } from '../deps.ts';
import { contractApp } from '../http/contract.ts';
import { guardedBy } from '../http/guard.ts';
import { contentType } from '../process/metrics.ts';

export function metricsRoutes(deps: Deps) {
  const app = contractApp();
  const guarded = guardedBy(deps);

  app.openapi(guarded(metrics.scrape), async (c) =>
    c.text(await deps.metrics(), 200, { 'Content-Type': contentType }),
  );

  return app;
}
