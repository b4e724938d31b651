import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { tooMuchMemory, type MemoryBounds, type MemoryReading } from '../core/alerts/memory.js';
import { loadKoffi } from '../measure/koffi.js';

const everyMs = 60_000;
/** Three hours: enough for a slope, and its pairs are counted in a moment. */
const mostReadings = 180;
/** What a worker takes while it warms up is no leak; and one whose work needs that much is not ended again and again. */
const settledMs = 3_600_000;
/** After a clean-up, readings that show what is left. */
const readingsAfterCleaning = 3;

/** Decides from readings of the memory of a process what is to be done: at first to clean up, and where that does not help to begin anew. */
export class MemoryWatch {
  private readings: MemoryReading[] = [];
  private sinceCleaned: number | null = null;

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
      this.sinceCleaned = null;
      return null;
    }
    if (this.sinceCleaned === null) {
      this.sinceCleaned = 0;
      return { kind: 'clean', why };
    }
    this.sinceCleaned += 1;
    return this.sinceCleaned >= readingsAfterCleaning ? { kind: 'restart', why } : null;
  }
}

/** Watches this process from now on; `onTooMuch` is called once, when it should begin anew. Gives what ends the watch. */
export function watchMemory(bounds: MemoryBounds, onTooMuch: (why: string) => void): () => void {
  const watch = new MemoryWatch(bounds, Date.now());
  const timer = setInterval(() => {
    const found = watch.add({ at: Date.now(), mb: process.memoryUsage.rss() / 1e6 });
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
