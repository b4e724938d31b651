import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

/** A Chromium of this machine; undefined where there is none. CHROMIUM_PATH names another. */
export const chromiumPath = [process.env['CHROMIUM_PATH'], '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => path !== undefined && path !== '' && existsSync(path));

export async function launch(): Promise<Browser> {
  return await chromium.launch({ executablePath: chromiumPath ?? '', args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'] });
}

export interface Opened {
  page: Page;
  /** Errors, warnings and requests beyond the file itself. */
  problems: string[];
}

/** Opens a file and gathers all that a quiet page must not do. */
export async function open(browser: Browser, file: string, options: BrowserContextOptions): Promise<Opened> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const problems: string[] = [];
  const address = `file://${file}`;
  page.on('console', (message) => problems.push(`console ${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => problems.push(`error: ${error.message}`));
  page.on('request', (request) => {
    if (request.url() !== address && request.url() !== 'data:,') problems.push(`request: ${request.url()}`);
  });
  page.on('dialog', (dialog) => {
    problems.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(address);
  return { page, problems };
}

export async function unfoldAll(page: Page): Promise<void> {
  await page.evaluate('for (const element of document.querySelectorAll("details")) element.open = true');
}

/** Texts whose contrast with what is behind them is under that of WCAG 2.2, AA (4.5, or 3 for large text). */
export async function lowContrast(page: Page): Promise<string[]> {
  return await page.evaluate<string[]>(await readFile(new URL('low-contrast.page.mjs', import.meta.url), 'utf8'));
}
