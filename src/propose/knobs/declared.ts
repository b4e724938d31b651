import { RE2JS } from 're2js';
import { languageOf } from '../../core/language.js';
import type { DeclaredKnob } from '../../core/config/knobs-schema.js';
import { PerfloopError } from '../../core/errors.js';
import { valuesOf } from '../../core/knobs/declared-values.js';
import type { Knob, KnobSetting } from '../../core/knobs/knob.js';
import { toSpanEdits } from '../span-edits.js';
import { environmentPlace, isFixed, setTo } from './environment.js';
import type { KnobContext } from './finder.js';
import { lineAt } from './flag-words.js';

/** What the [[knobs]] of a config declare. Throws PL_KNOB_FILE, PL_KNOB_MATCH and PL_KNOB_ENV where one is not as declared. */
export function declaredKnobs(context: KnobContext, declared: readonly DeclaredKnob[]): Knob[] {
  return declared.map((knob): Knob => (knob.env === undefined ? inFile(context, knob, knob.file ?? '', knob.pattern ?? '') : inEnvironment(context, knob, knob.env)));
}

function inFile({ tree }: KnobContext, knob: DeclaredKnob, named: string, pattern: string): Knob {
  const where = `[[knobs]] ${knob.name}`;
  const file = named.replace(/^(?:\.\/)+/, '');
  const text = tree.has(file) ? tree.text(file) : null;
  if (text === null) throw new PerfloopError('PL_KNOB_FILE', `the knob ${knob.name} stands in ${named}, which is no text file of the repository`, { where, fix: 'Name a file that git tracks, relative to the root of the repository.' });
  const [match, second] = matchesOf(pattern, text);
  if (match === undefined) throw new PerfloopError('PL_KNOB_MATCH', `the pattern of the knob ${knob.name} matches nothing in ${file}`, { where, fix: `Make ${pattern} match the one line that holds the value; \`^\` and \`$\` match at lines.` });
  if (second !== undefined) throw new PerfloopError('PL_KNOB_MATCH', `the pattern of the knob ${knob.name} matches more than once in ${file}, in lines ${lineAt(text, match.start)} and ${lineAt(text, second.start)}`, { where, fix: 'Put more of what stands around the value into the pattern.' });
  const current = text.slice(match.start, match.end);
  return {
    ...common(knob), current, file, line: lineAt(text, match.start), language: languageOf(file),
    settings: others(knob, current).map((value): KnobSetting => ({ value, place: { kind: 'patch', edits: toSpanEdits(file, text, [{ ...match, text: value }]) }, ...changes(knob) })),
  };
}

function inEnvironment(context: KnobContext, knob: DeclaredKnob, name: string): Knob {
  const { commands } = context;
  if (isFixed(name, commands)) throw new PerfloopError('PL_KNOB_ENV', `the benchmark command sets ${name} itself, so that the knob ${knob.name} does nothing`, { where: `[[knobs]] ${knob.name}`, fix: `Take ${name}=… out of the command and put it into its \`env\`.` });
  const current = setTo(name, commands);
  return {
    ...common(knob), current: current ?? 'default', file: 'perfloop.toml', line: 1, language: 'other',
    settings: others(knob, current ?? '').map((value): KnobSetting => ({ value, place: environmentPlace(context, { [name]: value }), ...changes(knob) })),
  };
}

function common({ name, env }: DeclaredKnob): Pick<Knob, 'id' | 'kind' | 'title' | 'rationale'> {
  return { id: `declared-${name}`, kind: 'declared', title: name, rationale: `Declared in the config as something to turn${env === undefined ? '' : `, by ${env}`}.` };
}

function others(knob: DeclaredKnob, current: string): string[] {
  return valuesOf(knob).filter((value) => value !== current && !(Number(value) === Number(current) && current.trim() !== ''));
}

function changes({ changes_results: changesResults }: DeclaredKnob): Pick<KnobSetting, 'changesResults'> {
  return changesResults === undefined ? {} : { changesResults };
}

function matchesOf(pattern: string, text: string): { start: number; end: number }[] {
  const matcher = RE2JS.compile(pattern, RE2JS.MULTILINE).matcher(text);
  const found: { start: number; end: number }[] = [];
  // A group that takes no part in the match has no place.
  while (found.length < 2 && matcher.find()) if (matcher.start(1) >= 0) found.push({ start: matcher.start(1), end: matcher.end(1) });
  return found;
}
