import { PerfloopError } from '../../core/errors.js';
import type { WorktreeRef } from '../../core/run/contracts.js';
import { countedPairs } from '../../core/verdict/aside.js';
import { estimate } from '../../core/verdict/judge.js';
import { metricRules } from '../../core/verdict/metrics.js';
import { failureText } from '../../core/verdict/words.js';
import { samplePairs } from '../../measure/sampling.js';
import type { SandboxDesk } from '../../tools/sandbox/tool.js';
import type { Attempt } from '../activity.js';
import type { Dependencies } from '../dependencies.js';
import { environmentFor } from '../lease.js';
import { jobs, logPath, withHostLock, worktreeOf } from '../ground.js';
import { benchmarksFrom, conditionsOf, sidesOf } from '../sampling.js';
import { untested } from './passed.js';
import { groundOf, worktreesOf, type SandboxGround, type SandboxState } from './state.js';
import { openAnew, runSteps } from './steps.js';

/** A few interleaved pairs of base and change. Throws PL_SANDBOX_EMPTY without a change, and what `measurePairs` throws. */
export async function measure(deps: Dependencies, state: SandboxState, wanted: number, attempt: Attempt): Promise<Awaited<ReturnType<SandboxDesk>>> {
  const { id, commit } = state;
  if (commit === null) throw new PerfloopError('PL_SANDBOX_EMPTY', 'There is no change to measure.', { where: id, fix: 'Put one there first: sandbox_apply.' });
  const { rows, facts } = await measurePairs(deps, groundOf(state), worktreesOf(state), wanted, attempt);
  return { rows, more: 0, facts: { sandbox: id, commit, ...facts }, notes: [...notes, ...(state.valid === commit ? untested(state.passed) : ['It has not passed sandbox_validate yet.'])] };
}

/** What a person or a model is told of it beside numbers. */
export const notes = [
  'This is no verdict. There is one build of each side, few pairs, and no check of tests or outputs: luck of one build or of one moment can look like a gain. `perfloop judge` decides.',
];

/**
 * Builds both sides and takes pairs by the sampler of the verdicts, under the same lock. Throws PL_SANDBOX_MEASURE where a side
 * does not build or its benchmark fails.
 */
export async function measurePairs(deps: Dependencies, ground: SandboxGround, { a, b }: { a: WorktreeRef; b: WorktreeRef }, wanted: number, attempt: Attempt) {
  const { scope, target, config } = ground;
  const where = scope.run;
  await openAnew(deps, ground, [a, b]);
  for (const [side, ref] of [['base', a], ['change', b]] as const) {
    const failed = (await runSteps(deps, ground, ref, ['setup', 'build'], attempt)).find(({ ok }) => !ok);
    if (failed !== undefined) throw new PerfloopError('PL_SANDBOX_MEASURE', `The ${failed.step} of the ${side} fails: ${failed.problem}`, { where, problems: failed.tail.split('\n').slice(-8) });
  }
  const rules = metricRules(config.metrics, config.benchmarks);
  const journalFile = await logPath(deps, scope, `samples-${Date.now()}.jsonl`);
  const pairs = await withHostLock(deps, 'exclusive', attempt, () => undefined, async (lock) => samplePairs({
    stage: 'screen',
    sides: await sidesOf(deps, { target, config }, await worktreeOf(deps, a), await worktreeOf(deps, b)),
    benchmarks: benchmarksFrom(config),
    rules,
    next: (taken) => (countedPairs(taken).length >= wanted ? 'stop' : taken.length + wanted - countedPairs(taken).length),
    journalFile,
    secretsFrom: environmentFor(deps, scope.run),
    jobs: jobs(deps, scope, 'sample'),
    ...conditionsOf(config),
    lock,
    signal: attempt.signal,
  }));
  const failure = pairs.flatMap((pair) => [pair.a, pair.b]).find((one) => !one.ok);
  if (failure?.ok === false) throw new PerfloopError('PL_SANDBOX_MEASURE', `The benchmark fails: ${failureText(failure.failure)}`, { where: journalFile, fix: 'See sandbox_validate; the journal has each sample.' });
  const measured = estimate(pairs, rules);
  return {
    rows: pairs.map((pair, index) => ({ pair: index + 1, baseMs: pair.a.wallMs, changeMs: pair.b.wallMs })),
    facts: { kind: 'a cheap measurement, not a verdict', pairs: pairs.length, ratio: measured?.ratio ?? null, low: measured?.ci95[0] ?? null, high: measured?.ci95[1] ?? null },
  };
}
