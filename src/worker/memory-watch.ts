import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { growthPerHour, heldMb, tooMuch, type MemoryBounds, type MemoryReading } from '../core/alerts/memory.js';
import type { HostMemory, MemoryRelief } from '../core/hosts/host-record.js';
import { z } from 'zod';
import { loadKoffi } from '../measure/koffi.js';
import type { Home } from '../store/home.js';

const everyMs = 60_000;
/** Readings. */
const toldEvery = 10;
const restartSchema = z.object({ what: z.literal('restarted'), at: z.number(), why: z.string().max(1000) });
/** Three hours: enough for a slope, and its pairs are counted in a moment. */
const mostReadings = 180;
/** What a worker takes while it warms up is no leak; and one whose work needs that much is not ended again and again. */
const settledMs = 3_600_000;

/** Decides from readings of the memory of a process what is to be done: at first to clean up, and where that does not help to begin anew. */
export class MemoryWatch {
  private readings: MemoryReading[] = [];
  /** Until as long a time as growth takes to be seen has passed without too much. */
  private cleaned = false;

  constructor(
    private readonly bounds: MemoryBounds,
    private readonly startedAt: number,
  ) {}

  /** What it holds, and by how much it grows. */
  get memory(): Omit<HostMemory, 'done'> {
    const [mb, growth] = [heldMb(this.readings), growthPerHour(this.readings)];
    return { mb: mb === null ? null : Math.round(mb), growth: growth === null ? null : Math.round(growth) };
  }

  /** Null: nothing is to be done. */
  add(reading: MemoryReading): { kind: 'clean' | 'restart'; why: string } | null {
    if (reading.at - this.startedAt < settledMs) return null;
    this.readings = [...this.readings, reading].slice(-mostReadings);
    const growth = growthPerHour(this.readings);
    const why = tooMuch({ mb: heldMb(this.readings), growth }, this.bounds);
    if (why === null) {
      if (growth !== null) this.cleaned = false;
      return null;
    }
    if (this.cleaned) return { kind: 'restart', why };
    this.cleaned = true;
    // What was before says nothing of what is left.
    this.readings = [];
    return { kind: 'clean', why };
  }
}

export interface WatchedMemory {
  /** For the list of hosts: as it was at most ten minutes ago, so that it does not change all the time. */
  readonly told: HostMemory;
  end: () => void;
}

/**
 * Watches this process from now on; `onTooMuch` is called once, when it should begin anew. The process that does tells why, by
 * `memoryFile`.
 */
export function watchMemory(bounds: MemoryBounds, { memoryFile }: Pick<Home, 'memoryFile'>, onTooMuch: (why: string) => void): WatchedMemory {
  // Not the time of day, which may be set: set back, the watch would be blind for as long.
  const watch = new MemoryWatch(bounds, performance.now());
  const watched = { told: { mb: null, growth: null, done: lastRestart(memoryFile) } as HostMemory, end: () => clearInterval(timer) };
  let readings = 0;
  const trimmed = trimmer();
  const timer = setInterval(() => {
    const found = watch.add({ at: performance.now(), mb: trimmed() / 1e6 });
    readings += 1;
    if (found === null) {
      if (readings % toldEvery === 0) watched.told = { ...watched.told, ...watch.memory };
      return;
    }
    const done: MemoryRelief = { what: found.kind === 'clean' ? 'cleaned' : 'restarted', at: Date.now(), why: found.why };
    watched.told = { ...watched.told, done };
    if (found.kind === 'clean') return collectGarbage();
    clearInterval(timer);
    tellNext(memoryFile, done);
    onTooMuch(found.why);
  }, everyMs);
  timer.unref();
  return watched;
}

/** Grown by less since memory was given back last, there is little to give. */
const worthTrimming = 1.05;

/** Gives what the C library keeps for nobody back to the system where memory has grown, and then says what is resident, in bytes. It takes some milliseconds. */
function trimmer(): () => number {
  let left = 0;
  return () => {
    if (process.memoryUsage.rss() > worthTrimming * left) {
      trim();
      left = process.memoryUsage.rss();
    }
    return process.memoryUsage.rss();
  };
}

/** On a disk without room the next worker is not told, and begins all the same. */
function tellNext(memoryFile: string, done: MemoryRelief): void {
  try {
    writeFileSync(memoryFile, JSON.stringify(done));
  } catch (error) {
    console.warn(`the next worker does not know why this one ends: ${String(error)}`);
  }
}

/** Why the worker before this one of the home began anew; null: it did not. */
function lastRestart(memoryFile: string): MemoryRelief | null {
  if (!existsSync(memoryFile)) return null;
  try {
    return restartSchema.parse(JSON.parse(readFileSync(memoryFile, 'utf8')));
  } catch {
    // Cut off by a crash: what it said is lost, and of no use to anybody else.
    return null;
  } finally {
    rmSync(memoryFile, { force: true });
  }
}

/**
 * Has V8 collect once the heap has grown by two fifths of what is alive, in every thread of this process. By itself it lets that grow
 * to a multiple, and each process that is started costs the more: fork(2) copies the page tables of whoever starts it.
 */
export function keepSmall(): void {
  setFlagsFromString('--heap-growing-percent=40');
  allocator((koffi) => koffi.load(null).func('int mallopt(int parameter, int value)')(mostArenas, 2));
}

/** M_ARENA_MAX of mallopt(3). Of glibc's arenas, eight for each processor by default, each keeps what its threads no longer need. */
const mostArenas = -8;

/** Calls the allocator of the C library; another one than glibc's has nothing to be told. */
function allocator(call: (koffi: ReturnType<typeof loadKoffi>) => void): void {
  try {
    call(loadKoffi());
  } catch {
    // No koffi, or no such call.
  }
}

/** V8 lets garbage lie while there is room. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  trim();
}

/** The C library, too, keeps free memory, of whose pages the last one may still be used. */
function trim(): void {
  allocator((koffi) => {
    mallocTrim ??= koffi.load(null).func('int malloc_trim(size_t pad)');
    mallocTrim(0);
  });
}

let mallocTrim: ((pad: number) => unknown) | undefined;
