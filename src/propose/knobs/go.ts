import type { Knob } from '../../core/knobs/knob.js';
import { toSpanEdits } from '../span-edits.js';
import { environmentPlace, inLauncher, isFixed, setTo } from './environment.js';
import type { KnobContext } from './finder.js';
import { lineAt } from './flag-words.js';
import { valuesIn } from './source-numbers.js';

const title = 'How much garbage Go lets lie';
const rationale = 'With GOGC=200 the heap may grow to three times of what is live, in place of two, before garbage is collected, so that it is collected half as often. Takes more memory (Go, A Guide to the Go Garbage Collector).';

/** The pace of the garbage collector, where the benchmark runs a program of Go. */
export function goKnobs(context: KnobContext): Knob[] {
  const { tree, commands } = context;
  const runs = commands.some(({ role }) => role === 'benchmark') && commands.some(({ texts }) => texts.some((text) => /\bgo\s+(?:build|run|test|install)\b/.test(text)));
  if (!tree.has('go.mod') || !runs) return [];
  const base = { kind: 'runtime', title, rationale, language: 'go' } as const;
  const inCode = valuesIn(context, /\.go$/, /\bdebug\.SetGCPercent\(\s*(\d+)\s*\)/);
  if (inCode.length > 0) {
    return inCode.map(({ file, text, start, end, value, suffix }) => ({
      ...base, id: `go-gc@${suffix}`, current: value, file, line: lineAt(text, start),
      settings: ['200', '400', '800'].filter((one) => Number(one) > Number(value)).map((one) => ({ value: one, place: { kind: 'patch', edits: toSpanEdits(file, text, [{ start, end, text: one }]) } })),
    }));
  }
  const launcher = inLauncher(context, 'GOGC');
  if (launcher !== null) return [{ ...base, id: 'go-gc', current: launcher.value, file: launcher.file, line: lineAt(launcher.text, launcher.start), settings: ['200', '400', '800'].filter((one) => one !== launcher.value).map((one) => ({ value: `GOGC=${one}`, place: { kind: 'patch', edits: toSpanEdits(launcher.file, launcher.text, [{ ...launcher, text: one }]) } })) }];
  if (isFixed('GOGC', commands)) return [];
  const current = setTo('GOGC', commands);
  return [{ ...base, id: 'go-gc', current: current ?? 'default', file: 'go.mod', line: 1, settings: ['200', '400', '800'].filter((one) => one !== current).map((one) => ({ value: `GOGC=${one}`, place: environmentPlace(context, { GOGC: one }) })) }];
}
