import { kpisOf, type KpiRows, type Kpis } from '../../core/kpis/kpis.js';
import { PerfloopError } from '../../core/errors.js';
import { readKpiRows } from '../../store/kpi-rows.js';
import type { CliContext } from '../context.js';

export interface StatsOptions {
  /** How far back, ms. */
  sinceMs: number;
  target?: string;
  fleet?: string;
}

export interface Stats {
  v: 1;
  /** ISO 8601. */
  since: string;
  until: string;
  /** Of all that was asked for. */
  total: Kpis;
  fleets: ({ fleet: string } & Kpis)[];
  /** `fleet` is null where none began its runs. */
  targets: ({ target: string; fleet: string | null } & Kpis)[];
}

/** Key figures from the store alone; no server is needed. Throws PL_NO_SUCH_TARGET and PL_NO_SUCH_FLEET for names of which nothing is known in that time. */
export function stats({ home }: Pick<CliContext, 'home'>, options: StatsOptions, now: number): Stats {
  const since = now - options.sinceMs;
  const all = readKpiRows(home, since, now) ?? { runs: [], trials: [], times: [], presence: [], now };
  const rows = chosen(all, options);
  const fleets = [...new Set(rows.runs.map(({ fleet }) => fleet).filter((fleet) => fleet !== null))].sort();
  const targets = [...new Map(rows.runs.map(({ target, fleet }) => [JSON.stringify([fleet, target]), { target, fleet }])).values()].sort((one, other) => compare(one.fleet ?? '', other.fleet ?? '') || compare(one.target, other.target));
  const parts = partsBy(rows, ({ target, fleet }) => JSON.stringify([fleet, target]));
  const ofFleets = partsBy(rows, ({ fleet }) => fleet ?? '');
  const none = { runs: [], trials: [], times: [] };
  const of = (part: Partial<KpiRows> | undefined): Kpis => kpisOf({ ...none, ...part, presence: rows.presence, now });
  return {
    v: 1,
    since: new Date(since).toISOString(),
    until: new Date(now).toISOString(),
    total: of(rows),
    fleets: fleets.map((fleet) => ({ fleet, ...of(ofFleets.get(fleet)) })),
    targets: targets.map(({ target, fleet }) => ({ target, fleet, ...of(parts.get(JSON.stringify([fleet, target]))) })),
  };
}

function chosen(rows: KpiRows, { target, fleet }: StatsOptions): KpiRows {
  const known = (name: 'target' | 'fleet'): string => [...new Set(rows.runs.map((run) => run[name]).filter((one) => one !== null))].sort().slice(0, 10).join(', ') || 'none';
  if (fleet !== undefined && !rows.runs.some((run) => run.fleet === fleet)) throw new PerfloopError('PL_NO_SUCH_FLEET', `no run of a fleet ${fleet} in that time`, { where: '--fleet', fix: `There are: ${known('fleet')}. Look further back with --since.` });
  const runs = rows.runs.filter((run) => (target === undefined || run.target === target) && (fleet === undefined || run.fleet === fleet));
  if (target !== undefined && runs.length === 0) throw new PerfloopError('PL_NO_SUCH_TARGET', `no run of a target ${target} in that time`, { where: '--target', fix: `There are: ${known('target')}. Look further back with --since.` });
  if (runs.length === rows.runs.length) return rows;
  const ids = new Set(runs.map(({ run }) => run));
  return { ...rows, runs, trials: rows.trials.filter(({ run }) => ids.has(run)), times: rows.times.filter(({ run }) => ids.has(run)) };
}

type Part = { runs: KpiRows['runs'][number][]; trials: KpiRows['trials'][number][]; times: KpiRows['times'][number][] };

/** Each row once, so that many targets cost no more than their rows. */
function partsBy({ runs, trials, times }: KpiRows, keyOf: (run: KpiRows['runs'][number]) => string): Map<string, Part> {
  const parts = new Map<string, Part>();
  const byRun = new Map<string, Part>();
  for (const run of runs) {
    const key = keyOf(run);
    const part = parts.get(key) ?? { runs: [], trials: [], times: [] };
    parts.set(key, part);
    byRun.set(run.run, part);
    part.runs.push(run);
  }
  for (const trial of trials) byRun.get(trial.run)?.trials.push(trial);
  for (const time of times) byRun.get(time.run)?.times.push(time);
  return parts;
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
