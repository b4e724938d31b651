import type { Config } from '../core/config/schema.js';
import type { KnownNoise, Scope, Sides } from '../core/run/contracts.js';
import type { CostPlan } from '../core/status.js';
import type { Target } from '../core/target.js';
import { outputRuleOfNoise } from '../core/check/printed-rule.js';
import { isOutdated, noiseBuilds, type Noise } from '../core/verdict/noise.js';
import { fewestBuildsOf, shortfall, type Budget } from '../core/verdict/budget.js';
import { buildsOf, schedulesFrom } from '../core/verdict/rule.js';
import { hubActivities } from './activities.js';
import { refusal } from './failures.js';
import type { HostHandle } from './host-session.js';
import { moreBuilds } from './more-builds.js';

interface Work {
  run: string;
  trial: string;
  target: Target;
  config: Config;
  queuePrefix: string;
}

/** What is known where the noise is asked for. */
interface Now {
  /** Of one execution. */
  seconds?: number;
  /** Hash of the files that the benchmark starts. */
  sources?: string;
  ahead?: Ahead | undefined;
  /** Makes further builds, where the noise has to be measured. `seconds`: what one worktree took. */
  more?: () => Promise<{ builds: Sides[]; seconds: number | null }>;
}

/** What a budget must hold besides samples. */
export interface Ahead {
  budget: Budget;
  /** Building and testing, in seconds. */
  otherSeconds: number;
}

/**
 * The noise of the benchmark on this host: from its history, or measured on worktrees of one commit on both sides. A history
 * that does not fit the seconds that one execution has just taken, or is of other files than the benchmark starts now, is
 * replaced.
 */
export async function noiseOnHost(on: HostHandle, work: Work, built: Sides[], now: Now = {}): Promise<KnownNoise & { plan: CostPlan; spent: number; /** It is that of an earlier run. */ reused: boolean }> {
  const { config, target } = work;
  const hub = hubActivities(work.queuePrefix);
  const host = on.lease.host;
  const benchmark = noiseKey(target, config, now.sources);
  const found = await hub.findNoise.executeWithOptions({ summary: 'noise of this benchmark on this host' }, [{ v: 1, host, benchmark, now: Date.now() }]);
  const known = found !== null && now.seconds !== undefined && isOutdated(found.noise, now.seconds) ? null : found;
  const { ahead } = now;
  if (ahead !== undefined) mustFit(ahead, config, { secondsPerSample: now.seconds ?? 0 }, known === null ? config.verdict.noise_pairs : 0);
  const scope = { v: 1 as const, run: work.run, trial: work.trial };
  const more = known === null && now.more !== undefined ? await now.more() : null;
  const [sides, ...others] = [...built, ...(more?.builds ?? [])];
  if (sides === undefined) throw new Error('nothing is built');
  const measured = await on.bench('measureNoise', known === null ? 'A/A pairs' : 'plan the samples', {
    ...scope, target, config, lease: on.lease, ...sides, ...(others.length === 0 ? {} : { others }), trials: config.loop.candidates_per_round, known,
    ...(more?.seconds == null ? {} : { buildSeconds: more.seconds }),
    ...(ahead === undefined ? {} : { within: { budget: ahead.budget, secondsPerSample: now.seconds ?? 0, aheadSeconds: ahead.otherSeconds } }),
  });
  if (known === null) {
    await hub.recordNoise.executeWithOptions({ summary: 'remember the noise' }, [{ v: 1, host, benchmark, noise: measured.noise, samples: measured.samples, at: Date.now() }]);
  }
  return { ...measured, reused: known !== null };
}

/**
 * Further builds of the base on both sides, so that the luck of one does not pass for a bias of the setting. Puts their keys
 * to the others. None in inputs of earlier versions.
 */
export async function moreOfBase(on: HostHandle, { target, config }: Pick<Work, 'target' | 'config'>, scope: Scope, keys: string[]): Promise<{ builds: Sides[]; seconds: number | null }> {
  const to = Math.min(noiseBuilds, buildsOf(config) ?? 1);
  if (to < 2) return { builds: [], seconds: null };
  const made = await moreBuilds(on, scope, { target, config, a: target.base, b: target.base, purpose: 'noise', from: 1, to, stage: 'noise', cache: true }, `builds 2 to ${to} of the base on both sides`, (...opened) => keys.push(...opened));
  if (made.kind === 'failed') throw refusal('PL_BASE_RED', `the ${made.role} command failed on the base when it ran again: ${made.outcome.problem}\n${made.outcome.tail}`.trimEnd(), { where: `commands.${made.role}`, fix: 'Make it pass each time it runs in a fresh clone.' });
  return made;
}

/** Throws PL_BUDGET where the budget holds no way to an acceptance: then not a sample is taken. */
export function mustFit({ budget, otherSeconds }: Ahead, config: Config, known: Pick<Noise, 'secondsPerSample' | 'buildSeconds'>, noisePairs: number): void {
  const schedules = schedulesFrom(config, true, known);
  const building = 2 * fewestBuildsOf(schedules) * (known.buildSeconds ?? 0);
  const short = shortfall(budget, Date.now(), { schedules, secondsPerSample: known.secondsPerSample, otherSeconds: otherSeconds + building, noisePairs });
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
