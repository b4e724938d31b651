import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Pair } from '../../src/core/sample.js';
import { acquireHostLock } from '../../src/measure/host-lock.js';
import { samplePairs, type SamplingRequest } from '../../src/measure/sampling.js';
import type { Sides } from '../../src/measure/take-pair.js';
import { atEnd, temporaryFolder } from './support.js';

interface Bench {
  request: SamplingRequest;
  /** All builds, of which the request has the first two. */
  builds: Sides[];
  /** The builds whose sides were executed, in that order. */
  executed: () => Promise<number[]>;
}

/** Builds whose benchmark notes its number in a file outside. */
async function bench(count: number): Promise<Bench> {
  const folder = await temporaryFolder();
  const side = async (build: number, name: string) => {
    const worktree = join(folder, `${name}${build}`);
    await mkdir(worktree);
    await writeFile(join(worktree, 'build'), `${build} `);
    return { identity: `${name} ${build}`, worktree };
  };
  const builds: Sides[] = [];
  for (let build = 0; build < count; build++) builds.push({ a: await side(build, 'a'), b: await side(build, 'b') });
  const lock = await acquireHostLock({ folder: join(folder, 'locks'), mode: 'exclusive' });
  atEnd(() => lock.release());
  const [sides, ...others] = builds.slice(0, 2) as [Sides, Sides];
  return {
    request: { stage: 'confirm', sides, others, benchmarks: [{ name: null, command: { run: 'cat build >> ../executed', cwd: '.', env: {}, timeout: 60_000 } }], rules: [], next: () => 4, otherLoad: null, journalFile: join(folder, 'samples', 'confirm.jsonl'), lock },
    builds,
    executed: async () => (await readFile(join(folder, 'executed'), 'utf8')).trim().split(' ').map(Number),
  };
}

const both = (builds: number[]): number[] => builds.flatMap((build) => [build, build]);
const buildsOf = (pairs: readonly Pair[]): (number | undefined)[] => pairs.map(({ build }) => build);

describe('several builds of both sides', () => {
  test('pairs go round them, each after a warm-up of its build', async () => {
    const { request, executed } = await bench(2);
    const warmedUp: Pair[] = [];
    const pairs = await samplePairs({ ...request, onWarmUp: (pair) => warmedUp.push(pair) });
    expect(buildsOf(pairs)).toEqual([0, 1, 0, 1]);
    expect(buildsOf(warmedUp)).toEqual([0, 1]);
    expect(await executed()).toEqual(both([0, 0, 1, 1, 0, 1]));
  });

  test('only the first is warmed up where first executions are as fast as others', async () => {
    const { request, executed } = await bench(2);
    expect(buildsOf(await samplePairs({ ...request, warmEach: false }))).toEqual([0, 1, 0, 1]);
    expect(await executed()).toEqual(both([0, 0, 1, 0, 1]));
  });

  test('a pair that is set aside is taken again of its build', async () => {
    const { request } = await bench(2);
    let readings = 0;
    let aside = 0;
    // Four are usual, then the machine is wanted for one pair; two warm-ups read it, too.
    const pairs = await samplePairs({ ...request, next: () => 6, otherLoad: async () => (readings++ < 6 || aside > 0 ? 0 : 9), onProgress: (taken) => { aside = taken.filter((pair) => pair.aside === true).length; } });
    expect(pairs.map((pair) => [pair.build, pair.aside === true])).toEqual([[0, false], [1, false], [0, false], [1, false], [0, true], [0, false], [1, false]]);
  });

  test('a killed sampling goes on with the pair it was at, of the build it was at', async () => {
    const { request } = await bench(2);
    const first = await samplePairs({ ...request, next: () => 3 });
    const all = await samplePairs(request);
    expect(all.slice(0, 3)).toEqual(first);
    expect(buildsOf(all)).toEqual([0, 1, 0, 1]);
  });

  test('with more builds it goes on after what was sampled of the first ones', async () => {
    const { request, builds } = await bench(4);
    const earlier = await samplePairs({ ...request, next: () => 2 });
    const more = { ...request, others: builds.slice(1), earlier, journalFile: `${request.journalFile}-2`, next: () => 6 };
    const pairs = await samplePairs(more);
    expect(pairs.slice(0, 2)).toEqual(earlier);
    expect(pairs.map(({ index, build }) => [index, build])).toEqual([[0, 0], [1, 1], [2, 2], [3, 3], [4, 0], [5, 1]]);
    // After a crash, too.
    expect(await samplePairs({ ...more, next: () => 7 })).toEqual([...pairs, expect.objectContaining({ index: 6, build: 2 })]);
  });

  test('never mixes in the samples of another build', async () => {
    const { request, builds } = await bench(3);
    await samplePairs({ ...request, next: () => 2 });
    const resumed: number[] = [];
    await samplePairs({ ...request, others: [builds[2] as Sides], next: () => 1, onProgress: (_, count) => resumed.push(count) });
    expect(resumed).toEqual([0]);
  });
});
