/** A document that the page shows. */
interface Source {
  title: string;
  slug: string;
  /** Relative to the page, so that it is found below a path as well. */
  url: string;
}

const hiddenLanguages =
  'c clojure csharp dart fsharp http java julia kotlin node objc ocaml php powershell r ruby rust swift'.split(
    ' ',
  );

/** Colours that contrast with every background that Scalar puts them on by at least 4.5 to 1 (WCAG 2.2, 1.4.3). */
const customCss = `
.light-mode {
  --scalar-color-2: #5e5e5e;
  --scalar-color-3: #696969;
  --scalar-color-green: #00764a;
  --scalar-color-blue: #006bb3;
  --scalar-color-yellow: #8a6200;
  --scalar-color-orange: #b83f00;
  --scalar-color-red: #d00000;
}
.dark-mode {
  --scalar-color-3: #919191;
  --scalar-color-red: #ff6b6b;
}
/* The name of a button that copies a sample, which Scalar hides until a pointer or the focus is on the sample. */
.scalar-code-copy > div > .sr-only > span { display: inline !important; }
/* What is deprecated says so; faded as well, it is hard to read. */
.property--deprecated > * { opacity: 1 !important; }
/* The introduction has more to say than the cards beside it. */
.introduction-section .section-column:first-child { flex: 1.6; }
/* Long lines wrap: what scrolls sideways cannot be reached without a pointer. */
.introduction-section pre code, .introduction-section pre code * { white-space: pre-wrap !important; overflow-wrap: anywhere !important; }
/* A section that a link leads to has the focus, but is nothing to operate. */
[tabindex="-1"]:focus-visible { outline: none; }
/* "Required" does not fit beside the kind of credential. */
.scalar-reference-intro-auth [data-testid="auth-indicator"] { display: none; }
/* Its "client libraries" never name our own; each sample has the choice. */
.scalar-reference-intro-clients { display: none; }
`;

/** What Scalar is told. Its defaults load fonts, send telemetry and offer hosted services: all of that is off. */
const settings = {
  theme: 'default',
  withDefaultFonts: false,
  telemetry: false,
  agent: { disabled: true },
  mcp: { disabled: true },
  showDeveloperTools: 'never',
  hideClientButton: true,
  // As the contract has them: what matters first, and what belongs together side by side.
  orderSchemaPropertiesBy: 'preserve',
  persistAuth: false,
  // What stays, beside our typed client: curl, fetch, Python's requests and Go.
  hiddenClients: {
    ...Object.fromEntries(hiddenLanguages.map((language) => [language, true])),
    shell: ['httpie', 'wget'],
    js: ['axios', 'jquery', 'ofetch', 'xhr'],
    python: ['aiohttp', 'httpx_async', 'httpx_sync', 'python3'],
  },
  // "Selected Auth Type: accessToken" is too long for its card.
  localization: { translations: { apiClient: { authSelector: { selectedType: '{type}' } } } },
  customCss,
};

/** JSON that can stand in a script element. */
const inScript = (value: unknown) => JSON.stringify(value).replaceAll('<', '\\u003c');

/**
 * The page that shows the documents with Scalar, whose script it loads from `docs/scalar.js`.
 * @param nonce what the Content-Security-Policy asks of each script
 * @param sources the documents; the first is shown first
 */
export const docsPage = (nonce: string, sources: Source[]): string => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Latchkey: API reference</title>
  </head>
  <body>
    <div id="app"></div>
    <noscript>
      <p>This page needs JavaScript. The documents it shows are OpenAPI 3.1:</p>
      <ul>${sources.map(({ title, url }) => `<li><a href="${url}">${title}</a></li>`).join('')}</ul>
    </noscript>
    <script src="docs/scalar.js" nonce="${nonce}"></script>
    <script nonce="${nonce}">
      // A place that names no document, as on a page that shows one alone, is in the first.
      const slugs = ${inScript(sources.map(({ slug }) => slug))};
      const place = location.hash.slice(1);
      if (place && !slugs.includes(place.split('/')[0])) history.replaceState(null, '', '#' + slugs[0] + '/' + place);
      Scalar.createApiReference('#app', ${inScript({ ...settings, sources })});
    </script>
  </body>
</html>
`;
