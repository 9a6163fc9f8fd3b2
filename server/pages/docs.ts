import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { Hono } from 'hono';
import { etagOf, isKnown, takesGzip } from '../http/conditional.ts';
import type { Env } from '../http/env.ts';
import { sendBytes } from '../http/slices.ts';
import { docsPage } from './docs-page.ts';
import { reference, shown, textsAt } from './documents.ts';

const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="#e36002" stroke-width="2"><circle cx="8" cy="16" r="5"/><path d="M11.5 12.5 21 3m-4 4 3 3"/></svg>`;

/** Where the same is found in other forms (RFC 8288), for whoever reads no pages. */
const alternatives = [
  `<${reference.slice(1)}>; rel="alternate"; type="text/markdown"`,
  `<${shown[0]?.path.slice(1)}>; rel="service-desc"; type="application/json"`,
].join(', ');

/** Scalar's own script, read on first use; scripts/scalar.ts puts it there. */
async function scalarScript() {
  const zipped = await readFile(new URL('scalar.js.gz', import.meta.url));
  const script = await promisify(gunzip)(zipped);
  // Of one coding: the same script has another tag when it is sent as it is.
  return { plain: { bytes: script, etag: etagOf(script) }, zipped: { bytes: zipped, etag: etagOf(zipped) } };
}

/** The paths of the docs, as an OpenAPI document has its own. */
export const pathsOf = (pages: Hono<Env>): Record<string, object> =>
  Object.fromEntries(pages.routes.map(({ path }) => [path, { get: {} }]));

/**
 * The interactive docs and the documents they are made of. Nothing in them is loaded from anywhere else, and by
 * relative URLs, so that they work below a path as well.
 */
export function docs({ publicUrl }: { publicUrl: string }): Hono<Env> {
  const app = new Hono<Env>();
  let loading: ReturnType<typeof scalarScript> | undefined;

  app.get('/', (c) => c.redirect('docs'));

  app.get('/favicon.ico', (c) => c.body(icon, 200, { 'Content-Type': 'image/svg+xml' }));

  for (const { path, type, text, headers: own } of textsAt(publicUrl)) {
    const bytes = Buffer.from(text);
    const etag = etagOf(bytes);
    app.get(path, (c) => {
      const headers = { 'Content-Type': type, 'Cache-Control': 'no-cache', ETag: etag, ...own };
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
    c.header('Vary', 'Accept');
    if (c.req.header('accept')?.includes('text/markdown')) return c.redirect(reference.slice(1));
    const nonce = randomBytes(16).toString('base64');
    c.header(
      'Content-Security-Policy',
      `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'unsafe-inline'; img-src 'self' data:; connect-src 'self' ${new URL(publicUrl).origin}; form-action 'none'; base-uri 'none'; frame-ancestors 'none'`,
    );
    c.header('Link', alternatives);
    const sources = shown.map(({ path, ...source }) => ({ ...source, url: path.slice(1) }));
    return c.html(docsPage(nonce, sources));
  });

  return app;
}
