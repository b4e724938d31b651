import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Pair, Stage } from '../../src/core/sample.js';
import { tampering } from '../../src/core/verdict/left-behind.js';
import { acquireHostLock } from '../../src/measure/host-lock.js';
import { samplePairs } from '../../src/measure/sampling.js';
import { Pristine } from '../../src/workspace/pristine/pristine.js';
import { protectedRules } from '../../src/workspace/protected-globs.js';
import { hashEverything, shareRepository, write } from '../workspace/fixture.js';
import { atEnd, temporaryFolder } from './support.js';

// Benchmarks that write protected files, in real worktrees and without a sandbox. Each prints what it read as its result.

const shared = await shareRepository({ 'bench/input': '10\n', 'bench/more/x': 'x\n', 'src/a': 'a\n', '.gitignore': 'out\ncache\n' });
afterAll(() => shared.remove());

const rules = protectedRules({ protected: [], editable: [] });
const reads = 'echo time=$(cat bench/input)';

interface Setting {
  stage?: Stage;
  output?: boolean;
  /** Where the script of the candidate finds its way to the champion's worktree and to a folder outside. */
  script?: (places: { champion: string; outside: string }) => string;
}

/** Four pairs, or as many as there are until it is known what the candidate does. */
async function sampled(champion: string, candidate: string, { stage = 'screen', output = false, script = () => '' }: Setting = {}) {
  const folder = await temporaryFolder();
  const outside = await temporaryFolder();
  write(outside, { input: '1\n', 'more/x': 'y\n', precious: 'p\n' });
  const before = hashEverything(outside);
  const worktrees = { a: await shared.open(), b: await shared.open() };
  write(worktrees.a.path, { 'out/bench.sh': champion });
  write(worktrees.b.path, Object.fromEntries(Array.from({ length: 150 }, (_, index) => [`out/${index + 1}`, 'x\n'])));
  write(worktrees.b.path, { 'out/bench.sh': `${script({ champion: worktrees.a.path, outside })}\n${candidate}` });
  const side = async (name: 'a' | 'b') => ({ identity: name, worktree: worktrees[name].path, tidy: await Pristine.of(shared.home, worktrees[name], [], { base: shared.base, rules }) });
  const lock = await acquireHostLock({ folder: join(folder, 'locks'), mode: 'exclusive' });
  atEnd(() => lock.release());
  const pairs = await samplePairs({
    stage,
    sides: { a: await side('a'), b: await side('b') },
    benchmarks: [{ name: null, command: { run: 'sh out/bench.sh', cwd: '.', env: {}, timeout: 60_000 } }],
    rules: [{ name: 'time', source: 'regex', pattern: 'time=(\\S+)', match: 'only' }],
    next: () => 4,
    journalFile: join(folder, 'samples.jsonl'),
    lock,
    otherLoad: null,
    ...(output ? { output: { mode: 'exact' as const, tolerance: { relative: 0, absolute: 0 }, vary: [], metrics: [], pattern: null, masksTimes: false } } : {}),
  });
  const said = (of: 'a' | 'b'): number[] => pairs.map((pair) => (pair[of].ok ? (pair[of].metrics['time'] ?? Number.NaN) : Number.NaN));
  return { pairs, a: said('a'), b: said('b'), worktrees, outsideIsAsBefore: hashEverything(outside) === before };
}

/** The text of the reason, or null: it does not tamper. */
const refusal = (pairs: readonly Pair[]): string | null => tampering(pairs)[0]?.text ?? null;

describe('a candidate', () => {
  test('that changes a protected file for later samples is refused after the first one, and none runs with it', async () => {
    const { pairs, a, b, worktrees } = await sampled(reads, `${reads}; echo 1 > bench/input`);
    // The warm-up tells, so that one pair is all there is.
    expect([a, b]).toEqual([[10], [10]]);
    expect(pairs[0]?.b.left).toEqual({ changed: ['bench/input'], written: ['bench/input'] });
    expect(refusal(pairs)).toContain('writes protected files, which the champion\'s does not: bench/input');
    expect(readFileSync(join(worktrees.b.path, 'bench/input'), 'utf8')).toBe('10\n');
  });

  test('that changes one for itself and puts it back before its end is refused', async () => {
    const { pairs } = await sampled(reads, `cp -p bench/input cache; echo 1 > bench/input; ${reads}; echo 10 > bench/input; touch -r cache bench/input; rm cache`);
    expect(pairs).toHaveLength(1);
    expect(pairs[0]?.b.left).toEqual({ written: ['bench/input'] });
    expect(refusal(pairs)).toContain('bench/input');
  });

  test('that does so once, in a pair that is thrown away, is refused', async () => {
    // The kept file changes in its second execution, and with it a protected one.
    const candidate = `mkdir -p cache; if [ -e cache/kept ]; then echo x >> cache/kept; echo 1 > bench/input; else echo x > cache/kept; fi; echo time=10`;
    const { pairs } = await sampled(`mkdir -p cache; echo x > cache/kept.new; [ -e cache/kept ] || cp cache/kept.new cache/kept; rm cache/kept.new; ${reads}`, candidate);
    expect(refusal(pairs)).toContain('bench/input');
  });

  test('that does so only when both sides run once more is refused', async () => {
    const counted = 'n=$(cat ../count-$PERFLOOP_SEED 2> /dev/null || echo 0); echo $((n + 1)) > ../count-$PERFLOOP_SEED';
    const { pairs } = await sampled('echo time=10; echo result', `${counted}; [ $n = 0 ] || echo 1 > bench/input; echo time=10; echo other`, { output: true });
    expect(pairs.at(-1)?.printed?.kind).toBe('differs');
    expect(refusal(pairs)).toContain('bench/input');
  });

  test('that writes into the worktree of the champion is refused, and the champion does not run with that', async () => {
    const { pairs, a, worktrees } = await sampled(reads, `${reads}; echo 99 > $champion/bench/input`, { script: ({ champion }) => `champion=${champion}` });
    expect(a.every((value) => value === 10)).toBe(true);
    expect(pairs.flatMap((pair) => pair.a.left ?? [])).toEqual([]);
    expect(refusal(pairs)).toContain('bench/input');
    expect(readFileSync(join(worktrees.a.path, 'bench/input'), 'utf8')).toBe('10\n');
  });

  test.each(['bench', 'bench/more'])('that puts a link to a folder outside in the place of %s is refused, and nothing changes outside', async (folder) => {
    const { pairs, outsideIsAsBefore, worktrees } = await sampled(reads, `${reads}; rm -r ${folder}; ln -s $outside ${folder}`, { script: ({ outside }) => `outside=${outside}` });
    expect(refusal(pairs)).toContain('bench/more/x');
    expect(outsideIsAsBefore).toBe(true);
    expect(readFileSync(join(worktrees.b.path, 'bench/more/x'), 'utf8')).toBe('x\n');
  });

  test('cannot hide it among many other files', async () => {
    const { pairs } = await sampled(reads, 'for n in $(seq 150); do echo y > out/$n; done; echo 1 > bench/input; echo time=10');
    expect(pairs[0]?.b.left?.written).toEqual(['bench/input']);
    expect(refusal(pairs)).toContain('bench/input');
  });

  test('is not refused for what the champion does as well', async () => {
    const { pairs } = await sampled(`${reads}; touch bench/input`, `${reads}; touch bench/input`);
    expect(pairs).toHaveLength(4);
    expect(refusal(pairs)).toBeNull();
  });
});

test('pairs of one commit go on, and tell what its benchmark writes', async () => {
  const writes = `${reads}; echo 1 > bench/input`;
  const { pairs, a, b } = await sampled(writes, writes, { stage: 'noise' });
  expect([a, b]).toEqual([[10, 10, 10, 10], [10, 10, 10, 10]]);
  expect(pairs[0]?.a.left).toMatchObject({ changed: ['bench/input'], written: ['bench/input'] });
});
