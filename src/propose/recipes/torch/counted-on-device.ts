import type { SgNode } from '@ast-grep/napi';
import { all, endOf, lineOf, parts, same, startOf, within } from '../../source/tree.js';
import { methodOf } from '../../torch/call.js';
import type { PyModule } from '../../torch/module.js';
import { isNumber } from '../../torch/plain-numbers.js';
import { isPointedAt, namesWait } from '../../torch/pointed.js';
import { indentOf, owned, replaced, statementOf, withoutStatement } from '../../torch/statements.js';
import type { Refusal, Rewrite, TextEdit, TorchRecipe } from '../recipe.js';

/** What makes a few numbers of many. */
const reductions = /\b(?:bincount|histc|histogram|sum|mean|count_nonzero|trace)\(/;

export const countedOnDevice: TorchRecipe = {
  family: 'torch',
  name: 'counted-on-device',
  languages: ['python'],
  category: 'transfers',
  title: 'Count or add up where the predictions are, and copy the few numbers that come of it instead of every one of them',
  evidence: { findings: ['C4', 'C3', 'C1'], text: 'Whole batches of predictions and labels are copied to the host, where only counts are made of them.' },
  condition: 'All tensors that are counted are copied to the host in the function, so that they are on one device before; they are used there for nothing but counts, which are added to something.',
  risk: 'A count of floating-point weights is added up in another order on a device, and `bincount` of weights is not the same from run to run there.',
  expected: 'Most of the bytes of these copies.',
  references: ['https://pytorch.org/tutorials/recipes/recipes/tuning_guide.html#avoid-unnecessary-cpu-gpu-synchronization', 'https://pytorch.org/docs/stable/generated/torch.bincount.html'],
  apply(program) {
    const { module, scope } = program;
    const copies = owned(module, scope, 'assignment').flatMap((node) => copyOf(node) ?? []);
    if (scope.kind() !== 'function_definition' || copies.length === 0) return [];
    const isPointed = copies.some(({ assignment }) => isPointedAt(program, statementOf(assignment)));
    if (!isPointed && /^C[34]/.test(program.finding.category) && namesWait(program)) return [];
    const answer = answerOf(module, scope, copies);
    return answer === null ? [] : [answer];
  },
};

/** `name = tensor.cpu()` */
interface HostCopy {
  assignment: SgNode;
  name: string;
  tensor: SgNode;
}

function copyOf(assignment: SgNode): HostCopy | null {
  const left = assignment.field('left');
  const right = assignment.field('right');
  const method = methodOf(right);
  const isCopy = method !== null && (method.method === 'cpu' || (method.method === 'to' && /^\(['"]cpu['"]\)$/.test(right?.field('arguments')?.text() ?? '')));
  if (left?.kind() !== 'identifier' || method === null || !isCopy) return null;
  const inner = methodOf(method.receiver)?.method === 'detach' ? methodOf(method.receiver)?.receiver : undefined;
  return { assignment, name: left.text(), tensor: inner ?? method.receiver };
}

function answerOf(module: PyModule, scope: SgNode, copies: readonly HostCopy[]): Rewrite | Refusal | null {
  const [first] = copies;
  if (first === undefined) return null;
  const line = lineOf(first.assignment);
  const flow = flowOf(module, scope, copies);
  if ('at' in flow) return { line, reason: `Line ${lineOf(flow.at)} does something else with what is copied.` };
  if (flow.sums.length === 0) return null;
  const edits: TextEdit[] = copies.map(({ assignment, name, tensor }) => (tensor.text() === name ? withoutStatement(module, statementOf(assignment)) : replaced(module, assignment.field('right') ?? assignment, tensor.text())));
  if (copies.some(({ assignment }) => indentOf(module, statementOf(assignment)) === null)) return null;
  for (const sum of flow.sums.filter((node) => !/\.(?:item|tolist)\(\)$/.test(node.text()))) {
    const isPlain = ['call', 'identifier', 'attribute', 'subscript', 'parenthesized_expression'].includes(String(sum.kind()));
    edits.push(...(isPlain ? [] : [{ file: module.file, start: startOf(sum), end: startOf(sum), text: '(' }]), { file: module.file, start: endOf(sum), end: endOf(sum), text: isPlain ? '.cpu()' : ').cpu()' });
  }
  return { title: `count on the device what is made of ${copies.map(({ name }) => `\`${name}\``).join(', ')}`, line, edits };
}

/** Follows the copies to the counts that are added to something: these, or the place where something else is done with them. */
function flowOf(module: PyModule, scope: SgNode, copies: readonly HostCopy[]): { sums: SgNode[] } | { at: SgNode } {
  const names = new Set(copies.map(({ name }) => name));
  const sums: SgNode[] = [];
  const begin = Math.min(...copies.map(({ assignment }) => startOf(assignment)));
  for (const statement of owned(module, scope, 'expression_statement', 'return_statement', 'if_statement', 'for_statement', 'while_statement', 'assert_statement')) {
    if (startOf(statement) < begin || copies.some(({ assignment }) => within(assignment, statement) && statement.kind() === 'expression_statement')) continue;
    const head = statement.kind() === 'for_statement' ? statement.field('right') : ['if_statement', 'while_statement'].includes(String(statement.kind())) ? statement.field('condition') : statement;
    const used = head === null ? [] : all(head, 'identifier').filter((id) => names.has(id.text()) && !isSize(id));
    if (used.length === 0) continue;
    const inner = parts(statement)[0];
    const left = inner?.field('left') ?? null;
    const right = inner?.field('right') ?? null;
    if (statement.kind() !== 'expression_statement' || right === null || left === null || !isCounted(module, right, names)) return { at: statement };
    if (inner?.kind() === 'augmented_assignment' && !names.has(left.text()) && reductions.test(right.text())) sums.push(right);
    else if (inner?.kind() === 'assignment' && left.kind() === 'identifier') names.add(left.text());
    else return { at: statement };
  }
  return { sums };
}

/** Whether the expression computes with nothing but these tensors and numbers, by PyTorch alone. */
function isCounted(module: PyModule, expression: SgNode, names: ReadonlySet<string>): boolean {
  const calls = all(expression, 'call').every((call) => {
    const path = module.pathOf(call.field('function'));
    const method = methodOf(call)?.method ?? '';
    return path === null ? method !== '' && !['numpy', 'to', 'cuda', 'cpu', 'apply', 'map'].includes(method) : path.startsWith('torch.') && !path.startsWith('torch.tensor');
  });
  const others = all(expression, 'identifier', 'attribute').filter((node) => node.kind() === 'attribute' || (node.parent()?.kind() !== 'attribute' && node.parent()?.kind() !== 'keyword_argument') || same(node.parent()?.field('object') ?? node.parent()?.field('value') ?? null, node));
  return calls && others.every((node) => isKnown(module, node, names));
}

function isKnown(module: PyModule, node: SgNode, names: ReadonlySet<string>): boolean {
  if (node.kind() === 'attribute') {
    const isMethod = node.parent()?.kind() === 'call' && same(node.parent()?.field('function') ?? null, node);
    return isMethod || module.pathOf(node) !== null || isNumber(module, node) || ['shape', 'T'].includes(node.field('attribute')?.text() ?? '');
  }
  if (names.has(node.text()) || module.pathOf(node) !== null || node.text() === 'self') return true;
  return isNumber(module, node);
}

/** `labels.size(0)`, `labels.shape`, `len(labels)`: the same on every device. */
function isSize(id: SgNode): boolean {
  const parent = id.parent();
  if (parent?.kind() === 'attribute') return ['shape', 'size', 'numel'].includes(parent.field('attribute')?.text() ?? '');
  return parent?.kind() === 'argument_list' && parent.parent()?.field('function')?.text() === 'len';
}
