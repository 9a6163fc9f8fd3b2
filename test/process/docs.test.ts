import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { password } from '../harness.ts';
import { type ServiceProcess, startProcess } from './service.ts';

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

/** The docs in a page of their own. */
async function openDocs(hash = ''): Promise<Docs> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
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
  await page.goto(`${service.url}/docs${hash}`);
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

/**
 * Sends an operation's request with the page's own client.
 * @param status what the client must show
 * @param body instead of the example
 * @returns what was asked, and what the service answered
 */
async function send(page: Page, name: string, status: string, body?: object) {
  await operation(page, name)
    .getByRole('button', { name: /^Test Request/ })
    .click();
  const dialog = page.getByRole('dialog', { name: 'API Client' });
  const button = dialog.getByRole('button', { name: /^Send \w+ request/ });
  await button.waitFor();
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

test.skipIf(missing)('the docs load nothing from anywhere else, and complain of nothing', async () => {
  const { page, origins, complaints } = await openDocs('#latchkey/tag/keys/POST/v1/keys');
  await operation(page, 'Create a key').waitFor();
  await page.waitForLoadState('networkidle');
  expect([...origins.keys()]).toEqual([service.url]);
  expect(complaints).toEqual([]);
  if (screenshot) await page.screenshot({ path: screenshot });
  await page.close();
});

test.skipIf(missing)('the three documents can be switched between, ours first', async () => {
  const { page, origins, complaints } = await openDocs();
  for (const title of ['Latchkey', 'Journal: API management', 'Share: API Key']) {
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

test.skipIf(missing)('samples show our typed client first, and curl on demand', async () => {
  const { page } = await openDocs('#latchkey/tag/keys/POST/v1/keys');
  const section = operation(page, 'Create a key');
  const sample = section.getByRole('group', { name: /^Request Example/ });
  await sample.getByText("latchkey.POST('/v1/keys'").waitFor();
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
