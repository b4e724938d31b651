import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { importProfile } from '../../src/profile/import/import.js';
import { openProfile } from '../../src/profile/tools/open.js';
import { writeProfilePage } from '../../src/report/profile/write.js';
import Database from '../../src/store/sqlite.js';
import { launch, open } from '../../test/report/support/browser.js';
import { generateExport } from './generate.js';

/**
 * `tsx bench/profiles/page.ts [--kernels N]...`: writing the page of a generated export, its size, and in headless Chromium the time
 * until it can be used and that of a frame while it is zoomed and moved.
 */
const { values } = parseArgs({ options: { kernels: { type: 'string', multiple: true, default: ['1000000'] } } });

/** Times of a generated export follow a pattern that compresses to nothing; those of a real one do not. Nanoseconds. */
const jitterSql = ['KERNEL', 'MEMCPY', 'RUNTIME'].map((name) => `UPDATE CUPTI_ACTIVITY_KIND_${name} SET "end" = "end" - abs(random()) % MAX(1, ("end" - start) / 2), start = start - abs(random()) % 300`).join(';');

/** What is done with the wheel, one turn a frame. */
const walks = {
  'moving over nearly all': '[{ deltaY: -20, ctrlKey: true }, ...Array.from({ length: 60 }, (_, i) => ({ deltaX: i % 20 < 10 ? 8 : -8 }))]',
  'zooming in and out': 'Array.from({ length: 120 }, (_, i) => ({ deltaY: i < 60 ? -30 : 30, ctrlKey: true }))',
};

const root = mkdtempSync(join(tmpdir(), 'perfloop-bench-page-'));
try {
  for (const kernels of values.kernels.map(Number)) {
    const source = join(root, `${kernels}.sqlite`);
    generateExport(source, kernels);
    const generated = new Database(source);
    generated.pragma('journal_mode = OFF');
    generated.exec(jitterSql);
    generated.close();
    const database = join(root, 'p.sqlite');
    await importProfile({ files: [source], kind: 'nsys', database });
    const db = openProfile(database);
    const steps: [string, number][] = [];
    const began = performance.now();
    const file = join(root, 'page.html');
    const { bytes, events, spans, mergedWithinNs } = await writeProfilePage({ db, title: `${kernels} kernels`, findings: null, file, onProgress: (step) => steps.push([step, performance.now()]) });
    const took = performance.now() - began;
    const asking = steps.find(([step]) => step.startsWith('asking'))?.[1] ?? 0;
    const writing = steps.at(-1)?.[1] ?? 0;
    db.close();
    console.log(`${kernels} kernels, ${events} events as ${spans} spans${mergedWithinNs > 0 ? `, merged within ${mergedWithinNs / 1000} µs` : ''}`);
    console.log(`  written in          ${(took / 1000).toFixed(1)} s, of which asking the tools ${((writing - asking) / 1000).toFixed(1)} s; peak memory ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`);
    console.log(`  size                ${(bytes / 1e6).toFixed(1)} MB (under 30 MB: ${bytes < 30e6 ? 'met' : 'MISSED'})`);
    await measure(file);
  }
} finally {
  rmSync(root, { recursive: true, force: true });
}

async function measure(file: string): Promise<void> {
  const browser = await launch();
  try {
    const { page, problems } = await open(browser, file, { viewport: { width: 1400, height: 900 } });
    await page.waitForFunction('document.documentElement.dataset.ready !== undefined', null, { timeout: 120_000 });
    const ready = await page.evaluate<number>('Number(document.documentElement.dataset.ready)');
    const frames = async (turns: string): Promise<number[]> => await page.evaluate<number[]>(`(async () => {
      const canvas = document.querySelector('#timeline-canvas');
      const box = canvas.getBoundingClientRect();
      const frames = [];
      for (const turn of ${turns}) {
        canvas.dispatchEvent(new WheelEvent('wheel', { clientX: box.left + box.width * 0.6, clientY: box.top + 80, cancelable: true, ...turn }));
        await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
        frames.push(Number(canvas.dataset.frameMs));
      }
      return frames.sort((a, b) => a - b);
    })()`);
    console.log(`  usable after        ${(ready / 1000).toFixed(2)} s`);
    for (const [name, turns] of Object.entries(walks)) {
      const times = await frames(turns);
      const at = (part: number): string => (times[Math.floor((times.length - 1) * part)] ?? 0).toFixed(1);
      console.log(`  a frame, ${name.padEnd(22)} median ${at(0.5)} ms, 95th of a hundred ${at(0.95)} ms, longest ${at(1)} ms (median under 16: ${Number(at(0.5)) < 16 ? 'met' : 'MISSED'})`);
    }
    for (const problem of problems) console.log(`  problem: ${problem}`);
  } finally {
    await browser.close();
  }
}
