import type { SgNode } from '@ast-grep/napi';
import { all, ancestorWhere, endOf, lineOf, parts, same, startOf, within } from '../../source/tree.js';
import { callArguments, methodOf } from '../../torch/call.js';
import type { PyModule } from '../../torch/module.js';
import { spelled } from '../../torch/names-in-scope.js';
import { indentOf, linesAfter, linesBefore, loopsAround, owned, replaced, statementOf } from '../../torch/statements.js';
import { isRewrite, type Refusal, type Rewrite, type TextEdit, type TorchRecipe } from '../recipe.js';

const joins = /^(?:numpy\.(?:append|concatenate|vstack|hstack)|torch\.(?:cat|concat|concatenate|vstack|hstack))$/;

export const joinedOnce: TorchRecipe = {
  family: 'torch',
  name: 'joined-once',
  languages: ['python'],
  category: 'quadratic',
  title: 'Collect parts in a list and join them once, instead of joining all of them anew in each step (`np.append`, `torch.cat`)',
  evidence: { findings: ['C7', 'C1', 'C2', 'C4', 'C5-copies', 'C5-copy-kernels', 'H'], text: 'Time, or memory, in copies that grow from step to step.' },
  condition: 'The name is made before the loop, and in the loop only joined with one part a time, by a call that stands as a statement; nothing reads it before the loop ends, and no function around sees it. Parts that may be changed later are copied.',
  risk: 'All parts and their join are in memory for a moment, as they were in the last step.',
  expected: 'From n*n copied elements to n; large from some hundred steps.',
  references: ['https://numpy.org/doc/stable/reference/generated/numpy.append.html', 'https://pytorch.org/docs/stable/generated/torch.cat.html'],
  apply({ module, scope }) {
    const answers = owned(module, scope, 'assignment').flatMap((assignment) => answerOf(module, scope, assignment) ?? []);
    const rewrites = answers.filter(isRewrite);
    const [first] = rewrites;
    // What one loop collects is joined behind it together.
    const together = first === undefined ? [] : [{ ...first, title: rewrites.map(({ title }) => title).join(', '), edits: rewrites.flatMap(({ edits }) => edits) }];
    return [...together, ...answers.filter((one) => !isRewrite(one))];
  },
};

/** `X = np.append(X, part)`, and what is between the parts of it. */
interface Join {
  call: SgNode;
  path: string;
  name: string;
  part: SgNode;
  /** `, axis=0` */
  rest: string;
}

/** Null for what joins nothing to itself in a loop. */
function answerOf(module: PyModule, scope: SgNode, assignment: SgNode): Rewrite | Refusal | null {
  const join = joinOf(module, assignment);
  const outer = join === null ? undefined : loopOf(module, assignment, join.name);
  if (join === null || outer === undefined) return null;
  const { name, part, path } = join;
  const line = lineOf(assignment);
  const refuse = (reason: string): Refusal => ({ line, reason });
  const uses = module.uses(scope, name);
  const first = firstPart(assignment, join);
  const statement = first === null ? statementOf(assignment) : first.choice;
  const reading = uses.find(({ node }) => within(node, outer) && !within(node, statement));
  if (reading !== undefined) return refuse(`\`${name}\` is used in line ${lineOf(reading.node)}, before the loop ends.`);
  if (uses.some(({ deferred, role }) => deferred || role === 'foreign') || all(scope, 'global_statement', 'nonlocal_statement').some((one) => parts(one).some((id) => id.text() === name))) return refuse(`Other functions see \`${name}\`.`);
  const starts = uses.filter(({ node, role }) => role === 'write' && endOf(node) < startOf(outer));
  const start = starts.at(-1)?.node.parent();
  if (start?.kind() !== 'assignment' || !same(start.field('left'), starts.at(-1)?.node ?? null) || !same(statementOf(start).parent(), outer.parent())) return refuse(`It cannot be seen what \`${name}\` is before the loop.`);
  if (all(part, 'identifier').some((id) => id.text() === name)) return refuse(`The part is made of \`${name}\`.`);
  if (ancestorWhere(outer, (at) => at.kind() === 'try_statement', scope) !== null) return refuse('An error in the loop would leave the parts apart.');
  if (all(outer, 'yield', 'await').length > 0) return refuse('Other code runs while the loop is at work.');
  if (indentOf(module, outer) === null) return null;
  const isNone = start.field('right')?.text() === 'None';
  if (isNone !== (first !== null) || (first !== null && first.part.text() !== part.text())) return refuse(`The first part of \`${name}\` is another one.`);
  const list = module.names(scope).names.fresh(`${name}_parts`);
  const item = isNew(module, part) ? part.text() : path.startsWith('numpy.') ? `${spelled(module, 'numpy.array').text}(${part.text()})` : `${/^\w[\w.]*(?:\([^()]*\))*$/.test(part.text()) ? part.text() : `(${part.text()})`}.clone()`;
  const flat = path === 'numpy.append' && join.rest === '';
  const callee = path === 'numpy.append' ? spelled(module, 'numpy.concatenate').text : (join.call.field('function')?.text() ?? '');
  const joined = `${callee}(${flat ? `[${spelled(module, 'numpy.ravel').text}(part) for part in ${list}]` : list}${join.rest})`;
  const edits: TextEdit[] = [
    linesBefore(module, outer, [`${list} = [${isNone ? '' : name}]`]),
    replaced(module, statement, `${list}.append(${item})`),
    linesAfter(module, outer, isNone ? [`if ${list}:`, `${stepOf(module, outer)}${name} = ${joined}`] : [`${name} = ${joined}`]),
  ];
  return { title: `join the parts of \`${name}\` once`, line, edits };
}

function joinOf(module: PyModule, assignment: SgNode): Join | null {
  const left = assignment.field('left');
  const call = assignment.field('right');
  const path = call?.kind() === 'call' ? (module.pathOf(call.field('function')) ?? '') : '';
  if (left?.kind() !== 'identifier' || call === null || !joins.test(path) || assignment.parent()?.kind() !== 'expression_statement') return null;
  const { positional, keywords, hasSplat } = callArguments(call);
  const isAppend = path === 'numpy.append';
  const given = isAppend ? positional.slice(0, 2) : parts(positional[0] ?? call);
  const [first, part, ...more] = given;
  const sequence = isAppend || ['list', 'tuple'].includes(String(positional[0]?.kind()));
  if (!sequence || hasSplat || first?.text() !== left.text() || part === undefined || more.length > 0 || part.kind() === 'list_splat') return null;
  const extra = [...positional.slice(isAppend ? 2 : 1).map((one) => one.text()), ...[...keywords].map(([key, value]) => `${key}=${value.text()}`)];
  return { call, path, name: left.text(), part, rest: extra.length === 0 ? '' : `, ${isAppend && extra[0]?.includes('=') === false ? 'axis=' : ''}${extra.join(', ')}` };
}

/** The outermost loop around a statement in front of which the name has its first value. */
function loopOf(module: PyModule, assignment: SgNode, name: string): SgNode | undefined {
  const writes = module.uses(module.scopeOf(assignment), name).filter(({ role }) => role === 'write').map(({ node }) => node);
  return loopsAround(module, assignment).findLast((loop) => !writes.some((node) => within(node, loop) && endOf(node) < startOf(assignment) && !within(node, choiceAround(assignment) ?? assignment)));
}

function choiceAround(assignment: SgNode): SgNode | null {
  const clause = statementOf(assignment).parent()?.parent() ?? null;
  const choice = clause?.kind() === 'else_clause' ? clause.parent() : clause;
  return choice?.kind() === 'if_statement' ? choice : null;
}

/** `if X is None: X = part` with the join in its `else`. */
function firstPart(assignment: SgNode, { name }: Join): { choice: SgNode; part: SgNode } | null {
  const choice = choiceAround(assignment);
  if (choice === null || choice.field('condition')?.text() !== `${name} is None`) return null;
  const [then, ...more] = parts(choice.field('consequence') ?? choice);
  const first = then?.kind() === 'expression_statement' ? parts(then)[0] : undefined;
  const value = first?.kind() === 'assignment' && first.field('left')?.text() === name ? first.field('right') : null;
  const otherwise = choice.children().filter((child) => ['else_clause', 'elif_clause'].includes(String(child.kind())));
  const [only] = otherwise;
  const isWhole = otherwise.length === 1 && only?.kind() === 'else_clause' && parts(only.field('body') ?? only).length === 1 && within(assignment, only);
  return value !== null && more.length === 0 && isWhole ? { choice, part: value } : null;
}

/** Whether a part is made for the joining: no name for, or view of, what other code may change. */
function isNew(module: PyModule, part: SgNode): boolean {
  if (['integer', 'float', 'list', 'tuple', 'list_comprehension', 'binary_operator', 'unary_operator', 'comparison_operator'].includes(String(part.kind()))) return part.kind() !== 'list' && part.kind() !== 'tuple' ? true : parts(part).every((one) => isNew(module, one));
  if (part.kind() !== 'call') return false;
  const path = module.pathOf(part.field('function'));
  if (path !== null) return /^numpy\.(?:array|zeros|ones|full|mean|sum|stack|concatenate|abs|exp|log|sqrt|argmax|arange)$|^torch\.(?:tensor|zeros|ones|full|mean|sum|stack|cat|abs|exp|log|sqrt|argmax|softmax|sigmoid)$/.test(path);
  const method = methodOf(part)?.method ?? '';
  return ['float', 'int', 'len', 'str'].includes(part.field('function')?.text() ?? '') || ['item', 'copy', 'clone', 'mean', 'sum', 'tolist', 'argmax', 'softmax', 'sigmoid', 'exp', 'log', 'sqrt', 'abs', 'norm'].includes(method);
}

/** One step of indentation, as the body of the loop has it. */
function stepOf(module: PyModule, loop: SgNode): string {
  const [first] = parts(loop.field('body') ?? loop);
  return (first === undefined ? null : indentOf(module, first))?.slice((indentOf(module, loop) ?? '').length) ?? '    ';
}
