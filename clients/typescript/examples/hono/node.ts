import { serve } from '@hono/node-server';
import app from './main.ts';

const port = Number(process.env.PORT ?? 3000);
serve({ fetch: app.fetch, port }, () => console.log(`Listening on port ${port}.`));
