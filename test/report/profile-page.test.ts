import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AnalysisFinding } from '../../src/profile/rules/located.js';
import type { PageFindings } from '../../src/report/profile/data.js';
import { profileOf, realProfiles } from '../profile/ask-tool.js';
import { profiled } from '../profile/made-profile.js';
import { chromiumPath, launch, lowContrast, open, unfoldAll } from './support/browser.js';
import { attack } from './support/hostile.js';
import { pageOf, trainingProfile } from './support/profile-pages.js';

if (chromiumPath === undefined) console.warn('skipped: pages of profiles are not opened in a browser, because there is no Chromium here. Install it, or name one with CHROMIUM_PATH.');

const desktop = { width: 1300, height: 900 };
const phone = { width: 390, height: 844 };

/** In step 3, whose kernels begin at 3.06 ms. */
const finding: AnalysisFinding = { id: 'f1', category: 'C3', rule: 'C3-sync', title: 'The host waits in each step', severity: 'high', confidence: 'high', headroom_ms: 4, share: 0.2, notes: [], file: 'train.py', function: 'step', line: 12, evidence: [{ tool: 'sync', text: 'waits for 0.55 ms', place: { table: 'CUPTI_ACTIVITY_KIND_RUNTIME', profile: 'made.sqlite', rangeMs: [3.1, 3.65], ids: [16] } }] };
const found: PageFindings = {
  findings: [finding],
  abstained: [{ rule: 'C6', reason: 'no communication was captured' }],
};

/** The stretch that the timeline shows, in milliseconds. */
async function shown(page: Page): Promise<[number, number]> {
  await frame(page);
  return await page.evaluate<[number, number]>('(({from, to}) => [from / 1e6, to / 1e6])(document.querySelector("#timeline-canvas").dataset)');
}

/** What was asked for is drawn in the next frame. */
async function frame(page: Page): Promise<void> {
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
}

/** How many colours a canvas has; 1: it is blank. */
async function colours(page: Page, selector: string): Promise<number> {
  return await page.evaluate<number>(`(() => { const canvas = document.querySelector("${selector}"); const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height); return new Set(new Uint32Array(data.buffer)).size; })()`);
}

describe.skipIf(chromiumPath === undefined)('the page of a profile in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
  });

  async function withPage(file: string, use: (page: Page) => Promise<void>, options: object = {}): Promise<void> {
    const { page, problems } = await open(browser, file, { viewport: desktop, ...options });
    await page.waitForFunction('document.documentElement.dataset.ready !== undefined');
    await frame(page);
    await use(page);
    expect(problems).toEqual([]);
    await page.context().close();
  }

  it('is quiet and legible, in light, in dark and on a phone', async () => {
    const file = await pageOf(await trainingProfile(), { findings: found });
    const grounds = new Set<string>();
    for (const options of [{}, { colorScheme: 'dark' }, { viewport: phone }]) {
      await withPage(file, async (page) => {
        expect(await colours(page, '#timeline-canvas')).toBeGreaterThan(8);
        expect(await colours(page, '#timeline-overview')).toBeGreaterThan(2);
        expect(await page.locator('.treemap .kernel').count()).toBe(2);
        expect(await page.locator('.copies rect').count()).toBeGreaterThan(20);
        await unfoldAll(page);
        expect(await lowContrast(page)).toEqual([]);
        const [content, window] = await page.evaluate<[number, number]>('[document.documentElement.scrollWidth, document.documentElement.clientWidth]');
        expect(content).toBeLessThanOrEqual(window);
        grounds.add(await page.evaluate<string>('getComputedStyle(document.body).backgroundColor'));
      }, options);
    }
    expect(grounds.size).toBe(2);
  });

  it('moves by keys, buttons, wheel and drag', async () => {
    await withPage(await pageOf(await trainingProfile()), async (page) => {
      expect(await shown(page)).toEqual([0, expect.closeTo(19.7, 1)]);
      await page.locator('#timeline-box').focus();
      for (const key of ['+', '+']) await page.keyboard.press(key);
      const [from, to] = await shown(page);
      expect(to - from).toBeCloseTo(19.7 * 0.36, 1);
      await page.keyboard.press('ArrowRight');
      expect((await shown(page))[0]).toBeGreaterThan(from);
      await page.keyboard.press('0');
      expect(await shown(page)).toEqual([0, expect.closeTo(19.7, 1)]);
      await page.locator('#zoom-in').click();
      const box = await page.locator('#timeline-canvas').boundingBox();
      const [x, y] = [(box?.x ?? 0) + 700, (box?.y ?? 0) + 60];
      const before = await shown(page);
      await page.mouse.move(x, y);
      await page.mouse.down();
      await page.mouse.move(x - 200, y);
      await page.mouse.up();
      expect((await shown(page))[0]).toBeGreaterThan(before[0]);
      await page.keyboard.down('Control');
      await page.mouse.wheel(0, -300);
      await page.keyboard.up('Control');
      const after = await shown(page);
      expect(after[1] - after[0]).toBeLessThan(before[1] - before[0]);
    });
  });

  it('jumps to the time of a finding and marks it', async () => {
    await withPage(await pageOf(await trainingProfile(), { findings: found }), async (page) => {
      await page.getByRole('button', { name: 'show in the timeline' }).click();
      const [from, to] = await shown(page);
      expect([from < 3.1, to > 3.65, to - from < 1.5]).toEqual([true, true, true]);
      expect(await page.locator('#timeline-status').innerText()).toContain('The host waits in each step');
      const marked = async (): Promise<string> => await page.evaluate<string>('document.querySelector("#timeline-canvas").dataset.marked');
      expect(await marked()).toBe('1');
      await page.keyboard.press('Escape');
      await frame(page);
      expect(await page.locator('#timeline-status').innerText()).toBe('');
      expect(await marked()).toBe('0');
    });
  });

  it('finds by name, and tells what launched a kernel', async () => {
    await withPage(await pageOf(await trainingProfile()), async (page) => {
      await page.keyboard.press('/');
      await page.keyboard.type('sgemm');
      await page.keyboard.press('Enter');
      expect(await page.locator('#timeline-status').innerText()).toBe('20 found, 4.8 ms in all');
      const details = page.locator('#timeline-details');
      expect(await details.innerText()).toMatch(/ampere_sgemm_128x64_tn[\s\S]*240 µs[\s\S]*cudaLaunchKernel at 30 µs[\s\S]*30 µs from the launch/);
      await page.getByRole('button', { name: 'Go to its launch' }).click();
      expect(await details.locator('strong').innerText()).toBe('cudaLaunchKernel');
      await page.getByRole('button', { name: 'Go to its work' }).click();
      expect(await details.locator('strong').innerText()).toBe('ampere_sgemm_128x64_tn');
      const [from, to] = await shown(page);
      expect(from < 0.06 && to > 0.3).toBe(true);
    });
  });

  it('draws sampled stacks as a flame graph that zooms, and their functions over time', async () => {
    const db = await profiled(['main@main.js:1 > a@a.js:3 > sort', 30], ['main@main.js:1 > b@b.js:9', 10], ['main@main.js:1 > a@a.js:3', 60]);
    await withPage(await pageOf(db), async (page) => {
      const cells = async (): Promise<string[]> => await page.evaluate<string[]>('(({cells, root}) => [cells, root])(document.querySelector("#flame-canvas").dataset)');
      expect(await cells()).toEqual(['5', '0']);
      await page.locator('#flame-canvas').focus();
      for (const key of ['ArrowDown', 'ArrowDown']) await page.keyboard.press(key);
      expect(await page.locator('#flame-status').innerText()).toBe('a: 90 ms, 90.0% of all');
      expect((await cells())[0]).toBe('4');
      await page.keyboard.press('Escape');
      expect((await cells())[0]).toBe('5');
      expect(await colours(page, '#flame-canvas')).toBeGreaterThan(3);
      expect(await shown(page)).toEqual([0, 100]);
      expect(await page.locator('#kernels').count()).toBe(0);
      expect(await page.locator('#not-here ~ ul').innerText()).toContain('no map of kernels');
    });
  });

  it('shows hostile names as text, and long ones short', async () => {
    const db = await trainingProfile((plain) => (plain === 'forward' ? `${attack}${'x'.repeat(1_000_000)}` : `${plain}${attack}`));
    const file = await pageOf(db, { title: attack, findings: { findings: [{ ...finding, title: attack, file: attack, notes: [attack] }], abstained: [{ rule: attack, reason: attack }] } });
    expect(statSync(file).size).toBeLessThan(500_000);
    await withPage(file, async (page) => {
      await page.locator('#timeline-search').fill('script>');
      await page.locator('#timeline-search').press('Enter');
      expect(await page.locator('#timeline-details strong').innerText()).toContain('<script>window.hacked=1</script>');
      await page.getByRole('button', { name: 'show in the timeline' }).click();
      await page.mouse.move(700, 200);
      await unfoldAll(page);
      expect(await page.evaluate('"hacked" in window')).toBe(false);
      expect(await page.evaluate('document.querySelectorAll("img, iframe, [onload], [onerror]").length')).toBe(0);
    }, { bypassCSP: true });
  });

  it('has its findings and tables without scripts and in print', async () => {
    const file = await pageOf(await trainingProfile(), { findings: found });
    const { page, problems } = await open(browser, file, { viewport: desktop, javaScriptEnabled: false });
    expect(await page.locator('#timeline-box').isVisible()).toBe(false);
    expect(await page.locator('article h3').innerText()).toBe('The host waits in each step');
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('.answer table').first().isVisible()).toBe(true);
    expect(problems).toEqual([]);
    await page.context().close();
  });

  it('merges neighbours when there are too many events, and says so', async () => {
    await withPage(await pageOf(await trainingProfile(undefined, 200), { mostSpans: 500 }), async (page) => {
      expect(await page.locator('#timeline ~ .note').last().innerText()).toMatch(/^2,001 events as \d{3} spans/);
      expect(await colours(page, '#timeline-canvas')).toBeGreaterThan(8);
    });
  });

  for (const name of ['nsys-h100-2gpu-inference.sqlite', 'nsys-healthy-1pct-idle.sqlite', 'kineto-alexnet.json.gz']) {
    const real = join(realProfiles, name);
    it.skipIf(!existsSync(real))(`opens a real profile: ${name}${existsSync(real) ? '' : ' (not here)'}`, async () => {
      await withPage(await pageOf(await profileOf(real), { title: name }), async (page) => {
        expect(await colours(page, '#timeline-canvas')).toBeGreaterThan(8);
        await unfoldAll(page);
        expect(await lowContrast(page)).toEqual([]);
      });
    });
  }
});
