import { quote } from './comparison.js';
import { compareExactly, compareNumbers } from './lines.js';
import { numberText, type Tolerance } from './tolerance.js';

/** How what the benchmark prints is compared between the sides of a pair. Fixed before a trial. */
export interface PrintedRule {
  /** `lines`: what is printed the same twice by one commit must stay the same; learned from A/A pairs. */
  mode: 'lines' | 'exact' | 'numbers';
  /** With `numbers`. */
  tolerance: Tolerance;
  /** With `lines`: the forms of lines that differ between two runs of one commit, see `formOf`. They are not compared. */
  vary: string[];
}

/** What comparing the sides of a pair came to. */
export type Printed =
  /** Neither printed anything that counts. */
  | { kind: 'nothing' }
  | { kind: 'same' }
  /** `forms`: of the lines that differ. Null: there are too many, or only their order differs. */
  | { kind: 'differs'; text: string; forms: string[] | null }
  /** It differed, and with the same seed once more it did not, or the champion differs from itself. */
  | { kind: 'unrepeatable'; text: string };

const mostForms = 40;
const longestForm = 160;

/** Compares what counts of two outputs, as `whatCounts` gives it. */
export function comparePrinted(champion: string, candidate: string, rule: PrintedRule): Printed {
  const [a, b] = rule.mode === 'lines' ? [withoutForms(champion, rule.vary), withoutForms(candidate, rule.vary)] : [champion, candidate];
  if (isNothing(a) && isNothing(b) && a.trim() === b.trim()) return { kind: 'nothing' };
  const compared = rule.mode === 'numbers' ? compareNumbers(a, b, rule.tolerance) : compareExactly(a, b);
  return compared.agree ? { kind: 'same' } : { kind: 'differs', text: compared.text, forms: differentForms(a, b) };
}

/** Markers of metrics alone tell nothing of the work. */
function isNothing(text: string): boolean {
  // A marker holds no opening one: a text of those alone would otherwise be read to its end from each.
  return text.replaceAll(/‹[^‹›]*›/g, '').trim() === '';
}

/** A line with its numbers taken out: lines of one form are printed by one statement, more or less. */
export function formOf(line: string): string {
  return line.trim().replaceAll(numberText, '#').slice(0, longestForm);
}

function withoutForms(text: string, forms: readonly string[]): string {
  if (forms.length === 0) return text;
  const left = new Set(forms);
  return text.split('\n').filter((line) => !left.has(formOf(line))).join('\n');
}

/** Forms of the lines that are there more often on one side; null when too many, or when that explains nothing. */
function differentForms(a: string, b: string): string[] | null {
  const surplus = new Map<string, number>();
  for (const line of a.split('\n')) surplus.set(line, (surplus.get(line) ?? 0) + 1);
  for (const line of b.split('\n')) surplus.set(line, (surplus.get(line) ?? 0) - 1);
  const forms = new Set([...surplus].filter(([, count]) => count !== 0).map(([line]) => formOf(line)));
  if (forms.size > mostForms) return null;
  return withoutForms(a, [...forms]) === withoutForms(b, [...forms]) ? [...forms] : null;
}

/** What A/A pairs show of a benchmark's output. Part of the noise of a host and a benchmark. */
export type PrintedNoise =
  | { kind: 'nothing' }
  /** It is printed the same twice, but for lines of the forms in `vary`. */
  | { kind: 'repeats'; vary: string[] }
  | { kind: 'varies'; text: string };

/** Null: the pairs do not say, because they are of an earlier version or were not compared. */
export function learnPrinted(pairs: readonly { printed?: Printed }[]): PrintedNoise | null {
  const vary = new Set<string>();
  let something = false;
  for (const { printed } of pairs) {
    if (printed === undefined) return null;
    if (printed.kind === 'unrepeatable' || (printed.kind === 'differs' && printed.forms === null)) return { kind: 'varies', text: printed.text };
    if (printed.kind === 'differs') for (const form of printed.forms ?? []) vary.add(form);
    if (printed.kind !== 'nothing') something = true;
    if (vary.size > mostForms) return { kind: 'varies', text: `more than ${mostForms} kinds of lines differ` };
  }
  if (pairs.length === 0) return null;
  return something ? { kind: 'repeats', vary: [...vary].sort() } : { kind: 'nothing' };
}

/** Forms as people read them: `"took # ms", "load #"`. */
export function formsText(forms: readonly string[]): string {
  const shown = forms.slice(0, 3).map((form) => quote(form));
  return `${shown.join(', ')}${forms.length > 3 ? ` and ${forms.length - 3} more` : ''}`;
}
