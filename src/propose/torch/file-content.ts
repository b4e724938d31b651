import type { SgNode } from '@ast-grep/napi';
import { all, parts } from '../source/tree.js';
import { methodOf } from './call.js';
import { isWriter } from './file-writers.js';
import type { Content } from './handed-on.js';
import { changedState, sharedRandom, withCalled } from './item-code.js';
import type { PyModule } from './module.js';
import type { Located, TorchProgram } from './program.js';

/** Functions that read a whole file, by its path. */
export const readers = /^(?:numpy\.(?:load|loadtxt|genfromtxt|fromfile)|torch\.load|pandas\.read_(?:csv|table|json|parquet|pickle|feather|excel|fwf)|scipy\.io\.loadmat|joblib\.load|json\.load|pickle\.load|yaml\.(?:safe_)?load|safetensors\.torch\.load_file)$/;
/** Functions that open a file whose parts are read later. */
export const openers = /^(?:h5py\.File|zipfile\.ZipFile|tarfile\.open|lmdb\.open|sqlite3\.connect|PIL\.Image\.open|numpy\.memmap)$/;
/** Methods that give texts: what `open` reads, and its parts. */
const texts = new Set(['read', 'readlines', 'splitlines', 'split', 'strip', 'rstrip', 'lstrip', 'lower', 'upper', 'decode', 'replace']);

/** A call of `open`, also as a method of a path. */
export const isOpening = (node: SgNode): boolean => node.kind() === 'call' && /(?:^|\.)open$/.test(node.field('function')?.text() ?? '');

/** Functions that give what is read on from when it is asked for. */
const lazy = /^(?:map|filter|zip|iter|reversed|enumerate)$|(?:^|\.)(?:reader|DictReader)$/;

/** A function of the repository that reads a file, and does nothing else: `load_rows(path)`. */
export function isReadingFunction(program: TorchProgram, module: PyModule, call: SgNode): boolean {
  const definition = program.definitionOf(module, call.field('function'));
  if (definition?.node.kind() !== 'function_definition' || all(definition.node, 'yield').length > 0) return false;
  const code = withCalled(program, [definition]);
  if (sharedRandom(code) !== null || changedState(code) !== null || code.some(({ node }) => all(node, 'call').some(isWriter))) return false;
  const returned = all(definition.node, 'return_statement').flatMap((one) => parts(one));
  if (returned.length === 0 || givesOpenFile(definition, returned)) return false;
  return all(definition.node, 'call').some((one) => one.field('function')?.text() === 'open' || readers.test(definition.module.pathOf(one.field('function')) ?? ''));
}

/** Whether a function returns an open file, or what reads on from one: the next answer would be another one. */
function givesOpenFile({ module, node }: Located, returned: readonly SgNode[]): boolean {
  const names = new Set(returned.map((one) => one.text()));
  const values = all(node, 'assignment').flatMap((one) => (names.has(one.field('left')?.text() ?? '') ? (one.field('right') ?? []) : []));
  return [...returned, ...values].some((one) => {
    const callee = one.kind() === 'call' ? one.field('function') : null;
    return one.kind() === 'generator_expression' || isOpening(one) || (callee !== null && (lazy.test(callee.text()) || openers.test(module.pathOf(callee) ?? '')));
  });
}

/** Whether all of a file is read, to the end, by calls that give the same again: `json.load(f)`, `[line.strip() for line in f]`. */
export function isContent(module: PyModule, value: SgNode): boolean {
  if (all(value, 'identifier').some((id) => id.text() === 'self') || !['call', 'list_comprehension', 'dictionary_comprehension', 'set_comprehension'].includes(String(value.kind()))) return false;
  const isLast = (call: SgNode): boolean => {
    const path = module.pathOf(call.field('function'));
    if (path !== null) return readers.test(path) && path !== 'numpy.load';
    return /^(?:list|dict|set|tuple|sorted|len)$/.test(call.field('function')?.text() ?? '') || texts.has(methodOf(call)?.method ?? '');
  };
  const isKnown = (call: SgNode): boolean => isLast(call) || /^csv\.(?:reader|DictReader)$/.test(module.pathOf(call.field('function')) ?? '') || /^(?:int|float|str|enumerate|zip|map|filter)$/.test(call.field('function')?.text() ?? '');
  return all(value, 'call').every(isKnown) && (value.kind() !== 'call' || isLast(value));
}

/** What is read by `f.read()`, and by `f.readlines()` and `[line.strip() for line in f]`. */
export function contentOf(value: SgNode): Content {
  const method = (node: SgNode | undefined): string => methodOf(node ?? null)?.method ?? '';
  if (['readlines', 'splitlines', 'split'].includes(method(value))) return 'texts';
  if (texts.has(method(value)) || value.field('function')?.text() === 'len') return 'text';
  return value.kind() === 'list_comprehension' && ['strip', 'rstrip', 'lstrip', 'lower', 'upper'].includes(method(parts(value)[0])) ? 'texts' : 'any';
}
