import type { Knob, KnobSetting } from '../../core/knobs/knob.js';
import { toSpanEdits } from '../span-edits.js';
import { environmentPlace, setTo } from './environment.js';
import type { KnobContext } from './finder.js';
import { lineAt } from './flag-words.js';
import { runsPython } from './python.js';
import { sourcesOf, valuesIn } from './source-numbers.js';

/** Settings of PyTorch: modes of torch.compile, workers of loaders, and variables that its allocator and CUDA read. */
export function torchKnobs(context: KnobContext): Knob[] {
  const importing = sourcesOf(context, /\.py$/).find(({ code }) => /^[ \t]*(?:import|from) torch\b/m.test(code));
  if (importing === undefined || !runsPython(context)) return [];
  const device = sourcesOf(context, /\.py$/).find(({ code }) => /["']cuda["':]|\.cuda\(/.test(code));
  return [...compileModes(context), ...loaderWorkers(context), ...(device === undefined ? [] : deviceVariables(context, device.file))];
}

const modes = ['reduce-overhead', 'max-autotune', 'max-autotune-no-cudagraphs', 'default'];

function compileModes(context: KnobContext): Knob[] {
  return valuesIn(context, /\.py$/, /\btorch\.compile\b[^\n]*?\bmode\s*=\s*["']([\w-]+)["']/).map(({ file, text, start, end, value, suffix }) => ({
    id: `compile-mode@${suffix}`,
    kind: 'runtime',
    title: 'Mode of torch.compile',
    rationale: 'reduce-overhead records CUDA graphs, max-autotune tries several kernels for each operation; both take longer to start (PyTorch manual, torch.compile).',
    current: value,
    file,
    line: lineAt(text, start),
    language: 'python',
    settings: modes.filter((mode) => mode !== value).map((mode) => ({ value: mode, place: { kind: 'patch', edits: toSpanEdits(file, text, [{ start, end, text: mode }]) }, changesResults: 'rounding' })),
  }));
}

/** What draws random numbers in a worker draws others with another number of workers. */
const random = /\brandom\b|\brand(?:n|int|perm)?\(|\bRandom\w+\(|\baugment/;

function loaderWorkers(context: KnobContext): Knob[] {
  const { cpus } = context.machine;
  return valuesIn(context, /\.py$/, /\bDataLoader\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*?\bnum_workers\s*=\s*(\d+)/).map(({ file, text, start, end, value, suffix }) => {
    const draws = random.test(text) ? ({ changesResults: 'randomness' } as const) : {};
    const counts = [...new Set([2, 4, 8, cpus])].filter((count) => count <= cpus && String(count) !== value).toSorted((a, b) => a - b);
    const beside = [...counts, ...(value === '0' || hasWorkerOptions(text) ? [] : [0])];
    return {
      id: `loader-workers@${suffix}`,
      kind: 'runtime',
      title: 'Workers of a DataLoader',
      rationale: 'Workers prepare batches while the model computes; each is a process, and too many of them compete for cores (PyTorch manual, torch.utils.data).',
      current: value,
      file,
      line: lineAt(text, start),
      language: 'python',
      settings: beside.map((count): KnobSetting => ({ value: `${count}`, place: { kind: 'patch', edits: toSpanEdits(file, text, [{ start, end, text: `${count}` }]) }, ...draws })),
    };
  });
}

/** They are errors without workers. */
function hasWorkerOptions(text: string): boolean {
  return /\b(?:prefetch_factor|persistent_workers)\s*=/.test(text);
}

const ofDevice = [
  { id: 'cuda-allocator', name: 'PYTORCH_CUDA_ALLOC_CONF', value: 'expandable_segments:True', title: 'Segments of the CUDA allocator that grow', rationale: 'Less memory is lost to fragments where sizes change from step to step (PyTorch manual, CUDA semantics).' },
  { id: 'cuda-connections', name: 'CUDA_DEVICE_MAX_CONNECTIONS', value: '32', title: 'Hardware queues of the GPU', rationale: 'More queues let more streams work at the same time (CUDA C++ programming guide, environment variables).' },
  { id: 'cuda-tf32', name: 'TORCH_ALLOW_TF32_CUBLAS_OVERRIDE', value: '1', title: 'TF32 in matrix products', rationale: 'Products of float32 matrices run on tensor cores, with 10 bits of mantissa in place of 23 (PyTorch manual, CUDA semantics).', changesResults: 'precision' },
] as const;

function deviceVariables(context: KnobContext, file: string): Knob[] {
  return ofDevice.filter(({ name }) => setTo(name, context.commands) === undefined).map(({ id, name, value, title, rationale, ...rest }) => ({
    id, kind: 'runtime', title, rationale, current: 'default', file, line: 1, language: 'python', settings: [{ value: `${name}=${value}`, place: environmentPlace(context, { [name]: value }), ...rest }],
  }));
}
