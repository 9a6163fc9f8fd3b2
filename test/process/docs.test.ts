import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { password } from '../harness.ts';
import { type ServiceProcess, startProcess } from './service.ts';

const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
const missing = !existsSync(executablePath);
if (missing)
  console.log(`The docs are not tested in a browser: no Chromium at ${executablePath} (CHROMIUM_PATH).`);

let service: ServiceProcess;
let browser: Browser;

beforeAll(async () => {
  if (missing) return;
  service = await startProcess();
  browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
});

afterAll(async () => {
  await browser?.close();
  await service?.stop();
});

/** The docs in a page of their own, with what it asked for and what it complained about. */
async function openDocs(hash = ''): Promise<{ page: Page; requests: string[]; complaints: string[] }> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  const requests: string[] = [];
  const complaints: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  await page.goto(`${service.url}/docs${hash}`);
  return { page, requests, complaints };
}

/** Opens an operation's request in the page's own client. */
async function openRequest(page: Page, operation: string, name: string) {
  await page.goto(`${service.url}/docs#latchkey/tag/${operation}`);
  await page.reload();
  const section = page.getByRole('region', { name, exact: true });
  await section.getByRole('button', { name: /^Test Request/ }).click();
  return page.getByRole('dialog', { name: 'API Client' });
}

/** Replaces the body in the page's client, sends, and gives the answer that came. */
async function send(page: Page, path: string, body?: object) {
  const dialog = page.getByRole('dialog', { name: 'API Client' });
  if (body) {
    await dialog.getByRole('region', { name: 'Request Body' }).getByRole('textbox').click();
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.insertText(JSON.stringify(body));
  }
  const answered = page.waitForResponse((response) => new URL(response.url()).pathname === path);
  await dialog.getByRole('button', { name: /^Send \w+ request/ }).click();
  return answered;
}

test.skipIf(missing)('the docs load nothing from anywhere else, and complain of nothing', async () => {
  const { page, requests, complaints } = await openDocs('#latchkey/tag/keys/POST/v1/keys');
  await page.getByRole('heading', { name: 'Create a key' }).waitFor();
  await page.waitForLoadState('networkidle');
  expect(requests.length).toBeGreaterThan(2);
  expect(requests.filter((url) => !url.startsWith(service.url) && !/^(?:data|blob):/.test(url))).toEqual([]);
  expect(complaints).toEqual([]);
  if (process.env.SCREENSHOT) await page.screenshot({ path: process.env.SCREENSHOT });
  await page.close();
});

test.skipIf(missing)('the three documents can be switched between, ours first', async () => {
  const { page } = await openDocs();
  for (const title of ['Latchkey', 'Journal: API management', 'Share: API Key']) {
    if (title !== 'Latchkey') {
      await page.getByRole('complementary').getByRole('button').first().click();
      await page.getByRole('option', { name: title }).click();
    }
    await page.getByRole('heading', { name: title, level: 1 }).waitFor();
  }
  await page.close();
});

test.skipIf(missing)('samples show our typed client first', async () => {
  const { page } = await openDocs('#latchkey/tag/keys/POST/v1/keys');
  const sample = page
    .getByRole('region', { name: 'Create a key', exact: true })
    .getByRole('group', { name: /^Request Example/ });
  await expect.poll(() => sample.textContent(), { timeout: 20_000 }).toContain("latchkey.POST('/v1/keys'");
  await page.close();
});

test.skipIf(missing)('somebody signs up, signs in and creates a key through the docs', async () => {
  const { page, requests, complaints } = await openDocs();
  const body = { email: 'ada@example.com', password };

  await openRequest(page, 'accounts/POST/v1/accounts', 'Create an account');
  expect((await send(page, '/v1/accounts', body)).status()).toBe(201);

  await openRequest(page, 'sessions/POST/v1/sessions', 'Sign in');
  const signedIn = await send(page, '/v1/sessions', body);
  expect(signedIn.status()).toBe(201);
  const { accessToken } = await signedIn.json();

  const dialog = await openRequest(page, 'keys/POST/v1/keys', 'Create a key');
  await dialog.getByRole('textbox', { name: 'Bearer Token' }).fill(accessToken);
  const created = await send(page, '/v1/keys');
  expect(created.status()).toBe(201);
  const { token } = await created.json();
  await dialog.getByText(token).first().waitFor();

  expect(requests.filter((url) => !url.startsWith(service.url) && !/^(?:data|blob):/.test(url))).toEqual([]);
  expect(complaints).toEqual([]);
  await page.close();
});
