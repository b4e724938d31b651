import type { SgNode } from '@ast-grep/napi';
import { all, lineOf, parts, same, startOf, within } from '../../source/tree.js';
import { argument, callArguments, methodOf } from '../../torch/call.js';
import { isChanged } from '../../torch/constants.js';
import { loopConstants } from '../../torch/loop-constants.js';
import type { PyModule } from '../../torch/module.js';
import { indentOf, linesBefore, loopsAround, owned, statementOf, withoutStatement } from '../../torch/statements.js';
import { isRewrite, type Refusal, type Rewrite, type TorchRecipe } from '../recipe.js';

/** What the values may be made by: nothing that answers otherwise the next time. */
const pure = new Set(['range', 'len', 'float', 'int', 'list', 'min', 'max', 'sum', 'abs']);

export const hoistedConstant: TorchRecipe = {
  family: 'torch',
  name: 'hoisted-constant',
  languages: ['python'],
  category: 'transfers',
  title: 'Make a tensor of the same values, and copy it to the device, once before the loop instead of in each step',
  evidence: { findings: ['C4', 'C1', 'C3-sync-in-loop', 'C5-repeated-constants'], text: 'Copies of equal size to the device in each step, of values that do not change.' },
  condition: 'The tensor is made of numbers and names that the loops around it do not write to, by nothing but arithmetic, and moved to a device. It is given its value only there, and nothing changes it in place or hands it out.',
  risk: 'It is made also where the loop runs no step, and stays in memory until the end of the function.',
  expected: 'A copy and a wait for it in each step, and the time of the host to make the values.',
  references: ['https://pytorch.org/tutorials/recipes/recipes/tuning_guide.html#create-tensors-directly-on-the-target-device'],
  apply(program) {
    const { module, scope } = program;
    const own = owned(module, scope, 'assignment').map((assignment) => ({ assignment, answers: answerOf(module, scope, assignment) }));
    const isAnswered = (node: SgNode): boolean => own.some(({ assignment, answers }) => answers.length > 0 && within(node, assignment));
    const others = loopConstants(program, isAnswered);
    const rewrites = others.filter(isRewrite);
    const [first] = rewrites;
    const together = first === undefined ? [] : [{ ...first, title: rewrites.map(({ title }) => title).join(', '), edits: rewrites.flatMap(({ edits }) => edits) }];
    return [...own.flatMap(({ answers }) => answers), ...together, ...others.filter((answer) => !isRewrite(answer))];
  },
};

function answerOf(module: PyModule, scope: SgNode, assignment: SgNode): (Rewrite | Refusal)[] {
  const left = assignment.field('left');
  const right = assignment.field('right');
  const loops = loopsAround(module, assignment);
  const [inner] = loops;
  const outer = loops.at(-1);
  if (left?.kind() !== 'identifier' || right === null || inner === undefined || outer === undefined || !isOnDevice(module, right)) return [];
  const line = lineOf(assignment);
  const refuse = (reason: string): Refusal[] => [{ line, reason }];
  const statement = statementOf(assignment);
  if (!same(statement.parent(), inner.field('body')) || indentOf(module, outer) === null) return refuse('It is not made in every step.');
  const own = new Set(all(right, 'for_in_clause').flatMap((clause) => [clause.field('left') ?? clause, ...all(clause.field('left') ?? clause, 'identifier')]).map((node) => node.text()));
  const names = all(right, 'identifier').filter((id) => !own.has(id.text()) && !(id.parent()?.kind() === 'attribute' && !same(id.parent()?.field('object') ?? null, id)) && id.parent()?.kind() !== 'keyword_argument');
  const written = names.find((id) => module.uses(scope, id.text()).some((use) => within(use.node, outer) && (use.role === 'write' || use.role === 'mutate')));
  if (written !== undefined) return refuse(`\`${written.text()}\` changes in the loop.`);
  const call = all(right, 'call').find((one) => !isPure(module, one));
  if (call !== undefined || all(right, 'attribute').some((one) => one.text().startsWith('self.') && /self\.\w+\s*(?:=|\+=)/.test(outer.text()))) return refuse('It cannot be seen that its values are the same in each step.');
  const uses = module.uses(scope, left.text());
  if (isChanged(module, right) || uses.some(({ node, role }) => role === 'write' && !same(node, left)) || uses.some(({ node }) => startOf(node) < startOf(left) && within(node, outer))) return refuse(`\`${left.text()}\` is changed, handed out, or used before it is made.`);
  return [{ title: `make \`${left.text()}\` once, before the loop`, line, edits: [withoutStatement(module, statement), linesBefore(module, outer, [assignment.text()])] }];
}

/** `torch.tensor(…).to(device)`, `torch.tensor(…, device=device)`. */
function isOnDevice(module: PyModule, node: SgNode): boolean {
  const method = methodOf(node);
  if (method !== null && (method.method === 'cuda' || (method.method === 'to' && /device|cuda/.test(argument(node, 'device', 0)?.text() ?? ''))) && module.pathOf(node.field('function')) === null) return module.pathOf(method.receiver.field('function')) === 'torch.tensor';
  return module.pathOf(node.field('function')) === 'torch.tensor' && callArguments(node).keywords.has('device') && !callArguments(node).keywords.has('requires_grad');
}

function isPure(module: PyModule, call: SgNode): boolean {
  const path = module.pathOf(call.field('function'));
  if (path !== null) return path === 'torch.tensor' || path === 'torch.device' || path.startsWith('math.');
  const method = methodOf(call);
  if (method !== null) return (method.method === 'to' || method.method === 'cuda') && parts(call.field('arguments') ?? call).length <= 1;
  return pure.has(call.field('function')?.text() ?? '');
}
