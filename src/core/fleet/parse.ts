import type { AlertRules } from '../alerts/schema.js';
import { checkedValue } from '../config/checked-value.js';
import { issueText, problemsOf, type Problem } from '../config/problems.js';
import { configSchema } from '../config/schema.js';
import { isTable } from '../config/table.js';
import { parseToml, placeOf, plainValue } from '../config/toml.js';
import { isPath } from './repository.js';
import { fleetSchema, type FleetFile } from './schema.js';

/** A target with everything that the file says of it, defaults included. Durations in milliseconds. */
export interface FleetTarget {
  name: string;
  /** A URL, or an absolute path. */
  repository: string;
  /** Null: the HEAD of the repository. */
  branch: string | null;
  /** Null: its `perfloop.toml`. */
  config: string | null;
  /** Null: that of its config. */
  tag: string | null;
  priority: number;
  weight: number;
  /** One that `parseCadence` takes. */
  cadence: string;
  timeZone: string;
  jitterMs: number;
  catchUpMs: number;
  pauseAfter: number;
  paused: boolean;
  maxWallMs: number | null;
  maxTrials: number | null;
  money: number | null;
  overrides: Record<string, unknown>;
  /** Its heads are compared with each other, in place of a run. Absent: no. */
  watch?: true;
}

export interface Fleet {
  name: string;
  /** Runs that a sweep has open at once; null: by the hosts there are. */
  open: number | null;
  /** Null: nothing is looked at. */
  alerts: AlertRules | null;
  targets: FleetTarget[];
}

/** Reads the text of a `fleet.toml`; `absolute` makes a path of it one of this machine. Throws as `parseConfig` does, with `PL_FLEET_INVALID`. */
export function parseFleet(text: string, { file, absolute }: { file: string; absolute: (path: string) => string }): Fleet {
  const root = parseToml(text, file);
  const value = plainValue(root);
  const parsed = checkedValue(fleetSchema, value, { where: file, placeAt: (path) => placeOf(root, path), code: 'PL_FLEET_INVALID', fix: 'Correct these keys; docs/fleet.md lists every key with its default.', more: [...overrideProblems(value), ...twice(value)], ofFiles: [] });
  return { name: parsed.fleet.name, open: parsed.fleet.open ?? null, alerts: parsed.alerts ?? null, targets: parsed.targets.map((target) => filled(target, parsed.defaults, absolute)) };
}

function filled(target: FleetFile['targets'][number], defaults: FleetFile['defaults'], absolute: (path: string) => string): FleetTarget {
  const own = { ...defaults, ...target };
  return {
    name: target.name,
    repository: isPath(target.repository) ? absolute(target.repository) : target.repository,
    branch: own.branch ?? null,
    config: own.config ?? null,
    tag: own.tag ?? null,
    priority: own.priority ?? 3,
    weight: own.weight ?? 1,
    cadence: own.cadence ?? 'manual',
    timeZone: own.time_zone ?? 'UTC',
    jitterMs: own.jitter ?? 600_000,
    catchUpMs: own.catch_up ?? 3_600_000,
    pauseAfter: own.pause_after ?? 3,
    paused: target.paused,
    maxWallMs: own.max_wall ?? null,
    maxTrials: own.max_trials ?? null,
    money: own.money ?? null,
    overrides: { ...defaults.overrides, ...target.overrides },
    ...(own.watch === true ? { watch: true as const } : {}),
  };
}

/** Keys of configs are checked here, so that no run of a thousand finds out in the night. What a config needs besides is in the repository. */
function overrideProblems(file: unknown): Problem[] {
  if (!isTable(file)) return [];
  const targets: unknown[] = Array.isArray(file['targets']) ? file['targets'] : [];
  const places: [path: PropertyKey[], table: unknown][] = [[['defaults'], file['defaults']], ...targets.map((target, index): [PropertyKey[], unknown] => [['targets', index], target])];
  return places.flatMap(([path, table]) => {
    const overrides = isTable(table) ? table['overrides'] : undefined;
    if (!isTable(overrides)) return [];
    const { error } = configSchema.safeParse(overrides, { error: issueText });
    return (error?.issues ?? []).flatMap((issue) => problemsOf(issue, configSchema)).map((problem) => ({ ...problem, path: [...path, 'overrides', ...problem.path] }));
  });
}

/** Names and places that are there twice: the same branch of one repository would be run against itself. */
function twice(file: unknown): Problem[] {
  if (!isTable(file) || !Array.isArray(file['targets'])) return [];
  const defaults = isTable(file['defaults']) ? file['defaults'] : {};
  const [names, places] = [new Map<unknown, number>(), new Map<string, number>()];
  return file['targets'].flatMap((target: unknown, index): Problem[] => {
    if (!isTable(target) || typeof target['name'] !== 'string' || typeof target['repository'] !== 'string') return [];
    const own = { ...defaults, ...target };
    const place = JSON.stringify([placeKey(target['repository']), own['branch'] ?? null, own['config'] ?? null, own['tag'] ?? null, own['overrides'] ?? null, own['watch'] ?? false]);
    const [sameName, samePlace] = [names.get(target['name']), places.get(place)];
    names.set(target['name'], names.get(target['name']) ?? index);
    places.set(place, places.get(place) ?? index);
    if (sameName !== undefined) return [{ path: ['targets', index, 'name'], text: `${target['name']} is there already, as target ${sameName + 1} of the file` }];
    return samePlace === undefined ? [] : [{ path: ['targets', index, 'repository'], text: `is the same repository, branch and config as target ${samePlace + 1} of the file` }];
  });
}

/** Spellings of one URL alike. */
function placeKey(repository: string): string {
  return repository.replace(/\/+$/, '').replace(/\.git$/, '').replace(/^https?:\/\//i, '//');
}
