import type { RunStatus } from '../../core/status.js';
import { adviceElsewhere, adviceMeasured, adviceNote, adviceSetting, searchText } from '../../core/knobs/words.js';
import { ratioText } from '../../core/verdict/words.js';
import type { Style } from '../style.js';
import { clean, plural } from './numbers.js';

/** What was turned without a change of code, round by round; empty where knobs were not searched. */
export function knobsText({ knobs }: RunStatus, style: Style): string {
  if (knobs === undefined || knobs.searches.length === 0) return '';
  const rows = knobs.searches.flatMap((search) => {
    const width = Math.max(0, ...search.last.map(({ id }) => clean(id).length));
    return [
      `  ${searchText(search)}`,
      ...search.last.map(({ id, ratio, pairs, better }) => `    ${clean(id).padEnd(width)}  ${ratioText(ratio).padStart(7)} in ${plural(pairs, 'pair')}${better ? `, ${style('green', 'looked faster')}` : ''}`),
    ];
  });
  return [style('dim', 'knobs (cheap samples, which decide nothing)'), ...rows].join('\n');
}

/** Settings that a person may set where the program is run; empty where there are none. */
export function adviceText({ knobs }: RunStatus, style: Style): string {
  if (knobs === undefined || knobs.advice.length === 0) return '';
  const rows = knobs.advice.flatMap((advice) => [
    `  ${style('bold', clean(advice.title))}`,
    `    set       ${clean(adviceSetting(advice))}`,
    ...adviceElsewhere(advice).map((text) => `    or in     ${clean(text)}`),
    `    measured  ${adviceMeasured(advice)}`,
    `    why       ${clean(advice.rationale)}`,
    ...(advice.doubt === '' ? [] : [`    ${style('yellow', 'look first')}: ${clean(advice.doubt)}`]),
  ]);
  return [`${style(['bold', 'yellow'], 'advice')}: ${adviceNote}`, ...rows].join('\n');
}
