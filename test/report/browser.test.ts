import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunStatus } from '../../src/core/status.js';
import { writeReport } from '../../src/report/write-report.js';
import type { ArtifactStore } from '../../src/store/artifacts.js';
import { chromiumPath, launch, lowContrast, open, unfoldAll } from './support/browser.js';
import { graphRun, largeGraphRun } from './support/graph-run.js';
import { hostileRun } from './support/hostile.js';
import { judgement } from './support/judgement.js';
import { sampleRun } from './support/sample-run.js';
import { withStore } from './support/temporary-store.js';

if (chromiumPath === undefined) console.warn('skipped: the report is not opened in a browser, because there is no Chromium here. Install it, or name one with CHROMIUM_PATH.');

const desktop = { width: 1200, height: 900 };
const phone = { width: 390, height: 844 };

describe.skipIf(chromiumPath === undefined)('the report in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
  });

  async function withReport<T>(make: (artifacts: ArtifactStore) => Promise<RunStatus>, use: (file: string) => Promise<T>): Promise<T> {
    return await withStore(async (artifacts, folder) => use((await writeReport({ status: await make(artifacts), artifacts, folder: join(folder, 'report') })).html));
  }

  it('is quiet, and shows headline, plots and diff, in light and in dark', async () => {
    await withReport(sampleRun, async (file) => {
      const grounds: string[] = [];
      for (const colorScheme of ['light', 'dark'] as const) {
        const { page, problems } = await open(browser, file, { viewport: desktop, colorScheme });
        expect(await page.locator('.headline').innerText()).toMatch(/^\d+\.\d% faster$/);
        const plot = page.locator('#final ~ figure svg.plot').first();
        expect(await plot.isVisible()).toBe(true);
        expect(await plot.locator('circle').count()).toBe(30);
        const box = await plot.boundingBox();
        expect(box?.width).toBeGreaterThan(600);
        expect(await page.locator('#t-r1-1 .diff .added').first().isVisible()).toBe(true);
        expect(await page.locator('#t-r1-2').isVisible()).toBe(false);
        await unfoldAll(page);
        expect(await lowContrast(page)).toEqual([]);
        grounds.push(await page.evaluate<string>('getComputedStyle(document.body).backgroundColor'));
        expect(problems).toEqual([]);
        await page.context().close();
      }
      expect(new Set(grounds).size).toBe(2);
    });
  });

  it('names its plots for screen readers', async () => {
    await withReport(sampleRun, async (file) => {
      const { page } = await open(browser, file, { viewport: desktop });
      expect(await page.getByRole('img', { name: /Pairs of base and champion .*30 pairs of final measurement.*faster, 95% interval/ }).count()).toBe(1);
      const ids = await page.evaluate<string[]>('[...document.querySelectorAll("[id]")].map((element) => element.id)');
      expect(new Set(ids).size).toBe(ids.length);
      await page.context().close();
    });
  });

  it('unfolds the trial that a link leads to', async () => {
    await withReport(sampleRun, async (file) => {
      const { page } = await open(browser, file, { viewport: desktop });
      await page.locator('.overview a', { hasText: 'r1-2' }).click();
      await page.locator('#t-r1-2').waitFor({ state: 'visible' });
      await page.context().close();
    });
  });

  it('prints what is folded', async () => {
    await withReport(sampleRun, async (file) => {
      const { page } = await open(browser, file, { viewport: desktop });
      await page.emulateMedia({ media: 'print' });
      expect((await page.locator('#t-r1-2').boundingBox())?.height).toBeGreaterThan(200);
      await page.context().close();
    });
  });

  it('draws the graph of steps with the state of each, in light and in dark', async () => {
    await withReport(graphRun, async (file) => {
      for (const colorScheme of ['light', 'dark'] as const) {
        const { page, problems } = await open(browser, file, { viewport: desktop, colorScheme });
        const graph = page.getByRole('img', { name: 'Graph of the steps of a round', exact: false });
        expect(await graph.isVisible()).toBe(true);
        expect(await graph.locator('g').count()).toBe(10);
        expect(await graph.locator('g.failed text.name').allTextContents()).toEqual(['✗ by-script', '✗ lint']);
        expect(await graph.locator('g.group.done > title').first().textContent()).toMatch(/^✓ tries\nrace, done$/);
        expect(await graph.locator('path.jump > title').allTextContents()).toEqual(['build: back to agent on failure when steps.build.count < 3', 'judge: back to tries when steps.judge.count < 3']);
        await page.locator('.all-steps > summary').click();
        expect(await page.locator('.all-steps tbody tr').nth(3).innerText()).toMatch(/^4\s+agent in by-agent\s+agent\s+done\s+2/);
        await unfoldAll(page);
        expect(await lowContrast(page)).toEqual([]);
        expect(problems).toEqual([]);
        await page.context().close();
      }
    });
  });

  for (const [name, make] of [['a run', sampleRun], ['a judgement', judgement], ['hostile text', hostileRun], ['a graph of 500 steps', largeGraphRun]] as const) {
    it(`fits a phone: ${name}`, async () => {
      await withReport(make, async (file) => {
        const { page, problems } = await open(browser, file, { viewport: phone });
        await unfoldAll(page);
        const [content, window] = await page.evaluate<[number, number]>('[document.documentElement.scrollWidth, document.documentElement.clientWidth]');
        expect(content).toBeLessThanOrEqual(window);
        expect(await page.locator('svg.plot').first().isVisible()).toBe(true);
        expect(problems).toEqual([]);
        await page.context().close();
      });
    });
  }

  it('runs nothing of what others wrote, even if the policy of the page were not there', async () => {
    await withReport(hostileRun, async (file) => {
      const { page, problems } = await open(browser, file, { viewport: desktop, bypassCSP: true });
      expect(await page.evaluate('"hacked" in window')).toBe(false);
      expect(await page.evaluate('document.querySelectorAll("script, img, iframe, [onload], [onerror]").length')).toBe(0);
      expect(await page.locator('footer').isVisible()).toBe(true);
      expect(await page.locator('svg.steps text.name').textContent()).toMatch(/^"><script>window/);
      expect(await page.locator('#t-r1-1 .diff pre .removed').first().textContent()).toContain('"><script>window.hacked=1</script>');
      expect(problems).toEqual([]);
      await page.context().close();
    });
  });
});
