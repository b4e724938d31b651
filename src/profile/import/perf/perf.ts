import { basename } from 'node:path';
import { PerfloopError } from '../../../core/errors.js';
import { nsPerEvent } from '../event-rate.js';
import { StackTree, ThreadSamples } from '../gather.js';
import type { Frame, SampledProfile } from '../model.js';
import { nativeFrame } from '../native-frame.js';
import { profileChunks } from '../read-file.js';
import { SeenFunctions, type Seen } from '../seen-functions.js';
import { textLines } from '../text-lines.js';
import { perfScript } from './command.js';
import { PerfParser, type PerfFrame, type PerfSample } from './parse.js';

/** Events whose count is nanoseconds of running. */
const clocks = /^(?:cpu-clock|task-clock)\b/;
/** Events that come in proportion to running time, best first. */
const cycles = /^(?:cycles|cpu-cycles|cpu_core\/cycles\/|cpu_atom\/cycles\/|ref-cycles|bus-cycles)\b/;

/** The name of a thread that perf shows for a CPU that has nothing to do. */
const swapper = 'swapper';

interface Thread {
  samples: ThreadSamples;
  lastNs: number | null;
  firstNs: number;
}

export interface PerfProfile {
  threads: SampledProfile[];
  notes: string[];
}

/**
 * Reads what `perf script` prints, or makes it print a perf.data. A sample stands for its period: with a clock that is nanoseconds;
 * with cycles it is turned into time by the rate of events while a thread runs.
 * Throws PL_PROFILE_EMPTY, PL_PROFILE_MALFORMED, PL_PERF_MISSING.
 */
export async function readPerf(file: string, { recording, onPart }: { recording: boolean; /** How much of the text is read, 0 to 1. */ onPart?: (done: number) => void }): Promise<PerfProfile> {
  const gathered = new Map<string, PerfGatherer>();
  const parser = new PerfParser((sample) => {
    let events = gathered.get(sample.event);
    if (events === undefined) gathered.set(sample.event, (events = new PerfGatherer(basename(file))));
    events.add(sample);
  });
  for await (const line of textLines(recording ? perfScript(file) : profileChunks(file, (read, of) => onPart?.(read / of)))) parser.line(line);
  parser.end();
  const [chosen] = [...gathered].sort(([a], [b]) => rank(a) - rank(b));
  if (chosen === undefined) throw new PerfloopError('PL_PROFILE_EMPTY', 'The profile holds no samples.', { where: file, fix: 'Record a longer run: `perf record -g -F 999 -- COMMAND`.' });
  const [event, gatherer] = chosen;
  const notes: string[] = [];
  if (gathered.size > 1) notes.push(`Samples of ${event} were imported; those of ${[...gathered.keys()].filter((name) => name !== event).join(', ').slice(0, 200)} were left out.`);
  if (parser.odd > 0) notes.push(`${parser.odd} lines are none of perf script's, and were left out.`);
  return { threads: gatherer.finish(event, notes), notes };
}

function rank(event: string): number {
  if (clocks.test(event)) return 0;
  return cycles.test(event) ? 1 : 2;
}

/** Samples of one event. */
class PerfGatherer {
  readonly #threads = new Map<string, Thread>();
  readonly #tree = new StackTree();
  readonly #functions = new SeenFunctions();
  readonly #frames = new Map<string, Seen>();
  /** Nanoseconds for each event, between two samples of one thread. */
  readonly #rates: number[] = [];

  constructor(private readonly fileName: string) {}

  add({ command, pid, tid, timeNs, period, frames }: PerfSample): void {
    const key = `${pid} ${tid}`;
    let thread = this.#threads.get(key);
    if (thread === undefined) {
      const source = { fileName: this.fileName, kind: 'perf' as const, pid, tid, name: command, threadName: command, startNs: timeNs, endNs: timeNs };
      this.#threads.set(key, (thread = { samples: new ThreadSamples(source, this.#tree), lastNs: null, firstNs: timeNs }));
    }
    if (thread.lastNs !== null && timeNs > thread.lastNs && period > 0) this.#rates.push((timeNs - thread.lastNs) / period);
    thread.lastNs = timeNs;
    const stack = frames.length === 0 ? [this.#frame({ symbol: '[unknown]', object: '[unknown]', file: null, line: null })] : this.#stack(frames);
    if (pid === 0 && command === swapper) stack.push(idle);
    thread.samples.add(stack, Math.max(timeNs - thread.firstNs, 0), period);
  }

  /** From the outside in. An inlined function is in the object of the one that it is part of. */
  #stack(frames: readonly PerfFrame[]): Seen[] {
    let object = '';
    return frames.toReversed().map((frame) => {
      if (frame.object !== 'inlined') object = frame.object;
      return this.#frame(frame.object === 'inlined' ? { ...frame, object } : frame);
    });
  }

  #frame({ symbol, object, file, line }: PerfFrame): Seen {
    const key = `${symbol}\0${object}\0${file ?? ''}\0${line ?? ''}`;
    let seen = this.#frames.get(key);
    if (seen === undefined) {
      const native = nativeFrame(symbol, object);
      const made: Frame = file === null || native.kind === 'library' ? native : { ...native, module: file, kind: 'source' };
      this.#frames.set(key, (seen = made.line === null ? this.#functions.seen(made, made.kind === 'source' ? line : null) : { frame: made, line: null }));
    }
    return seen;
  }

  finish(event: string, notes: string[]): SampledProfile[] {
    const isClock = clocks.test(event);
    const worth = isClock ? 1 : (nsPerEvent(this.#rates) ?? 1_000_000);
    if (!isClock && !cycles.test(event)) notes.push(`The samples are of ${event}: shares are of these events, not of time.`);
    else if (!isClock) notes.push(`The samples are of ${event}; one is taken for ${worth.toPrecision(3)} ns, by the time between samples.`);
    return [...this.#threads.values()].map(({ samples, lastNs, firstNs }) => {
      const profile = samples.finish(worth);
      return { ...profile, source: { ...profile.source, endNs: Math.max(lastNs ?? firstNs, firstNs) } };
    });
  }
}

const idle: Seen = { frame: { name: '(idle)', module: '', line: null, column: null, kind: 'idle' }, line: null };
