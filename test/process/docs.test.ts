import { existsSync } from 'node:fs';
import axe, { type AxeResults } from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ServiceProcess, startProcess } from '../../scripts/support/service.ts';
import { password } from '../support/harness.ts';
import { seed } from '../support/seed.ts';

const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
const missing = !existsSync(executablePath);
if (missing)
  console.log(`The docs are not tested in a browser: no Chromium at ${executablePath} (CHROMIUM_PATH).`);

/** Where to write a picture of the docs, as `SCREENSHOT=docs/docs-page.png` does for the README. */
const screenshot = process.env.SCREENSHOT;

let service: ServiceProcess;
let browser: Browser;

beforeAll(async () => {
  if (missing) return;
  service = await startProcess({
    seed,
    // A picture shows the address that everybody starts with.
    env: screenshot ? { PORT: '8787' } : {},
  });
  browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
});

afterAll(async () => {
  await browser?.close();
  await service?.stop();
});

interface Docs {
  page: Page;
  /** The origins that the page asked anything of, and how often. */
  origins: Map<string, number>;
  /** Its errors and warnings: those of scripts, of the network and of its Content-Security-Policy. */
  complaints: string[];
}

/** The docs in a page of their own, at this place below `/docs`. */
async function openDocs(place = '', options: BrowserContextOptions = {}): Promise<Docs> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, ...options });
  const origins = new Map<string, number>();
  const complaints: string[] = [];
  const note = (address: string) => {
    const { protocol, origin } = new URL(address);
    if (protocol !== 'data:' && protocol !== 'blob:') origins.set(origin, (origins.get(origin) ?? 0) + 1);
  };
  page.on('request', (request) => note(request.url()));
  page.on('websocket', (socket) => note(socket.url()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  await page.goto(`${service.url}/docs${place}`);
  return { page, origins, complaints };
}

const operation = (page: Page, name: string) => page.getByRole('region', { name, exact: true });

/** Goes to an operation by way of the sidebar. */
async function goTo(page: Page, group: string, name: string) {
  const sidebar = page.getByRole('complementary');
  const open = sidebar.getByRole('button', { name: `Open Group - ${group}` });
  if (await open.isVisible()) await open.click();
  await sidebar.getByRole('link', { name }).click();
  await operation(page, name).waitFor();
}

/** The client in which an operation can be tried. */
async function openClient(page: Page, name: string) {
  await operation(page, name)
    .getByRole('button', { name: /^Test Request/ })
    .click();
  const dialog = page.getByRole('dialog', { name: 'API Client' });
  const button = dialog.getByRole('button', { name: /^Send \w+ request/ });
  await button.waitFor();
  return { dialog, button };
}

/**
 * Sends an operation's request with the page's own client.
 * @param status what the client must show
 * @param body instead of the example
 * @returns what was asked, and what the service answered
 */
async function send(page: Page, name: string, status: string, body?: object) {
  const { dialog, button } = await openClient(page, name);
  if (body) {
    await dialog.getByRole('region', { name: 'Request Body' }).getByRole('textbox').click();
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.insertText(JSON.stringify(body));
  }
  const [response] = await Promise.all([
    page.waitForResponse((response) => new URL(response.url()).pathname.startsWith('/v1/')),
    button.click(),
  ]);
  await dialog.getByText(status).first().waitFor();
  const answer = await response.json();
  return {
    url: new URL(response.url()),
    answer,
    shows: (text: string) => dialog.getByText(text).first().waitFor(),
    close: async () => {
      await dialog.getByRole('button', { name: 'Close Client' }).click();
      await dialog.waitFor({ state: 'hidden' });
    },
  };
}

test.skipIf(missing)('the docs load nothing from other hosts, and log no errors', async () => {
  const { page, origins, complaints } = await openDocs('#latchkey/tag/keys/POST/v1/keys');
  await operation(page, 'Create a key').waitFor();
  await page.waitForLoadState('networkidle');
  expect([...origins.keys()]).toEqual([service.url]);
  expect(complaints).toEqual([]);
  if (screenshot) await page.screenshot({ path: screenshot });
  await page.close();
});

test.skipIf(missing)('the docs are found with a slash behind them as well', async () => {
  const { page, complaints } = await openDocs('/#latchkey/tag/keys/POST/v1/keys');
  await operation(page, 'Create a key').waitFor();
  expect(page.url()).toBe(`${service.url}/docs#latchkey/tag/keys/POST/v1/keys`);
  expect(complaints).toEqual([]);
  await page.close();
});

test.skipIf(missing)('a place that names no document is in the first', async () => {
  const { page, complaints } = await openDocs('#tag/keys/POST/v1/keys/import');
  await operation(page, 'Import a key').waitFor();
  await expect.poll(() => page.evaluate('scrollY')).toBeGreaterThan(1_000);
  expect(page.url()).toBe(`${service.url}/docs#latchkey/tag/keys/POST/v1/keys/import`);
  expect(complaints).toEqual([]);
  await page.close();
});

/**
 * What axe finds in Scalar's client for trying an operation, by rule. Nothing of it comes from our documents, colours
 * or settings. This list may only get shorter.
 */
const foundInClient = [
  'aria-allowed-role',
  'aria-input-field-name',
  'aria-prohibited-attr',
  'aria-required-attr',
  'button-name',
  'landmark-no-duplicate-main',
  'landmark-unique',
  'presentation-role-conflict',
];

/** The rules of axe that a page breaks, each with the elements that do. */
async function broken(page: Page): Promise<Record<string, string[]>> {
  await page.waitForLoadState('networkidle');
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<AxeResults>("axe.run({ resultTypes: ['violations'] })");
  return Object.fromEntries(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]));
}

const light = { colorScheme: 'light', viewport: { width: 1280, height: 800 } } as const;
const dark = { colorScheme: 'dark', viewport: { width: 400, height: 800 } } as const;
const creating = '#latchkey/tag/keys/POST/v1/keys';

/** What axe finds in Scalar's own field for the user name of HTTP Basic, with which a client of OAuth calls. */
const foundInUserName = ['aria-input-field-name', 'aria-required-attr'];

test.skipIf(missing).each([
  { place: '', heading: 'Latchkey', ...light },
  { place: creating, heading: 'Create a key', ...light },
  { place: '#journal', heading: 'Journal: API management', ...light },
  { place: '#share', heading: 'Share: API Key', ...light },
  { place: '#oauth', heading: 'OAuth', ...light },
  { place: '', heading: 'Latchkey', ...dark },
  { place: creating, heading: 'Create a key', ...dark },
])(
  'axe finds nothing of ours at "$heading", $colorScheme and $viewport.width pixels wide',
  async ({ place, heading, ...options }) => {
    const { page } = await openDocs(place, options);
    await page.getByRole('heading', { name: heading, exact: true }).waitFor();
    expect(Object.keys(await broken(page))).toEqual(place === '#oauth' ? foundInUserName : []);
    await page.close();
  },
);

test.skipIf(missing)(
  'in the client for trying an operation, axe finds only what is Scalar’s own',
  async () => {
    const { page } = await openDocs(creating, light);
    await openClient(page, 'Create a key');
    expect(Object.keys(await broken(page))).toEqual(foundInClient);
    await page.close();
  },
);

test.skipIf(missing)('the documents can be switched between, ours first', async () => {
  const { page, origins, complaints } = await openDocs();
  for (const title of ['Latchkey', 'Journal: API management', 'Share: API Key', 'OAuth']) {
    if (title !== 'Latchkey') {
      await page.getByRole('complementary').getByRole('button').first().click();
      await page.getByRole('option', { name: title }).click();
    }
    await page.getByRole('heading', { name: title, level: 1 }).waitFor();
  }
  expect([...origins.keys()]).toEqual([service.url]);
  expect(complaints).toEqual([]);
  await page.close();
});

test.skipIf(missing).each(['#journal', '#share'])(
  'the docs at %s link to where one signs in',
  async (place) => {
    const { page } = await openDocs(place);
    const opened = page.waitForEvent('popup');
    await page.getByRole('link', { name: 'Sign in', exact: true }).click();
    await operation(await opened, 'Sign in').waitFor();
    await page.context().close();
  },
);

test.skipIf(missing)(
  'the card for credentials has room for its title: it names their kind alone',
  async () => {
    const { page } = await openDocs();
    const card = page.getByRole('region', { name: 'Authentication' });
    await card.getByText('accessToken', { exact: true }).first().waitFor();
    expect(await card.innerText()).not.toContain('Selected');
    await page.close();
  },
);

test.skipIf(missing)('samples show our typed client first, and curl on demand', async () => {
  const { page } = await openDocs('#latchkey/tag/keys/POST/v1/keys');
  const section = operation(page, 'Create a key');
  const sample = section.getByRole('group', { name: /^Request Example/ });
  await sample.getByText('latchkey.keys.create(').waitFor();
  await section.getByRole('button', { name: 'Typed client' }).click();
  expect(await page.getByRole('option').allTextContents()).toEqual([
    'Typed client',
    'NewRequest',
    'Fetch',
    'Requests',
    'Curl',
  ]);
  await page.getByRole('option', { name: 'Curl' }).click();
  await sample.getByText(`curl ${service.url}/v1/keys`).waitFor();
  await page.close();
});

test.skipIf(missing)('the docs’ own request to sign up, sent as it stands, makes no account', async () => {
  const { page } = await openDocs();
  await goTo(page, 'Accounts', 'Create an account');
  const { answer } = await send(page, 'Create an account', '422 Unprocessable');
  expect(answer.errors).toMatchObject([{ pointer: '#/password' }]);
  await page.close();
});

test.skipIf(missing)('somebody signs up, signs in and creates a key through the docs', async () => {
  const { page, origins, complaints } = await openDocs();
  const body = { email: 'ada@example.com', password };

  await goTo(page, 'Accounts', 'Create an account');
  await (await send(page, 'Create an account', '201 Created', body)).close();

  await goTo(page, 'Sessions', 'Sign in');
  const signedIn = await send(page, 'Sign in', '201 Created', body);
  await signedIn.close();

  await page.getByRole('complementary').getByRole('link', { name: 'Introduction' }).click();
  const authentication = page.getByRole('region', { name: 'Authentication' });
  await authentication.getByRole('textbox', { name: 'Bearer Token' }).fill(signedIn.answer.accessToken);

  await goTo(page, 'Keys', 'Create a key');
  const created = await send(page, 'Create a key', '201 Created');
  await created.shows(created.answer.token);
  await created.close();

  await goTo(page, 'Keys', 'List keys');
  const listed = await send(page, 'List keys', '200 OK');
  expect([...listed.url.searchParams.keys()]).toEqual(['limit']);
  await listed.shows(created.answer.id);

  expect([...origins.keys()]).toEqual([service.url]);
  expect(complaints).toEqual([]);
  await page.close();
});

test.skipIf(missing).each([
  ['Accounts', 'List accounts'],
  ['Events', 'List events'],
])('%s: a list tried as it stands asks for the whole list, with no filter', async (group, name) => {
  const { page } = await openDocs();
  await goTo(page, group, name);
  const { url } = await send(page, name, '401 Unauthorized');
  expect([...url.searchParams.keys()]).toEqual(['limit']);
  await page.close();
});
