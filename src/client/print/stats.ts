import type { Kpis, Percentiles, Share } from '../../core/kpis/kpis.js';
import type { Style } from '../style.js';
import type { Stats } from '../verbs/stats.js';
import { durationText, plural } from './numbers.js';
import { table, type Column } from './table.js';

type Row = { name: string } & Kpis;

const longestName = 18;

const columns: Column<Row>[] = [
  { title: 'target', cell: ({ name }) => (name.length > longestName ? `${name.slice(0, longestName - 1)}…` : name), colour: (_row, text, style) => style('bold', text) },
  { title: 'runs', cell: ({ runs }) => String(runs.total), align: 'right' },
  { title: 'failed', cell: ({ errorRate }) => share(errorRate), align: 'right', colour: ({ runs }, text, style) => (runs.failed > 0 ? style('red', text) : text) },
  { title: 'trials', cell: ({ trials }) => String(trials.decided), align: 'right' },
  { title: 'accept', cell: ({ acceptance }) => share(acceptance), align: 'right' },
  { title: 'gain', cell: ({ confirmedPercent, trials }) => (trials.accepted === 0 ? '-' : `${confirmedPercent.toFixed(1)}%`), align: 'right', colour: ({ trials }, text, style) => (trials.accepted > 0 ? style('green', text) : text) },
  { title: '$/%', cell: ({ dollarsPerPercent, dollars }) => (dollars === 0 || dollarsPerPercent === null ? '-' : dollarsPerPercent.toFixed(2)), align: 'right' },
  { title: 'h/%', cell: ({ hoursPerPercent }) => (hoursPerPercent === null ? '-' : hoursPerPercent.toFixed(2)), align: 'right' },
  { title: 'avail', cell: ({ availability }) => share(availability), align: 'right' },
];

const phaseColumns: Column<Percentiles>[] = [
  { title: 'phase', cell: ({ phase }) => phase },
  { title: 'times', cell: ({ times }) => String(times), align: 'right' },
  { title: 'P50', cell: ({ p50 }) => durationText(p50 * 1000), align: 'right' },
  { title: 'P95', cell: ({ p95 }) => durationText(p95 * 1000), align: 'right' },
];

const mostTargets = 40;

export function printStats({ since, until, total, fleets, targets }: Stats, style: Style): string {
  if (total.runs.total === 0) return `no runs since ${day(since)}; look further back with --since, or start one with \`perfloop run DIR\``;
  const several = new Set(targets.map(({ fleet }) => fleet)).size > 1;
  const rows: Row[] = [
    ...targets.slice(0, mostTargets).map((row) => ({ ...row, name: several && row.fleet !== null ? `${row.fleet}/${row.target}` : row.target })),
    ...(fleets.length > 1 ? fleets.map((row) => ({ ...row, name: `fleet ${row.fleet}` })) : []),
    ...(targets.length > 1 ? [{ ...total, name: 'all' }] : []),
  ];
  const more = targets.length > mostTargets ? [style('dim', `and ${plural(targets.length - mostTargets, 'further target')}: --json tells all`)] : [];
  const { runs, caches, concurrency, dollars, hours } = total;
  const facts = [
    `${plural(runs.total, 'run')} from ${day(since)} to ${day(until)}`,
    `${runs.done} done, ${runs.failed} failed, ${runs.cancelled} cancelled, ${runs.open} open`,
    `${hours.toFixed(1)} h of runs${dollars > 0 ? `, $${dollars.toFixed(2)} for models and agents` : ''}${concurrency === null ? '' : `; concurrency efficiency ${share(concurrency)}`}`,
    `found from earlier runs: set-up ${hits(caches.setup)}, build ${hits(caches.build)}, noise ${hits(caches.noise)}, profile ${hits(caches.profile)}`,
  ];
  const phases = total.phases.length === 0 ? [] : ['', table(total.phases, phaseColumns, style)];
  return [facts[0], '', table(rows, columns, style), ...more, ...phases, '', ...facts.slice(1)].join('\n');
}

function share(fraction: number | null): string {
  return fraction === null ? '-' : `${(fraction * 100).toFixed(fraction > 0.99 && fraction < 1 ? 2 : 0)}%`;
}

function hits({ hits: found, lookups }: Share): string {
  return lookups === 0 ? '-' : `${found} of ${lookups}`;
}

function day(iso: string): string {
  return iso.slice(0, 10);
}
