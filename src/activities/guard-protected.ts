import { createHash } from 'node:crypto';
import { judgingCommands } from '../core/config/benchmarks.js';
import { filesOfConfig } from '../core/config/config-files.js';
import { knobSearchOf } from '../core/config/knob-search.js';
import type { Config } from '../core/config/schema.js';
import { functionNamed } from '../check/cases/run-cases.js';
import { defaultGenerator } from '../core/config/cases-schema.js';
import { PerfloopError } from '../core/errors.js';
import type { Pair, Stage } from '../core/sample.js';
import type { Target } from '../core/target.js';
import { protectedFromCommands } from '../workspace/command-files.js';
import { protectedRules, type ProtectedRules } from '../workspace/protected-globs.js';
import type { Repository } from '../workspace/repository.js';
import { declaredPlaces } from '../workspace/turned-text.js';

/** What no candidate of this target may change: the globs, and the files that its commands start. */
export async function rulesOf(repository: Repository, target: Target, config: Config): Promise<ProtectedRules> {
  const rules = protectedRules(config.target, [...(await protectedFromCommands(repository, target.base.commit, judgingCommands(config), config.benchmarks)), ...generatorsOf(config)], filesOfConfig(config));
  return knobSearchOf(config) === null ? rules : { ...rules, turnable: { declared: declaredPlaces(config) } };
}

/** The generators of [[cases]]: whoever could change them would choose what is compared. */
function generatorsOf({ cases }: { cases?: Config['cases'] }): { path: string; command: string }[] {
  const named = (cases ?? []).flatMap(({ inputs, factory }) => [inputs, factory]).filter((text) => text !== undefined);
  return named.map((text) => ({ path: functionNamed(text, defaultGenerator).path, command: 'check' }));
}

/** A hash of the files that the benchmark commands start: with another, they may do and print something else. */
export async function benchmarkSources(repository: Repository, target: Target, config: Config): Promise<string> {
  const { commit } = target.base;
  const started = new Set((await protectedFromCommands(repository, commit, { benchmark: judgingCommands(config).benchmark }, config.benchmarks)).map(({ path }) => path));
  const files = (await repository.listTree(commit)).filter(({ path }) => started.has(path));
  return createHash('sha256').update(JSON.stringify(files.map(({ path, object }) => [path, object]))).digest('hex').slice(0, 16);
}

/** For what is not under judgement: there the benchmark itself is at fault, when protected files hold something else after it. */
export function refuseUnprotected(stage: Stage, pairs: readonly Pair[]): void {
  const sides = stage === 'screen' || stage === 'confirm' || stage === 'knobs' ? (['a'] as const) : (['a', 'b'] as const);
  const lefts = pairs.flatMap((pair) => sides.map((side) => pair[side].left));
  const paths = new Set(lefts.flatMap((left) => (left?.changed ?? []).filter((path) => left?.written?.includes(path) === true)));
  if (paths.size === 0) return;
  throw new PerfloopError('PL_PROTECTED_CHANGED', 'the benchmark changes protected files while it runs', {
    where: [...paths].slice(0, 8).join(', '),
    fix: 'Let git ignore what it writes, or name those files in `target.editable`.',
  });
}
