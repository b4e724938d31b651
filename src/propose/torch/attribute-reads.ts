import type { SgNode } from '@ast-grep/napi';
import type { Refusal, Rewrite, TextEdit } from '../recipes/recipe.js';
import { all, ancestorWhere, lineOf, parts, same, within } from '../source/tree.js';
import { argument, methodOf } from './call.js';
import { cellOf, usesOfCell, type Cell, type CellUse } from './cells.js';
import { operand } from './contributions.js';
import { isReader, tensorOf } from './device-reads.js';
import { isFresh } from './fresh-tensors.js';
import { classOf } from './models.js';
import { isFirm } from './number-kinds.js';
import { initialOf } from './numbers.js';
import { isPointedAt } from './pointed.js';
import type { Located, TorchProgram } from './program.js';
import { mayRun, reachedFrom } from './reach.js';
import { sumOf } from './read-uses.js';
import { intervalAround, loopsAround, owned, replaced, statementOf } from './statements.js';

/** Most places that a patch converts: with more it is no small one. */
const mostPlaces = 8;

/** A method that loops call keeps a value in an attribute: `self.losses.append(loss.item())`, `self.total += loss.item()`. */
interface AttributeRead {
  node: SgNode;
  tensor: SgNode;
  cell: Cell;
  isList: boolean;
}

/** For values that a method fetches to keep them in an attribute: how to keep tensors, and make numbers where the attribute is read. */
export function attributeAnswers(program: TorchProgram): (Rewrite | Refusal)[] {
  const { module, scope } = program;
  if (scope.kind() !== 'function_definition') return [];
  return owned(module, scope, 'call').filter((call) => isPointedAt(program, statementOf(call))).flatMap((call) => {
    const read = attributeRead({ module, node: call });
    return read === null ? [] : [answerOf(program, read)];
  });
}

function attributeRead({ module, node }: Located): AttributeRead | null {
  const tensor = isReader(module, node) && /\.item\(\)$|^float\(/.test(node.text()) ? tensorOf(module, node) : null;
  const inner = parts(statementOf(node))[0];
  if (tensor === null || inner === undefined || loopsAround(module, node).length > 0) return null;
  const method = methodOf(inner);
  const isAppended = method?.method === 'append' && same(argument(inner, '', 0), node);
  const sum = sumOf(inner);
  const holder = isAppended ? method.receiver : sum !== null && same(sum.term, node) && inner.kind() === 'augmented_assignment' ? sum.cell : null;
  const cell = holder?.kind() === 'attribute' ? cellOf(module, holder) : null;
  return cell === null ? null : { node, tensor, cell, isList: isAppended };
}

function answerOf(program: TorchProgram, { node, tensor, cell, isList }: AttributeRead): Rewrite | Refusal {
  const { module } = program;
  const line = lineOf(node);
  const refuse = (reason: string): Refusal => ({ line, reason });
  if (!isFirm(program, module, tensor)) return refuse(`It cannot be seen that \`${tensor.text()}\` is one number with a fraction.`);
  const owner = ancestorWhere(cell.holder, (at) => at.kind() === 'class_definition');
  const uses = usesOfCell(program, cell).filter((use) => isOwn(program, use, owner));
  const name = program.scope.field('name')?.text() ?? '';
  const loops = callingLoops(program, name);
  if (loops.length === 0) return refuse(`It cannot be seen that a loop calls \`${name}\`.`);
  if (program.modules.some(({ source }) => /__dict__|\bvars\(|\basdict\(|getattr\(/.test(source))) return refuse(`\`${cell.text}\` may be read by its name.`);
  const edits: TextEdit[] = [];
  const places: Located[] = [];
  for (const use of uses) {
    const converted = use.role === 'update' && isSame(use, cell) ? null : convertedAt(use, isList);
    if (converted === 'unknown') return refuse(`Line ${lineOf(use.node)}${use.module === module ? '' : ` of ${use.module.file}`} may need the numbers of \`${use.node.text()}\`.`);
    if (converted === null) continue;
    edits.push(converted);
    places.push(use);
  }
  const each = places.find((place) => loops.some((loop) => isInStep(program, place, loop)));
  if (each !== undefined) return refuse(`\`${cell.text}\` is read in line ${lineOf(each.node)}, in every iteration.`);
  if (edits.length > mostPlaces) return refuse(`\`${cell.text}\` is read at ${edits.length} places.`);
  const kept = isList ? `.detach()${isFresh(module, tensor) ? '' : '.clone()'}` : '.detach().double()';
  return { title: `keep tensors in \`${cell.text}\`, and make numbers of them where they are read`, line, edits: [replaced(module, node, `${operand(tensor)}${kept}`), ...edits] };
}

const isSame = ({ node }: CellUse, cell: Cell): boolean => same(node, cell.node);

/** Whether an attribute of that name may be that of the class. */
function isOwn(program: TorchProgram, { module, node }: CellUse, owner: SgNode | null): boolean {
  const receiver = node.field('object');
  if (receiver === null || module.pathOf(node) !== null) return false;
  if (receiver.text() === 'self') return same(ancestorWhere(node, (at) => at.kind() === 'class_definition'), owner);
  const known = classOf(program, { module, node: receiver });
  return known === null || same(known.node, owner);
}

/** Functions that read the numbers of a list, and do not keep it. */
const readingFunctions = /^(?:sum|min|max|list|tuple|sorted|len|any|all|numpy\.\w+|statistics\.\w+|torch\.(?:tensor|as_tensor)|json\.dumps|math\.fsum|print|matplotlib\.pyplot\.\w+)$/;

/** The edit that makes numbers of a read; null for what needs none: it is emptied, asked for its length, or grows; `unknown` for any other use. */
function convertedAt({ module, node, role }: CellUse, isList: boolean): TextEdit | null | 'unknown' {
  const parent = node.parent();
  if (role === 'write') return isList ? (/^(?:\[\]|list\(\)|(?:collections\.)?deque\(maxlen=[\w.]+\))$/.test(initialOf(node).text()) ? null : 'unknown') : ['integer', 'float'].includes(String(initialOf(node).kind())) ? null : 'unknown';
  if (role === 'update') return 'unknown';
  if (!isList) return parent?.kind() === 'augmented_assignment' || parent?.kind() === 'attribute' ? 'unknown' : replaced(module, node, `float(${node.text()})`);
  const listed = (of: SgNode): TextEdit => replaced(module, of, `[float(value) for value in ${of.text()}]`);
  const asked = ['if_statement', 'while_statement', 'not_operator', 'boolean_operator'].includes(String(parent?.kind())) || (parent?.kind() === 'conditional_expression' && same(parts(parent)[1] ?? null, node));
  if (asked) return null;
  if (parent?.kind() === 'attribute') return parent.parent()?.kind() === 'call' && parent.field('attribute')?.text() === 'clear' ? null : 'unknown';
  if (parent?.kind() === 'subscript' && same(parent.field('value'), node)) {
    const isRead = !['assignment', 'augmented_assignment', 'delete_statement'].includes(String(parent.parent()?.kind())) || same(parent.parent()?.field('right') ?? null, parent);
    return !isRead ? 'unknown' : all(parent, 'slice').length > 0 ? listed(parent) : replaced(module, parent, `float(${parent.text()})`);
  }
  if ((parent?.kind() === 'for_statement' || parent?.kind() === 'for_in_clause') && same(parent.field('right'), node)) return listed(node);
  const call = parent?.kind() === 'argument_list' ? parent.parent() : null;
  const callee = call?.field('function') ?? null;
  if (callee === null || !readingFunctions.test(module.pathOf(callee) ?? callee.text())) return 'unknown';
  return callee.text() === 'len' ? null : listed(node);
}

/** The innermost loops around the calls of a method, by its name. */
function callingLoops(program: TorchProgram, name: string): Located[] {
  return program.modules.flatMap((module) =>
    all(module.root, 'call').filter((call) => methodOf(call)?.method === name).flatMap((call) => {
      const loop = loopsAround(module, call)[0];
      return loop === undefined ? [] : [{ module, node: loop }];
    }),
  );
}

/** Whether a place runs in every iteration of a loop, in it or in what it calls. */
function isInStep(program: TorchProgram, { module, node }: Located, loop: Located): boolean {
  if (module === loop.module && within(node, loop.node)) return intervalAround(node, loop.node) === null;
  return mayRun(module, node, reachedFrom(program, loop.node));
}
