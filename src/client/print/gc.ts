import { formatDuration } from '../../core/duration-text.js';
import { bytesText } from '../../report/words.js';
import type { Tally } from '../../store/gc/collect.js';
import type { Style } from '../style.js';
import type { GcResult } from '../verbs/gc.js';
import { plural } from './numbers.js';

export function printGc({ store, dryRun, keepMs, cutoff, runs, kept, removed, removedByKind, names, unfinished }: GcResult, style: Style): string {
  const width = Math.max(0, ...Object.keys(removedByKind).map((kind) => kind.length));
  return [
    `${style('bold', dryRun ? 'would remove' : 'removed')} ${files(removed)} of ${store}`,
    ...Object.entries(removedByKind).map(([kind, tally]) => `  ${kind.padEnd(width)}  ${files(tally)}`),
    ...(unfinished === 0 ? [] : [`  ${plural(unfinished, 'upload that never ended', 'uploads that never ended')}`]),
    `kept    ${files(kept)}; ${plural(names.kept, 'name', 'names')}${names.removed === 0 ? '' : `, ${names.removed} ${dryRun ? 'would go' : 'gone'}`}`,
    style('dim', `wanted by ${plural(runs.open, 'run that goes on', 'runs that go on')} and ${plural(runs.kept, 'run', 'runs')} of the last ${formatDuration(keepMs)}; of ${plural(runs.past, 'earlier run', 'earlier runs')} only results are kept, no files. Nothing younger than ${new Date(cutoff).toISOString().slice(0, 16)}Z is looked at.`),
  ].join('\n');
}

const files = ({ count, bytes }: Tally): string => `${plural(count, 'file', 'files')}, ${bytesText(bytes)}`;
