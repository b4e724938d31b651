import { PerfloopError } from '../../errors.js';
import { didYouMean } from '../../did-you-mean.js';

/** What a selector can be told of a step. */
export interface Selectable {
  /** From 1, in file order, members of groups included. */
  index: number;
  name: string;
  type: string;
}

/** One word of `--skip` or `--only`. A bare `word` is a name, and where no step has that name a type. */
export interface Selector {
  kind: 'name' | 'type' | 'index' | 'word';
  value: string;
  /** As it was written. */
  text: string;
}

const kinds: Readonly<Record<string, Selector['kind']>> = { name: 'name', type: 'type', idx: 'index' };
const forms = 'name:x, type:x, idx:3, #3, or a bare name or type; several with commas';

/** The selectors of a flag that was given any number of times. Throws `PL_SELECTOR`. */
export function parseSelectors(values: readonly string[], flag: string): Selector[] {
  return values.flatMap((value) => value.split(',').map((text) => parseSelector(text.trim(), flag)));
}

function parseSelector(text: string, flag: string): Selector {
  const [, word, value = ''] = /^([^:=]*)[:=](.*)$/.exec(text) ?? [];
  const selector: Selector = text.startsWith('#') ? { kind: 'index', value: text.slice(1), text } : word === undefined ? { kind: 'word', value: text, text } : { kind: kinds[word.trim()] ?? 'word', value: value.trim(), text };
  if (word !== undefined && !Object.hasOwn(kinds, word.trim())) throw wrong(flag, `${JSON.stringify(text)} begins with ${JSON.stringify(word)}, which is none of name, type and idx${didYouMean(word, Object.keys(kinds))}`);
  if (selector.value === '') throw wrong(flag, text === '' ? 'a selector is empty' : `${JSON.stringify(text)} names nothing`);
  if (selector.kind === 'index' && !/^[1-9]\d{0,8}$/.test(selector.value)) throw wrong(flag, `${JSON.stringify(text)} is no number of a step: they count from 1`);
  return selector;
}

function wrong(flag: string, text: string): PerfloopError {
  return new PerfloopError('PL_SELECTOR', text, { where: flag, fix: `Write ${forms}. \`perfloop steps\` lists the steps.` });
}

/** The steps that a selector means. Throws `PL_NO_SUCH_STEP` with every name, and the nearest, where there is none. O(steps). */
export function selected<Step extends Selectable>({ kind, value, text }: Selector, steps: readonly Step[], flag: string): Step[] {
  const named = kind === 'name' || kind === 'word' ? steps.filter(({ name }) => name === value) : [];
  const found = kind === 'index' ? steps.filter(({ index }) => String(index) === value) : kind === 'type' || (kind === 'word' && named.length === 0) ? steps.filter(({ type }) => type === value) : named;
  if (found.length > 0) return found;
  const names = steps.map(({ name }) => name);
  const near = kind === 'index' ? `; there are ${steps.length} steps` : didYouMean(value, [...new Set([...(kind === 'type' ? [] : names), ...(kind === 'name' ? [] : steps.map(({ type }) => type))])]);
  throw new PerfloopError('PL_NO_SUCH_STEP', `no step is meant by ${text}${near}`, { where: flag, problems: shown(steps), fix: 'Name one of these, or a type of theirs.' });
}

const mostShown = 100;

function shown(steps: readonly Selectable[]): string[] {
  const lines = steps.slice(0, mostShown).map(({ index, name, type }) => `#${index} ${name}${name === type ? '' : ` (${type})`}`);
  return steps.length > mostShown ? [...lines, `and ${steps.length - mostShown} more; \`perfloop steps\` lists them`] : lines;
}
