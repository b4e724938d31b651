import type { Config } from '../core/config/schema.js';
import type { KnownNoise, WorktreeRef } from '../core/run/contracts.js';
import type { CostPlan } from '../core/status.js';
import type { Target } from '../core/target.js';
import { outputRuleOfNoise } from '../core/check/printed-rule.js';
import { isOutdated } from '../core/verdict/noise.js';
import { shortfall, type Budget } from '../core/verdict/budget.js';
import { schedulesFrom } from '../core/verdict/rule.js';
import { hubActivities } from './activities.js';
import { refusal } from './failures.js';
import type { HostHandle } from './host-session.js';

interface Work {
  run: string;
  trial: string;
  target: Target;
  config: Config;
  queuePrefix: string;
}

/** What a budget must hold besides samples. */
export interface Ahead {
  budget: Budget;
  /** Building and testing, in seconds. */
  otherSeconds: number;
}

/**
 * The noise of the benchmark on this host: from its history, or measured on two worktrees of one commit. A history that does
 * not fit the seconds that one execution has just taken, or is of other files than the benchmark starts now, is replaced.
 */
export async function noiseOnHost(on: HostHandle, work: Work, a: WorktreeRef, b: WorktreeRef, now: { seconds?: number; sources?: string; ahead?: Ahead | undefined } = {}): Promise<KnownNoise & { plan: CostPlan; spent: number }> {
  const { config, target } = work;
  const hub = hubActivities(work.queuePrefix);
  const host = on.lease.host;
  const benchmark = noiseKey(target, config, now.sources);
  const found = await hub.findNoise.executeWithOptions({ summary: 'noise of this benchmark on this host' }, [{ v: 1, host, benchmark, now: Date.now() }]);
  const known = found !== null && now.seconds !== undefined && isOutdated(found.noise, now.seconds) ? null : found;
  const { ahead } = now;
  if (ahead !== undefined) mustFit(ahead, config, now.seconds ?? 0, known === null ? config.verdict.noise_pairs : 0);
  const scope = { v: 1 as const, run: work.run, trial: work.trial };
  const measured = await on.bench('measureNoise', known === null ? 'A/A pairs' : 'plan the samples', {
    ...scope, target, config, lease: on.lease, a, b, trials: config.loop.candidates_per_round, known,
    ...(ahead === undefined ? {} : { within: { budget: ahead.budget, secondsPerSample: now.seconds ?? 0, aheadSeconds: ahead.otherSeconds } }),
  });
  if (known === null) {
    await hub.recordNoise.executeWithOptions({ summary: 'remember the noise' }, [{ v: 1, host, benchmark, noise: measured.noise, samples: measured.samples, at: Date.now() }]);
  }
  return measured;
}

/** Throws PL_BUDGET where the budget holds no way to an acceptance: then not a sample is taken. */
export function mustFit({ budget, otherSeconds }: Ahead, config: Config, secondsPerSample: number, noisePairs: number): void {
  const short = shortfall(budget, Date.now(), { schedules: schedulesFrom(config), secondsPerSample, otherSeconds, noisePairs });
  if (short !== null) throw refusal('PL_BUDGET', short);
}

/** Everything that the noise depends on besides the host. */
function noiseKey(target: Target, config: Config, sources: string | undefined): string {
  const several = (config.benchmarks ?? []).length > 0 ? [config.benchmarks] : [];
  const output = outputRuleOfNoise(config);
  const compared = output === null ? [] : [output];
  const { cpus, cold } = config.measure ?? { cold: false };
  const conditions = cpus === undefined && !cold ? [] : [{ cpus: cpus ?? null, cold }];
  return JSON.stringify([target.id, config.commands.benchmark ?? null, config.commands.build ?? null, config.target.setup ?? null, config.metrics, ...several, ...compared, ...conditions, ...(sources === undefined ? [] : [sources])]);
}
