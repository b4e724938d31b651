import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { seededRandom } from '../../src/core/stats/random.js';
import type { ProfileDatabase } from '../../src/profile/tools/open.js';
import { profileTool } from '../../src/profile/tools/registry.js';
import { ask } from '../../src/profile/tools/tool.js';
import { profileOf } from './ask-tool.js';
import { profiled, pstatsFile, type Counted } from './made-profile.js';
import { globalTidOf, writeExport } from './nsys-export.js';
import { imported } from './programs.js';
import { temporaryFolder } from './temporary-folder.js';

// Tools of host code against plain code over the stacks that the profile was made of.

interface Row { function: string; file: string | null; line: number | null; selfMs: number; selfShare: number; totalMs: number | null; collectorMs: number; depth: number; caller: string; ms: number; stack: string; samples: number; process: number; thread: number; busyMs: number | null; waitMs: number | null; cudaMs: number | null; systemMs: number | null; what: string | null; seen: string; count: number; calledBy: string | null; calls: number }

const answerOf = (db: ProfileDatabase, name: string, input: object = {}): { rows: Row[]; facts: Record<string, number | null>; notes: string[]; more: number } => {
  const answer = ask(profileTool(name), db, { limit: 10_000, ...input });
  if (answer.abstained !== null) throw new Error(answer.abstained);
  profileTool(name).row.array().parse(answer.rows);
  profileTool(name).facts.parse(answer.facts);
  return answer as never;
};

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const grouped = <Item>(items: readonly Item[], key: (item: Item) => string | null, ms: (item: Item) => number): Map<string, number> => {
  const sums = new Map<string, number>();
  for (const item of items) {
    const name = key(item);
    if (name !== null) sums.set(name, (sums.get(name) ?? 0) + ms(item));
  }
  return sums;
};
const close = (found: Map<string, number>, expected: Map<string, number>): void => {
  const positive = (sums: Map<string, number>) => [...sums].filter(([, ms]) => ms > 1e-9).toSorted(([a], [b]) => (a < b ? -1 : 1));
  expect(positive(found).map(([key]) => key)).toEqual(positive(expected).map(([key]) => key));
  for (const [key, ms] of expected) expect(found.get(key) ?? 0, key).toBeCloseTo(ms, 6);
};

/** `name@file:line` of a function of a file; anything else is native. */
const isSource = (frame: string): boolean => frame.includes('@');
const nameOf = (frame: string): string => frame.split('@')[0] as string;
const fileOf = (frame: string): string | null => (isSource(frame) ? `/repo/${frame.split('@')[1]?.split(':')[0]}` : null);

/** Random stacks: recursion, builtins in between and at the end, dependencies, idle and native time. */
function stacks(seed: string): [string, number][] {
  const random = seededRandom(seed);
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;
  const frames = ['f@a.js:1', 'g@a.js:20', 'größe@b.js:3', 'h@node_modules/x/i.js:1', 'map', 'sort'];
  return Array.from({ length: 60 }, (): [string, number] => {
    const kind = random();
    const ms = 1 + Math.floor(random() * 20);
    if (kind < 0.1) return ['(idle)', ms];
    if (kind < 0.15) return ['(program)', ms];
    return [['main@a.js:40', ...Array.from({ length: Math.floor(random() * 5) }, () => pick(frames))].join(' > '), ms];
  });
}

describe.each(['one', 'two', 'three'])('sampled stacks (%s)', (seed) => {
  const made = stacks(seed);
  const busy = made.filter(([stack]) => stack !== '(idle)').map(([stack, ms]) => ({ frames: stack.split(' > '), ms }));
  const leaf = ({ frames }: { frames: string[] }): string => frames.at(-1) as string;
  const charged = ({ frames }: { frames: string[] }): string => frames.findLast(isSource) ?? (frames.at(-1) as string);

  it('are told by function, with builtins at their caller or apart', async () => {
    const db = await profiled(...made);
    const { rows, facts } = answerOf(db, 'hot_functions');
    close(grouped(rows, ({ function: name }) => name, ({ selfMs }) => selfMs), grouped(busy, (one) => nameOf(charged(one)), ({ ms }) => ms));
    expect(sum(rows.map(({ selfShare }) => selfShare))).toBeCloseTo(1, 9);
    expect(facts).toMatchObject({ busyMs: sum(busy.map(({ ms }) => ms)), idleMs: sum(made.map(([, ms]) => ms)) - sum(busy.map(({ ms }) => ms)) });
    for (const { function: name, totalMs } of rows) expect(totalMs, name).toBeCloseTo(sum(busy.filter(({ frames }) => frames.some((frame) => nameOf(frame) === name)).map(({ ms }) => ms)), 6);
    const apart = answerOf(db, 'hot_functions', { separate: true }).rows;
    close(grouped(apart, ({ function: name }) => name, ({ selfMs }) => selfMs), grouped(busy, (one) => nameOf(leaf(one)), ({ ms }) => ms));
    const totals = answerOf(db, 'hot_functions', { order: 'total' }).rows.map(({ totalMs }) => totalMs ?? 0);
    expect(totals).toEqual(totals.toSorted((a, b) => b - a));
  });

  it('are told by file, and of the repository alone', async () => {
    const db = await profiled(...made);
    const { rows } = answerOf(db, 'hot_functions', { by: 'file' });
    close(grouped(rows, ({ file }) => file ?? 'native', ({ selfMs }) => selfMs), grouped(busy, (one) => fileOf(charged(one)) ?? 'native', ({ ms }) => ms));
    for (const { file, totalMs } of rows) if (file !== null) expect(totalMs, file).toBeCloseTo(sum(busy.filter(({ frames }) => frames.some((frame) => fileOf(frame) === file)).map(({ ms }) => ms)), 6);
    const own = answerOf(db, 'hot_functions', { root: '/repo' }).rows;
    expect(new Set(own.map(({ file }) => file))).toEqual(new Set(['a.js', 'b.js']));
    expect(answerOf(db, 'hot_functions', { match: 'GRÖ' }).rows.map(({ function: name }) => name)).toEqual(['größe']);
  });

  it('become a tree, each path with its time', async () => {
    const db = await profiled(...made);
    const { rows, facts } = answerOf(db, 'call_tree', { min_share: 0, depth: 100 });
    const paths: string[] = [];
    const found = new Map(rows.map((row): [string, number] => {
      paths.splice(row.depth, Infinity, row.function);
      return [paths.join(' > '), row.totalMs ?? 0];
    }));
    const expected = new Map<string, number>();
    for (const { frames, ms } of busy) for (const [i] of frames.entries()) {
      const path = frames.slice(0, i + 1).map(nameOf).join(' > ');
      expected.set(path, (expected.get(path) ?? 0) + ms);
    }
    close(found, expected);
    expect(facts.nodes).toBe(expected.size);
    expect(sum(rows.map(({ selfMs }) => selfMs))).toBeCloseTo(sum(busy.map(({ ms }) => ms)), 6);
    const from = answerOf(db, 'call_tree', { from: 'größe' });
    expect(from.facts.totalMs).toBeCloseTo(sum(busy.filter(({ frames }) => frames.some((frame) => nameOf(frame) === 'größe')).map(({ ms }) => ms)), 6);
    expect(answerOf(db, 'call_tree', { depth: 1, min_share: 0 }).rows.every(({ depth }) => depth === 0)).toBe(true);
    const few = answerOf(db, 'call_tree', { min_share: 0, limit: 3 });
    expect(few.more).toBe(answerOf(db, 'call_tree', { min_share: 0 }).rows.length - 3);
  });

  it('are folded, and each function knows its callers', async () => {
    const db = await profiled(...made);
    const text = (frame: string): string => (isSource(frame) ? `${nameOf(frame)} (${fileOf(frame)}:${frame.split(':')[1]})` : frame);
    const { rows, facts } = answerOf(db, 'flame');
    close(new Map(rows.map(({ stack, ms }) => [stack, ms])), grouped(busy, ({ frames }) => frames.map(text).join(';'), ({ ms }) => ms));
    expect(facts.samples).toBe(busy.length);
    const callers = answerOf(db, 'callers_of', { pattern: 'größe' }).rows;
    close(grouped(callers, ({ caller }) => caller, ({ ms }) => ms), grouped(busy.filter(({ frames }) => frames.includes('größe@b.js:3')), ({ frames }) => nameOf(frames[frames.indexOf('größe@b.js:3') - 1] ?? ''), ({ ms }) => ms));
  });
});

it('a name cannot pretend to be several frames of a folded stack', async () => {
  const db = await profiled(['main@a.js:1 > evil;f;\ng@a;b.js:2', 5]);
  expect(answerOf(db, 'flame').rows.map(({ stack }) => stack)).toEqual(['main (/repo/a.js:1);evil,f, g (/repo/a,b.js:2)']);
});

// main calls a twice as long as b; both call leaf, and wait.
const counted: Counted[] = [
  { file: '/r/m.py', line: 1, name: 'main', calls: 1, self: 0.1, total: 1, callers: [] },
  { file: '/r/m.py', line: 5, name: 'a', calls: 2, self: 0.2, total: 0.6, callers: [{ of: 0, calls: 2, self: 0.2, total: 0.6 }] },
  { file: '/r/n.py', line: 9, name: 'b', calls: 1, self: 0.05, total: 0.3, callers: [{ of: 0, calls: 1, self: 0.05, total: 0.3 }] },
  { file: '/r/n.py', line: 20, name: 'leaf', calls: 7, self: 0.35, total: 0.35, callers: [{ of: 1, calls: 4, self: 0.2, total: 0.2 }, { of: 2, calls: 3, self: 0.15, total: 0.15 }] },
  { file: '~', line: 0, name: '<built-in method time.sleep>', calls: 3, self: 0.3, total: 0.3, callers: [{ of: 1, calls: 2, self: 0.2, total: 0.2 }, { of: 2, calls: 1, self: 0.1, total: 0.1 }] },
];

describe('counted functions', () => {
  const open = () => imported([pstatsFile(counted)], temporaryFolder());
  const ms = (rows: Row[], of: (row: Row) => number | null) => Object.fromEntries(rows.map((row) => [row.function, Math.round((of(row) ?? 0) * 1000) / 1000]));

  it('have times of their own and in total, without waiting', async () => {
    const { rows, facts } = answerOf(await open(), 'hot_functions');
    expect(ms(rows, ({ selfMs }) => selfMs)).toEqual({ leaf: 350, a: 200, main: 100, b: 50 });
    expect(ms(rows, ({ totalMs }) => totalMs)).toEqual({ leaf: 350, a: 400, main: 700, b: 200 });
    expect(facts).toMatchObject({ busyMs: 700, idleMs: 300 });
    expect(answerOf(await open(), 'hot_functions', { by: 'file' }).rows.map(({ file, selfMs, totalMs }) => [file, Math.round(selfMs), totalMs])).toEqual([['/r/n.py', 400, null], ['/r/m.py', 300, null]]);
  });

  it('become a tree that says what it does not know', async () => {
    const { rows, notes } = answerOf(await open(), 'call_tree');
    expect(rows.map(({ depth, function: name, totalMs }) => `${depth} ${name} ${totalMs?.toFixed(0)}`)).toEqual(['0 main 700', '1 a 400', '2 leaf 200', '1 b 200', '2 leaf 150']);
    expect(notes.join()).toContain('no stacks');
    expect(answerOf(await open(), 'call_tree', { from: 'b' }).rows.map(({ function: name }) => name)).toEqual(['b', 'leaf']);
    expect(ask(profileTool('flame'), await open(), {})).toMatchObject({ abstained: expect.stringContaining('no stacks') as string });
    expect(ask(profileTool('hot_functions'), await open(), { by: 'line' })).toMatchObject({ abstained: expect.stringContaining('lines') as string });
  });

  it('end in a tree though they call each other', async () => {
    const again: Counted[] = [
      { file: '/r/m.py', line: 1, name: 'top', calls: 1, self: 0.1, total: 1, callers: [] },
      { file: '/r/m.py', line: 2, name: 'even', calls: 9, self: 0.5, total: 0.9, callers: [{ of: 0, calls: 1, self: 0.1, total: 0.9 }, { of: 2, calls: 8, self: 0.4, total: 0.8 }] },
      { file: '/r/m.py', line: 3, name: 'odd', calls: 8, self: 0.4, total: 0.85, callers: [{ of: 1, calls: 8, self: 0.4, total: 0.85 }] },
    ];
    const { rows } = answerOf(await imported([pstatsFile(again)], temporaryFolder()), 'call_tree', { min_share: 0 });
    expect(rows.map(({ depth, function: name }) => `${depth} ${name}`)).toEqual(['0 top', '1 even', '2 odd']);
  });

  it('wait in calls that are known to, for whom', async () => {
    expect(answerOf(await open(), 'blocked').rows).toMatchObject([{ seen: 'counted', what: '{built-in method time.sleep}', count: 3, totalMs: expect.closeTo(300, 6) as number, calledBy: 'a' }]);
    expect(answerOf(await open(), 'threads').rows).toMatchObject([{ busyMs: expect.closeTo(700, 6) as number, waitMs: expect.closeTo(300, 6) as number, samples: null }]);
  });
});

it('a profile without idle samples is not said to have waited nowhere', async () => {
  const { rows, notes } = answerOf(await profiled(['f@a.js:1', 5]), 'blocked');
  expect(rows).toEqual([]);
  expect(notes.join()).toContain('do not see waiting');
});

it('waits of V8 are told by what waited, and for whom', async () => {
  const db = await profiled(['f@a.js:1 > spawnSync@core/internal/child_process:1 > spawn', 30], ['g@a.js:2 > spawnSync@core/internal/child_process:1 > spawn', 50], ['(idle)', 10], ['f@a.js:1', 5]);
  expect(answerOf(db, 'blocked').rows.map(({ what, totalMs, calledBy }) => [what, totalMs, calledBy])).toEqual([['spawn', 80, 'g'], ['(idle)', 10, null]]);
});

describe('an export of nsys', () => {
  const tids = [globalTidOf(100, 1), globalTidOf(100, 2), globalTidOf(16_777_215, 1)];
  const random = seededRandom('threads');
  const int = (below: number): number => Math.floor(random() * below);
  const at = 7_000_000_000;
  const calls = Array.from({ length: 80 }, () => { const start = at + int(1e6); return { start, end: start + int(5000), globalTid: tids[int(3)] as bigint, nameId: 1 + int(2), nestingLevel: int(4) === 0 ? 1 : 0 }; });
  const scheduled = tids.slice(0, 2).flatMap((globalTid) => {
    let start = at;
    return Array.from({ length: 21 }, (_, i) => ({ start: (start += 1 + int(9000)), cpu: 0, isSchedIn: i % 2 === 0 ? 1 : 0, globalTid }));
  });
  const cuda = [{ start: at, end: at + 4000, globalTid: tids[0] as bigint, correlationId: 1, nameId: 3, returnValue: 0 }];
  const open = async () => imported([writeExport(join(temporaryFolder(), 'a.sqlite'), {
    OSRT_API: calls, SCHED_EVENTS: scheduled, CUPTI_ACTIVITY_KIND_RUNTIME: cuda,
    ThreadNames: [{ nameId: 4, priority: 1, globalTid: tids[1] as bigint }],
    PROCESSES: [{ globalPid: (tids[0] as bigint) - 1n, pid: 100, name: 'python3' }],
  }, { strings: { 1: 'poll', 2: 'pthread_cond_wait', 3: 'cudaLaunchKernel_v7000', 4: 'loader <1>' } })], temporaryFolder());
  const outer = calls.filter(({ nestingLevel }) => nestingLevel === 0);
  const spells = tids.slice(0, 2).map((globalTid) => {
    const own = scheduled.filter((one) => one.globalTid === globalTid);
    const lengths = (from: number): number => sum(own.slice(0, -1).flatMap(({ start, isSchedIn }, i) => (isSchedIn === from ? [(own[i + 1]?.start ?? 0) - start] : [])));
    return { running: lengths(1) / 1e6, off: lengths(0) / 1e6 };
  });

  it('says of every thread how long it ran, waited and called', async () => {
    const { rows, facts } = answerOf(await open(), 'threads');
    expect(facts).toEqual({ threads: 3, processes: 2 });
    for (const [index, globalTid] of tids.entries()) {
      const row = rows.find(({ process, thread }) => globalTidOf(process, thread) === globalTid);
      expect(row?.systemMs).toBeCloseTo(sum(outer.filter((one) => one.globalTid === globalTid).map(({ start, end }) => end - start)) / 1e6, 9);
      expect([row?.busyMs ?? null, row?.waitMs ?? null]).toEqual(index < 2 ? [expect.closeTo(spells[index]?.running ?? 0, 9), expect.closeTo(spells[index]?.off ?? 0, 9)] : [null, null]);
      expect(row?.cudaMs ?? null).toBe(index === 0 ? 0.004 : null);
    }
    expect(rows.find(({ process, thread }) => process === 100 && thread === 2)).toMatchObject({ name: 'loader <1>', processName: 'python3' });
  });

  it('says where threads were blocked', async () => {
    const { rows, facts, notes } = answerOf(await open(), 'blocked');
    expect(facts.callMs).toBeCloseTo(sum(outer.map(({ start, end }) => end - start)) / 1e6, 9);
    expect(facts.schedulerMs).toBeCloseTo(sum(spells.map(({ off }) => off)), 9);
    expect(rows.filter(({ seen }) => seen === 'scheduler').map(({ count }) => count)).toEqual([10, 10]);
    expect(notes.join()).toContain('do not add up');
    close(grouped(rows.filter(({ seen }) => seen === 'call'), ({ what, process, thread }) => `${what} ${globalTidOf(process, thread)}`, ({ totalMs }: Row & { totalMs: number | null }) => totalMs ?? 0),
      grouped(outer, ({ nameId, globalTid }) => `${nameId === 1 ? 'poll' : 'pthread_cond_wait'} ${globalTid}`, ({ start, end }) => (end - start) / 1e6));
  });
});

const shared = join(import.meta.dirname, '../../../shared/fixtures/profiles/nsys-h100-2gpu-inference.sqlite');
test.skipIf(!existsSync(shared))('a real export without samples: host tools abstain, and threads are told by their calls', async () => {
  const db = await imported([shared], temporaryFolder());
  for (const name of ['hot_functions', 'call_tree', 'flame', 'blocked']) expect(ask(profileTool(name), db, {})).toMatchObject({ abstained: expect.any(String) as string });
  expect(ask(profileTool('callers_of'), db, { pattern: 'x' })).toMatchObject({ abstained: expect.any(String) as string });
  expect(answerOf(db, 'threads').rows.every(({ cudaMs }) => cudaMs !== null)).toBe(true);
});

it('a call of the operating system within another is a part of that one, and counts once', async () => {
  const globalTid = globalTidOf(1, 1);
  const call = (nameId: number, start: number, end: number, nestingLevel: number | null) => ({ start, end, globalTid, nameId, returnValue: 0, nestingLevel });
  const db = await profileOf({ OSRT_API: [call(1, 0, 10_000_000, 0), call(2, 1_000_000, 9_000_000, 1), call(2, 20_000_000, 25_000_000, null)] }, { 1: 'sem_wait', 2: 'futex' });
  const { rows, facts } = answerOf(db, 'osrt_sum');
  expect(rows).toMatchObject([{ call: 'sem_wait', count: 1, totalMs: 10 }, { call: 'futex', count: 1, totalMs: 5 }]);
  expect(facts).toMatchObject({ calls: 2, totalMs: 15 });
  expect(answerOf(db, 'blocked').facts).toMatchObject({ callMs: 15 });
});
