import type { SgNode } from '@ast-grep/napi';
import { endOf, lineOf, parts, startOf } from '../../source/tree.js';
import { argument, callArguments, methodOf } from '../../torch/call.js';
import type { PyModule } from '../../torch/module.js';
import { spelled } from '../../torch/names-in-scope.js';
import { originsOf } from '../../torch/origins.js';
import type { Located, TorchProgram } from '../../torch/program.js';
import { itemSlice, type ItemSlice } from '../../torch/slices.js';
import { linesBefore, owned, replaced, statementOf } from '../../torch/statements.js';
import type { Refusal, Rewrite, TorchRecipe } from '../recipe.js';

export const indexBatches: TorchRecipe = {
  family: 'torch',
  name: 'index-batches',
  languages: ['python'],
  category: 'data-loading',
  title: 'Take a batch from the data by one index of all its places instead of stacking a slice for each item',
  evidence: { findings: ['C7', 'C1', 'C4-small-copies', 'H'], text: 'The device idles while the host slices the data and stacks the slices.' },
  condition: 'Each item is a slice of one length, from a place that `torch.randint` or `torch.randperm` has drawn, so that none is negative. Conversions of items change each number by itself. The same elements are copied, in the same order.',
  risk: 'A place too near to the end fails as an index instead of as a stack of unequal lengths. The index takes 8 bytes an element.',
  expected: 'Two calls instead of two for each item: ten to a hundred times faster for batches of tens of items.',
  references: ['https://pytorch.org/docs/stable/generated/torch.stack.html', 'https://numpy.org/doc/stable/user/basics.indexing.html#advanced-indexing'],
  apply(program) {
    const { module, scope } = program;
    const found = owned(module, scope, 'call').flatMap((call) => stackOf(program, module, call) ?? []);
    const stacks = found.flatMap((one) => ('reason' in one ? [] : [one]));
    const groups = new Map<string, Stack[]>();
    for (const stack of stacks) {
      const key = [stack.places.text(), stack.item.length, String(stack.item.isArray), statementOf(stack.call).parent()?.id() ?? ''].join('\0');
      groups.set(key, [...(groups.get(key) ?? []), stack]);
    }
    return [...[...groups.values()].flatMap((group) => rewriteOf(module, group)), ...found.flatMap((one) => ('reason' in one ? [one] : []))];
  },
};

interface Stack {
  call: SgNode;
  /** What the comprehension makes of each place. */
  element: SgNode;
  /** The tensor of places. */
  places: SgNode;
  /** Whether the places are drawn on a device that is named. */
  onDevice: boolean;
  item: ItemSlice;
}

/** `torch.stack([… for i in places])`; null for what is nothing like it. */
function stackOf(program: TorchProgram, module: PyModule, call: SgNode): Stack | Refusal | null {
  if (module.pathOf(call.field('function')) !== 'torch.stack') return null;
  const list = argument(call, 'tensors', 0);
  const dim = argument(call, 'dim', 1);
  if (list?.kind() !== 'list_comprehension' || (dim !== null && dim.text() !== '0') || callArguments(call).keywords.has('out')) return null;
  const [element, clause, ...more] = parts(list);
  const start = clause?.field('left');
  const over = clause?.field('right');
  if (element === undefined || clause?.kind() !== 'for_in_clause' || more.length > 0 || start?.kind() !== 'identifier' || over === null || over === undefined) return null;
  const item = itemSlice(module, element, start.text());
  if (item === null) return null;
  const line = lineOf(call);
  const places = methodOf(over)?.method === 'tolist' ? (methodOf(over)?.receiver ?? over) : over;
  if (places.kind() !== 'identifier' && places.kind() !== 'attribute') return { line, reason: `\`${places.text()}\` has no name that two batches could share.` };
  const origins = originsOf(program, { module, node: places });
  if (origins.length === 0 || !origins.every(isDrawn)) return { line, reason: `It cannot be seen that no place in \`${places.text()}\` is negative: a slice would mean another place than an index.` };
  return { call, element, places, onDevice: origins.some(({ node }) => callArguments(node).keywords.has('device')), item };
}

/** `torch.randint(n, (B,))`, `torch.randint(0, n, (B,))`: one row of numbers, none negative. */
function isDrawn({ module, node }: Located): boolean {
  const call = node.kind() === 'subscript' ? (node.field('value') ?? node) : node;
  const path = module.pathOf(call.field('function'));
  if (path === 'torch.randperm') return true;
  if (path !== 'torch.randint' || call !== node) return false;
  const { positional, keywords, hasSplat } = callArguments(call);
  const low = keywords.get('low') ?? (positional.length >= 3 || keywords.has('high') || (positional.length === 2 && keywords.has('size')) ? positional[0] : undefined);
  const size = keywords.get('size') ?? positional.at(-1);
  return !hasSplat && (low === undefined || /^\d+$/.test(low.text())) && size !== undefined && ['tuple', 'list'].includes(String(size.kind())) && parts(size).length === 1;
}

function rewriteOf(module: PyModule, group: readonly Stack[]): (Rewrite | Refusal)[] {
  const [first] = group;
  if (first === undefined) return [];
  const { places, item, onDevice } = first;
  const statement = statementOf(first.call);
  const line = lineOf(first.call);
  const last = group.at(-1) ?? first;
  const written = module.uses(module.scopeOf(first.call), places.text()).some((use) => use.role === 'write' && startOf(use.node) > startOf(statement) && startOf(use.node) < startOf(last.call));
  if (written) return [{ line, reason: `\`${places.text()}\` is given other places between the batches.` }];
  const name = module.names(module.scopeOf(first.call)).names.fresh('index');
  const range = spelled(module, 'torch.arange');
  const length = onDevice ? `${item.length}, device=${places.text()}.device` : item.length;
  const sum = `${places.text()}[:, None] + ${range.text}(${length})`;
  // An index has to be where the data is, or on the host.
  const index = item.isArray ? `(${sum})${onDevice ? '.cpu()' : ''}.numpy()` : onDevice ? `(${sum}).to(${item.data.text()}.device)` : sum;
  const made = `${name} = ${index}`;
  const edits = group.map((stack) => {
    const { subscript, data, offset } = stack.item;
    const text = stack.element.text();
    const at = startOf(subscript) - startOf(stack.element);
    const taken = `${data.text()}[${name}${offset === '' ? '' : ` + ${offset}`}]`;
    return replaced(module, stack.call, `${text.slice(0, at)}${taken}${text.slice(at + endOf(subscript) - startOf(subscript))}`);
  });
  return [{ title: `take batches by one index of \`${places.text()}\``, line, edits: [linesBefore(module, statement, [made]), ...edits, ...range.edits] }];
}
