import type { Evidence } from '../../core/finding.js';
import { hotFunctions, type HotFunction } from '../tools/hot-functions.js';
import { firstEvent } from '../tools/gpu/extent.js';
import type { ProfileDatabase } from '../tools/open.js';
import { profileSummary, type ProfileSummary } from '../tools/summary.js';
import { timeVia } from '../tools/time-via.js';
import { tablesOf } from '../tools/tables.js';
import { deviceTime, type DeviceTime } from './device-time.js';
import type { HotFacts } from './host/calls.js';
import { calledDirectly } from './host/outermost.js';
import { hostCalls, type HostCall } from './host-calls.js';
import { Abstention } from './rule.js';

/** Less of the busy time is not looked at for host code. */
export const leastHotShare = 0.02;

/** More places than anyone looks up. */
const mostIds = 20;

/** One profile for all rules: what several ask for is computed once. */
export class Asked {
  readonly tables: ReadonlySet<string>;
  readonly #kept = new Map<string, unknown>();

  constructor(
    readonly db: ProfileDatabase,
    /** As the person named it, for evidence. */
    readonly file: string,
    /** The repository's folder as the profile names it; null: not known. */
    readonly root: string | null,
  ) {
    this.tables = tablesOf(db);
  }

  /** Computed at the first call, then kept under that name. */
  once<T>(name: string, compute: () => T): T {
    if (!this.#kept.has(name)) this.#kept.set(name, compute());
    return this.#kept.get(name) as T;
  }

  /** Nanoseconds of the profile's first event. */
  get origin(): bigint {
    return this.once('origin', () => firstEvent(this.db));
  }

  /** When each device worked. Throws an Abstention where no device did. */
  get devices(): DeviceTime[] {
    return this.once('devices', () => {
      if (!this.tables.has('PERFLOOP_DEVICE_WORK')) throw new Abstention('the profile holds no work of a device');
      return deviceTime(this.db);
    });
  }

  /** Calls of CUDA that wait, allocate or load; none where calls were not captured. */
  get calls(): HostCall[] {
    return this.once('calls', () => hostCalls(this.db));
  }

  /** Lines of the files that hot functions are in, as far as they are known. */
  sources: ReadonlyMap<string, readonly string[]> = new Map();

  /** The functions of the repository with the most time of their own; none without a root. */
  get hotFunctions(): HotFunction[] {
    return this.once('hot functions', () => (this.root === null ? [] : hotFunctions(this.db, { root: this.root, ignore: [], minShare: leastHotShare, top: -1 })));
  }

  /** The same with where their time passes. Throws an Abstention where no code was recorded. */
  get hot(): HotFacts[] {
    return this.once('hot', () => {
      if (this.host.busyMs === 0) throw new Abstention('the profile holds no code of the host; record it with `perfloop profile`, py-spy, perf, V8 or cProfile');
      if (this.root === null) throw new Abstention('none of the functions in the profile is in a file of the repository');
      return this.hotFunctions.map((hot) => this.factsOf(hot));
    });
  }

  factsOf(hot: HotFunction): HotFacts {
    const lines = this.sources.get(hot.file);
    // Lines of other functions, which were compiled into this one, may lie before it or beyond its file.
    const hotLines = hot.hotLines.filter(({ line }) => line >= hot.line && line <= (lines?.length ?? Infinity));
    return { hot: { ...hot, hotLines }, via: timeVia(this.db, hot), called: calledDirectly(this.db, hot), lines: hotLines.map((one) => ({ ...one, text: lines?.[one.line - 1] ?? '' })) };
  }

  /** Where the time of the host's code went. */
  get host(): ProfileSummary {
    return this.once('host', () => profileSummary(this.db, { root: this.root ?? '/' }));
  }

  /** The longest time from first to last work of any device, in milliseconds: what shares of devices are of. */
  get spanMs(): number {
    return Math.max(0, ...this.devices.map(({ spanMs }) => spanMs));
  }

  /** A fact with the rows that a person can look up. Row ids beyond 20 are left out. */
  evidence(tool: string, text: string, table: string, rows: readonly { row: number; startNs: number; endNs: number }[]): Evidence {
    if (rows.length === 0) return { tool, text };
    let first = Infinity;
    let last = -Infinity;
    for (const { startNs, endNs } of rows) {
      first = Math.min(first, startNs);
      last = Math.max(last, endNs);
    }
    return { tool, text, place: { profile: this.file, table, rangeMs: [first / 1e6, last / 1e6], ids: rows.slice(0, mostIds).map(({ row }) => row) } };
  }
}
