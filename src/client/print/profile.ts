import { isUsable, type Profiler } from '../../profile/capture/profilers.js';
import type { Profiled } from '../verbs/profile.js';
import type { Style } from '../style.js';
import { clean, durationText } from './numbers.js';
import { table } from './table.js';
import { printAnswer } from './tool.js';

export function printProfilers(profilers: readonly Profiler[], style: Style): string {
  const list = table(profilers, [
    { title: 'kind', cell: ({ kind }) => kind },
    { title: 'here', cell: (one) => (isUsable(one) ? 'yes' : 'no'), colour: (one, text, style) => style(isUsable(one) ? 'green' : 'yellow', text) },
    { title: 'version', cell: ({ found }) => found ?? '' },
    { title: 'sees', cell: ({ sees }) => sees },
  ], style);
  const missing = profilers.filter((one) => !isUsable(one)).map(({ title, found, hindrance, install }) => `${title}: ${found === null ? install : (hindrance ?? '')}`);
  return missing.length === 0 ? list : [list, '', 'to get the others:', ...missing.map((line) => `  ${clean(line)}`)].join('\n');
}

export function printProfiled({ file, files, command, overhead, overheadUnknown, hot, next }: Profiled, style: Style): string {
  const lines = [`${style('bold', 'profile')}   ${clean(file)}${files > 1 ? ` (of ${files} files)` : ''}`, `command   ${endText(command)}`, `overhead  ${overheadText(overhead, overheadUnknown)}`];
  for (const one of hot) lines.push('', style('bold', one.tool), printAnswer(one, style));
  if (hot.length === 0) lines.push('', 'The profile has no functions and no kernels with time in them.');
  return [...lines, '', 'next', ...next.map((line) => `  ${clean(line)}`)].join('\n');
}

function endText({ exitCode, signal, wallMs, wasCut, interrupted }: Profiled['command']): string {
  const how = interrupted ? 'interrupted' : wasCut ? 'ended after the duration' : signal !== null ? `ended by ${signal}` : exitCode === null ? 'ended, with which exit code is not known,' : exitCode === 0 ? 'ended well' : `failed with exit code ${exitCode}`;
  return `${how} after ${durationText(wallMs)}`;
}

function overheadText(overhead: Profiled['overhead'], unknown: string | null): string {
  if (overhead === null) return `not measured: ${unknown ?? ''}`;
  const { ratio, spread, withoutMs, isOwnTime } = overhead;
  const range = spread === null ? 'one run each, so that the spread is unknown' : `${spread[0].toFixed(2)} to ${spread[1].toFixed(2)} in ${withoutMs.length} pairs of runs`;
  return `${ratio.toFixed(2)} times as long with the profiler (${range})${isOwnTime ? '' : ', its start and end included'}`;
}
