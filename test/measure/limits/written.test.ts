import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { WrittenFiles } from '../../../src/measure/limits/written.js';

const mib = 2 ** 20;

it('a file counts once, also where one named folder lies in another, or is it by another name', async () => {
  const outer = mkdtempSync(join(tmpdir(), 'perfloop-written-'));
  onTestFinished(() => {
    vi.useRealTimers();
    rmSync(outer, { recursive: true, force: true });
  });
  const inner = join(outer, 'inner');
  mkdirSync(inner);
  symlinkSync(inner, join(outer, 'alias'));
  // Files are looked at after some time in any case.
  vi.useFakeTimers({ toFake: ['performance'] });
  const watch = async (bytes: number) => WrittenFiles.begin({ folders: [inner, outer, join(outer, 'alias'), join(outer, 'none')], since: 0, allowed: { bytes }, timed: false });
  const [four, two] = [await watch(4 * mib), await watch(2 * mib)];
  writeFileSync(join(inner, 'file'), randomBytes(3 * mib));
  vi.advanceTimersByTime(60_000);
  expect(await four.overwritten(() => [], () => false)).toBeNull();
  expect(await two.overwritten(() => [], () => false)).toMatchObject({ allowedBytes: 2 * mib });
});
