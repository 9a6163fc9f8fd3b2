import { metrics } from '../../../api/metrics.ts';
import type { ServiceContext } from '../../context.ts';
import { type Operation, operation } from '../../http/operation.ts';
import { Text } from '../../http/reply.ts';
import { prometheusType } from '../../process/metrics.ts';

export const metricsOperations = (context: ServiceContext): Operation[] => [
  operation(metrics.scrape, async () => new Text(await context.metrics(), prometheusType)),
];
