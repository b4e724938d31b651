import { shellWord } from '../../core/shell-word.js';
import type { Style } from '../style.js';
import type { FoundKnobs, ShownKnob } from '../verbs/knobs.js';
import { diffLines } from './diff-lines.js';
import { clean, plural } from './numbers.js';
import { placeOf } from './place.js';
import { table } from './table.js';

export function printKnobs({ knobs, left }: FoundKnobs, style: Style): string {
  const refusals = left.map(({ id, value, why }) => `${style('yellow', 'left alone')}  ${clean(value === '' ? id : `${id} ${value}`)}: ${clean(why)}`);
  if (knobs.length === 0) return ['Nothing was found that can be turned here. See docs/knobs.md for what is looked for, and for [[knobs]].', ...refusals].join('\n');
  const rows = table(
    knobs,
    [
      { title: 'knob', cell: ({ id }) => id },
      { title: 'where', cell: placeOf },
      { title: 'now', cell: ({ current }) => current },
      { title: 'to try', cell: ({ settings }) => settings.map(({ value, changesResults }) => (changesResults === undefined ? value : `${value} *`)).join(' | ') },
    ],
    style,
  );
  const changing = knobs.some(({ settings }) => settings.some(({ changesResults }) => changesResults !== undefined));
  const notes = [
    ...(changing ? ['* results may differ: tried only with propose.knobs.results_changing'] : []),
    `${plural(knobs.length, 'knob')}; perfloop knobs show ID tells what each setting would change. Nothing was built, run or written.`,
  ];
  return [rows, ...(refusals.length === 0 ? [] : [refusals.join('\n')]), notes.map((note) => style('dim', note)).join('\n')].join('\n\n');
}

const resultTexts = { rounding: 'the last bits of results may differ', randomness: 'random numbers may be others', precision: 'results are less precise' };

export function printKnob(knob: ShownKnob, style: Style): string {
  const fact = (name: string, text: string): string => `  ${style('dim', name.padEnd(7))}  ${clean(text)}`;
  const head = [`${style('bold', knob.id)}  ${clean(knob.title)}`, fact('why', knob.rationale), fact('now', knob.current), fact('where', placeOf(knob))].join('\n');
  const settings = knob.settings.map(({ value, diff, set, elsewhere, changesResults, caution, train }) => [
    style('bold', clean(value)),
    ...(changesResults === undefined ? [] : [fact('results', `${resultTexts[changesResults]}; tried only with propose.knobs.results_changing`)]),
    ...(caution === undefined ? [] : [fact('mind', caution)]),
    ...(train === undefined ? [] : [fact('first', `builds with a profile and runs ${train.run.split('\n').join('; ')}; keeps ${train.outputs.join(', ')}`)]),
    ...(diff === null ? [] : [diffLines(diff, style)]),
    ...(set === null ? [] : [fact('by', Object.entries(set).map(([name, text]) => `${name}=${shellWord(text)}`).join(' ')), fact('', 'The benchmark has no file for it to stand in, so what it gains is told, not applied.')]),
    ...(elsewhere === null ? [] : [fact('or by', 'a line that the benchmark does not run:'), diffLines(elsewhere, style)]),
  ].join('\n'));
  return [head, ...settings].join('\n\n');
}
