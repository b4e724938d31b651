import { formatDuration } from '../duration-text.js';
import type { Fleet, FleetTarget } from './parse.js';

/** A schedule on the server: what it was made from, and what somebody changed by hand. */
export interface StoredSchedule {
  target: string;
  /** As the file had it when it was applied; null where somebody took that away, which is a drift. */
  applied: FleetTarget | null;
  /** What stands in the schedule now and not in the file that was applied, a line each; empty: nothing. */
  drift: string[];
  /** What an earlier version of perfloop made otherwise, a line each: `apply` makes it as it is now. Absent: nothing. */
  outdated?: string[];
  paused: boolean;
}

export type ScheduleChange =
  | { kind: 'create'; target: FleetTarget }
  | { kind: 'update'; target: FleetTarget; what: string[]; drift: string[] }
  | { kind: 'remove'; name: string; drift: string[] }
  | { kind: 'drift'; target: FleetTarget; drift: string[] }
  | { kind: 'same'; target: FleetTarget };

/** The schedule of a target: one server may have several installations, and each several fleets. */
export function scheduleId(prefix: string, fleet: string, target: string): string {
  return `${schedulesOf(prefix, fleet)}${target}`;
}

/** What the ids of a fleet's schedules begin with. */
export function schedulesOf(prefix: string, fleet: string): string {
  return `${prefix}/fleet/${fleet}/`;
}

/** The sweep of a fleet: no two are open at once. */
export function sweepId(prefix: string, fleet: string): string {
  return `${prefix}/fleet/${fleet}`;
}

/** The run of a target by a sweep. No name of a target has a slash, so that none of a schedule has this id. */
export function sweptId(schedule: string): string {
  return `${schedule}/sweep`;
}

/** With the keys of each object in order, so that two that say the same are the same text. */
export function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([key, below]) => [key, ordered(below)]));
}

/** What has to happen so that the server has what the file says: targets in the order of the file, then what is removed. */
export function changesOf(fleet: Fleet, stored: readonly StoredSchedule[]): ScheduleChange[] {
  const before = new Map(stored.map((schedule) => [schedule.target, schedule]));
  const named = new Set(fleet.targets.map(({ name }) => name));
  const wanted = fleet.targets.map((target): ScheduleChange => {
    const old = before.get(target.name);
    if (old === undefined) return { kind: 'create', target };
    if (old.applied === null) return { kind: 'drift', target, drift: old.drift };
    const what = [...differences(old.applied, target), ...(old.outdated ?? [])];
    if (what.length > 0) return { kind: 'update', target, what, drift: old.drift };
    return old.drift.length > 0 ? { kind: 'drift', target, drift: old.drift } : { kind: 'same', target };
  });
  const removed = stored.filter(({ target }) => !named.has(target)).map(({ target, drift }): ScheduleChange => ({ kind: 'remove', name: target, drift }));
  return [...wanted, ...removed];
}

/** `priority: 3 -> 1`, a line for each key that differs. */
function differences(before: FleetTarget, after: FleetTarget): string[] {
  const keys = [...new Set([...Object.keys(after), ...Object.keys(before)])] as (keyof FleetTarget)[];
  return keys.flatMap((key) => {
    const [old, now] = [JSON.stringify(ordered(before[key])), JSON.stringify(ordered(after[key]))];
    return old === now ? [] : [`${nameInFile(key)}: ${valueInFile(key, before[key])} -> ${valueInFile(key, after[key])}`];
  });
}

/** `maxWallMs` is `max_wall` in the file. */
function nameInFile(key: string): string {
  return key.replace(/Ms$/, '').replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function valueInFile(key: string, value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  return key.endsWith('Ms') && typeof value === 'number' ? formatDuration(value) : JSON.stringify(ordered(value));
}
