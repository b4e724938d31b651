import { appendFile, mkdir, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Pair } from '../../src/core/sample.js';
import { acquireHostLock } from '../../src/measure/host-lock.js';
import { reapJobs } from '../../src/measure/job-journal.js';
import type { MetricReading } from '../../src/measure/metrics.js';
import { drawLayoutSeed } from '../../src/measure/sample.js';
import { samplePairs, type SamplingRequest } from '../../src/measure/sampling.js';
import { atEnd, startScript, temporaryFolder, until } from './support.js';

const rules: MetricReading[] = [{ name: 'time', source: 'regex', pattern: 'time=(\\S+)', match: 'only' }];

const command = (run: string, timeout = 60_000): SamplingRequest['benchmarks'][number]['command'] => ({ run, cwd: '.', env: {}, timeout });

interface Bench {
  folder: string;
  request: SamplingRequest;
  /** The sides in the order in which they were executed, such as `abba`. */
  executed: () => Promise<string>;
  journal: () => Promise<string[]>;
}

/** Two worktrees whose benchmark notes each execution in a file outside, and prints a metric. */
async function bench(script = 'echo time=$(cat cost)'): Promise<Bench> {
  const folder = await temporaryFolder();
  for (const [side, cost] of [['a', 2], ['b', 1]] as const) {
    await mkdir(join(folder, side));
    await writeFile(join(folder, side, 'name'), side);
    await writeFile(join(folder, side, 'cost'), String(cost));
  }
  const lock = await acquireHostLock({ folder: join(folder, 'locks'), mode: 'exclusive' });
  atEnd(() => lock.release());
  const journalFile = join(folder, 'samples', 'screen.jsonl');
  return {
    folder,
    request: {
      stage: 'screen',
      sides: { a: { identity: 'commit-a', worktree: join(folder, 'a'), layoutSeed: 0 }, b: { identity: 'commit-b', worktree: join(folder, 'b'), layoutSeed: 0 } },
      benchmarks: [{ name: null, command: command(`cat name >> ../executed; ${script}`) }],
      rules,
      next: () => 4,
      otherLoad: null,
      journalFile,
      lock,
    },
    executed: () => readFile(join(folder, 'executed'), 'utf8').catch(() => ''),
    journal: async () => (await readFile(journalFile, 'utf8')).trimEnd().split('\n'),
  };
}

/** What the pairs say was executed; the warm-up pair comes before, in an order of its own. */
function orders(pairs: readonly Pair[]): string {
  return pairs.map((pair) => pair.order).join('');
}

describe('sampling from the start', () => {
  test('takes as many pairs as it is asked for, each on the disk, after a warm-up that is thrown away', async () => {
    const { request, executed, journal } = await bench();
    const asked: number[] = [];
    const progress: [number, number][] = [];
    const pairs = await samplePairs({
      ...request,
      next: (pairs) => {
        asked.push(pairs.length);
        return pairs.length < 5 ? (pairs.length < 3 ? 3 : 5) : 'stop';
      },
      onProgress: (pairs, resumed) => progress.push([pairs.length, resumed]),
    });
    expect(asked).toEqual([0, 3, 5]);
    expect(progress).toEqual([[1, 0], [2, 0], [3, 0], [4, 0], [5, 0]]);
    expect(pairs.map((pair) => pair.index)).toEqual([0, 1, 2, 3, 4]);
    for (const pair of pairs) {
      expect(pair).toMatchObject({ stage: 'screen', a: { ok: true, metrics: { time: 2 } }, b: { ok: true, metrics: { time: 1 } } });
      expect(pair.a.wallMs).toBeGreaterThan(0);
    }
    expect((await executed()).slice(2)).toBe(orders(pairs));
    expect((await journal()).slice(1).map((line) => JSON.parse(line) as Pair)).toEqual(pairs);
  });

  test('the order within a pair varies', async () => {
    const { request } = await bench();
    // Chance of a false alarm: 2 in a billion.
    const pairs = await samplePairs({ ...request, next: () => 30 });
    expect(new Set(pairs.map((pair) => pair.order))).toEqual(new Set(['ab', 'ba']));
  });

  test('ends where time does not hold the pairs that are wanted, asked before each of them', async () => {
    const { request, executed } = await bench();
    const asked: [number, number][] = [];
    const pairs = await samplePairs({ ...request, next: (taken) => (taken.length < 2 ? 2 : 9), outOfTime: (taken, wanted) => asked.push([taken.length, wanted]) > 4 });
    expect(pairs).toHaveLength(3);
    expect(asked).toEqual([[0, 2], [0, 2], [1, 2], [2, 9], [3, 9]]);
    expect((await executed()).length).toBe(2 * (1 + 3));
    expect(await samplePairs({ ...request, journalFile: `${request.journalFile}-2`, outOfTime: () => true })).toEqual([]);
    expect((await executed()).length).toBe(2 * (1 + 3));
  });

  test('nothing is executed when nothing is wanted', async () => {
    const { request, executed } = await bench();
    expect(await samplePairs({ ...request, next: () => 'stop' })).toEqual([]);
    expect(await executed()).toBe('');
  });

  test('both sides have an environment of the same size, unless a layout is drawn for each build', async () => {
    const { request, folder } = await bench('env > "../env-$(cat name)"; echo time=1');
    const size = async (side: string) => (await readFile(join(folder, `env-${side}`), 'utf8')).length;
    await samplePairs({ ...request, next: () => 1 });
    expect(await size('a')).toBe(await size('b'));
    await samplePairs({ ...request, sides: { a: { ...request.sides.a, layoutSeed: 100 }, b: { ...request.sides.b, layoutSeed: 350 } }, next: () => 1 });
    expect((await size('b')) - (await size('a'))).toBe(250);
    expect(new Set(Array.from({ length: 50 }, drawLayoutSeed)).size).toBeGreaterThan(10);
  });

  test('both sides of a pair have one seed, and each pair another', async () => {
    const { request, folder } = await bench('echo "$PERFLOOP_SEED $PYTHONHASHSEED" >> "../seeds-$(cat name)"; echo time=1');
    await samplePairs({ ...request, next: () => 3 });
    const [a, b] = await Promise.all(['a', 'b'].map(async (side) => (await readFile(join(folder, `seeds-${side}`), 'utf8')).trimEnd().split('\n')));
    expect(a).toEqual(b);
    expect(new Set(a).size).toBe(4);
    for (const line of a ?? []) expect(line).toMatch(/^(\d{10}) \1$/);
  });

  test('a pair that begins under an unusual load is kept, and another one taken in its stead', async () => {
    const { request, executed, journal } = await bench();
    // One look for the warm-up, one for each of four pairs, and then other programs want the machine until the fifth has begun.
    let looks = 0;
    const pairs = await samplePairs({ ...request, next: () => 6, otherLoad: async () => (looks++ < 5 || (await executed()).length >= 12 ? 0.5 : 8) });
    expect(pairs.map((pair) => [pair.index, pair.otherLoad, pair.aside])).toEqual([[0, 0.5, undefined], [1, 0.5, undefined], [2, 0.5, undefined], [3, 0.5, undefined], [4, 8, true], [5, 0.5, undefined], [6, 0.5, undefined]]);
    expect((await journal()).slice(1).map((line) => JSON.parse(line) as Pair)).toEqual(pairs);
    expect(await samplePairs({ ...request, next: () => 6 })).toEqual(pairs);
  });

  test('a failure counts, whatever the load', async () => {
    const { request } = await bench('if [ "$(cat name)" = b ] && [ $(wc -c < ../executed) -ge 13 ]; then exit 1; fi; echo time=1');
    let looks = 0;
    const pairs = await samplePairs({ ...request, next: () => 6, otherLoad: async () => (looks++ < 6 ? 0.5 : 8) });
    expect(pairs.at(-1)).toMatchObject({ b: { ok: false }, otherLoad: 8 });
    expect(pairs.filter((pair) => pair.aside)).toEqual([]);
  });

  test('each side is told with what its processes used', async () => {
    const { request } = await bench('echo time=1');
    const [pair] = await samplePairs({ ...request, next: () => 1 });
    const used = process.platform === 'linux' ? { cpuMs: expect.any(Number) as number, peakBytes: expect.any(Number) as number } : {};
    expect(pair).toMatchObject({ a: used, b: used });
  });
});

describe('a sample that fails', () => {
  test.each([
    ['exits with an error', 'echo broken >&2; exit 9', { kind: 'exit', code: 9, signal: null, tail: 'broken' }],
    ['prints no metric', 'echo nothing', { kind: 'metric', metric: 'time', problem: 'none', tail: 'nothing' }],
    ['prints two', 'echo time=1; echo time=2', { kind: 'metric', problem: 'several' }],
    ['prints NaN', 'echo time=NaN', { kind: 'metric', problem: 'not-a-number' }],
    ['takes too long', 'sleep 600', { kind: 'timeout', afterMs: 3000 }],
  ])('because the benchmark %s ends the sampling with its pair, blamed on its side', async (_, failing, failure) => {
    const { request, executed } = await bench(`if [ "$(cat name)" = b ] && [ $(wc -c < ../executed) -ge 4 ]; then ${failing}; else echo time=1; fi`);
    request.benchmarks = request.benchmarks.map((benchmark) => ({ ...benchmark, command: { ...benchmark.command, timeout: 3000 } }));
    const pairs = await samplePairs(request);
    expect(pairs.at(-1)).toMatchObject({ a: { ok: true }, b: { ok: false, failure } });
    expect(pairs.slice(0, -1).every((pair) => pair.a.ok && pair.b.ok)).toBe(true);
    const before = await executed();
    expect(await samplePairs(request)).toEqual(pairs);
    expect(await executed()).toBe(before);
  });

  test('is kept also when it was only for warming up', async () => {
    const { request } = await bench('if [ "$(cat name)" = b ] && [ ! -e ../failed ]; then echo > ../failed; exit 1; fi; echo time=1');
    expect(await samplePairs(request)).toMatchObject([{ index: 0, a: { ok: true }, b: { ok: false, failure: { kind: 'exit', code: 1 } } }]);
  });
});

describe('the final measurement', () => {
  test('takes as many pairs as are wanted, those that fail among them', async () => {
    const { request } = await bench('if [ "$(cat name)" = b ] && [ $(wc -c < ../executed) -ge 5 ] && [ ! -e ../failed ]; then echo > ../failed; exit 1; fi; echo time=1');
    const pairs = await samplePairs({ ...request, stage: 'final' });
    expect([pairs.length, pairs.filter(({ b }) => !b.ok).length]).toEqual([4, 1]);
    expect(await samplePairs({ ...request, stage: 'final' })).toEqual(pairs);
  });

  test('counts no warm-up, also where it fails', async () => {
    const { request } = await bench('if [ "$(cat name)" = b ] && [ ! -e ../failed ]; then echo > ../failed; exit 1; fi; echo time=1');
    const warmUps: Pair[] = [];
    const pairs = await samplePairs({ ...request, stage: 'final', onWarmUp: (pair) => warmUps.push(pair) });
    expect(pairs.map(({ b }) => b.ok)).toEqual([true, true, true, true]);
    expect(warmUps).toMatchObject([{ b: { ok: false } }]);
  });

  test('ends also where every sample fails', async () => {
    const { request, executed } = await bench('exit 1');
    const pairs = await samplePairs({ ...request, stage: 'final' });
    expect(pairs.map(({ index, a, b }) => [index, a.ok, b.ok])).toEqual([0, 1, 2, 3].map((index) => [index, false, false]));
    expect((await executed()).length).toBe(2 * (1 + 4));
  });
});

describe('several benchmarks', () => {
  /** Each notes that it ran, on which side, and prints a number of its own. */
  async function several(scripts: Record<string, string>): Promise<Bench> {
    const made = await bench();
    made.request.benchmarks = Object.entries(scripts).map(([name, script]) => ({ name, command: command(`echo ${name} $(cat name) >> ../executed; ${script}`) }));
    made.request.rules = Object.keys(scripts).map((name) => ({ name: `${name} time`, benchmark: name, source: 'regex', pattern: 'time=(\\S+)', match: 'only' }));
    return made;
  }

  test('are executed on both sides of each pair, one after the other, in an order that varies and is kept', async () => {
    const { request, executed, journal } = await several({ parse: 'echo time=$(cat cost)', print: 'echo time=7' });
    const pairs = await samplePairs({ ...request, next: () => 20 });
    for (const pair of pairs) {
      expect(pair.a).toMatchObject({ ok: true, metrics: { 'parse time': 2, 'print time': 7 } });
      expect(pair.b).toMatchObject({ ok: true, metrics: { 'parse time': 1, 'print time': 7 } });
      expect(pair.a.wallMs).toBeCloseTo((pair.a.parts?.['parse']?.wallMs ?? 0) + (pair.a.parts?.['print']?.wallMs ?? 0));
      expect(pair.turns?.map(({ benchmark }) => benchmark).sort()).toEqual(['parse', 'print']);
      expect(pair.order).toBe(pair.turns?.[0]?.order);
    }
    const told = pairs.flatMap((pair) => pair.turns ?? []).flatMap(({ benchmark, order }) => order.split('').map((side) => `${benchmark} ${side}`));
    expect((await executed()).trimEnd().split('\n').slice(4)).toEqual(told);
    // Chance of a false alarm: 4 in two million.
    expect(new Set(pairs.map(({ turns }) => turns?.[0]?.benchmark)).size).toBe(2);
    expect((await journal()).slice(1).map((line) => JSON.parse(line) as Pair)).toEqual(pairs);
  });

  test('blame a failure on the benchmark and the side that it is of, with all of the pair executed', async () => {
    const { request, executed } = await several({ parse: 'echo time=1', print: 'if [ "$(cat name)" = b ]; then echo no paper >&2; exit 3; fi; echo time=1' });
    const pairs = await samplePairs(request);
    expect(pairs).toMatchObject([{ a: { ok: true }, b: { ok: false, failure: { kind: 'exit', code: 3, tail: 'no paper', benchmark: 'print' } } }]);
    expect((await executed()).trimEnd().split('\n').sort()).toEqual(['parse a', 'parse b', 'print a', 'print b']);
  });

  test('read only their own metrics', async () => {
    const { request } = await several({ parse: 'echo time=1', print: 'echo nothing' });
    request.rules = request.rules.slice(0, 1);
    expect((await samplePairs({ ...request, next: () => 1 }))[0]?.b).toMatchObject({ ok: true, metrics: { 'parse time': 1 } });
  });

  test('go on at the pair where they were, and not with another list of benchmarks', async () => {
    const { request } = await several({ parse: 'echo time=1', print: 'echo time=1' });
    const first = await samplePairs({ ...request, next: () => 2 });
    expect((await samplePairs({ ...request, next: () => 3 })).slice(0, 2)).toEqual(first);
    const resumed: number[] = [];
    await samplePairs({ ...request, benchmarks: request.benchmarks.slice(0, 1), rules: request.rules.slice(0, 1), next: () => 1, onProgress: (_, count) => resumed.push(count) });
    expect(resumed).toEqual([0]);
  });
});

describe('sampling again', () => {
  test('goes on at the pair where it was, with a new warm-up', async () => {
    const { request, executed } = await bench();
    const first = await samplePairs({ ...request, next: () => 2 });
    const progress: [number, number][] = [];
    const all = await samplePairs({ ...request, onProgress: (pairs, resumed) => progress.push([pairs.length, resumed]) });
    expect(all.slice(0, 2)).toEqual(first);
    expect(progress).toEqual([[2, 2], [3, 2], [4, 2]]);
    expect((await executed()).length).toBe(2 * (1 + 2 + 1 + 2));
  });

  test('executes nothing when it had finished', async () => {
    const { request, executed } = await bench();
    const first = await samplePairs(request);
    const before = await executed();
    expect(await samplePairs(request)).toEqual(first);
    expect(await executed()).toBe(before);
  });

  test.each([
    ['a part of a pair', async (file: string) => appendFile(file, '{"stage":"screen","index":2,"ord')],
    ['the last pair without its end', async (file: string) => truncate(file, (await readFile(file)).length - 5)],
  ])('drops %s that a crash has torn', async (_, tear) => {
    const { request, journal } = await bench();
    const first = await samplePairs({ ...request, next: () => 2 });
    await tear(request.journalFile);
    const all = await samplePairs(request);
    expect(all[0]).toEqual(first[0]);
    expect(all.map((pair) => pair.index)).toEqual([0, 1, 2, 3]);
    expect((await journal()).slice(1).map((line) => JSON.parse(line) as Pair)).toEqual(all);
  });

  test.each([
    ['another commit', (request: SamplingRequest) => ({ ...request, sides: { ...request.sides, b: { ...request.sides.b, identity: 'commit-c' } } })],
    ['another layout', (request: SamplingRequest) => ({ ...request, sides: { ...request.sides, b: { ...request.sides.b, layoutSeed: 7 } } })],
    ['another benchmark', (request: SamplingRequest) => ({ ...request, benchmarks: [{ name: null, command: command('echo time=5') }] })],
    ['another rule', (request: SamplingRequest) => ({ ...request, rules: [{ name: 'time', source: 'wall' as const, pattern: null, match: 'only' as const }] })],
    ['another stage', (request: SamplingRequest) => ({ ...request, stage: 'confirm' as const })],
  ])('never mixes in the samples of %s', async (_, change) => {
    const { request, journal } = await bench();
    await samplePairs({ ...request, next: () => 2 });
    const before = await journal();
    const resumed: number[] = [];
    const pairs = await samplePairs({ ...change(request), next: () => 1, onProgress: (_, count) => resumed.push(count) });
    expect(pairs).toHaveLength(1);
    expect(resumed).toEqual([0]);
    expect((await readFile(`${request.journalFile}.aside-1`, 'utf8')).trimEnd().split('\n')).toEqual(before);
  });

  test('sets a journal aside that is damaged in the middle', async () => {
    const { request, journal } = await bench();
    await samplePairs({ ...request, next: () => 3 });
    const lines = await journal();
    await writeFile(request.journalFile, `${[lines[0], 'garbage', ...lines.slice(2)].join('\n')}\n`);
    expect(await samplePairs({ ...request, next: () => 1 })).toHaveLength(1);
    expect((await readdir(join(request.journalFile, '..'))).sort()).toEqual(['screen.jsonl', 'screen.jsonl.aside-1']);
  });
});

test('a cancelled sampling keeps its pairs and ends the benchmark', async () => {
  const { request, folder } = await bench('if [ $(wc -c < ../executed) -ge 7 ]; then echo > ../hangs; sleep 600; fi; echo time=1');
  const abort = new AbortController();
  const sampling = samplePairs({ ...request, signal: abort.signal });
  await until(() => readFile(join(folder, 'hangs')).then(() => true, () => false));
  abort.abort(new Error('cancelled'));
  await expect(sampling).rejects.toThrow('cancelled');
  expect(await samplePairs({ ...request, next: () => 'stop' })).toHaveLength(2);
});

test('kill -9 of the sampling process costs at most the pair in hand', async () => {
  const { request, folder, journal, executed } = await bench('if [ $(wc -c < ../executed) -ge 8 ] && [ ! -e ../go ]; then echo > ../hangs; while [ ! -e ../go ]; do sleep 0.01; done; fi; echo time=1');
  const { lock: _lock, next: _next, ...rest } = request;
  const jobs = { folder: join(folder, 'jobs'), name: 'sample' };
  const worker = startScript('scripts/sample.ts', [JSON.stringify({ request: { ...rest, jobs }, pairs: 6, locks: join(folder, 'worker-locks') })]);
  // Seven executions are done (a warm-up pair, two pairs, and half of one); the eighth hangs.
  await until(() => readFile(join(folder, 'hangs')).then(() => true, () => false));
  worker.child.kill('SIGKILL');
  await worker.exited;
  const beforeCrash = (await journal()).slice(1).map((line) => JSON.parse(line) as Pair);
  expect(beforeCrash).toHaveLength(2);
  expect(await reapJobs(jobs.folder)).toMatchObject([{ name: 'sample' }]);
  await writeFile(join(folder, 'go'), '');

  const counted = (await executed()).length;
  const progress: number[] = [];
  const all = await samplePairs({ ...request, jobs, next: () => 6, onProgress: (_, resumed) => progress.push(resumed) });
  expect(all.slice(0, 2)).toEqual(beforeCrash);
  expect(all.map((pair) => pair.index)).toEqual([0, 1, 2, 3, 4, 5]);
  expect(progress).toEqual([2, 2, 2, 2, 2]);
  expect((await executed()).length - counted).toBe(2 + 4 * 2);
});
