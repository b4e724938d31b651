import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { trainedProfiles, trainingState, type TrainingState } from '../../src/activities/trained-profiles.js';
import { removeTree } from '../../src/workspace/remove-tree.js';
import { missing } from '../propose/knobs/fixture.js';

const folder = mkdtempSync(join(tmpdir(), 'perfloop-profiles-'));
afterAll(() => removeTree(folder));

const gcda = Buffer.from('adcg*24B....');
const compiled = ['main.c', 'out/twice.o', 'out/prog', 'a.out'];
const state = (profiles: Record<string, Buffer>): TrainingState => ({ paths: new Set([...compiled, ...Object.keys(profiles)]), profiles: new Map(Object.entries(profiles)) });
const taken = (before: Record<string, Buffer>, after: Record<string, Buffer>) => trainedProfiles(state(before), state(after));
const strange = (path: string) => ({ why: `the training left what is no profile of something compiled: ${path}` });

describe('what a training left', () => {
  test('are the profiles that it wrote, beside what was compiled', () => {
    const left = { 'main.gcda': gcda, 'out/twice.gcda': gcda, 'out/prog-main.gcda': gcda, 'a-main.gcda': gcda, 'cmd/default.pgo': Buffer.from([0x1f, 0x8b, 8]) };
    expect([...(taken({}, left) as Map<string, Buffer>).keys()]).toEqual(Object.keys(left));
    const again = taken({ 'main.gcda': gcda, 'old.gcda': Buffer.from('x') }, { 'main.gcda': Buffer.from('adcgmore'), 'old.gcda': Buffer.from('x') });
    expect([...(again as Map<string, Buffer>).keys()]).toEqual(['main.gcda']);
  });

  test.each<[string, Buffer]>([
    ['main.gcda', Buffer.from('answers of the program')],
    ['cache.gcda', gcda],
    ['data/main.gcda', gcda],
    ['out/x-main.gcda', gcda],
    ['default.pgo', Buffer.from('answers')],
  ])('is refused where it has %s that is no profile of something compiled', (path, content) => {
    expect(taken({}, { [path]: content })).toEqual(strange(path));
  });
});

test.skipIf(missing('gcc'))('a real profile of GCC is one, whether objects lie between or not, and a file that the program names like one is not', async () => {
  mkdirSync(join(folder, 'out'));
  writeFileSync(join(folder, 'main.c'), '#include <stdio.h>\nint main(void) { FILE *f = fopen("cache.gcda", "w"); fputs("42", f); return fclose(f); }\n');
  const run = (...words: [string, ...string[]]): unknown => execFileSync(words[0], words.slice(1), { cwd: folder });
  run('gcc', '-fprofile-generate', '-c', '-o', 'out/main.o', 'main.c');
  run('gcc', '-fprofile-generate', '-o', 'linked', 'out/main.o');
  run('gcc', '-fprofile-generate', '-o', 'direct', 'main.c');
  const before = await trainingState(folder, ['**/*.gcda']);
  run('./linked');
  run('./direct');
  const after = await trainingState(folder, ['**/*.gcda']);
  if ('why' in before || 'why' in after) throw new Error('too much');
  expect(trainedProfiles(before, after)).toEqual(strange('cache.gcda'));
  const profiles = new Map([...after.profiles].filter(([path]) => path !== 'cache.gcda'));
  expect(profiles.size).toBe(2);
  expect(trainedProfiles(before, { ...after, profiles })).toEqual(profiles);
});
