import { ratioText } from '../../core/verdict/words.js';
import type { ListedRun } from '../verbs/runs.js';
import type { Style } from '../style.js';
import { durationText } from './numbers.js';
import { table, type Column } from './table.js';
import { stateFormat } from './state.js';

const columns: Column<ListedRun>[] = [
  { title: 'run', cell: (run) => run.run, colour: (_run, text, style) => style('bold', text) },
  { title: 'target', cell: (run) => run.target.name },
  { title: 'state', cell: (run) => run.endedOnServer ?? run.state, colour: (run, text, style) => style(run.endedOnServer === null ? stateFormat[run.state] : 'red', text) },
  { title: 'phase', cell: (run) => (run.kind === 'judge' ? 'judge' : `${run.phase} ${run.round}/${run.rounds}`) },
  { title: 'accepted', cell: (run) => acceptedText(run), align: 'right', colour: (run, text, style) => (run.rolledBack === undefined ? text : style('yellow', text)) },
  { title: 'speed-up', cell: (run) => (run.speedup === null ? '' : ratioText(run.speedup.ratio)), align: 'right' },
  { title: 'started', cell: (run) => new Date(run.startedAt).toISOString().slice(0, 16).replace('T', ' ') },
  { title: 'took', cell: (run) => (run.endedAt === null ? '' : durationText(run.endedAt - run.startedAt)), align: 'right' },
];

function acceptedText({ kind, accepted, rolledBack = [] }: ListedRun): string {
  if (kind === 'judge') return '';
  return rolledBack.length === 0 ? String(accepted) : `${accepted}, ${rolledBack.length} rolled back`;
}

export function printRuns({ runs }: { runs: readonly ListedRun[] }, style: Style): string {
  if (runs.length === 0) return 'no runs yet; start one with `perfloop run DIR`';
  return table(runs, columns, style);
}
