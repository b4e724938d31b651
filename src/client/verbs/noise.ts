import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { benchmarksText, commandsOf } from '../../core/config/benchmarks.js';
import { requireBenchmark } from '../../core/config/parse.js';
import type { Config } from '../../core/config/schema.js';
import { PerfloopError } from '../../core/errors.js';
import type { Pair } from '../../core/sample.js';
import { median } from '../../core/stats/summary.js';
import { metricRules, type MetricRule } from '../../core/verdict/metrics.js';
import { noiseProfile, type NoiseProfile } from '../../core/verdict/noise-profile.js';
import { commandEnvironment } from '../../measure/command-environment.js';
import { environmentFingerprint } from '../../measure/environment.js';
import type { Fingerprint } from '../../measure/fingerprint.js';
import { runCommand } from '../../measure/run-command.js';
import { openCheckout } from '../../workspace/checkout.js';
import { note, type CliContext } from '../context.js';
import { detachOnSignals } from '../follow.js';
import { judgeConfig } from '../judge-config.js';
import { configName, loadConfig } from '../load-config.js';
import { adviceOn, type Advice } from '../noise/advice.js';
import { builtinBenchmark } from '../noise/builtin.js';
import { inClones } from '../noise/clones.js';
import { watchMachine, type Besides } from '../noise/observe.js';
import { noisePairs, pairsWithin } from '../noise/pairs.js';
import { trySettings, type TriedSetting, type TryRequest } from '../noise/settings.js';
import { percentText } from '../print/numbers.js';
import { progressLine } from '../progress-line.js';
import { proposeGain, type GainProposal } from '../propose-gain.js';

export interface NoiseOptions {
  repo?: string;
  benchmark?: readonly string[];
  config?: string;
  pairs?: number;
  /** Whether settings that need no rights are tried, too. */
  try?: boolean;
}

export interface NoiseResult extends Besides {
  /** What was measured; null: the built-in loop. */
  benchmark: string | null;
  profile: NoiseProfile;
  gain: GainProposal;
  /** Starting a shell and ending it, in milliseconds. */
  startMs: number;
  environment: Fingerprint;
  advice: Advice[];
  settings: TriedSetting[];
  /** Ctrl-C came before all pairs were there. */
  interrupted: boolean;
}

/** Without --pairs: as many as fit into a minute, within bounds. */
const patienceMs = 60_000;
const bounds = { least: 8, most: 30 };
/** What fewer show is not worth a word. */
const fewestPairs = 4;

/** Measures how noisy this machine is, by pairs of one commit with itself, and says what to change. */
export async function noise(context: CliContext, options: NoiseOptions): Promise<NoiseResult> {
  const { signal, release } = detachOnSignals();
  try {
    return await measure(context, options, await targetOf(context, options, signal), signal);
  } catch (error) {
    if (signal.aborted) throw new PerfloopError('PL_INTERRUPTED', 'interrupted before there was anything to tell', { fix: `Give it the time of ${fewestPairs} pairs at least.` });
    throw error;
  } finally {
    release();
  }
}

interface NoiseTarget {
  config: Config;
  /** Top of the repository that is cloned; null: empty folders do. */
  root: string | null;
  builtin: boolean;
}

async function targetOf(context: CliContext, { repo, benchmark, config: file }: NoiseOptions, signal: AbortSignal): Promise<NoiseTarget> {
  const dir = resolve(context.cwd, repo ?? '.');
  const asked = repo !== undefined || file !== undefined || benchmark !== undefined;
  if (!asked && !existsSync(join(dir, configName))) {
    note(context, `no ${configName} here: a built-in loop is the benchmark`);
    return { config: await builtinBenchmark(signal), root: null, builtin: true };
  }
  const { root } = await openCheckout(dir);
  const config = benchmark === undefined ? await loadConfig(context, dir, file) : await judgeConfig(context, dir, 'HEAD', { benchmark, ...(file === undefined ? {} : { config: file }) });
  requireBenchmark(config, file);
  return { config, root, builtin: false };
}

async function measure(context: CliContext, options: NoiseOptions, { config, root, builtin }: NoiseTarget, signal: AbortSignal): Promise<NoiseResult> {
  const rules = metricRules(config.metrics, config.benchmarks);
  const environment = await environmentFingerprint(commandsOf(config));
  const startMs = await startTime(signal);
  return inClones({ root, config, count: 2, onStep: (text) => note(context, text), signal }, async ([a = '', b = ''], scratch) => {
    const endWatch = watchMachine();
    const pairs = await takePairs(context, { options, config, rules, sides: [a, b], scratch, signal });
    const besides = endWatch();
    const profile = noiseProfile(pairs, rules);
    const settings = options.try === true && !signal.aborted ? await tried(context, { home: context.home, config, sides: [a, b], rounds: pairs.length, signal }) : [];
    const advice = adviceOn({ profile, environment, ...besides, startMs });
    return { benchmark: builtin ? null : benchmarksText(config), profile, gain: proposeGain(profile.noise), ...besides, startMs, environment, advice, settings, interrupted: signal.aborted };
  });
}

interface Taking {
  options: NoiseOptions;
  config: Config;
  rules: MetricRule[];
  sides: [string, string];
  scratch: string;
  signal: AbortSignal;
}

/** All pairs, or those that there were when a person interrupted. */
async function takePairs(context: CliContext, { options, config, rules, sides, scratch, signal }: Taking): Promise<readonly Pair[]> {
  const wanted = (taken: readonly Pair[]): number => options.pairs ?? pairsWithin(patienceMs, taken, bounds);
  const line = progressLine(context);
  let pairs: readonly Pair[] = [];
  try {
    return await noisePairs({
      home: context.home, config, sides, scratch, wanted, signal,
      onWaiting: () => note(context, 'waiting until no other benchmark runs on this machine'),
      onPair: (taken) => {
        pairs = [...taken];
        line.show(`pair ${taken.length} of ${wanted(taken)}${spreadSoFar(taken, rules)}`, taken.length / wanted(taken));
      },
    });
  } catch (error) {
    if (signal.aborted && pairs.length >= fewestPairs) return pairs;
    throw error;
  } finally {
    line.close();
  }
}

async function tried(context: CliContext, request: Omit<TryRequest, 'onRound'>): Promise<TriedSetting[]> {
  const line = progressLine(context);
  try {
    return await trySettings({ ...request, onRound: (done) => line.show(`settings: round ${done} of ${request.rounds}`, done / request.rounds) });
  } catch (error) {
    // What was measured before stands without it.
    if (request.signal.aborted) return [];
    throw error;
  } finally {
    line.close();
  }
}

function spreadSoFar(pairs: readonly Pair[], rules: readonly MetricRule[]): string {
  if (pairs.length < fewestPairs || pairs.some(({ a, b }) => !a.ok || !b.ok)) return '';
  return `, one sample spreads ${percentText(noiseProfile(pairs, rules).noise.spread)}`;
}

/** Milliseconds to start a shell that does nothing, and to see its end. */
async function startTime(signal: AbortSignal): Promise<number> {
  const times: number[] = [];
  for (let n = 0; n < 7; n++) {
    const { wallMs } = await runCommand({ command: ':', cwd: '/', env: commandEnvironment(), timeoutMs: 60_000, signal });
    signal.throwIfAborted();
    times.push(wallMs);
  }
  return median(times);
}
