import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { outputRuleOf } from '../../src/core/check/printed-rule.js';
import { validateConfig } from '../../src/core/config/parse.js';
import type { Pair } from '../../src/core/sample.js';
import { acquireHostLock } from '../../src/measure/host-lock.js';
import { samplePairs, type SamplingRequest } from '../../src/measure/sampling.js';
import { atEnd, temporaryFolder } from './support.js';

const output = outputRuleOf(validateConfig({ commands: { benchmark: 'true' }, check: { benchmark: 'exact' } }, 'the test'), { kind: 'repeats', vary: [] });

/** Two worktrees whose benchmark notes side and seed outside; `script` is run there too. */
async function bench(script = ''): Promise<{ request: SamplingRequest; executed: () => Promise<string[]> }> {
  const folder = await temporaryFolder();
  for (const side of ['a', 'b']) {
    await mkdir(join(folder, side));
    await writeFile(join(folder, side, 'name'), side);
  }
  const lock = await acquireHostLock({ folder: join(folder, 'locks'), mode: 'exclusive' });
  atEnd(() => lock.release());
  return {
    request: {
      stage: 'screen',
      sides: { a: { identity: 'a', worktree: join(folder, 'a') }, b: { identity: 'b', worktree: join(folder, 'b') } },
      benchmarks: [{ name: null, command: { run: `echo $(cat name) $PERFLOOP_SEED >> ../executed; ${script}`, cwd: '.', env: {}, timeout: 60_000 } }],
      rules: [],
      next: () => 3,
      otherLoad: null,
      journalFile: join(folder, 'samples', 'screen.jsonl'),
      lock,
    },
    executed: async () => (await readFile(join(folder, 'executed'), 'utf8')).trim().split('\n'),
  };
}

const earlier: Pair = { stage: 'screen', index: 4, order: 'ba', a: { ok: true, wallMs: 777, metrics: {}, left: { changed: ['x'] } }, b: { ok: true, wallMs: 1, metrics: {} }, load: 0, at: 1, seed: '42' };
const afterOne = (pair: Pair) => (taken: readonly Pair[]) => (taken.length === 0 ? null : pair);

describe('an earlier champion sample that stands in', () => {
  test('leaves the candidate alone to be executed, with the same seed; the pair that warms up is whole', async () => {
    const { request, executed } = await bench();
    const pairs = await samplePairs({ ...request, standIn: afterOne(earlier) });
    expect(pairs.map(({ shared }) => shared)).toEqual([undefined, true, true]);
    const { left: _left, ...a } = earlier.a;
    expect(pairs[1]).toMatchObject({ index: 1, a, seed: '42', b: { ok: true } });
    expect(pairs[1]?.a.left).toBeUndefined();
    const lines = await executed();
    expect(lines.slice(0, 4).map((line) => line[0]).join('')).toMatch(/^(?:ab|ba){2}$/);
    expect(lines.slice(4)).toEqual(['b 42', 'b 42']);
  });

  test('a failure of the candidate is one, and the last', async () => {
    const { request } = await bench('if [ $PERFLOOP_SEED = 42 ]; then exit 3; fi');
    const pairs = await samplePairs({ ...request, standIn: afterOne(earlier) });
    expect(pairs).toHaveLength(2);
    expect(pairs[1]).toMatchObject({ shared: true, a: { ok: true }, b: { ok: false, failure: { kind: 'exit', code: 3 } } });
  });

  test('is compared by what was printed; where that differs in a letter, both sides run, and it stands in no more', async () => {
    const { request } = await bench('echo total 5');
    const [first] = await samplePairs({ ...request, output, next: () => 1 });
    const printed = { ...(first as Pair), seed: '42' };
    const other = await bench('echo total 5');
    const same = await samplePairs({ ...other.request, output, standIn: afterOne(printed) });
    expect(same.map(({ shared, printed: found }) => [shared, found?.kind])).toEqual([[undefined, 'same'], [true, 'same'], [true, 'same']]);

    const changed = await bench('echo total 6');
    const whole = await samplePairs({ ...changed.request, output, standIn: afterOne(printed) });
    expect(whole.map(({ shared, printed: found }) => [shared, found?.kind])).toEqual([[undefined, 'same'], [undefined, 'same'], [undefined, 'same']]);
    expect((await changed.executed()).filter((line) => line === 'b 42')).toHaveLength(1);
  });
});
