import { isTable } from '../config/table.js';
import { didYouMean } from '../did-you-mean.js';
import { formatDuration, parseDuration } from '../duration-text.js';
import { cadenceOf, closestMs, runsADay } from './cadence.js';
import type { FleetTarget } from './parse.js';

const dayHours = 24;

/** What the targets of one kind of machine ask of it, at most. */
export interface KindLoad {
  tag: string;
  targets: number;
  /** Of them, those with a cadence: `manual` asks for nothing. */
  timed: number;
  runsADay: number;
  /** Hours a day when each run takes all of its wall time. */
  hoursADay: number;
}

/** What holds where neither the fleet file nor the config of a target says anything. */
export interface LoadDefaults {
  tag: string;
  wallMs: number;
}

/** By kind of machine. */
export function loadOf(targets: readonly FleetTarget[], defaults: LoadDefaults): KindLoad[] {
  const loads = new Map<string, KindLoad>();
  for (const target of targets.filter(({ paused }) => !paused)) {
    const tag = target.tag ?? defaults.tag;
    const load = loads.get(tag) ?? { tag, targets: 0, timed: 0, runsADay: 0, hoursADay: 0 };
    const runs = runsADay(cadenceOf(target.cadence));
    loads.set(tag, { tag, targets: load.targets + 1, timed: load.timed + (runs > 0 ? 1 : 0), runsADay: load.runsADay + runs, hoursADay: load.hoursADay + (runs * (wallMsOf(target) ?? defaults.wallMs)) / 3_600_000 });
  }
  return [...loads.values()];
}

/** The longest that a run of it takes, as far as the fleet file says; null: that is said by its perfloop.toml alone. */
function wallMsOf({ maxWallMs, overrides: { loop } }: FleetTarget): number | null {
  const text = isTable(loop) ? loop['max_wall'] : undefined;
  const overriding = typeof text === 'string' ? parseDuration(text) : undefined;
  const said = [maxWallMs, overriding].filter((ms) => typeof ms === 'number');
  return said.length === 0 ? null : Math.min(...said);
}

/** A sentence with the arithmetic where so many hosts cannot do it; else null. */
export function cannotBeMet({ tag, timed, runsADay: runs, hoursADay }: KindLoad, hosts: number): string | null {
  if (hosts === 0 || hoursADay <= hosts * dayHours) return null;
  const needed = Math.ceil(hoursADay / dayHours);
  return `${timed === 1 ? `A target of kind ${tag} is` : `${timed} targets of kind ${tag} are`} run ${round(runs)} times a day, for ${round(hoursADay / runs)} h each at most: ${round(hoursADay)} h a day, and ${hosts} ${hosts === 1 ? 'host has' : 'hosts have'} ${hosts * dayHours} h. It takes ${needed} hosts, a cadence ${round(hoursADay / (hosts * dayHours))} times as long, or a smaller max_wall.`;
}

/** A sentence where nobody serves the kind: what would, and the kinds that there are. */
export function notServed({ tag, targets }: Pick<KindLoad, 'tag' | 'targets'>, served: readonly string[]): string {
  return `No worker serves machines of kind ${tag}, which ${targets === 1 ? 'a target needs' : `${targets} targets need`}: start one with \`perfloop worker --tag ${tag}\`. ${served.length === 0 ? 'No host serves at all.' : `Hosts serve ${served.join(', ')}${didYouMean(tag, served) || '.'}`}`;
}

const mostNamed = 5;

/**
 * A sentence with the arithmetic for each cadence that comes round again before a run of its target has to be over, however
 * many hosts there are. A watched target is none of them: a look takes long only where there is something to bisect.
 */
export function outlasted(targets: readonly FleetTarget[], defaults: LoadDefaults): string[] {
  const names = new Map<string, string[]>();
  for (const target of targets.filter(({ paused, watch }) => !paused && watch !== true)) {
    const text = outlastedText(target, defaults);
    if (text !== null) names.set(text, [...(names.get(text) ?? []), target.name]);
  }
  return [...names].map(([text, of]) => `${of.slice(0, mostNamed).join(', ')}${of.length > mostNamed ? ` and ${of.length - mostNamed} more` : ''}: ${text}`);
}

function outlastedText(target: FleetTarget, defaults: LoadDefaults): string | null {
  const said = wallMsOf(target);
  const [wallMs, apartMs] = [said ?? defaults.wallMs, closestMs(cadenceOf(target.cadence))];
  if (wallMs <= apartMs) return null;
  const [wall, apart] = [formatDuration(wallMs), formatDuration(apartMs)];
  return `a run may take ${wall}${said === null ? ' (the default of max_wall, where its perfloop.toml says no other)' : ' (max_wall)'}, and two times of \`${target.cadence}\` are ${apart} apart: ${wall} / ${apart} = ${round(wallMs / apartMs)}. What falls due while a run goes on is left out, and another host does not help: it takes a max_wall of ${apart} at most, or a cadence with at least ${wall} between two times.`;
}

function round(value: number): string {
  return String(Number(value.toPrecision(3)));
}
