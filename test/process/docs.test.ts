import { existsSync } from 'node:fs';
import axe, { type AxeResults } from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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

async function closeClient(dialog: Locator) {
  await dialog.getByRole('button', { name: 'Close Client' }).click();
  await dialog.waitFor({ state: 'hidden' });
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
    close: () => closeClient(dialog),
  };
}

test.skipIf(missing)(
  'the docs load nothing from other hosts, log no errors, and show samples in several languages',
  async () => {
    const { page, origins, complaints } = await openDocs('#latchkey/tag/keys/POST/v1/keys');
    await operation(page, 'Create a key').waitFor();
    await page.waitForLoadState('networkidle');
    expect([...origins.keys()]).toEqual([service.url]);
    expect(complaints).toEqual([]);
    if (screenshot) await page.screenshot({ path: screenshot });

    // Samples show our typed client first, and curl on demand.
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
  },
);

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
  // What fades in has colours of its own on the way.
  await page.evaluate('Promise.allSettled(document.getAnimations().map(({ finished }) => finished))');
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<AxeResults>("axe.run({ resultTypes: ['violations'] })");
  return Object.fromEntries(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]));
}

const dark = { colorScheme: 'dark', viewport: { width: 400, height: 800 } } as const;
const creating = '#latchkey/tag/keys/POST/v1/keys';

/** What axe finds in Scalar's own field for the user name of HTTP Basic, with which a client of OAuth calls. */
const foundInUserName = ['aria-input-field-name', 'aria-required-attr'];

/** Switches to another document. */
async function switchTo(page: Page, title: string) {
  await page.getByRole('complementary').getByRole('button').first().click();
  await page.getByRole('option', { name: title }).click();
  await page.getByRole('heading', { name: title, level: 1 }).waitFor();
}

describe.skipIf(missing)('in a page that is light and 1280 pixels wide,', () => {
  let docs: Docs;

  beforeAll(async () => {
    docs = await openDocs('', { colorScheme: 'light' });
  });
  afterAll(() => docs.page.close());

  test('axe finds nothing of ours at the start and at an operation', async () => {
    const { page } = docs;
    await page.getByRole('heading', { name: 'Latchkey', exact: true }).waitFor();
    expect(await broken(page)).toEqual({});
    await goTo(page, 'Keys', 'Create a key');
    expect(await broken(page)).toEqual({});
  });

  test('axe finds only what is Scalar’s own in the client for trying an operation', async () => {
    const { page } = docs;
    await goTo(page, 'Keys', 'Create a key');
    const { dialog } = await openClient(page, 'Create a key');
    const found = Object.keys(await broken(page));
    await closeClient(dialog);
    expect(found).toEqual(foundInClient);
  });

  test('the documents can be switched between, ours first, and axe finds nothing of ours in them', async () => {
    const { page, origins, complaints } = docs;
    await page.getByRole('heading', { name: 'Latchkey', level: 1 }).waitFor();
    for (const title of ['Journal: API management', 'Share: API Key', 'OAuth']) {
      await switchTo(page, title);
      expect(Object.keys(await broken(page)), title).toEqual(title === 'OAuth' ? foundInUserName : []);
    }
    expect([...origins.keys()]).toEqual([service.url]);
    expect(complaints).toEqual([]);
  });
});

test.skipIf(missing).each([
  { place: '', heading: 'Latchkey' },
  { place: creating, heading: 'Create a key' },
])(
  'axe finds nothing of ours at "$heading" in a page that is dark and narrow',
  async ({ place, heading }) => {
    const { page } = await openDocs(place, dark);
    await page.getByRole('heading', { name: heading, exact: true }).waitFor();
    expect(await broken(page)).toEqual({});
    await page.close();
  },
);

test.skipIf(missing)('the docs of the older contracts link to where one signs in', async () => {
  const { page } = await openDocs('#journal');
  for (const title of ['Journal: API management', 'Share: API Key']) {
    if (title !== 'Journal: API management') await switchTo(page, title);
    const opened = page.waitForEvent('popup');
    await page.getByRole('link', { name: 'Sign in', exact: true }).click();
    await operation(await opened, 'Sign in').waitFor();
  }
  await page.context().close();
});

describe.skipIf(missing)('to who is not signed in,', () => {
  let page: Page;

  beforeAll(async () => {
    ({ page } = await openDocs());
  });
  afterAll(() => page.close());

  test('the card for credentials has room for its title: it names their kind alone', async () => {
    const card = page.getByRole('region', { name: 'Authentication' });
    await card.getByText('accessToken', { exact: true }).first().waitFor();
    expect(await card.innerText()).not.toContain('Selected');
  });

  test('the docs’ own request to sign up, sent as it stands, makes no account', async () => {
    await goTo(page, 'Accounts', 'Create an account');
    const { answer, close } = await send(page, 'Create an account', '422 Unprocessable');
    await close();
    expect(answer.errors).toMatchObject([{ pointer: '#/password' }]);
  });

  test.each([
    ['Accounts', 'List accounts'],
    ['Events', 'List events'],
  ])('%s: a list tried as it stands asks for the whole list, with no filter', async (group, name) => {
    await goTo(page, group, name);
    const { url, close } = await send(page, name, '401 Unauthorized');
    await close();
    expect([...url.searchParams.keys()]).toEqual(['limit']);
  });
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
