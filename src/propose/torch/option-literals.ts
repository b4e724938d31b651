import type { SgNode } from '@ast-grep/napi';
import { all, parts } from '../source/tree.js';
import { argument, callArguments } from './call.js';
import { sourcesOf } from './flow.js';
import { callsOf } from './loaders.js';
import type { PyModule } from './module.js';
import type { Located, TorchProgram } from './program.js';

const literals = new Set(['integer', 'true', 'false', 'none', 'float', 'string']);

/**
 * The literal that decides a value: itself, what a constant is given, the default of an option of `argparse`, of a field
 * of a dataclass, of a parameter that no call gives, or of an entry of a table. Null where there is none, or more than one.
 */
export function literalOf(program: TorchProgram, value: Located): Located | null {
  const found = sourcesOf(program, value).flatMap((source) => (literals.has(String(source.node.kind())) ? [source] : defaultsOf(program, source)));
  return found.length === 1 ? (found[0] ?? null) : null;
}

function defaultsOf(program: TorchProgram, { module, node }: Located): Located[] {
  if (node.kind() === 'identifier') return parameterDefault(program, { module, node });
  const attribute = node.kind() === 'attribute' && node.field('object')?.text() !== 'self' ? (node.field('attribute')?.text() ?? '') : '';
  const entry = node.kind() === 'subscript' ? parts(node).at(-1) : node.kind() === 'call' && (node.field('function')?.text() ?? '').endsWith('.get') ? callArguments(node).positional[0] : undefined;
  const key = entry?.kind() === 'string' ? entry.text().slice(1, -1) : '';
  if (attribute === '' && key === '') return [];
  const near = [...new Set([module, ...program.modules])];
  return near.flatMap((one) => (attribute === '' ? entriesIn(one, key) : [...optionsIn(one, attribute), ...fieldsIn(one, attribute)]).map((found) => ({ module: one, node: found })));
}

/** `0` of `def make(size, workers=0)`, where no call may give another one in a way that is not seen. */
function parameterDefault(program: TorchProgram, { module, node }: Located): Located[] {
  const scope = module.scopeOf(node);
  const parameter = scope.kind() !== 'function_definition' ? undefined : parts(scope.field('parameters') ?? scope).find((one) => one.field('name')?.text() === node.text());
  const value = parameter?.field('value') ?? null;
  if (value === null || !literals.has(String(value.kind()))) return [];
  const isHidden = callsOf(program, { module, node: scope }).some((call) => callArguments(call.node).hasSplat);
  return isHidden ? [] : [{ module, node: value }];
}

/** `add_argument("--num-workers", default=0)`, and `"-j", "--workers"`. */
function optionsIn(module: PyModule, name: string): SgNode[] {
  return all(module.root, 'call').filter((call) => (call.field('function')?.text() ?? '').endsWith('.add_argument')).flatMap((call) => {
    const { positional, keywords } = callArguments(call);
    const flags = positional.map((flag) => flag.text().slice(1, -1));
    const long = flags.find((flag) => flag.startsWith('--')) ?? flags[0] ?? '';
    const dest = keywords.get('dest')?.text().slice(1, -1) ?? long.replace(/^-+/, '').replaceAll('-', '_');
    const value = keywords.get('default');
    return dest === name && value !== undefined && literals.has(String(value.kind())) ? [value] : [];
  });
}

/** `num_workers: int = 0` and `num_workers = 0` in the body of a class. */
function fieldsIn(module: PyModule, name: string): SgNode[] {
  return all(module.root, 'class_definition').flatMap((owner) => parts(owner.field('body') ?? owner)).flatMap((statement) => {
    const assignment = statement.kind() === 'expression_statement' ? parts(statement)[0] : undefined;
    const value = assignment?.kind() === 'assignment' && assignment.field('left')?.text() === name ? assignment.field('right') : null;
    const given = value?.kind() === 'call' && value.field('function')?.text() === 'field' ? argument(value, 'default') : value;
    return given !== null && given !== undefined && literals.has(String(given.kind())) ? [given] : [];
  });
}

/** `"num_workers": 0` of a table that is written out. */
function entriesIn(module: PyModule, key: string): SgNode[] {
  return all(module.root, 'pair').flatMap((pair) => {
    const value = pair.field('value');
    const name = pair.field('key');
    return name?.kind() === 'string' && name.text().slice(1, -1) === key && value !== null && literals.has(String(value.kind())) ? [value] : [];
  });
}
