import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { type Context, Hono } from 'hono';
import { etagOf, isKnown, takesGzip } from '../http/conditional.ts';
import type { Env } from '../http/env.ts';
import { sendBytes } from '../http/slices.ts';
import { docsPage } from './docs-page.ts';
import { type Deployment, reference, shownOf, textsOf } from './documents.ts';

const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="#e36002" stroke-width="2"><circle cx="8" cy="16" r="5"/><path d="M11.5 12.5 21 3m-4 4 3 3"/></svg>`;

/** Where the same is found in other forms (RFC 8288), for whoever reads no pages. */
const alternatives = [
  `<${reference.markdown.slice(1)}>; rel="alternate"; type="text/markdown"`,
  `<${reference.json.slice(1)}>; rel="service-desc"; type="application/json"`,
].join(', ');

/** A file in both of the codings in which it is sent. Each has a tag of its own (RFC 9110, section 8.8.3.3). */
interface Coded {
  plain: { bytes: Buffer; etag: string };
  zipped: { bytes: Buffer; etag: string };
}

const coded = (plain: Buffer, zipped: Buffer): Coded => ({
  plain: { bytes: plain, etag: etagOf(plain) },
  zipped: { bytes: zipped, etag: etagOf(zipped) },
});

async function codedText(text: string): Promise<Coded> {
  const plain = Buffer.from(text);
  return coded(plain, await promisify(gzip)(plain));
}

/** Scalar's own script; scripts/scalar.ts puts it there. */
async function scalarScript(): Promise<Coded> {
  const zipped = await readFile(new URL('scalar.js.gz', import.meta.url));
  return coded(await promisify(gunzip)(zipped), zipped);
}

/** Makes a value when it is first needed, and again where that failed. */
function lazily<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => {
    made ??= make().catch((error) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}

/** Sends a file in the coding that the client takes, or says that the client has it. */
function send(c: Context<Env>, { plain, zipped }: Coded, type: string, own: Record<string, string> = {}) {
  const isZipped = takesGzip(c.req.header('accept-encoding'));
  const { bytes, etag } = isZipped ? zipped : plain;
  const headers = {
    'Content-Type': type,
    'Cache-Control': 'no-cache',
    ETag: etag,
    Vary: 'Accept-Encoding',
    ...own,
  };
  if (isKnown(c.req.header('if-none-match'), etag)) return c.body(null, 304, headers);
  return sendBytes(c, bytes, isZipped ? { ...headers, 'Content-Encoding': 'gzip' } : headers);
}

/** The paths of the docs, as an OpenAPI document has its own. */
export const pathsOf = (pages: Hono<Env>): Record<string, object> =>
  Object.fromEntries(pages.routes.map(({ path }) => [path, { get: {} }]));

/**
 * The interactive docs and the documents they are made of. Nothing in them is loaded from anywhere else, and by
 * relative URLs, so that they work below a path as well.
 */
export function docs(deployment: Deployment): Hono<Env> {
  const app = new Hono<Env>();
  const sources = shownOf(deployment.contracts).map(({ path, ...source }) => ({
    ...source,
    url: path.slice(1),
  }));
  const { origin } = new URL(deployment.publicUrl);

  app.get('/', (c) => c.redirect('docs'));

  app.get('/favicon.ico', (c) => c.body(icon, 200, { 'Content-Type': 'image/svg+xml' }));

  for (const { path, type, text, headers } of textsOf(deployment)) {
    const file = lazily(() => codedText(text));
    app.get(path, async (c) => send(c, await file(), type, headers));
  }

  const script = lazily(scalarScript);
  app.get('/docs/scalar.js', async (c) => send(c, await script(), 'text/javascript'));

  // The page's own URLs are relative to /docs.
  app.get('/docs/', (c) => c.redirect('../docs', 301));

  app.get('/docs', (c) => {
    c.header('Vary', 'Accept');
    if (c.req.header('accept')?.includes('text/markdown')) return c.redirect(reference.markdown.slice(1));
    const nonce = randomBytes(16).toString('base64');
    c.header(
      'Content-Security-Policy',
      `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'unsafe-inline'; img-src 'self' data:; connect-src 'self' ${origin}; form-action 'none'; base-uri 'none'; frame-ancestors 'none'`,
    );
    c.header('Link', alternatives);
    return c.html(docsPage(nonce, sources));
  });

  return app;
}
