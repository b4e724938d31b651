import type { FleetRunResult } from '../../core/fleet/fleet-run.js';
import { ratioText } from '../../core/verdict/words.js';
import type { WatchResult } from '../../core/watch/contracts.js';
import { watchedText } from '../../core/watch/shown.js';
import type { Style } from '../style.js';
import type { FleetChange, FleetChanges, FleetOverview, FleetState, FleetSteered, FleetSteering } from '../verbs/fleet.js';
import { sweepLines } from './fleet-sweep.js';
import { clean } from './numbers.js';
import { table, type Column } from './table.js';

const signs = { create: ['+', 'green'], update: ['~', 'yellow'], remove: ['-', 'red'], drift: ['!', 'yellow'], same: [' ', 'dim'] } as const;

/** What changes or changed, a line a target; what stays is only counted. */
export function printFleetChanges({ fleet, changes, alerts, warnings }: FleetChanges, style: Style): string {
  const shown = changes.filter(({ change }) => change !== 'same');
  const lines = shown.flatMap((change) => linesOf(change, style));
  if (alerts === 'create' || alerts === 'update' || alerts === 'remove') lines.push(style(signs[alerts][1], `${signs[alerts][0]} alerts`));
  const kept = changes.filter(({ done }) => done === false).length;
  const counted = (['create', 'update', 'remove', 'drift', 'same'] as const).flatMap((kind) => {
    const count = changes.filter(({ change }) => change === kind).length;
    return count === 0 ? [] : [`${count} ${words[kind]}`];
  });
  if (kept > 0) lines.push(style('yellow', `${kept} ${kept === 1 ? 'was' : 'were'} changed by hand and left as ${kept === 1 ? 'it is' : 'they are'}; \`perfloop fleet apply --force\` overwrites that`));
  return [...lines, `${style('bold', fleet)}: ${counted.join(', ') || 'no targets'}`, ...warnings.map((text) => `${style('yellow', 'warning')}: ${text}`)].join('\n');
}

const words = { create: 'new', update: 'changed', remove: 'no longer in the file', drift: 'changed by hand', same: 'as they are' };

function linesOf({ target, change, what, drift, done }: FleetChange, style: Style): string[] {
  const [sign, colour] = signs[change];
  const head = style(colour, `${sign} ${target}${done === false ? ' (left as it is)' : done === true && drift.length > 0 ? ' (overwritten)' : ''}`);
  return [head, ...what.map((line) => `    ${clean(line)}`), ...drift.map((line) => `    ${style('yellow', 'by hand')} ${clean(line)}`)];
}

export const fleetColumns: Column<FleetState>[] = [
  { title: 'next (UTC)', cell: ({ schedule, next }) => (schedule === 'on' ? time(next) || 'by hand' : schedules[schedule]), colour: ({ schedule }, text, style) => (schedule === 'on' ? text : style('yellow', text)) },
  { title: 'last (UTC)', cell: ({ last }) => time(last?.at ?? null) },
  { title: 'result', cell: ({ last }) => (last === null ? '' : last.result === null ? (last.failure?.code ?? last.state) : resultText(last.result)), colour: ({ last }, text, style) => (last?.state === 'failed' ? style('red', text) : text) },
  { title: 'now', cell: ({ running, run }) => (running === null ? '' : run === null || run.state === 'running' ? 'running' : run.state === 'awaiting-approval' ? 'waiting' : run.state) },
];

const schedules = { paused: 'paused', missing: 'not applied', extra: 'not in the file' };

/** The table has what fits a terminal; what needs words stands below it. */
export function printFleetStatus({ targets, sweep }: FleetOverview, style: Style): string {
  return [table(targets, [{ title: 'target', cell: ({ target }) => target, colour: (_state, text) => style('bold', text) }, ...fleetColumns], style), ...targets.flatMap((state) => fleetNotes(state, state.target, style, `; \`perfloop fleet resume ${state.target}\``)), ...(sweep === null ? [] : sweepLines(sweep))].join('\n');
}

/** Why it stands still, what it waits for, why it failed, what somebody changed. */
export function fleetNotes({ schedule, note, last, run, drift }: FleetState, name: string, style: Style, resume = ''): string[] {
  const lines: string[] = [];
  if (schedule === 'paused') lines.push(`${note.startsWith('paused') ? '' : 'paused: '}${clean(note) || 'nobody said why'}${resume}`);
  else if (last?.failure) lines.push(`${style('red', 'failed')}: ${clean(`${last.failure.code}: ${last.failure.message}`)}`);
  if (run?.state === 'awaiting-approval') lines.push(`${style('yellow', 'waits for a person')}: \`perfloop show ${run.run}\``);
  if (last?.rolledBack !== undefined && last.result !== null && 'run' in last.result) lines.push(`${style('yellow', 'rolled back')}: ${last.rolledBack} of what ${last.result.run} accepted: \`perfloop show ${last.result.run}\``);
  if (drift.length > 0) lines.push(`${style('yellow', 'changed by hand')}: ${clean(drift.join('; '))}`);
  return lines.map((line) => `${style('bold', clean(name))}: ${line}`);
}

function resultText(result: FleetRunResult | WatchResult): string {
  if ('outcome' in result) return watchedText(result);
  return result.watched ?? `${result.run ?? 'a sweep ran it'} ${result.speedup === null ? 'nothing accepted' : ratioText(result.speedup.ratio)}`;
}

function time(iso: string | null): string {
  return iso === null ? '' : iso.slice(0, 16).replace('T', ' ');
}

const sent: Record<FleetSteering, string> = { run: 'asked to run now; what already runs is left alone; `perfloop fleet status` says what came of it', pause: 'paused', resume: 'resumed', remove: 'removed; runs that are under way go on' };

export function printFleetSteered({ fleet, sent: what, targets }: FleetSteered, style: Style): string {
  if (targets.length === 0) return `${style('bold', fleet)}: no target has a schedule on the server, so nothing was done`;
  const names = targets.length <= 5 ? targets.join(', ') : `${targets.length} targets`;
  return `${names} of ${style('bold', fleet)}: ${sent[what]}`;
}
