import { Hono } from 'hono';
import type { ServiceContext } from '../context.ts';
import { NoSuchPath, UpgradeRequired } from '../errors.ts';
import { audited } from './audit.ts';
import type { Env } from './env.ts';
import { answersFailures, type Refuse } from './failures.ts';
import { incomingOf } from './incoming.ts';
import { onlyDocumentedMethods } from './methods.ts';
import type { Operation } from './operation.ts';
import { prepare, type Serve } from './serve.ts';

/** One contract: its paths, its operations, and its errors. */
export interface Contract {
  /** The paths of its OpenAPI document. */
  paths: Record<string, object>;
  operations: readonly Operation[];
  /** The paths of its WebSockets, which each runtime opens in its own way. */
  webSockets?: readonly string[];
  refuse: Refuse;
  /** The paths that it owns, as Hono writes them: no other contract answers there. */
  at: readonly string[];
}

/** What serves a contract: an app, and each of its operations, by `operationId`, without the app. */
interface ServedContract {
  app: Hono<Env>;
  serve: (operationId: string) => Serve;
}

/** @param base a prefix of all paths, for a contract that is served at several places */
export function serveContract(
  context: ServiceContext,
  { paths, operations, webSockets = [], refuse, at }: Contract,
  base: string,
): ServedContract {
  const answerFailure = answersFailures(context, refuse);
  const byId = new Map(
    operations.map((operation) => [
      operation.route.operationId,
      prepare(context, ...audited(context, operation, answerFailure)),
    ]),
  );
  const serve = (operationId: string) => {
    const found = byId.get(operationId);
    if (!found) throw new Error(`There is no operation ${operationId}.`);
    return found;
  };

  const app = new Hono<Env>();
  const counted = context.responseCounts.counter('none');
  app.onError((error, c) =>
    counted(
      answerFailure(error, { request: c.req.raw, requestId: c.var.requestId, disconnect: c.env?.disconnect }),
    ),
  );
  const opened = Object.fromEntries(webSockets.map((path) => [path, { get: {} }]));
  const methods = onlyDocumentedMethods({ ...paths, ...opened }, base);
  for (const place of at) app.use(place, methods);
  for (const { route } of operations) {
    const answer = serve(route.operationId);
    app.on(route.method.toUpperCase(), route.path.replaceAll(/\{(\w+)\}/g, ':$1'), (c) =>
      answer(incomingOf(context, c.req.raw, c.env, { params: c.req.param(), requestId: c.var.requestId })),
    );
  }
  for (const path of webSockets)
    app.get(path, () => {
      throw new UpgradeRequired();
    });
  const nothing = () => {
    throw new NoSuchPath();
  };
  for (const place of at) app.all(place, nothing);
  return { app, serve };
}
