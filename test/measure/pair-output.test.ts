import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { learnPrinted } from '../../src/core/check/printed.js';
import type { OutputRule } from '../../src/core/check/printed-rule.js';
import { acquireHostLock } from '../../src/measure/host-lock.js';
import { samplePairs, type SamplingRequest } from '../../src/measure/sampling.js';
import { atEnd, temporaryFolder } from './support.js';

const output: OutputRule = { mode: 'lines', tolerance: { relative: 0, absolute: 0 }, vary: [], metrics: [{ name: 'time', pattern: 'time=(\\S+)' }], pattern: null, masksTimes: true };

/** Two worktrees whose benchmark is a script of its own, and where each execution is noted. */
async function bench(scripts: { a: string; b: string }, more: Partial<SamplingRequest> = {}): Promise<{ request: SamplingRequest; executed: () => Promise<string> }> {
  const folder = await temporaryFolder();
  for (const side of ['a', 'b'] as const) {
    await mkdir(join(folder, side));
    await writeFile(join(folder, side, 'bench.sh'), `printf ${side} >> ../executed\necho "time=$$"\n${scripts[side]}\n`);
  }
  const lock = await acquireHostLock({ folder: join(folder, 'locks'), mode: 'exclusive' });
  atEnd(() => lock.release());
  return {
    request: {
      stage: 'screen',
      sides: { a: { identity: 'commit-a', worktree: join(folder, 'a') }, b: { identity: 'commit-b', worktree: join(folder, 'b') } },
      benchmarks: [{ name: null, command: { run: 'sh bench.sh', cwd: '.', env: {}, timeout: 60_000 } }],
      rules: [{ name: 'time', source: 'regex', pattern: 'time=(\\S+)', match: 'only' }],
      output,
      next: () => 3,
      journalFile: join(folder, 'samples.jsonl'),
      lock,
      ...more,
    },
    executed: async () => readFile(join(folder, 'executed'), 'utf8'),
  };
}

describe('the output of the sides of a pair', () => {
  test('is compared with the metrics and the folder left out, under one secret seed a pair', async () => {
    const { request } = await bench({ a: 'echo "in $PWD: $PERFLOOP_SEED"', b: 'echo "in $PWD: $PERFLOOP_SEED"' });
    const pairs = await samplePairs(request);
    expect(pairs.map(({ printed }) => printed)).toEqual([{ kind: 'same' }, { kind: 'same' }, { kind: 'same' }]);
    for (const { a, b } of pairs) expect(a.outputDigest).toBe(b.outputDigest);
    expect(new Set(pairs.map(({ a }) => a.outputDigest)).size).toBe(3);
    expect(new Set(pairs.map(({ seed }) => seed)).size).toBe(3);
    // The journal holds all of it.
    expect(await samplePairs(request)).toEqual(pairs);
  });

  test('ends the sampling where it differs, and differs again when both run once more', async () => {
    const { request, executed } = await bench({ a: 'echo sum 1', b: 'echo sum 2' });
    const pairs = await samplePairs(request);
    expect(pairs.map(({ printed }) => printed)).toEqual([{ kind: 'differs', text: 'line 2: "sum 1" became "sum 2"', forms: ['sum #'] }]);
    expect(pairs[0]?.a.outputDigest).not.toBe(pairs[0]?.b.outputDigest);
    expect((await executed()).split('').sort().join('')).toBe('aabb');
  });

  test('says nothing certain where the champion differs from itself', async () => {
    const random = 'od -An -N8 -tx1 /dev/urandom';
    const [pair] = await samplePairs((await bench({ a: random, b: random })).request);
    expect(pair?.printed).toMatchObject({ kind: 'unrepeatable', text: expect.stringMatching(/^the champion differs from itself: line 2/) });
  });

  test('says nothing certain where the candidate differs once', async () => {
    const [pair] = await samplePairs((await bench({ a: 'echo sum 1', b: 'if test -e once; then echo sum 1; else touch once; echo sum 2; fi' })).request);
    expect(pair?.printed).toMatchObject({ kind: 'unrepeatable', text: expect.stringMatching(/became "sum 2", and not when both ran once more$/) });
  });

  test('of one commit teaches which lines vary, and then the others are compared', async () => {
    const vary = 'echo sum 1; echo seen $(od -An -N4 -tu4 /dev/urandom)';
    const noise = learnPrinted(await samplePairs((await bench({ a: vary, b: vary }, { stage: 'noise' })).request));
    expect(noise).toEqual({ kind: 'repeats', vary: ['seen #'] });
    const learned = { ...output, vary: ['seen #'] };
    expect((await samplePairs((await bench({ a: vary, b: vary }, { output: learned })).request)).map(({ printed }) => printed?.kind)).toEqual(['same', 'same', 'same']);
    const [pair] = await samplePairs((await bench({ a: vary, b: vary.replace('1', '2') }, { output: learned })).request);
    expect(pair?.printed).toMatchObject({ kind: 'differs', text: 'line 2: "sum 1" became "sum 2"' });
  });

  test('of several benchmarks is compared for each', async () => {
    const benchmarks = ['one', 'two'].map((name) => ({ name, command: { run: `sh bench.sh ${name}`, cwd: '.', env: {}, timeout: 60_000 } }));
    const rules = benchmarks.map(({ name }) => ({ name: `${name} time`, source: 'regex' as const, pattern: 'time=(\\S+)', match: 'only' as const, benchmark: name }));
    const several: Partial<SamplingRequest> = { benchmarks, rules, output: { ...output, metrics: rules.map(({ name, pattern, benchmark }) => ({ name, pattern, benchmark })) } };
    const both = 'echo "$1 sum 1"';
    expect((await samplePairs((await bench({ a: both, b: both }, several)).request)).map(({ printed }) => printed?.kind)).toEqual(['same', 'same', 'same']);
    const [pair] = await samplePairs((await bench({ a: both, b: `${both}; test $1 = one || echo more` }, several)).request);
    expect(pair?.printed).toMatchObject({ kind: 'differs', text: expect.stringContaining('"two: more"') });
  });

  test('is not looked at where nobody asks', async () => {
    const [pair] = await samplePairs((await bench({ a: 'echo 1', b: 'echo 2' }, { output: null })).request);
    expect(pair).not.toHaveProperty('printed');
    expect(pair?.a).not.toHaveProperty('outputDigest');
  });
});
