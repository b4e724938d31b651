import { cadenceOf, runsADay } from './cadence.js';
import type { FleetTarget } from './parse.js';

const dayHours = 24;

/** What the targets of one kind of machine ask of it, at most. */
export interface KindLoad {
  tag: string;
  targets: number;
  runsADay: number;
  /** Hours a day when each run takes all of its wall time. */
  hoursADay: number;
}

/** By kind of machine. `tagOf`, `wallMsOf`: what the config of a target says where the file says nothing. */
export function loadOf(targets: readonly FleetTarget[], { tagOf, wallMsOf }: { tagOf: (target: FleetTarget) => string; wallMsOf: (target: FleetTarget) => number }): KindLoad[] {
  const loads = new Map<string, KindLoad>();
  for (const target of targets.filter(({ paused }) => !paused)) {
    const tag = target.tag ?? tagOf(target);
    const load = loads.get(tag) ?? { tag, targets: 0, runsADay: 0, hoursADay: 0 };
    const runs = runsADay(cadenceOf(target.cadence));
    loads.set(tag, { tag, targets: load.targets + 1, runsADay: load.runsADay + runs, hoursADay: load.hoursADay + (runs * (target.maxWallMs ?? wallMsOf(target))) / 3_600_000 });
  }
  return [...loads.values()];
}

/** A sentence with the arithmetic where so many hosts cannot do it; else null. */
export function cannotBeMet({ tag, targets, runsADay: runs, hoursADay }: KindLoad, hosts: number): string | null {
  if (hosts === 0 || hoursADay <= hosts * dayHours) return null;
  const needed = Math.ceil(hoursADay / dayHours);
  return `${targets === 1 ? `A target of kind ${tag} is` : `${targets} targets of kind ${tag} are`} run ${round(runs)} times a day, for ${round(hoursADay / runs)} h each at most: ${round(hoursADay)} h a day, and ${hosts} ${hosts === 1 ? 'host has' : 'hosts have'} ${hosts * dayHours} h. It takes ${needed} hosts, a cadence ${round(hoursADay / (hosts * dayHours))} times as long, or a smaller max_wall.`;
}

function round(value: number): string {
  return String(Number(value.toPrecision(3)));
}
