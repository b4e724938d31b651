import type { Knob, KnobPlace } from '../../core/knobs/knob.js';
import { toSpanEdits } from '../span-edits.js';
import { environmentPlace, inLauncher, isFixed, setTo } from './environment.js';
import type { KnobContext } from './finder.js';
import { lineAt } from './flag-words.js';
import { runsPython } from './python.js';
import { sourcesOf, valuesIn } from './source-numbers.js';

const numeric = /^[ \t]*(?:import|from) (?:numpy|scipy|sklearn|torch|pandas|numba|jax|xgboost|lightgbm)\b/m;
const pragma = /#[ \t]*pragma[ \t]+omp\b/;
const reduction = /#[ \t]*pragma[ \t]+omp\b[^\n]*\breduction\b/;
const variables = ['OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'MKL_NUM_THREADS'];

/** How many threads OpenMP, BLAS and PyTorch compute with. */
export function threadKnobs(context: KnobContext): Knob[] {
  return [...inEnvironment(context), ...inSource(context)];
}

function inEnvironment(context: KnobContext): Knob[] {
  const { commands, machine } = context;
  const compiled = sourcesOf(context, /\.(?:c|cc|cpp|cxx|h|hpp)$/).find(({ text }) => pragma.test(text));
  const script = runsPython(context) ? sourcesOf(context, /\.py$/).find(({ code }) => numeric.test(code)) : undefined;
  const shown = compiled ?? script;
  const launcher = inLauncher(context, 'OMP_NUM_THREADS');
  if (shown === undefined || machine.cpus < 2 || (launcher === null && isFixed('OMP_NUM_THREADS', commands))) return [];
  const current = launcher?.value ?? setTo('OMP_NUM_THREADS', commands);
  const place = (count: number): KnobPlace => launcher !== null ? { kind: 'patch', edits: toSpanEdits(launcher.file, launcher.text, [{ ...launcher, text: String(count) }]) } : environmentPlace(context, Object.fromEntries((script === undefined ? variables.slice(0, 1) : variables).map((name) => [name, String(count)])));
  return [{
    id: 'threads',
    kind: 'runtime',
    title: 'Threads of OpenMP and BLAS',
    rationale: 'Small loops and matrices cost less with one thread than the start of many; more threads than cores only take turns (OpenMP 5.2, OMP_NUM_THREADS).',
    current: current ?? 'default',
    file: launcher?.file ?? shown.file,
    line: launcher === null ? 1 : lineAt(launcher.text, launcher.start),
    language: compiled === undefined ? 'python' : 'cpp',
    settings: counts(machine.cpus, current).map((count) => ({
      value: `${count}`,
      place: place(count),
      // Each thread sums up its part.
      ...(compiled !== undefined && reduction.test(compiled.text) ? ({ changesResults: 'rounding' } as const) : script === undefined ? {} : { caution: 'Sums may be split in another way, so that their last bits can differ.' }),
    })),
  }];
}

/** One, half of the cores and all, as far as they differ from what there is. */
function counts(cpus: number, current: string | undefined): number[] {
  return [...new Set([1, Math.ceil(cpus / 2), cpus])].filter((count) => String(count) !== current);
}

function inSource(context: KnobContext): Knob[] {
  return valuesIn(context, /\.py$/, /\btorch\.set_num_threads\(\s*(\d+)\s*\)/).map(({ file, text, start, end, value, suffix }) => ({
    id: `torch-threads@${suffix}`,
    kind: 'runtime',
    title: 'Threads of PyTorch',
    rationale: 'Operations on small tensors cost less with one thread than the start of many (PyTorch manual, torch.set_num_threads).',
    current: value,
    file,
    line: lineAt(text, start),
    language: 'python',
    settings: counts(context.machine.cpus, value).map((count) => ({ value: `${count}`, place: { kind: 'patch', edits: toSpanEdits(file, text, [{ start, end, text: `${count}` }]) }, caution: 'Sums may be split in another way, so that their last bits can differ.' })),
  }));
}
