import { resolve } from 'node:path';
import { exitCodes, PerfloopError } from '../../core/errors.js';
import { programOutput } from '../../measure/program-output.js';
import { chooseKind, type Choice } from '../../profile/capture/choose.js';
import { findProgram, programOf } from '../../profile/capture/command-words.js';
import { hasGpu } from '../../profile/capture/has-gpu.js';
import type { Overhead } from '../../profile/capture/overhead.js';
import { findProfilers, isUsable, type Profiler } from '../../profile/capture/profilers.js';
import { NothingRecorded } from '../../profile/capture/nothing-recorded.js';
import { placesOf } from '../../profile/capture/place.js';
import { hasFailed, record } from '../../profile/capture/record.js';
import type { RecorderKind, Window } from '../../profile/capture/recorder.js';
import { commandMissing, type Interrupts } from '../../profile/capture/run-recorded.js';
import { answer } from '../../tools/answer.js';
import { toolNamed } from '../../tools/registry.js';
import type { ToolAnswer } from '../../tools/tool.js';
import { shellWord } from '../../core/shell-word.js';
import { note, type CliContext } from '../context.js';
import { importWatch } from '../import-watch.js';
import { freeFile } from '../output-file.js';

export interface ProfileOptions {
  argv: readonly string[];
  kind: 'auto' | RecorderKind;
  out?: string | undefined;
  /** Whether `out` may replace a file. */
  force: boolean;
  window: Window;
  withOverhead: boolean;
}

export interface Profiled {
  kind: RecorderKind;
  why: string;
  /** The profile, absolute. */
  file: string;
  /** Of what the profiler wrote. */
  files: number;
  /** exitCode: null as well where the profiler does not tell, as py-spy. */
  command: { argv: readonly string[]; exitCode: number | null; signal: string | null; wallMs: number; wasCut: boolean; interrupted: boolean };
  overhead: Overhead | null;
  overheadUnknown: string | null;
  /** What is hot, by the tools that have an answer. */
  hot: Extract<ToolAnswer, { abstained: null }>[];
  /** What to run next. */
  next: string[];
  exitCode: number;
}

/** Asked in this order; the first two that have rows are shown. */
const hotTools = ['kernels', 'hot_functions', 'nvtx', 'osrt_sum'];

export function profilers(context: CliContext): Promise<Profiler[]> {
  return findProfilers(context.env);
}

/** Runs a command with a profiler, imports the profile, and says what is hot. A command that fails gives exit code 2, with its profile. */
export async function profile(context: CliContext, { argv, kind, out, force, window, withOverhead }: ProfileOptions): Promise<Profiled> {
  const places = { cwd: context.cwd, path: context.env['PATH'] ?? '' };
  if (findProgram(argv[0] ?? '', places) === null) throw commandMissing(argv, 'there is no such program');
  const program = programOf(argv, places);
  const found = await findProfilers(context.env, program.kind === 'python' ? program.interpreter : undefined);
  const choice = kind === 'auto' ? chooseKind(program, found, await hasGpu(context.env)) : named(kind, found);
  const words = choice.kind === 'pyspy' && program.kind === 'python' ? await withRealPython(argv, program.interpreter, context) : argv;
  note(context, `profiling with ${choice.kind === 'hooks' ? 'V8 and cProfile' : choice.kind}: ${choice.why}`);
  const interrupts: Interrupts = { count: 0, onEach: null };
  const interrupted = (): void => interrupts.onEach?.(++interrupts.count);
  // A polite kill as well: the command is in a group of its own, and would go on without us.
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, interrupted);
  try {
    const file = out === undefined ? freeFile(context, 'profile', `.${endings[choice.kind]}`, placesOf) : resolve(context.cwd, out);
    const recording = await record({ kind: choice.kind, argv: words, cwd: context.cwd, env: context.env, window, place: { out: file, replaces: force }, withOverhead, interrupts, say: (text) => note(context, text) });
    const { run, overhead, overheadUnknown } = recording;
    const hot = await whatIsHot(context, recording.file).catch((error: unknown) => {
      if (error instanceof PerfloopError && error.code === 'PL_PROFILE_EMPTY') throw new NothingRecorded({ kind: choice.kind, argv, window, file: recording.file }, run);
      throw error;
    });
    const isWell = !hasFailed(run) || run.wasCut || recording.interrupted;
    return {
      ...choice,
      file: recording.file,
      files: recording.files,
      command: { argv, exitCode: run.exitCode, signal: run.signal, wallMs: run.wallMs, wasCut: run.wasCut, interrupted: recording.interrupted },
      overhead,
      overheadUnknown,
      hot,
      next: nextCommands(recording.file, hot, context.cwd),
      exitCode: isWell ? exitCodes.ok : exitCodes.refused,
    };
  } finally {
    for (const signal of signals) process.off(signal, interrupted);
  }
}

function named(kind: RecorderKind, found: readonly Profiler[]): Choice {
  const profiler = found.find((one) => one.kind === kind);
  if (profiler === undefined || isUsable(profiler)) return { kind, why: 'as asked for' };
  throw new PerfloopError('PL_PROFILER_MISSING', profiler.found === null ? `${profiler.title} is not installed.` : `${profiler.title} cannot record here: ${profiler.hindrance ?? ''}.`, {
    where: `--kind ${kind}`,
    fix: profiler.found === null ? `${profiler.install}. \`perfloop profile --list\` says which profilers are there.` : 'Do that, or choose another: `perfloop profile --list` says which profilers are there.',
  });
}

/** py-spy takes only Python itself for a program, not what starts it, such as a script of pyenv. */
async function withRealPython(argv: readonly string[], interpreter: string, context: CliContext): Promise<string[]> {
  const real = (await programOutput(interpreter, ['-c', 'import sys; print(sys.executable)'], context.env))?.trim();
  return argv.map((word) => (word === interpreter && real ? real : word));
}

const endings: Record<RecorderKind, string> = { v8: 'cpuprofile', cprofile: 'pstats', hooks: 'sqlite', perf: 'perf.data', pyspy: 'pyspy.txt', nsys: 'nsys-rep', torch: 'trace.json.gz' };

async function whatIsHot(context: CliContext, file: string): Promise<Profiled['hot']> {
  const hot: Profiled['hot'] = [];
  for (const name of hotTools) {
    const said = await answer(await toolNamed(name), { profile: file }, { limit: 5 }, { home: context.home, watch: importWatch(context) });
    if (said.abstained === null && said.rows.length > 0) hot.push(said);
    if (hot.length === 2) break;
  }
  return hot;
}

function nextCommands(file: string, hot: Profiled['hot'], cwd: string): string[] {
  const name = shellWord(file.startsWith(`${cwd}/`) ? file.slice(cwd.length + 1) : file);
  return [`perfloop analyze ${name} --repo .`, ...hot.map(({ tool }) => `perfloop tool ${tool} ${name}`), `perfloop tool health ${name}`];
}
