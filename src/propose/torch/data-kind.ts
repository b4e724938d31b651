import { methodOf } from './call.js';
import { sourcesOf } from './flow.js';
import type { Located, TorchProgram } from './program.js';

/** What an indexed value is, as far as the text shows: `handle` is an open file that knows slices, and little more. */
export type DataKind = 'tensor' | 'array' | 'list' | 'handle' | 'unknown';

const ofArrays = /^numpy\.(?:(?!random\.(?:default_rng|Generator|RandomState)$)[\w.]+)$/;
const handles = /^(?:h5py|zarr|tables|netCDF4|xarray|lmdb|datasets|pandas)\./;
const tensorMethods = new Set(['view', 'reshape', 'flatten', 'unsqueeze', 'squeeze', 'permute', 'transpose', 't', 'contiguous', 'long', 'int', 'clone', 'detach', 'pin_memory', 'cuda', 'float', 'round', 'clamp', 'abs', 'normal_', 'cumsum']);

/** The kind of all that a value may come from, where it is one. */
export function dataKind(program: TorchProgram, value: Located): DataKind {
  const kinds = sourcesOf(program, value).map((source) => kindOf(program, source, 0));
  const [first = 'unknown'] = kinds;
  return kinds.every((kind) => kind === first) ? first : 'unknown';
}

function kindOf(program: TorchProgram, { module, node }: Located, depth: number): DataKind {
  const again = (of: typeof node | null): DataKind => {
    if (of === null || depth > 5) return 'unknown';
    const kinds = sourcesOf(program, { module, node: of }).map((source) => kindOf(program, source, depth + 1));
    return kinds.every((kind) => kind === kinds[0]) ? (kinds[0] ?? 'unknown') : 'unknown';
  };
  if (['list', 'list_comprehension', 'string', 'tuple'].includes(String(node.kind()))) return 'list';
  if (node.kind() === 'subscript') {
    const of = again(node.field('value'));
    return of === 'list' || of === 'handle' ? 'unknown' : of;
  }
  if (node.kind() === 'binary_operator') {
    const kinds = [again(node.field('left')), again(node.field('right'))];
    return kinds.find((kind) => kind === 'tensor') ?? kinds.find((kind) => kind === 'array') ?? 'unknown';
  }
  if (node.kind() !== 'call') return 'unknown';
  const path = module.pathOf(node.field('function')) ?? '';
  if (/^torch\.(?!load$|utils\.|nn\.Module|jit\.|device$|Generator$)/.test(path)) return 'tensor';
  if (ofArrays.test(path)) return /\.npz\b/.test(node.text()) ? 'handle' : 'array';
  if (handles.test(path)) return 'handle';
  if (['list', 'sorted', 'open'].includes(node.field('function')?.text() ?? '')) return 'list';
  const method = methodOf(node);
  if (method === null || module.pathOf(node.field('function')) !== null) return 'unknown';
  if (['numpy', 'astype', 'to_numpy'].includes(method.method)) return 'array';
  if (/^(?:normal|integers|uniform|random|standard_normal|permutation|choice)$/.test(method.method) && /rng|random/i.test(method.receiver.text())) return 'array';
  if (['tolist', 'split', 'readlines', 'read'].includes(method.method)) return 'list';
  const receiver = again(method.receiver);
  return receiver === 'array' ? 'array' : receiver === 'tensor' || tensorMethods.has(method.method) ? 'tensor' : 'unknown';
}
