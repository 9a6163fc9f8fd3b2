import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { Hono } from 'hono';
import journal from '../../spec/journal.json' with { type: 'json' };
import latchkey from '../../spec/latchkey.json' with { type: 'json' };
import oauth from '../../spec/oauth.json' with { type: 'json' };
import share from '../../spec/share.json' with { type: 'json' };
import verifier from '../../spec/verifier.asyncapi.json' with { type: 'json' };
import { etagOf, isKnown, takesGzip } from '../http/conditional.ts';
import type { Env } from '../http/env.ts';
import { sendBytes } from '../http/slices.ts';
import { docsPage } from './docs-page.ts';

/** The OpenAPI documents as they stand in `spec/`. */
export const documents = { latchkey, journal, share, oauth };

/** Where each is served, and what it is called in the docs; the first is shown first. */
const sources = [
  { document: latchkey, slug: 'latchkey', url: '/openapi.json' },
  { document: journal, slug: 'journal', url: '/openapi/journal.json' },
  { document: share, slug: 'share', url: '/openapi/share.json' },
  { document: oauth, slug: 'oauth', url: '/openapi/oauth.json' },
];

/** Where the AsyncAPI document of verifiers is served. The docs page cannot show it. */
const verifierUrl = '/asyncapi.json';

const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="#e36002" stroke-width="2"><circle cx="8" cy="16" r="5"/><path d="M11.5 12.5 21 3m-4 4 3 3"/></svg>`;

/** The address that the documents in `spec/` were written with. */
const writtenWith = 'http://127.0.0.1:8787';

/** The AsyncAPI document with the address of this deployment. */
function servedAt(publicUrl: string) {
  const { protocol, host, pathname } = new URL(publicUrl);
  const { latchkey } = verifier.servers;
  const address = { host, protocol: protocol === 'https:' ? 'wss' : 'ws' };
  const below = pathname === '/' ? {} : { pathname };
  return { ...verifier, servers: { latchkey: { ...latchkey, ...address, ...below } } };
}

/** Scalar's own script, read on first use; scripts/scalar.ts puts it there. */
async function scalarScript() {
  const zipped = await readFile(new URL('scalar.js.gz', import.meta.url));
  const script = await promisify(gunzip)(zipped);
  // Of one coding: the same script has another tag when it is sent as it is.
  return { plain: { bytes: script, etag: etagOf(script) }, zipped: { bytes: zipped, etag: etagOf(zipped) } };
}

/** The paths of the docs, as an OpenAPI document has its own. */
export const paths: Record<string, object> = Object.fromEntries(
  [
    '/',
    '/favicon.ico',
    '/docs',
    '/docs/',
    '/docs/scalar.js',
    ...sources.map(({ url }) => url),
    verifierUrl,
  ].map((path) => [path, { get: {} }]),
);

/**
 * The interactive docs and the documents they are made of. Nothing in them is loaded from anywhere else, and by
 * relative URLs, so that they work below a path as well.
 */
export function docs({ publicUrl }: { publicUrl: string }): Hono<Env> {
  const app = new Hono<Env>();
  let loading: ReturnType<typeof scalarScript> | undefined;

  app.get('/', (c) => c.redirect('docs'));

  app.get('/favicon.ico', (c) => c.body(icon, 200, { 'Content-Type': 'image/svg+xml' }));

  const texts = [
    ...sources.map(({ document, url }) => ({
      url,
      text: JSON.stringify(document).replaceAll(writtenWith, publicUrl),
    })),
    { url: verifierUrl, text: JSON.stringify(servedAt(publicUrl)) },
  ];
  for (const { url, text } of texts) {
    const bytes = Buffer.from(text);
    const etag = etagOf(bytes);
    app.get(url, (c) => {
      const headers = { 'Content-Type': 'application/json', 'Cache-Control': 'no-cache', ETag: etag };
      if (isKnown(c.req.header('if-none-match'), etag)) return c.body(null, 304, headers);
      return sendBytes(c, bytes, headers);
    });
  }

  app.get('/docs/scalar.js', async (c) => {
    loading ??= scalarScript().catch((error) => {
      loading = undefined;
      throw error;
    });
    const isZipped = takesGzip(c.req.header('accept-encoding'));
    const { bytes, etag } = (await loading)[isZipped ? 'zipped' : 'plain'];
    const headers = {
      'Content-Type': 'text/javascript',
      'Cache-Control': 'no-cache',
      ETag: etag,
      Vary: 'Accept-Encoding',
    };
    if (isKnown(c.req.header('if-none-match'), etag)) return c.body(null, 304, headers);
    return sendBytes(c, bytes, isZipped ? { ...headers, 'Content-Encoding': 'gzip' } : headers);
  });

  // The page's own URLs are relative to /docs.
  app.get('/docs/', (c) => c.redirect('../../docs', 301));

  app.get('/docs', (c) => {
    const nonce = randomBytes(16).toString('base64');
    c.header(
      'Content-Security-Policy',
      `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'unsafe-inline'; img-src 'self' data:; connect-src 'self' ${new URL(publicUrl).origin}; form-action 'none'; base-uri 'none'; frame-ancestors 'none'`,
    );
    const shown = sources.map(({ document, slug, url }) => ({
      title: document.info.title,
      slug,
      url: url.slice(1),
    }));
    return c.html(docsPage(nonce, shown));
  });

  return app;
}
