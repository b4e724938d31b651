import { posix } from 'node:path';
import type { Knob } from '../../core/knobs/knob.js';
import type { TextEdit } from '../recipes/recipe.js';
import { toSpanEdits } from '../span-edits.js';
import { starting } from './commands.js';
import { environmentPlace, setTo } from './environment.js';
import type { KnobContext } from './finder.js';
import { lineAt } from './flag-words.js';
import { sourcesOf, valuesIn } from './source-numbers.js';

const python = /^(?:\S*\/)?python3?(?:\.\d+)?$/;

/** What Python can be told where the benchmark runs it: assertions, and when garbage is looked for. */
export function pythonKnobs(context: KnobContext): Knob[] {
  const commands = context.commands.filter(({ role }) => role === 'benchmark');
  const starts = commands.flatMap(({ texts, cwd }) => starting(python, texts).map((words) => ({ words, cwd })));
  if (starts.length === 0) return [];
  const entry = starts.flatMap(({ words, cwd }) => words.filter((word) => word.endsWith('.py')).map((word) => posix.join(cwd, word))).find((path) => context.tree.has(path));
  return [...assertions(context, starts.flatMap(({ words }) => words), entry), ...collector(context, entry)];
}

function assertions(context: KnobContext, words: readonly string[], entry: string | undefined): Knob[] {
  const asserting = sourcesOf(context, /\.py$/).find(({ code }) => /^[ \t]*assert\b|\bif __debug__\b/m.test(code));
  if (asserting === undefined || words.some((word) => /^-OO?$/.test(word)) || setTo('PYTHONOPTIMIZE', context.commands) !== undefined) return [];
  return [{
    id: 'python-assertions',
    kind: 'runtime',
    title: 'Python without assertions',
    rationale: 'With -O Python leaves out assert statements and what stands under __debug__ (Python manual, -O).',
    current: 'default',
    file: entry ?? asserting.file,
    line: 1,
    language: 'python',
    settings: [{ value: 'PYTHONOPTIMIZE=1', place: environmentPlace(context, { PYTHONOPTIMIZE: '1' }), caution: 'Checks that stand in assert statements are no longer made.' }],
  }];
}

const rationale = 'The collector of cycles looks at young objects each time that so many more were made than freed; with many long-lived objects a higher threshold saves most of its time, and cycles are freed later (Python manual, gc.set_threshold).';

/** Thresholds in the code, or, where there are none, a line in the program that is started. */
function collector(context: KnobContext, entry: string | undefined): Knob[] {
  const base = { kind: 'runtime', title: 'Threshold of the garbage collector', rationale, language: 'python' } as const;
  const set = valuesIn(context, /\.py$/, /\bgc\.set_threshold\(\s*([\d_]+)/);
  if (set.length > 0) {
    return set.filter(({ value }) => value !== '0').map(({ file, text, start, end, value, suffix }) => ({
      ...base, id: `python-gc-threshold@${suffix}`, current: value, file, line: lineAt(text, start),
      settings: ['10_000', '50_000', '200_000'].filter((one) => Number(one.replace('_', '')) !== Number(value.replaceAll('_', ''))).map((one) => ({ value: one, place: { kind: 'patch', edits: toSpanEdits(file, text, [{ start, end, text: one }]) } })),
    }));
  }
  const text = entry === undefined ? null : context.tree.text(entry);
  const edit = entry === undefined || text === null || /\bgc\.(?:freeze|disable)\b/.test(text) ? null : (value: string) => thresholdLine(text, value);
  if (entry === undefined || text === null || edit === null || edit('1') === null) return [];
  return [{
    ...base, id: 'python-gc-threshold', current: 'default', file: entry, line: lineAt(text, edit('1')?.start ?? 0),
    settings: ['50_000', '200_000'].flatMap((value) => {
      const made = edit(value);
      return made === null ? [] : [{ value, place: { kind: 'patch' as const, edits: toSpanEdits(entry, text, [made]) } }];
    }),
  }];
}

/** Behind the first imports of a module. Null where it has none on a line of its own. */
function thresholdLine(text: string, value: string): TextEdit | null {
  let end: number | null = null;
  let at = 0;
  for (const line of text.split('\n')) {
    if (/^(?:import [\w., ]+|from [\w.]+ import [\w., *]+)(?:#.*)?\r?$/.test(line)) end = at + line.replace(/\r$/, '').length;
    else if (end !== null && line.trim() !== '' && !line.startsWith('#')) break;
    at += line.length + 1;
  }
  if (end === null) return null;
  const known = /^import gc\b/m.test(text.slice(0, end));
  return { start: end, end, text: `${known ? '' : '\nimport gc'}\n\ngc.set_threshold(${value})` };
}

/** Whether the benchmark runs Python at all. */
export function runsPython({ commands }: KnobContext): boolean {
  return commands.some(({ role, texts }) => role === 'benchmark' && starting(python, texts).length > 0);
}
