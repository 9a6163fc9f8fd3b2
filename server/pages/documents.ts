import { readFileSync } from 'node:fs';
import type { ContractName } from '../../decide/contracts.ts';
import journal from '../../spec/journal.json' with { type: 'json' };
import latchkey from '../../spec/latchkey.json' with { type: 'json' };
import oauth from '../../spec/oauth.json' with { type: 'json' };
import share from '../../spec/share.json' with { type: 'json' };
import verifier from '../../spec/verifier.asyncapi.json' with { type: 'json' };

/** The OpenAPI documents as they stand in `spec/`. */
export const documents = { latchkey, journal, share, oauth } satisfies Record<ContractName, object>;

/** Where a document is served, without the extension of its form. */
const placeOf = (name: ContractName) => (name === 'latchkey' ? '/openapi' : `/openapi/${name}`);

/** The documents that the docs page shows; the first is shown first. */
export const shownOf = (contracts: readonly ContractName[]) =>
  contracts.map((name) => ({
    title: documents[name].info.title,
    slug: name,
    path: `${placeOf(name)}.json`,
  }));

/** What stands for the docs page where no page is wanted: our own document, as Markdown and as JSON. */
export const reference = { markdown: `${placeOf('latchkey')}.md`, json: `${placeOf('latchkey')}.json` };

/** Where the AsyncAPI document of verifiers is served. The docs page cannot show it. */
const verifierUrl = '/asyncapi.json';
const catalogPath = '/.well-known/api-catalog';

const json = 'application/json';
const markdown = 'text/markdown; charset=utf-8';
const plain = 'text/plain; charset=utf-8';
const linkset = 'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"';

/** What the documents have to know of a deployment. */
export interface Deployment {
  publicUrl: string;
  /** The contracts that are served. */
  contracts: readonly ContractName[];
}

/** The address that the files in `spec/` were written with. */
const writtenWith = 'http://127.0.0.1:8787';

/** The AsyncAPI document with the address of this deployment. */
function servedAt(publicUrl: string) {
  const { protocol, host, pathname } = new URL(publicUrl);
  const { latchkey } = verifier.servers;
  const address = { host, protocol: protocol === 'https:' ? 'wss' : 'ws' };
  const below = pathname === '/' ? {} : { pathname };
  return { ...verifier, servers: { latchkey: { ...latchkey, ...address, ...below } } };
}

/** What a language model reads first: a list of the documents (llmstxt.org). */
function llms({ publicUrl, contracts }: Deployment): string {
  const lines = (extension: string) =>
    contracts.map((name) => {
      const { title, summary } = documents[name].info;
      return `- [${title}](${publicUrl}${placeOf(name)}.${extension}): ${summary}\n`;
    });
  return `# Latchkey

> API keys for a product: its users create, list, rotate and revoke them, its servers verify them.

This is the API of ${publicUrl}. Read the first document; any others are contracts of their own over the same keys.

## Reference

${lines('md').join('')}
## OpenAPI and AsyncAPI

${lines('json').join('')}- [Verifier](${publicUrl}${verifierUrl}): The WebSocket by which a process of the product verifies tokens from memory.
`;
}

/** The catalog of this API for machines (RFC 9727): a set of links (RFC 9264). */
function catalog({ publicUrl, contracts }: Deployment): object {
  const link = (path: string, type: string) => ({ href: `${publicUrl}${path}`, type });
  return {
    linkset: [
      {
        anchor: publicUrl,
        'service-desc': [...shownOf(contracts).map(({ path }) => path), verifierUrl].map((path) =>
          link(path, json),
        ),
        'service-doc': [
          link('/docs', 'text/html'),
          ...contracts.map((name) => link(`${placeOf(name)}.md`, markdown)),
        ],
        status: [link('/readyz', json)],
      },
    ],
  };
}

/** A text as it is served. */
interface Served {
  path: string;
  type: string;
  text: string;
  headers?: Record<string, string>;
}

/** Everything about the API that is served as a text, with the public URL in it. */
export function textsOf(deployment: Deployment): Served[] {
  const { publicUrl, contracts } = deployment;
  const placed = (text: string) => text.replaceAll(writtenWith, publicUrl);
  return [
    ...contracts.flatMap((name) => [
      { path: `${placeOf(name)}.json`, type: json, text: placed(JSON.stringify(documents[name])) },
      {
        path: `${placeOf(name)}.md`,
        type: markdown,
        text: placed(readFileSync(new URL(`../../spec/${name}.md`, import.meta.url), 'utf8')),
      },
    ]),
    { path: verifierUrl, type: json, text: JSON.stringify(servedAt(publicUrl)) },
    { path: '/llms.txt', type: plain, text: llms(deployment) },
    {
      path: catalogPath,
      type: linkset,
      text: JSON.stringify(catalog(deployment)),
      // For whoever asks by HEAD whether there is a catalog (section 2).
      headers: { Link: `<${publicUrl}${catalogPath}>; rel="api-catalog"` },
    },
  ];
}
