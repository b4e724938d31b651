import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { ProfileDatabase } from '../../src/profile/tools/open.js';
import { answerOf, profileOf } from './ask-tool.js';
import { temporaryFolder } from './temporary-folder.js';

// What scripts/record-profiles.ts recorded with the real profilers; the programs lie beside it, and say what has to be there.

const fixtures = join(import.meta.dirname, '../fixtures/profile');

type Row = Record<string, string | number | null>;
const rows = (db: ProfileDatabase, tool: string, input: object = {}): Row[] => answerOf(db, tool, input).rows as Row[];

describe('ranges.c, recorded with nsys 2022.4', () => {
  const imported = async (): Promise<ProfileDatabase> => {
    const file = join(temporaryFolder(), 'ranges.sqlite');
    writeFileSync(file, gunzipSync(readFileSync(join(fixtures, 'nsys-ranges.sqlite.gz'))));
    return profileOf(file);
  };

  it('has three steps with the computing in them, and one mark', async () => {
    const answer = answerOf(await imported(), 'nvtx');
    expect(answer.facts).toMatchObject({ ranges: 6, open: 0, marks: 1, names: 2 });
    const ranges = answer.rows as Row[];
    expect(ranges.map(({ range, count }) => [range, count])).toEqual([['step', 3], ['compute', 3]]);
    // Of each step 20 ms are waiting, and the rest computing.
    const [step, compute] = ranges as [Row, Row];
    expect(Number(step['totalMs']) - Number(compute['totalMs'])).toBeGreaterThanOrEqual(60);
  });

  it('has eight waits, three of the main thread and five of the other', async () => {
    const db = await imported();
    expect(rows(db, 'osrt_sum').find(({ call }) => call === 'usleep')).toMatchObject({ count: 8 });
    expect(new Set(rows(db, 'blocked').filter(({ what }) => what === 'usleep').map(({ count }) => count))).toEqual(new Set([3, 5]));
  });

  it('has its samples in `inner`, which `outer` called, which main called', async () => {
    const db = await imported();
    const [hottest] = rows(db, 'hot_functions');
    expect(hottest).toMatchObject({ function: 'inner', file: '/perfloop-example/ranges' });
    expect(Number(hottest?.['selfShare'])).toBeGreaterThan(0.9);
    expect(rows(db, 'flame').some(({ stack }) => /;main \(\S+\);outer \(\S+\);inner \(\S+\)$/.test(String(stack)))).toBe(true);
  });

  it('holds nothing of the machine but its processor and system', async () => {
    const text = gunzipSync(readFileSync(join(fixtures, 'nsys-ranges.sqlite.gz'))).toString('latin1');
    for (const secret of ['/var/', '/root', '/home/', 'PATH=', 'EXPORT_HOST']) expect(text).not.toContain(secret);
  });
});

describe.each([
  ['PyTorch 2.15 on a CPU', 'torch-kineto.trace.json.gz'],
  ["Debian's PyTorch 1.13, built without Kineto", 'torch-without-kineto.trace.json.gz'],
])('train.py, recorded with %s', (_, name) => {
  it('has six steps with two linear layers each, and six transforms, which take time', async () => {
    const db = await profileOf(join(fixtures, name));
    const ranges = rows(db, 'nvtx');
    const counts = new Map(ranges.map(({ range, count }) => [range, count]));
    expect([0, 1, 2, 3, 4, 5].map((step) => counts.get(`step ${step}`))).toEqual([1, 1, 1, 1, 1, 1]);
    expect(counts.get('transform')).toBe(6);
    expect(counts.get('aten::linear')).toBe(12);
    expect(Number(ranges.find(({ range }) => range === 'transform')?.['totalMs'])).toBeGreaterThan(1);
  });

  it('has no kernels, and says so', async () => {
    const db = await profileOf(join(fixtures, name));
    expect(answerOf(db, 'health').notes.join(' ')).toContain('Not captured: kernels');
  });
});
