import type { SgNode } from '@ast-grep/napi';
import { all, parts } from '../source/tree.js';
import { argument, callArguments } from './call.js';
import { sourcesOf } from './flow.js';
import type { Located, TorchProgram } from './program.js';

/** Options that a call is given by `**options`, as far as they are known. */
interface Spread {
  values: Map<string, Located>;
  /** Whether there may be others. */
  isOpen: boolean;
}

/** What a call is given for a parameter: by its name, its place, or `**options` of a dict that is written out; null where it is not given, or not for sure. */
export function givenTo(program: TorchProgram, call: Located, name: string, place?: number): Located | null {
  const direct = argument(call.node, name, place);
  return direct === null ? (spreadOf(program, call).values.get(name) ?? null) : { module: call.module, node: direct };
}

/** Whether a call may be given the parameter in a way that cannot be seen. */
export function mayBeGiven(program: TorchProgram, call: Located): boolean {
  return parts(call.node.field('arguments') ?? call.node).some((one) => one.kind() === 'list_splat') || spreadOf(program, call).isOpen;
}

/** Every option that a call is given by a name. */
export function optionsOf(program: TorchProgram, call: Located): Map<string, Located> {
  const named = [...callArguments(call.node).keywords].map(([name, node]): [string, Located] => [name, { module: call.module, node }]);
  return new Map([...spreadOf(program, call).values, ...named]);
}

function spreadOf(program: TorchProgram, { module, node }: Located): Spread {
  const values = new Map<string, Located>();
  let isOpen = false;
  for (const splat of parts(node.field('arguments') ?? node).filter((one) => one.kind() === 'dictionary_splat')) {
    const [options] = parts(splat);
    const found = options === undefined ? [] : sourcesOf(program, { module, node: options });
    if (options === undefined || found.length !== 1) isOpen = true;
    for (const source of found) {
      const entries = entriesOf(source.node);
      if (entries === null) isOpen = true;
      for (const [name, value] of entries ?? []) values.set(name, { module: source.module, node: value });
    }
    for (const [name, value] of laterEntries(module.scopeOf(node), options?.text() ?? '')) {
      if (value === null) isOpen = true;
      else values.set(name, { module, node: value });
    }
  }
  return { values, isOpen };
}

/** The pairs of `{"a": 1}` and `dict(a=1)`; null for what is neither. */
function entriesOf(node: SgNode): [string, SgNode][] | null {
  if (node.kind() === 'dictionary') {
    const pairs = parts(node);
    if (pairs.some((pair) => pair.kind() !== 'pair' || pair.field('key')?.kind() !== 'string')) return null;
    return pairs.flatMap((pair): [string, SgNode][] => { const value = pair.field('value'); return value === null ? [] : [[(pair.field('key')?.text() ?? '').slice(1, -1), value]]; });
  }
  const { keywords, positional, hasSplat } = callArguments(node);
  return node.kind() === 'call' && node.field('function')?.text() === 'dict' && positional.length === 0 && !hasSplat ? [...keywords] : null;
}

/** What the function adds to a dict after it is made: `options["a"] = 1`, `options.update(a=1)`; null for what is not written out. */
function laterEntries(scope: SgNode, name: string): [string, SgNode | null][] {
  const set = all(scope, 'assignment').flatMap((one): [string, SgNode | null][] => {
    const left = one.field('left');
    if (left?.kind() !== 'subscript' || left.field('value')?.text() !== name) return [];
    const key = parts(left).at(-1);
    return [key?.kind() === 'string' ? [key.text().slice(1, -1), one.field('right')] : ['', null]];
  });
  const updated = all(scope, 'call').filter((call) => call.field('function')?.text() === `${name}.update`).flatMap((call): [string, SgNode | null][] => {
    const { positional, keywords } = callArguments(call);
    const [given] = positional;
    const values: SgNode[] = given?.kind() === 'identifier' ? all(scope, 'assignment').filter((one) => one.field('left')?.text() === given.text()).flatMap((one) => one.field('right') ?? []) : given === undefined ? [] : [given];
    const entries = values.map(entriesOf);
    const isKnown = given === undefined || (entries.length > 0 && !entries.includes(null));
    return [...keywords, ...entries.flatMap((pairs) => pairs ?? []), ...(isKnown ? [] : [['', null] as [string, null]])];
  });
  return [...set, ...updated];
}
