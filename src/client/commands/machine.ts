import { InvalidArgumentError, type Command } from 'commander';
import { usualMemoryBounds } from '../../core/alerts/memory.js';
import { exitCodes, PerfloopError } from '../../core/errors.js';
import type { NoiseOptions } from '../verbs/noise.js';
import { emit, note, type CliContext } from '../context.js';
import { plural } from '../print/numbers.js';
import { defaultDrainMs } from '../../worker/end-on-signal.js';
import { declareVerb, duration, port, positiveInteger, repeated, type Finish } from './declare.js';

/** The verbs about the engine and the machine. */
export function declareMachineVerbs(program: Command, finish: Finish): void {
  declareVerb<{ port?: number; uiPort?: number }>(program, finish, {
    usage: 'up',
    summary: 'run the local engine in the foreground, with its logs and the Temporal UI',
    details: 'Any verb that needs the engine starts it in the background; `up` is for looking on. Ctrl-C stops it.',
    options: [['--port <port>', 'of the Temporal server', port], ['--ui-port <port>', 'of the Temporal UI', port]],
    examples: ['perfloop up', 'perfloop up --ui-port 8233'],
    async action(context, flags) {
      const { up } = await import('../verbs/up.js');
      const { detachOnSignals } = await import('../follow.js');
      const { progressPrinter } = await import('../session.js');
      const result = await up(
        { home: context.home, env: context.env, ...flags },
        {
          onProgress: progressPrinter(context),
          onReady: (engine) => note(context, `ready: Temporal at ${engine.address}, UI at ${engine.uiUrl}; Ctrl-C stops it`),
          onLog: (part, line) => note(context, `${context.errStyle('dim', part.padEnd(10))} ${line}`),
          onTrouble: troublePrinter(context),
          signal: detachOnSignals().signal,
        },
      );
      emit(context, result, () => 'stopped; open runs go on after the next start');
      return 0;
    },
  });

  declareVerb(program, finish, {
    usage: 'down',
    summary: 'stop the local engine; open runs go on after the next start',
    examples: ['perfloop down'],
    async action(context) {
      const { down } = await import('../verbs/down.js');
      emit(context, await down({ home: context.home }), ({ wasRunning, open }) => (wasRunning ? `stopped${open ? `; ${plural(open, 'open workflow goes', 'open workflows go')} on after the next start` : ''}` : 'it was not running'));
      return 0;
    },
  });

  declareVerb<{ tag?: string[]; hub?: boolean; runs?: number; drain?: number; metrics?: string; maxMemory?: number; maxMemoryGrowth?: number; workflowsOnly?: boolean; deployment?: string; buildId?: string }>(program, finish, {
    usage: 'worker',
    summary: 'run a worker of this machine against the configured server',
    details: 'A fleet has one worker with --hub, which writes the store for all. SIGTERM or Ctrl-C drains it: it finishes the pair of samples or the command that it is at; a second one hurries.',
    options: [['--tag <tag...>', 'the kind of machine this is, such as gpu.h100 (default: cpu)', collect], ['--hub', 'write the store for all workers'], ['--runs <n>', 'how many runs may share its CPU; a GPU is for one at a time (default: 8)', positiveInteger], ['--drain <duration>', 'how long it may take to finish after SIGTERM (default: 5m)', duration], ['--metrics <host:port>', 'serve Prometheus metrics there (default: PERFLOOP_METRICS, or not at all)'], ['--max-memory <mb>', `begin anew above so many megabytes, when what it does is done (default: ${usualMemoryBounds.most})`, positiveInteger], ['--max-memory-growth <mb>', `the same above so many megabytes an hour, seen over two (default: ${usualMemoryBounds.mostGrowth})`, positiveInteger], ['--deployment <name>', 'keep runs on the build that began them: perfloop deployment'], ['--build-id <id>', 'which build this is (default: the version of perfloop)'], ['--workflows-only', 'run workflows and nothing else, such as those of an older build']],
    examples: ['perfloop worker --tag gpu.h100 --address temporal.example:7233', 'perfloop worker --hub --metrics 127.0.0.1:9464'],
    async action(context, { tag: tags, hub = false, runs, drain = defaultDrainMs, metrics, maxMemory = usualMemoryBounds.most, maxMemoryGrowth = usualMemoryBounds.mostGrowth, ...versions }) {
      if (versions.workflowsOnly === true && (hub || tags !== undefined || runs !== undefined)) throw new PerfloopError('PL_USAGE', 'a worker of workflows alone has no kind of machine, no runs and no store', { where: '--workflows-only', fix: 'Leave out --tag, --runs and --hub.' });
      const tag = tags ?? ['cpu'];
      const { worker } = await import('../verbs/worker.js');
      const { detachOnSignals } = await import('../follow.js');
      const { progressPrinter } = await import('../session.js');
      const result = await worker(
        { home: context.home, env: context.env, connection: context.connection, tags: tag, hub, drainMs: drain, memory: { most: maxMemory, mostGrowth: maxMemoryGrowth }, ...(runs === undefined ? {} : { runs }), ...(metrics === undefined ? {} : { metrics }), ...versions },
        {
          onProgress: progressPrinter(context),
          onWaiting: (text) => note(context, text),
          onStart: ({ address, namespace, pid }) => note(context, `worker ${pid} serves ${versions.workflowsOnly === true ? 'workflows' : tag.join(', ')} on ${address}, namespace ${namespace}; Ctrl-C drains it`),
          signal: detachOnSignals().signal,
        },
      );
      emit(context, result, ({ exitCode, signal }) => `the worker ended (${signal ?? `exit code ${exitCode}`})`);
      return result.exitCode ?? 1;
    },
  });

  declareVerb<NoiseOptions>(program, finish, {
    usage: 'noise',
    summary: "measure this machine's noise by runs of one commit against itself, and say what to change",
    details: 'Takes the benchmark of perfloop.toml, or the one that is given; without either a built-in loop. Your checkout is only cloned from. Ctrl-C tells what there is so far.',
    options: [
      ['--repo <dir>', 'the repository (default: here)'],
      ['--benchmark <cmd>', 'what to measure, in place of a config; several times as NAME=CMD, each of them', repeated],
      ['--config <file>', 'a config (default: perfloop.toml)'],
      ['--pairs <n>', 'how many pairs of runs (default: what fits into a minute, 8 to 30)', pairCount],
      ['--try', 'also try what needs no rights: binding to a CPU, fixed addresses'],
    ],
    examples: ['perfloop noise', "perfloop noise --benchmark 'node bench.js' --pairs 20", 'perfloop noise --try --json'],
    async action(context, flags) {
      const { noise } = await import('../verbs/noise.js');
      const { printNoise } = await import('../print/noise.js');
      const result = await noise(context, flags);
      emit(context, result, printNoise);
      return result.interrupted ? exitCodes.refused : exitCodes.ok;
    },
  });

  declareVerb<{ keep?: number; dryRun?: boolean; forgetHub?: string }>(program, finish, {
    usage: 'gc',
    summary: 'remove the artifacts of runs that ended long ago',
    details: 'Their logs, profiles, samples and patches go; what `runs`, `show` and `wiki` tell stays. Runs may go on meanwhile. Collect on the host of the hub.',
    options: [
      ['--keep <duration>', 'keep the artifacts of runs that ended within this time, a day at the least (default: 30d)', duration],
      ['--dry-run', 'say what would go, and remove nothing'],
      ['--forget-hub <id>', 'a host that will never be the hub of this store again'],
    ],
    examples: ['perfloop gc --dry-run', 'perfloop gc --keep 90d --json'],
    async action(context, { keep = 30 * 24 * 3_600_000, dryRun = false, forgetHub }) {
      const { gc } = await import('../verbs/gc.js');
      const { printGc } = await import('../print/gc.js');
      emit(context, await gc(context, { keepMs: keep, dryRun, ...(forgetHub === undefined ? {} : { forgetHub }) }), printGc);
      return exitCodes.ok;
    },
  });

  declareVerb(program, finish, {
    usage: 'doctor',
    summary: 'check everything that perfloop needs, and say how to mend it',
    examples: ['perfloop doctor', 'perfloop doctor --json'],
    async action(context) {
      const { doctor } = await import('../verbs/doctor.js');
      const { printDoctor } = await import('../print/doctor.js');
      const result = await doctor({ home: context.home, env: context.env, connection: context.connection, cwd: context.cwd });
      emit(context, result, printDoctor);
      return result.exitCode;
    },
  });
}

/** Fewer show nothing. */
const fewestPairs = 4;

function pairCount(text: string): number {
  const value = positiveInteger(text);
  if (value < fewestPairs || value > 1000) throw new InvalidArgumentError(`It must be from ${fewestPairs} to 1000.`);
  return value;
}

function collect(text: string, earlier: unknown): string[] {
  if (!/^[a-z][a-z0-9]*(\.[a-z0-9]+)*$/.test(text)) throw new InvalidArgumentError('It must be lower-case words joined by dots, such as cpu or gpu.h100.');
  return [...(Array.isArray(earlier) ? (earlier as string[]) : []), text];
}

/** The same trouble every second is said once. */
function troublePrinter(context: CliContext): (error: unknown) => void {
  let said = '';
  return (error) => {
    const text = error instanceof Error ? error.message : String(error);
    if (text !== said) note(context, `${context.errStyle('yellow', 'trouble')}: ${text}`);
    said = text;
  };
}
