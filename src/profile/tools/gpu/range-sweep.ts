import { eachRow } from '../each-row.js';
import type { ProfileDatabase } from '../open.js';
import { processNumber } from '../process-number.js';
import { callColumns } from './columns/calls.js';
import { CallPoints, type PointsOfCall } from './call-points.js';
import { firstEvent } from './extent.js';
import { endOfOpenRanges } from './open-ranges.js';
import { rangeNames } from './range-names.js';

/** A range of NVTX while the sweep is in it. Times are nanoseconds from the profile's first event. */
export interface OpenRange<Group> {
  group: Group;
  end: number;
}

/** A range of NVTX that begins. Times are nanoseconds from the profile's first event. */
export interface BegunRange {
  name: string;
  start: number;
  end: number;
  /** Pushed and popped; what is started and ended may cross others. */
  nests: boolean;
  /** Counted from the first thread of the sweep. */
  thread: number;
}

export interface RangeVisitor<Group> {
  /** A range begins. `parent`: of the innermost open one that nests. */
  begin: (range: BegunRange, parent: Group | null) => Group;
  /** For so long the innermost range that nests was this one. */
  alone?: (group: Group, ns: number) => void;
  /** A point of the thread; `around`: the ranges that are open there, the outermost first; `value`: the point's. */
  point?: (around: readonly OpenRange<Group>[], innermost: Group | null, value: number) => void;
}

/**
 * Event types of NVTX (Nsight Systems User Guide): 59 push and pop, 60 start and end, 34 a mark. An open range has no end, and gets one. A thread's id has more
 * than the 53 bits of a number, and comes in two parts.
 */
const sql = `
SELECT ${processNumber('globalTid')} AS process, globalTid & 0xFFFFFF AS thread, start - :origin AS start, COALESCE("end", :endOfOpen) - :origin AS "end", COALESCE(text, textId) AS value, eventType = 59 AS nests
FROM NVTX_EVENTS WHERE eventType IN (59, 60) AND COALESCE("end", :endOfOpen) IS NOT NULL ORDER BY globalTid, start`;

type Row = [process: number | null, thread: number | null, start: number, end: number, value: number | string | null, nests: number];

/**
 * Goes through the ranges of each thread, and points at calls in them, in the order of time; open ones last to the end of the profile. A point at a range's
 * very start or end is in it. Needs NVTX_EVENTS.
 */
export function sweepRanges<Group>(db: ProfileDatabase, points: PointsOfCall | null, visitor: RangeVisitor<Group>): void {
  const nameOf = rangeNames(db);
  const atCalls = new CallPoints(points === null ? null : callColumns(db), points);
  let sweep = new ThreadSweep(visitor);
  let at: [process: number, thread: number] = [Number.NaN, Number.NaN];
  let threads = 0;
  const pointsUntil = (moment: number): void => atCalls.until(moment, (start, value) => {
    sweep.moveTo(start);
    sweep.point(value);
  });
  const finish = (): void => {
    pointsUntil(Number.POSITIVE_INFINITY);
    sweep.finish();
  };
  const begin = (process: number, thread: number): void => {
    finish();
    sweep = new ThreadSweep(visitor);
    atCalls.enter(process, thread);
    at = [process, thread];
    threads += 1;
  };
  eachRow<Row>(db, sql, { origin: firstEvent(db), endOfOpen: endOfOpenRanges(db) }, (process, thread, start, end, value, nests) => {
    if ((process ?? -1) !== at[0] || (thread ?? -1) !== at[1]) begin(process ?? -1, thread ?? -1);
    pointsUntil(start);
    sweep.moveTo(start);
    sweep.range({ name: nameOf(value), start, end, nests: nests === 1, thread: threads });
  });
  for (const { process, thread } of atCalls.rest()) begin(process, thread);
  finish();
}

/** One thread. What begins at one time is held until all of it is known: the longest range is around the others, and points come last. */
class ThreadSweep<Group> {
  readonly #nested: OpenRange<Group>[] = [];
  #crossing: OpenRange<Group>[] = [];
  #beginning: BegunRange[] = [];
  #points: number[] = [];
  #clock = Number.NEGATIVE_INFINITY;

  constructor(private readonly visitor: RangeVisitor<Group>) {}

  moveTo(time: number): void {
    if (time === this.#clock) return;
    this.#flush();
    this.#advance(time);
  }

  range(range: BegunRange): void {
    this.#beginning.push(range);
  }

  point(value: number): void {
    this.#points.push(value);
  }

  finish(): void {
    this.moveTo(Number.POSITIVE_INFINITY);
  }

  /** Gives the time up to then to the innermost ranges, and closes those that end before it. */
  #advance(time: number): void {
    for (let top = this.#nested.at(-1); top !== undefined; top = this.#nested.at(-1)) {
      const until = Math.min(top.end, time);
      if (until > this.#clock) {
        this.visitor.alone?.(top.group, until - this.#clock);
        this.#clock = until;
      }
      if (top.end >= time) break;
      this.#nested.pop();
    }
    if (this.#crossing.length > 0) this.#crossing = this.#crossing.filter(({ end }) => end >= time);
    this.#clock = time;
  }

  #flush(): void {
    if (this.#beginning.length > 1) this.#beginning.sort((a, b) => b.end - a.end);
    for (const range of this.#beginning) {
      const { start, end, nests } = range;
      // One that ends as this begins is before it, not around it.
      const parent = this.#nested.findLast((one) => one.end > start)?.group ?? null;
      (nests ? this.#nested : this.#crossing).push({ group: this.visitor.begin(range, parent), end });
    }
    if (this.#points.length > 0 && this.visitor.point !== undefined) {
      // Below the top there may be ranges that ended before those that began in them.
      const open = this.#nested.every(({ end }) => end >= this.#clock) ? this.#nested : this.#nested.filter(({ end }) => end >= this.#clock);
      const around = this.#crossing.length === 0 ? open : [...open, ...this.#crossing];
      for (const value of this.#points) this.visitor.point(around, this.#nested.at(-1)?.group ?? null, value);
    }
    if (this.#beginning.length > 0) this.#beginning = [];
    if (this.#points.length > 0) this.#points = [];
  }
}
