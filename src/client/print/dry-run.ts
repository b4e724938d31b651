import type { Style } from '../style.js';
import type { DryRun } from '../verbs/dry-run.js';
import { table } from './table.js';

export function printDryRun({ steps }: DryRun, style: Style): string {
  const count = steps.filter(({ run }) => run).length;
  return `a round would run ${count} of ${steps.length} steps; nothing was started\n\n${table(
    steps,
    [
      { title: '#', cell: ({ index }) => String(index), align: 'right' },
      { title: 'name', cell: ({ name }) => name, colour: ({ run }, text) => style(run ? 'bold' : 'dim', text) },
      { title: 'type', cell: ({ type }) => type },
      { title: 'runs', cell: ({ run }) => (run ? 'yes' : 'no') },
      { title: 'why', cell: ({ reason }) => reason },
      { title: 'command', cell: ({ command }) => command ?? '' },
    ],
    style,
  )}`;
}
