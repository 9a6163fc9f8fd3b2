import { createLatchkey } from '@latchkey/client';
import { createGuard, type GuardMeta, responseMeta } from '@latchkey/client/trpc';
import { initTRPC } from '@trpc/server';
import { type CreateHTTPContextOptions, createHTTPServer } from '@trpc/server/adapters/standalone';

const createContext = ({ req }: CreateHTTPContextOptions) => ({ req });
const t = initTRPC.context<typeof createContext>().meta<GuardMeta>().create();

const guarded = t.procedure.use(
  createGuard({
    verify: createLatchkey(),
    realm: 'files',
    headers: ({ req }) => req.headersDistinct,
    clientIp: ({ req }) => req.headersDistinct['x-real-ip']?.[0],
    onUnavailable: (error) => console.error(error),
  }),
);

const router = t.router({
  files: guarded.meta({ scopes: ['files:read'] }).query(({ ctx }) => ({ owner: ctx.key.accountId })),
  store: guarded
    .meta({ scopes: ['files:write'], cost: 10 })
    .mutation(({ ctx }) => ({ owner: ctx.key.accountId })),
});

const port = Number(process.env.PORT ?? 3000);
createHTTPServer({ router, createContext, responseMeta }).listen(port, () =>
  console.log(`Listening on port ${port}.`),
);
