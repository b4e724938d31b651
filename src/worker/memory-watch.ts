import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { growthPerHour, tooMuchMemory, type MemoryBounds, type MemoryReading } from '../core/alerts/memory.js';
import { loadKoffi } from '../measure/koffi.js';

const everyMs = 60_000;
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

  /** Null: nothing is to be done. */
  add(reading: MemoryReading): { kind: 'clean' | 'restart'; why: string } | null {
    if (reading.at - this.startedAt < settledMs) return null;
    this.readings = [...this.readings, reading].slice(-mostReadings);
    const why = tooMuchMemory(this.readings, this.bounds);
    if (why === null) {
      if (growthPerHour(this.readings) !== null) this.cleaned = false;
      return null;
    }
    if (this.cleaned) return { kind: 'restart', why };
    this.cleaned = true;
    // What was before says nothing of what is left.
    this.readings = [];
    return { kind: 'clean', why };
  }
}

/** Watches this process from now on; `onTooMuch` is called once, when it should begin anew. Gives what ends the watch. */
export function watchMemory(bounds: MemoryBounds, onTooMuch: (why: string) => void): () => void {
  // Not the time of day, which may be set: set back, the watch would be blind for as long.
  const watch = new MemoryWatch(bounds, performance.now());
  const timer = setInterval(() => {
    const found = watch.add({ at: performance.now(), mb: process.memoryUsage.rss() / 1e6 });
    if (found?.kind === 'clean') collectGarbage();
    if (found?.kind !== 'restart') return;
    clearInterval(timer);
    onTooMuch(found.why);
  }, everyMs);
  timer.unref();
  return () => clearInterval(timer);
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

/** V8 lets garbage lie while there is room, and so does the C library. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  allocator((koffi) => koffi.load(null).func('int malloc_trim(size_t pad)')(0));
}
