import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { PerfloopError } from '../../../core/errors.js';
import { entry } from '../../tools/entry.js';
import { nsPerEvent } from '../event-rate.js';
import { StackTree, ThreadSamples } from '../gather.js';
import type { Frame, ProfileSource, SampledProfile } from '../model.js';
import { nativeFrame } from '../native-frame.js';
import { profileChunks } from '../read-file.js';
import { SeenFunctions, type Seen } from '../seen-functions.js';
import { textLines } from '../text-lines.js';
import { perfScript } from './command.js';
import { PerfParser, type PerfFrame, type PerfSample } from './parse.js';
import { SourcePlaces, type SourcePlace } from './source-places.js';

/** Events whose count is nanoseconds of running. */
const clocks = /^(?:cpu-clock|task-clock)\b/;
/** Events that come in proportion to running time, best first. */
const cycles = /^(?:cycles|cpu-cycles|ref-cycles|bus-cycles)(?![\w-])/;
/** Where processors of one machine differ, each kind counts events of its own: `cpu_core/cycles/u` and `cpu_atom/cycles/u`. */
const kindOfProcessor = /^cpu_(?:core|atom)\/([^/]+)\//;

/** Libraries that come with compilers, and those of the system: of C and C++, Rust (`/rustc/HASH/library`) and Go. */
const compilersFiles = /^\/(?:usr\/(?:include|lib|src|local\/go\/src)|rustc|root\/\.rustup|home\/[^/]+\/\.rustup)\//;

/** The name of a thread that perf shows for a CPU that has nothing to do. */
const swapper = 'swapper';

interface Thread {
  /** Of each event. */
  samples: Map<string, ThreadSamples>;
  source: ProfileSource;
  lastNs: number | null;
  firstNs: number;
}

export interface PerfProfile {
  threads: SampledProfile[];
  notes: string[];
}

/**
 * Reads what `perf script` prints, or makes it print a perf.data. A text may be of another machine: programs here are asked for the lines of
 * their code only where it is known to be of this one (`recordedAt`). A sample stands for its period: with a clock that is nanoseconds;
 * with cycles, and with a clock whose
 * periods are not printed, it is turned into time by the rate of events while a thread runs.
 * Throws PL_PROFILE_EMPTY, PL_PROFILE_MALFORMED, PL_PERF_MISSING.
 */
export async function readPerf(file: string, { recording, recordedAt, onPart }: { recording: boolean; recordedAt?: { at: string; path: string }; /** How much of the text is read, 0 to 1. */ onPart?: (done: number) => void }): Promise<PerfProfile> {
  const gathered = new Map<string, PerfGatherer>();
  const places = recording || recordedAt !== undefined ? new SourcePlaces(statSync(file).mtimeMs, recordedAt ?? null) : null;
  const read: PerfSample[] = [];
  const parser = new PerfParser((sample) => read.push(sample));
  const gather = async (): Promise<void> => {
    for (const sample of read.splice(0)) {
      await places?.learn(sample.frames);
      entry(gathered, sample.event.replace(kindOfProcessor, '$1:'), () => new PerfGatherer(basename(file), places)).add(sample);
    }
  };
  try {
    for await (const line of textLines(recording ? perfScript(file) : profileChunks(file, (done, of) => onPart?.(done / of)))) {
      parser.line(line);
      if (read.length > 0) await gather();
    }
    parser.end();
    await gather();
  } finally {
    places?.end();
  }
  const [chosen] = [...gathered].sort(([a], [b]) => rank(a) - rank(b));
  if (chosen === undefined) throw new PerfloopError('PL_PROFILE_EMPTY', 'The profile holds no samples.', { where: file, fix: 'Record a longer run: `perf record -g -F 999 -- COMMAND`.' });
  const [event, gatherer] = chosen;
  const notes: string[] = [];
  const others = [...gathered.values()].filter((one) => one !== gatherer).flatMap(({ events }) => events);
  if (others.length > 0) notes.push(`Samples of ${gatherer.events.join(', ')} were imported; those of ${others.join(', ').slice(0, 200)} were left out.`);
  if (places?.isMissing === true) notes.push('The lines of native functions are not known: addr2line is not installed (Debian, Ubuntu and Fedora: binutils).');
  if (places !== null && places.notAsked > 0) notes.push(`The lines of ${places.notAsked} addresses were not looked up: it took too long. Their functions are known by name alone.`);
  if (parser.odd > 0) notes.push(`${parser.odd} lines are none of perf script's, and were left out.`);
  return { threads: gatherer.finish(event, notes), notes };
}

function rank(event: string): number {
  if (clocks.test(event)) return 0;
  return cycles.test(event) ? 1 : 2;
}

/** Samples of one event, or of those that the kinds of processors have for it. */
class PerfGatherer {
  readonly #threads = new Map<string, Thread>();
  readonly #tree = new StackTree();
  readonly #functions = new SeenFunctions();
  readonly #frames = new Map<string, Seen>();
  readonly #placed = new Map<string, Frame>();
  /** Nanoseconds for each of what was counted, between two samples of one thread, by event. */
  readonly #rates = new Map<string, number[]>();
  /** Whether periods are printed: without them, each counts as 1. */
  #hasPeriods = false;

  constructor(private readonly fileName: string, private readonly places: SourcePlaces | null) {}

  /** As perf names them. */
  get events(): string[] {
    return [...this.#rates.keys()];
  }

  add({ command, pid, tid, timeNs, period, event, frames }: PerfSample): void {
    const thread = entry(this.#threads, `${pid} ${tid}`, (): Thread => {
      const source = { fileName: this.fileName, kind: 'perf' as const, pid, tid, name: command, threadName: command, startNs: timeNs, endNs: timeNs };
      return { samples: new Map(), source, lastNs: null, firstNs: timeNs };
    });
    const samples = entry(thread.samples, event, () => new ThreadSamples(thread.source, this.#tree));
    const rates = entry(this.#rates, event, () => []);
    if (thread.lastNs !== null && timeNs > thread.lastNs && period > 0) rates.push((timeNs - thread.lastNs) / period);
    if (period !== 1) this.#hasPeriods = true;
    thread.lastNs = timeNs;
    const stack = frames.length === 0 ? [this.#frame({ symbol: '[unknown]', object: '[unknown]', address: null, offset: null, file: null, line: null })] : this.#stack(frames);
    if (pid === 0 && command === swapper) stack.push(idle);
    samples.add(stack, Math.max(timeNs - thread.firstNs, 0), period);
  }

  /** From the outside in. An inlined function is in the object of the one that it is part of. */
  #stack(frames: readonly PerfFrame[]): Seen[] {
    let object = '';
    return frames.toReversed().map((frame) => {
      if (frame.object !== 'inlined') object = frame.object;
      return this.#frame(frame.object === 'inlined' ? { ...frame, object } : frame);
    });
  }

  #frame(frame: PerfFrame): Seen {
    const { symbol, object } = frame;
    const place = this.places?.of(frame) ?? null;
    const { file, line } = place ?? frame;
    const key = `${symbol}\0${object}\0${file ?? ''}\0${line ?? ''}`;
    return entry(this.#frames, key, () => {
      const native = nativeFrame(symbol, object);
      if (place !== null && native.kind === 'native') return { frame: this.#function(native, place), line };
      const made: Frame = file === null || native.kind === 'library' ? native : { ...native, module: file, kind: 'source' };
      return made.line === null ? this.#functions.seen(made, made.kind === 'source' ? line : null) : { frame: made, line: null };
    });
  }

  /** One frame for a function, whichever of its lines ran. */
  #function(native: Frame, { file, begins }: SourcePlace): Frame {
    return entry(this.#placed, `${native.name}\0${native.module}\0${file}\0${begins}`, () => ({ ...native, module: file, line: begins, kind: compilersFiles.test(file) ? 'library' : 'source' }));
  }

  finish(event: string, notes: string[]): SampledProfile[] {
    const isClock = clocks.test(event);
    const worth = new Map([...this.#rates].map(([one, rates]) => [one, isClock && this.#hasPeriods ? 1 : (nsPerEvent(rates) ?? usualNs)]));
    if (!isClock && !cycles.test(event)) notes.push(`The samples are of ${this.events.join(', ')}: shares are of these events, not of time.`);
    else for (const [one, ns] of worth) if (ns !== 1) notes.push(isClock ? `The text has no periods: a sample of ${one} is taken for ${(ns / 1e6).toPrecision(3)} ms, by the time between samples. \`perf script -F +period\` prints them.` : `The samples are of ${one}; one is taken for ${ns.toPrecision(3)} ns, by the time between samples.`);
    return [...this.#threads.values()].map(({ samples, source, lastNs, firstNs }) => {
      const parts = [...samples].map(([one, of]) => of.finish(worth.get(one)));
      return {
        source: { ...source, endNs: Math.max(lastNs ?? firstNs, firstNs) },
        stacks: [],
        samples: parts.flatMap((part) => part.samples).sort((a, b) => a.startNs - b.startNs),
        lines: parts.flatMap((part) => part.lines),
      };
    });
  }
}

/** What a sample is taken for where there is nothing to measure it by. */
const usualNs = 1_000_000;

const idle: Seen = { frame: { name: '(idle)', module: '', line: null, column: null, kind: 'idle' }, line: null };
