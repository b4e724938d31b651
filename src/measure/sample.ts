import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import type { CommandSpec } from '../core/config/schema.js';
import { PerfloopError } from '../core/errors.js';
import type { Sample } from '../core/sample.js';
import { commandEnvironment } from './command-environment.js';
import type { CommandRequest, CommandResult } from './command.js';
import { hindranceBetween, readCounters, type Counters } from './hindrance.js';
import { secretsOfCommand } from './known-secrets.js';
import { leftOf } from './left.js';
import { exceededText } from './limits/exceeded.js';
import { outputTail, readMetrics, type MetricReading } from './metrics.js';
import { runCommand } from './run-command.js';
import { launcherProblem, openLauncher } from './start-command.js';
import { layoutSizes, runEnvironment } from './run-environment.js';
import type { Sandbox } from './sandbox/sandbox.js';

export interface SampleRequest {
  /** `timeout` in milliseconds, as in the parsed configuration. */
  command: Pick<CommandSpec, 'run' | 'cwd' | 'env' | 'timeout'>;
  worktree: string;
  /** Whether a sample fails where the folder of the command is missing; else that is an error. */
  failsWithoutFolder?: boolean;
  rules: readonly MetricReading[];
  journal?: CommandRequest['journal'];
  /** The host lock's descriptor. */
  hold?: number[];
  cpus?: CommandRequest['cpus'];
  /** Whether the files of the worktree are taken out of the page cache first. */
  cold?: boolean;
  limits?: CommandRequest['limits'];
  /** Holds and binds already, and starts many samples. */
  launcher?: CommandRequest['launcher'];
  /** Size of the padding in the environment; the same for every sample of one build. Default 0. */
  layoutSeed?: number;
  /** For inputs that the benchmark makes up; the same for both sides of a pair. Default: a new one. */
  seed?: string;
  /** Environment that `$NAME` in the config is taken from; default: that of this process. */
  secretsFrom?: NodeJS.ProcessEnv;
  /** Variables besides those of the command, of which they take the place. */
  environment?: Record<string, string>;
  /** Where it runs; without one, as the user. */
  sandbox?: Sandbox;
  signal?: AbortSignal;
  /** Gets what the benchmark printed, as far as it is kept. */
  onOutput?: (stdout: string, stderr: string) => void;
}

/**
 * A random environment size in bytes. Where the stack begins depends on the size of the environment, and speed on that
 * (Mytkowicz et al., "Producing wrong data without doing anything obviously wrong", 2009).
 */
export function drawLayoutSeed(): number {
  return randomInt(layoutSizes);
}

/**
 * Executes the benchmark once in a fresh process. What goes wrong with the benchmark is a sample without numbers, not
 * an error. Throws the signal's reason when it is aborted: then there is no sample; and PL_NO_USAGE where a metric is CPU
 * time or memory and this machine tells neither.
 */
export async function takeSample(request: SampleRequest): Promise<Sample> {
  const { command, rules, signal } = request;
  await requireUsage(rules);
  if (request.cold === true) await cool(request);
  const before = readCounters();
  const env = commandEnvironment({ extra: command.env, secretsFrom: request.secretsFrom });
  const result = await runCommand({
    command: command.run,
    cwd: join(request.worktree, command.cwd),
    worktree: request.worktree,
    ...(request.failsWithoutFolder === true ? { failsWithout: command.cwd } : {}),
    env: runEnvironment({ ...env, ...request.environment }, request),
    secrets: secretsOfCommand(command, env, request.secretsFrom ?? process.env),
    timeoutMs: command.timeout,
    ...(request.journal === undefined ? {} : { journal: request.journal }),
    ...(request.hold === undefined ? {} : { hold: request.hold }),
    ...(request.cpus === undefined ? {} : { cpus: request.cpus }),
    ...(request.limits === undefined ? {} : { limits: request.limits }),
    ...(request.launcher === undefined ? {} : { launcher: request.launcher }),
    ...(request.sandbox === undefined ? {} : { sandbox: request.sandbox }),
    ...(signal === undefined ? {} : { signal }),
  });
  if (result.cancelled) signal?.throwIfAborted();
  request.onOutput?.(result.stdout, result.stderr);
  return sampleFrom(result, command.timeout, rules, before);
}

function sampleFrom(result: CommandResult, timeoutMs: number, rules: readonly MetricReading[], before: Counters): Sample {
  const { wallMs, exitCode, signal, usage, outlived, exceeded } = result;
  const after = readCounters();
  const outside = { wallMs, ...usage, ...hindranceBetween(before, after), ...leftOf(outlived) };
  const outOfMemory = (signal === 'SIGKILL' || exitCode === 128 + 9) && after.outOfMemory > before.outOfMemory;
  if (result.timedOut) return { ok: false, ...outside, failure: { kind: 'timeout', afterMs: timeoutMs } };
  if (!result.ok) return { ok: false, ...outside, failure: { kind: 'exit', code: exitCode, signal, tail: outputTail(result), ...(outOfMemory ? { outOfMemory } : {}), ...(exceeded === undefined ? {} : { exceeded: exceededText(exceeded) }) } };
  const read = readMetrics({ ...result, ...outside }, rules);
  return read.ok ? { ...read, ...outside } : { ok: false, ...outside, failure: read.failure };
}

async function requireUsage(rules: readonly MetricReading[]): Promise<void> {
  const asking = rules.find(({ source }) => source === 'cpu' || source === 'memory');
  const problem = asking === undefined ? null : await launcherProblem();
  if (asking === undefined || problem === null) return;
  throw new PerfloopError('PL_NO_USAGE', `The metric ${asking.name} needs to know what processes used, and this machine does not tell: ${problem}.`, {
    where: `metrics, source = "${asking.source}"`,
    fix: 'Measure on Linux with util-linux and the optional dependency koffi (`npm install koffi`), or take another source.',
  });
}

async function cool({ launcher, worktree }: SampleRequest): Promise<void> {
  const own = launcher?.usable === true ? null : await openLauncher([]);
  const one = own ?? launcher;
  if (one === undefined) throw new PerfloopError('PL_NO_COLD', `Files cannot be taken out of the page cache on this machine: ${await launcherProblem()}.`, { where: 'measure.cold', fix: 'Measure on Linux with util-linux and the optional dependency koffi, or leave `cold` out.' });
  try {
    await one.cool(worktree);
  } finally {
    await own?.close();
  }
}
