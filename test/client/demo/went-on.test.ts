import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { wentOn } from '../../../src/client/demo/went-on.js';
import type { Pair } from '../../../src/core/sample.js';
import { openSampleJournal } from '../../../src/measure/sample-journal.js';
import { temporaryFolder } from '../../profile/temporary-folder.js';

const pair = (stage: Pair['stage'], index: number, at: number): Pair => ({ stage, index, order: 'ab', a: sample, b: sample, load: 0, at });
const sample: Pair['a'] = { ok: true, wallMs: 1, metrics: { wall: 1 } };
const header = { v: 1, a: '', b: '', command: '', rules: '' } as const;

test('counts what was on the disk at the kill, and tells when the next pair began, of whatever stage', async () => {
  const folder = temporaryFolder();
  expect(await wentOn(join(folder, 'none'), 1000)).toBeNull();
  const screen = await openSampleJournal(join(folder, 'samples-screen-1.jsonl'), { ...header, stage: 'screen' });
  for (const [index, at] of [100, 200, 900].entries()) await screen.append(pair('screen', index, at));
  expect(await wentOn(folder, 1000)).toBeNull();
  await writeFile(join(folder, 'samples-screen-0.jsonl.aside-1'), 'what an earlier one had\n');
  await screen.append(pair('screen', 3, 4500));
  await screen.close();
  const confirm = await openSampleJournal(join(folder, 'samples-confirm-1.jsonl'), { ...header, stage: 'confirm' });
  await confirm.append(pair('confirm', 0, 6000));
  await confirm.close();
  expect(await wentOn(folder, 1000)).toEqual({ pairs: 3, seconds: 3.5 });
  expect(await wentOn(folder, 5000)).toEqual({ pairs: 4, seconds: 1 });
});
