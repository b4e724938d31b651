import type { Style } from '../style.js';
import type { LearnedOfRun } from '../verbs/learn.js';
import { spentText } from './models.js';
import { clean, plural } from './numbers.js';

/** What was written down, and what of a model's words was left out. */
export function printLearned({ run, trials, model, written, dropped, note, spent }: LearnedOfRun, style: Style): string {
  const said = model === null ? 'No model was asked: name one with --model, or under [phases.learn] of perfloop.toml.' : `${clean(model)} wrote ${plural(written.length, 'lesson')}${written.length === 0 ? '' : ', which the next prompts have'}.`;
  return [
    `${run}: ${plural(trials, 'lesson')} of trials in the wiki. ${said}`,
    ...written.map(({ title, body }) => `\n${style('bold', clean(title))}\n  ${clean(body)}`),
    ...(written.length === 0 ? [] : ['']),
    ...dropped.map(({ what, why }) => style('yellow', `Left out: ${clean(what)}: ${clean(why)}.`)),
    ...(note === null || model === null ? [] : [style('yellow', `${clean(model)} did not come to an end: ${clean(note)}.`)]),
    ...(spent === null ? [] : [style('dim', `${spentText(spent)}.`)]),
  ].join('\n');
}
