import type { SgNode } from '@ast-grep/napi';
import { all, lineOf, parts, same, startOf } from '../../source/tree.js';
import { argument, callArguments, methodOf } from '../../torch/call.js';
import { dataKind } from '../../torch/data-kind.js';
import { isNamed } from '../../torch/finding-lines.js';
import type { PyModule } from '../../torch/module.js';
import { spelled } from '../../torch/names-in-scope.js';
import type { TorchProgram } from '../../torch/program.js';
import { owned, replaced } from '../../torch/statements.js';
import { isRewrite, type Refusal, type Rewrite, type TorchRecipe } from '../recipe.js';

const typed = /^torch\.(?:FloatTensor|LongTensor|DoubleTensor|IntTensor|BoolTensor|ByteTensor)$/;
const makers = /^torch\.(?:tensor|as_tensor)$/;

export const stackedArrays: TorchRecipe = {
  family: 'torch',
  name: 'stacked-arrays',
  languages: ['python'],
  category: 'data-loading',
  title: 'Stack arrays with NumPy before a tensor is made of them, instead of making it of a list of arrays',
  evidence: { findings: ['C7', 'C1', 'C4', 'H'], text: 'The host goes over each number of each array to make a tensor of a list of arrays.' },
  condition: 'The elements of the list are arrays of NumPy: they come from it as far as the text shows, or have the name of what the file gives or takes as one. Where only the name says so, the type of the tensor is given.',
  risk: 'An array of all numbers is made on the way. Single numbers of a device in the list would be no case of this.',
  expected: 'Ten to a hundred times faster for arrays of some hundred numbers.',
  references: ['https://pytorch.org/docs/stable/generated/torch.tensor.html', 'https://numpy.org/doc/stable/reference/generated/numpy.stack.html'],
  apply(program) {
    const { module, scope } = program;
    const answers = owned(module, scope, 'call').filter((call) => isNamed(program, call, 6)).flatMap((call) => answerOf(program, call) ?? []);
    const rewrites = answers.filter(isRewrite);
    const [first] = rewrites;
    const imports = first?.edits.filter((edit) => edit.text.startsWith('import ')) ?? [];
    // Batches are made of several lists in a row.
    const together = first === undefined ? [] : [{ ...first, title: rewrites.map(({ title }) => title).join(', '), edits: [...imports, ...rewrites.flatMap(({ edits }) => edits.filter((edit) => !edit.text.startsWith('import ')))] }];
    return [...together, ...answers.filter((one) => !isRewrite(one))];
  },
};

/** Null for what makes no tensor of a list of parts. */
function answerOf(program: TorchProgram, call: SgNode): Rewrite | Refusal | null {
  const { module } = program;
  const path = module.pathOf(call.field('function')) ?? '';
  const given = typed.test(path) ? callArguments(call).positional[0] : makers.test(path) ? argument(call, 'data', 0) : null;
  if (given === null || given === undefined || callArguments(call).hasSplat) return null;
  const element = elementOf(module, given);
  if (element === null) return null;
  const line = lineOf(call);
  const isTyped = typed.test(path) || callArguments(call).keywords.has('dtype');
  const isArray = dataKind(program, { module, node: element.value }) === 'array';
  if (!isArray && !(isTyped && isNamedArray(program, element.name))) return element.isPart ? { line, reason: `It cannot be seen that \`${element.name}\` is an array.` } : null;
  const stack = spelled(module, 'numpy.stack');
  return { title: `stack the arrays of \`${element.name}\` first`, line, edits: [replaced(module, given, `${stack.text}(${given.text()})`), ...stack.edits] };
}

interface Element {
  value: SgNode;
  /** The last part of what it is called. */
  name: string;
  /** Whether it is a part of an item: `t.state`, `item["x"]`, `row[0]`. */
  isPart: boolean;
}

/** An element of `[t.state for t in batch]`, or of `states` of `states, actions = zip(*batch)`. */
function elementOf(module: PyModule, given: SgNode): Element | null {
  if (given.kind() === 'list_comprehension') {
    const [value, clause, ...more] = parts(given);
    if (value === undefined || clause?.kind() !== 'for_in_clause' || more.length > 0) return null;
    if (value.kind() === 'attribute') return { value, name: value.field('attribute')?.text() ?? '', isPart: true };
    if (value.kind() === 'identifier') return { value, name: value.text(), isPart: false };
    const key = value.kind() === 'subscript' ? parts(value).at(-1) : undefined;
    return key?.kind() === 'string' ? { value, name: key.text().slice(1, -1), isPart: true } : value.kind() === 'call' && makesArray(module, value) ? { value, name: value.text(), isPart: true } : null;
  }
  if (given.kind() !== 'identifier') return null;
  const zipped = all(module.scopeOf(given), 'assignment').findLast((one) => startOf(one) < startOf(given) && isZip(one.field('right')) && parts(one.field('left') ?? one).some((name) => name.text() === given.text()));
  const isOnly = module.uses(module.scopeOf(given), given.text()).filter(({ role }) => role === 'write').length === 1;
  return zipped !== undefined && isOnly ? { value: given, name: given.text(), isPart: true } : null;
}

/** `zip(*batch)`, and `map(list, zip(*batch))`. */
function isZip(node: SgNode | null): boolean {
  return node?.kind() === 'call' && /^(?:zip\(\*|map\((?:list|tuple), *zip\(\*)/.test(node.text());
}

function makesArray(module: PyModule, call: SgNode): boolean {
  return /^numpy\.(?!random\.default_rng)/.test(module.pathOf(call.field('function')) ?? '') || (methodOf(call)?.method === 'astype' && module.pathOf(call.field('function')) === null);
}

/** `next_states` and `state` are one kind of thing. */
const stem = (name: string): string => name.toLowerCase().replace(/^(?:next|prev|last|new|s)_|_(?:list|batch|t|tp1|next|new)$|^batch_/g, '').replace(/s$/, '');

/** Whether something of the name is an array wherever the files around say what it is. */
function isNamedArray(program: TorchProgram, name: string): boolean {
  const wanted = stem(name);
  const kinds = program.modules.flatMap((module) =>
    all(module.root, 'identifier').filter((id) => stem(id.text()) === wanted).flatMap((id) => kindOfUse(module, id) ?? []),
  );
  return kinds.includes('array') && !kinds.includes('other');
}

/** What a use of a name says of it: `state: np.ndarray`, `torch.from_numpy(state)`, `state = np.zeros(4)`. */
function kindOfUse(module: PyModule, id: SgNode): 'array' | 'other' | null {
  const parent = id.parent();
  const type = parent?.field('type')?.text();
  if (type !== undefined && same(parent?.field('name') ?? parent?.namedChildren()[0] ?? parent?.field('left') ?? null, id)) return /\b(?:ndarray|NDArray)\b/.test(type) ? 'array' : /\bTensor\b/.test(type) ? 'other' : null;
  if (parent?.kind() === 'argument_list' && module.pathOf(parent.parent()?.field('function') ?? null) === 'torch.from_numpy') return 'array';
  if (parent?.kind() !== 'assignment' || !same(parent.field('left'), id)) return null;
  const value = parent.field('right');
  if (value === null) return null;
  if (value.kind() === 'call' && makesArray(module, value)) return 'array';
  const path = value.kind() === 'call' ? (module.pathOf(value.field('function')) ?? '') : '';
  // The same name for the batch as a tensor says nothing of its items.
  if (/^torch\.(?:tensor|as_tensor|FloatTensor|LongTensor)$/.test(path)) return null;
  return path.startsWith('torch.') ? 'other' : null;
}
