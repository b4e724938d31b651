import type { SgNode } from '@ast-grep/napi';
import { isVariable } from '../python/bindings.js';
import type { Refusal, Rewrite, TextEdit } from '../recipes/recipe.js';
import { all, ancestorWhere, lineOf, parts, same, within } from '../source/tree.js';
import { argument, methodOf } from './call.js';
import { methodDefinition } from './callers.js';
import { operand } from './contributions.js';
import { deviceReads, type DeviceRead } from './device-reads.js';
import { classOf } from './models.js';
import { numberKind } from './number-kinds.js';
import { initialOf } from './numbers.js';
import { isPointedAt, namesWait } from './pointed.js';
import type { Located, TorchProgram } from './program.js';
import { intervalAround, loopsAround, owned, replaced, statementOf } from './statements.js';
import { sumOf } from './read-uses.js';

/** Most places that a patch converts: with more it is no small one. */
const mostReads = 8;

/** A value that a loop fetches to give it to a meter: an object of the repository that adds up what it is given. */
interface MeterRead {
  read: DeviceRead;
  /** The call, and the object that it is of. */
  call: SgNode;
  receiver: SgNode;
  method: Located;
  /** The name of the argument in the method. */
  parameter: string;
}

/** For values that loops fetch for meters: how the meter keeps tensors, and is asked for numbers. */
export function meterAnswers(program: TorchProgram): (Rewrite | Refusal)[] {
  const reads = deviceReads(program.module, program.scope).flatMap((read) => meterRead(program, read) ?? []);
  const pointed = reads.filter(({ read }) => isPointedAt(program, read.statement));
  if (pointed.length === 0 && /^C[34]/.test(program.finding.category) && namesWait(program)) return [];
  const chosen = pointed.length > 0 ? pointed : reads;
  const methods = chosen.map(({ method }) => method).filter((one, i, rest) => rest.findIndex((other) => same(other.node, one.node)) === i);
  return methods.map((method) => answerOf(program, reads.filter((one) => same(one.method.node, method.node))));
}

/** `meter.update(loss.item(), n)` as a statement of a loop. */
function meterRead(program: TorchProgram, read: DeviceRead): MeterRead | null {
  const { module, node, statement, use } = read;
  const call = parts(statement)[0];
  const method = methodOf(call ?? null);
  const callee = call?.field('function') ?? null;
  if (use.kind !== 'other' || call?.kind() !== 'call' || method === null || callee === null) return null;
  const definition = methodDefinition(program, { module, node: callee }) ?? onlyMethod(program, method.method);
  if (definition === null) return null;
  const names = parts(definition.node.field('parameters') ?? definition.node).map((parameter) => (parameter.kind() === 'identifier' ? parameter : (parameter.field('name') ?? parameter.namedChildren()[0] ?? parameter)).text());
  const parameter = names.slice(1).find((name, i) => same(argument(call, name, i), node));
  return parameter === undefined ? null : { read, call, receiver: method.receiver, method: definition, parameter };
}

/** The method of that name of the only class that has one, where it is called like a meter. */
function onlyMethod(program: TorchProgram, name: string): Located | null {
  const found = program.modules.flatMap((module) => all(module.root, 'function_definition').filter((fn) => fn.field('name')?.text() === name && classAround(fn) !== null).map((node) => ({ module, node })));
  const [only] = found;
  return found.length === 1 && only !== undefined && /meter|average|metric|tracker|running|stat/i.test(classAround(only.node)?.field('name')?.text() ?? '') ? only : null;
}

const classAround = (node: SgNode): SgNode | null => ancestorWhere(node, (at) => at.kind() === 'class_definition');

function answerOf(program: TorchProgram, reads: readonly MeterRead[]): Rewrite | Refusal {
  const [first] = reads;
  if (first === undefined) throw new Error('a meter without a read');
  const { read, method } = first;
  const line = lineOf(read.node);
  const refuse = (reason: string): Refusal => ({ line, reason });
  const owner = classAround(method.node);
  if (owner === null || reads.some(({ parameter }) => parameter !== first.parameter)) return refuse('It is no method of a class.');
  const whole = reads.find((one) => numberKind(program, one.read.module, one.read.tensor) !== 'float' || !/\.item\(\)$|^float\(/.test(one.read.node.text()));
  if (whole !== undefined) return refuse(`It cannot be seen that \`${whole.read.tensor.text()}\` is one number with a fraction.`);
  const kept = keptBy(method, first.parameter);
  if ('reason' in kept) return refuse(kept.reason);
  const found = readsOf(program, { owner, method, attributes: kept.attributes });
  if ('reason' in found) return refuse(found.reason);
  if (found.places.length > mostReads) return refuse(`The meter is read at ${found.places.length} places.`);
  const each = reads.flatMap((one) => readInStep(one, found.places) ?? []);
  if (each[0] !== undefined) return refuse(`The meter is read in line ${lineOf(each[0])}, in every iteration.`);
  const edits: TextEdit[] = found.places.map(({ module, node }) => replaced(module, node, `float(${node.text()})`));
  edits.push(...reads.map(({ read: { module, node, tensor } }) => replaced(module, node, `${operand(tensor)}.detach().double()`)));
  return { title: `give tensors to \`${first.receiver.text()}\`, and make numbers of them where they are read`, line, edits };
}

/** The attributes that the method keeps what it is given in, itself or computed with; why not where anything else is done with it. */
function keptBy({ module, node: method }: Located, parameter: string): { attributes: ReadonlySet<string> } | { reason: string } {
  const attributes = new Set<string>();
  const decided = (node: SgNode): { reason: string } => ({ reason: `The meter looks at the value in line ${lineOf(node)} of ${module.file}.` });
  const isKept = (node: SgNode): boolean => (node.kind() === 'identifier' ? node.text() === parameter && isVariable(node) : node.field('object')?.text() === 'self' && attributes.has(node.field('attribute')?.text() ?? ''));
  // Once for what it is given, and again for what is computed of that.
  for (let before = -1; before < attributes.size; ) {
    before = attributes.size;
    for (const node of owned(module, method, 'identifier', 'attribute').filter((one) => isKept(one) && one.parent()?.kind() !== 'parameters' && !/parameter/.test(String(one.parent()?.kind())))) {
      const inner = parts(statementOf(node))[0];
      if (inner === undefined || statementOf(node).kind() !== 'expression_statement') return decided(node);
      const left = inner.field('left');
      if (left !== null && same(left, node)) continue;
      const right = sumOf(inner)?.term ?? (inner.kind() === 'assignment' ? inner.field('right') : null);
      if (right === null || right === undefined || left?.kind() !== 'attribute' || left.field('object')?.text() !== 'self' || !isComputed(node, right)) return decided(node);
      attributes.add(left.field('attribute')?.text() ?? '');
    }
  }
  return attributes.size === 0 ? { reason: 'The meter does not keep what it is given.' } : { attributes };
}

/** Whether nothing but arithmetic is done to the node in the expression. */
function isComputed(node: SgNode, expression: SgNode): boolean {
  for (let at = node; !same(at, expression); ) {
    const parent = at.parent();
    if (parent === null || !['binary_operator', 'parenthesized_expression', 'unary_operator'].includes(String(parent.kind()))) return false;
    at = parent;
  }
  return true;
}

/** Where attributes of a meter are read outside of the method that keeps them; why not where they are written to or handed on in another way. */
function readsOf(program: TorchProgram, { owner, method, attributes }: { owner: SgNode; method: Located; attributes: ReadonlySet<string> }): { places: Located[] } | { reason: string } {
  const places: Located[] = [];
  for (const module of program.modules) {
    for (const node of all(module.root, 'attribute').filter((one) => attributes.has(one.field('attribute')?.text() ?? ''))) {
      const isOwn = within(node, owner) && module === method.module;
      if (same(module.scopeOf(node), method.node)) continue;
      const parent = node.parent();
      const receiver = node.field('object');
      // `x.sum()` is a method of something else.
      if (parent?.kind() === 'call' && same(parent.field('function'), node)) continue;
      if (receiver === null || (!isOwn && !mayBeMeter(program, { module, node: receiver }, { owner, method, attribute: node.field('attribute')?.text() ?? '' }))) continue;
      const isWritten = (parent?.kind() === 'assignment' && same(parent.field('left'), node)) || (parent?.kind() === 'pattern_list' && same(parent.parent()?.field('left') ?? null, parent));
      if (isWritten && ['integer', 'float'].includes(String(initialOf(node).kind()))) continue;
      if (isWritten || parent?.kind() === 'delete_statement' || (parent?.kind() === 'augmented_assignment' && same(parent.field('left'), node))) return { reason: `Line ${lineOf(node)} of ${module.file} gives \`${node.text()}\` another value.` };
      places.push({ module, node });
    }
  }
  return { places };
}

/** Whether an object may be a meter of the class: it is one as far as can be seen, or is used like one. */
function mayBeMeter(program: TorchProgram, { module, node }: Located, { owner, method, attribute }: { owner: SgNode; method: Located; attribute: string }): boolean {
  if (module.pathOf(node) !== null || node.text() === 'self') return false;
  const known = classOf(program, { module, node });
  if (known !== null) return same(known.node, owner);
  return module.source.includes(`${node.text()}.${method.node.field('name')?.text() ?? ''}(`) || /^(?:avg|average|global_avg)$/.test(attribute);
}

/** A place in the loop of a read, not only now and then, where the meter is asked for its numbers. */
function readInStep({ read: { module, loop }, call, receiver }: MeterRead, places: readonly Located[]): SgNode | null {
  const outermost = loopsAround(module, call)[0] ?? loop;
  const asking = new Set(places.map((place) => place.module.scopeOf(place.node).field('name')?.text() ?? ''));
  const body = outermost.field('body') ?? outermost;
  const direct = places.find((place) => place.module === module && within(place.node, body) && intervalAround(place.node, outermost) === null);
  if (direct !== undefined) return direct.node;
  return (
    all(body, 'identifier', 'attribute').find((node) => {
      if (intervalAround(node, outermost) !== null || within(node, call)) return false;
      if (asking.has(node.text()) && node.text() !== module.scopeOf(loop).field('name')?.text()) return true;
      // `f'{meter}'`, `str(meter)`, `print(meter)`
      return node.text() === receiver.text() && !isReceiver(node);
    }) ?? null
  );
}

function isReceiver(id: SgNode): boolean {
  return id.parent()?.kind() === 'attribute' && same(id.parent()?.field('object') ?? null, id);
}
