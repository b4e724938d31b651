import type { SgNode } from '@ast-grep/napi';
import type { Refusal, Rewrite, TextEdit } from '../recipes/recipe.js';
import { all, ancestorWhere, endOf, lineOf, parts, same, startOf, within } from '../source/tree.js';
import { methodOf } from './call.js';
import { operand } from './contributions.js';
import { deferredReads, type PutOff } from './deferred-reads.js';
import { isReader, tensorOf, type DeviceRead } from './device-reads.js';
import { fetchEdits } from './fetch-edits.js';
import { isPointedAt, namesWait } from './pointed.js';
import { isFresh } from './fresh-tensors.js';
import { numberKind } from './number-kinds.js';
import type { Located, TorchProgram } from './program.js';
import { keyedUses, type KeyedUses } from './returned-keys.js';
import { useOf } from './read-uses.js';
import { loopsAround, owned, replaced, statementOf } from './statements.js';

/** A function that returns the value of a tensor: `return loss.item()`, `return loss.item(), hits`. */
interface ReturnedRead extends Located {
  /** The one `return` of the function that gives a value. */
  statement: SgNode;
  reads: { node: SgNode; tensor: SgNode; /** In the tuple that is returned; null where it is all. */ place: number | null; /** In the dict that is returned. */ key: string | null }[];
  /** How many values the tuple or dict has. */
  size: number;
  /** Whether the function may end without giving anything. */
  mayBeNone: boolean;
}

/** For functions that read a value of the device to return it to a loop: how to return the tensor, and fetch it where it is needed. */
export function returnedAnswers(program: TorchProgram): (Rewrite | Refusal)[] {
  const { module, scope } = program;
  const called = owned(module, scope, 'call').filter((call) => loopsAround(module, call).length > 0).flatMap((call) => definitionOf(program, { module, node: call }) ?? []);
  const own = scope.kind() === 'function_definition' ? [{ module, node: scope }] : [];
  const isElsewhere = /^C[34]/.test(program.finding.category) && namesWait(program);
  const functions = [...own, ...called].filter((one, i, rest) => rest.findIndex((other) => other.module === one.module && same(other.node, one.node)) === i);
  return functions.flatMap((fn) => {
    const returned = returnedRead(fn);
    const isPointed = returned !== null && [returned.statement, ...returned.reads.map((read) => statementOf(read.node))].some((statement) => fn.module === module && isPointedAt(program, statement));
    return returned === null || (isElsewhere && !isPointed) ? [] : answerOf(program, returned);
  });
}

function returnedRead({ module, node }: Located): ReturnedRead | null {
  const ends = owned(module, node, 'return_statement');
  const returns = ends.filter((one) => parts(one)[0] !== undefined && parts(one)[0]?.kind() !== 'none');
  const [statement] = returns;
  const given = statement === undefined ? undefined : parts(statement)[0];
  if (returns.length !== 1 || statement === undefined || given === undefined || owned(module, node, 'yield').length > 0 || loopsAround(module, statement).length > 0) return null;
  const value = given.kind() === 'identifier' ? (onlyDict(module, node, given) ?? given) : given;
  const items = ['expression_list', 'tuple', 'dictionary'].includes(String(value.kind())) ? parts(value) : [value];
  if (isBehindSteps(module, node, statement)) return null;
  const reads = items.flatMap((part, i) => {
    const item = part.kind() === 'pair' ? (part.field('value') ?? part) : part;
    const tensor = item.kind() === 'call' && isReader(module, item) ? tensorOf(module, item) : null;
    const isScalar = item.text().endsWith('.item()') || item.field('function')?.text() === 'float';
    const key = value.kind() === 'dictionary' ? (part.field('key')?.text() ?? '') : null;
    return tensor === null || !isScalar ? [] : [{ node: item, tensor, place: items.length === 1 && value.kind() !== 'tuple' ? null : i, key }];
  });
  return reads.length === 0 ? null : { module, node, statement, reads, size: items.length, mayBeNone: ends.length > 1 || ancestorWhere(statement, (at) => ['if_statement', 'try_statement'].includes(String(at.kind())), node) !== null };
}

/** Whether the value is read once behind a loop over batches, not in each step. */
function isBehindSteps(module: Located['module'], fn: SgNode, statement: SgNode): boolean {
  const isOverBatches = (loop: SgNode): boolean => /loader|\bbatches\b|\bdataset\b/i.test(loop.field('right')?.text() ?? '') || all(loop, 'call').some((call) => methodOf(call)?.method === 'step');
  return owned(module, fn, 'for_statement', 'while_statement').some((loop) => endOf(loop) <= startOf(statement) && isOverBatches(loop));
}

/** The dict that a name is given, where it is only returned. */
function onlyDict(module: Located['module'], fn: SgNode, id: SgNode): SgNode | null {
  const uses = module.uses(fn, id.text());
  const made = uses[0]?.node.parent();
  return uses.length === 2 && made?.kind() === 'assignment' && made.field('right')?.kind() === 'dictionary' && same(uses[1]?.node ?? null, id) ? made.field('right') : null;
}

function answerOf(program: TorchProgram, returned: ReturnedRead): (Rewrite | Refusal)[] {
  const { module, node, reads } = returned;
  const name = node.field('name')?.text() ?? '';
  const line = lineOf(returned.statement);
  const calls = callsOf(program, returned);
  if (calls === null) return [{ line, reason: `Not all that calls \`${name}\` can be seen, and may need a number.` }];
  if (!calls.some((call) => loopsAround(call.module, call.node).length > 0)) return [];
  const edits: TextEdit[] = [];
  const refusals: Refusal[] = [];
  const putOff: PutOff[] = [];
  for (const call of calls) {
    const keyed = keyedAt(program, call, returned);
    const found = keyed === null ? reads.map((read) => (read.key === null ? readAt(call, returned, read) : null)) : keyed.reads;
    edits.push(...(keyed?.edits ?? []));
    if (found.some((read) => read === null) || (returned.mayBeNone && !found.every((read) => read === null || isAskedFor(read)))) {
      const conversion = reads.length === 1 && reads[0]?.place === null && reads[0].key === null && !returned.mayBeNone ? numberKind(program, module, reads[0].tensor) : null;
      if (conversion !== 'float' || loopsAround(call.module, call.node).length > 0) return [{ line, reason: `Line ${lineOf(call.node)}${call.module === program.module ? '' : ` of ${call.module.file}`} needs the number that \`${name}\` returns.` }];
      edits.push(replaced(call.module, call.node, `float(${call.node.text()})`));
      continue;
    }
    const given = found.flatMap((read) => read ?? []);
    if (given.length === 0) continue;
    const plan = deferredReads(program, given, { logs: false });
    if (plan.putOff.length < given.filter(({ use }) => use.kind !== 'interval').length) refusals.push(...plan.refusals);
    if (given.some(({ use }) => use.kind === 'interval')) return [{ line, reason: `\`${name}\` is called only now and then.` }];
    putOff.push(...plan.putOff);
  }
  if (refusals.length > 0) return refusals;
  const kept = putOff.flatMap((one) => one.kept).filter((one, i, rest) => rest.findIndex((other) => other.name === one.name && same(other.loop, one.loop)) === i);
  if (returned.mayBeNone && kept.some(({ kind, behind, places }) => kind === 'value' && (behind || places.length > 0))) return [{ line, reason: `\`${name}\` may end without a value, and it is needed as a number.` }];
  for (const one of new Set(putOff.map(({ read }) => read.module))) {
    const fetched = fetchEdits(one, kept.filter((cell) => putOff.some(({ read, kept: own }) => read.module === one && own.includes(cell))), []);
    if (fetched === null) return [{ line, reason: 'The statements stand in a way that no line can be put in front of them.' }];
    edits.push(...fetched);
  }
  edits.push(...kept.flatMap((cell) => cell.edits), ...reads.map((read) => replaced(module, read.node, `${operand(read.tensor)}.detach()${isFresh(module, read.tensor) ? '' : '.clone()'}`)));
  return [{ title: `return the tensor from \`${name}\`, and fetch it when it is needed`, line, edits }];
}

/** Where the values of a dict that is returned are used; null where it is no dict, or that cannot be followed. */
function keyedAt(program: TorchProgram, call: Located, { module, reads, size }: ReturnedRead): KeyedUses | null {
  const keyed = reads.flatMap(({ key, tensor }) => (key === null ? [] : [{ key, tensor }]));
  return keyed.length === 0 ? null : keyedUses(program, call, module, { keyed, size });
}

/** Whether all that is done with a name that may hold nothing stands behind `if name is not None`. */
function isAskedFor({ module, node, use }: DeviceRead): boolean {
  if (use.kind !== 'assigned') return false;
  const uses = module.uses(module.scopeOf(node), use.name.text()).filter((one) => one.role !== 'write');
  return uses.every((one) => useOf(module, one.node, loopsAround(module, one.node)[0] ?? module.root).kind === 'asked' || ancestorWhere(one.node, (at) => at.kind() === 'if_statement' && (at.field('condition')?.text() ?? '').includes(`${use.name.text()} is not None`) && within(one.node, at.field('consequence') ?? at)) !== null);
}

/** The value of one read where a call of the function gives it; null where it cannot be followed. */
function readAt(call: Located, { module: from }: ReturnedRead, { place, tensor }: ReturnedRead['reads'][number]): DeviceRead | null {
  const { module, node } = call;
  const loop = loopsAround(module, node)[0];
  if (loop === undefined) return null;
  const origin = { module: from, tensor };
  if (place === null) return { module, loop, node, tensor: node, statement: statementOf(node), use: useOf(module, node, loop), origin };
  const assignment = node.parent();
  const left = assignment?.kind() === 'assignment' && same(assignment.field('right'), node) ? assignment.field('left') : null;
  const name = left?.kind() === 'pattern_list' || left?.kind() === 'tuple_pattern' ? parts(left)[place] : undefined;
  return name?.kind() !== 'identifier' ? null : { module, loop, node: name, tensor: name, statement: statementOf(node), use: { kind: 'assigned', name }, origin };
}

/** All calls of a function, by its name, which has to be the only one; null where it is handed on, or its name stands for others too. */
function callsOf(program: TorchProgram, fn: Located): Located[] | null {
  const { node } = fn;
  const name = node.field('name')?.text() ?? '';
  const files = program.sources.pythonFiles().filter((file) => program.sources.read(file)?.includes(name) === true);
  const modules = [...new Set([...program.modules, ...files.flatMap((file) => program.moduleAt(file) ?? [])])];
  const mentions = modules.flatMap((module) => all(module.root, 'identifier').filter((id) => id.text() === name).map((id) => ({ module, node: id })));
  const calls: Located[] = [];
  for (const { module, node: id } of mentions) {
    const parent = id.parent();
    if (parent?.kind() === 'function_definition' || String(parent?.parent()?.kind()).startsWith('import_') || parent?.kind() === 'aliased_import') {
      if (parent?.kind() === 'function_definition' && !same(parent, node)) return null;
      continue;
    }
    const callee = parent?.kind() === 'attribute' && same(parent.field('attribute'), id) ? parent : id;
    if (callee !== id && isOfOther(program, { module, node: callee }, fn)) continue;
    const call = callee.parent();
    if (call?.kind() !== 'call' || !same(call.field('function'), callee)) return null;
    calls.push({ module, node: call });
  }
  return calls;
}

/** Whether an attribute of the function's name is one of PyTorch's objects, or of anything where the function is no method. */
function isOfOther(program: TorchProgram, { module, node }: Located, fn: Located): boolean {
  const receiver = node.field('object');
  const isMethod = ancestorWhere(fn.node, (at) => at.kind() === 'class_definition' || at.kind() === 'function_definition')?.kind() === 'class_definition';
  if (isMethod) return receiver !== null && /(?:optim\w*|opt|sched\w*|scaler|criterion)$/i.test(receiver.text());
  const found = program.definitionOf(module, node);
  return found === null || !same(found.node, fn.node);
}

/** The function of the repository that a call runs: by its name, also of a method. */
function definitionOf(program: TorchProgram, { module, node }: Located): Located | null {
  const callee = node.field('function');
  const direct = program.definitionOf(module, callee);
  if (direct !== null) return direct.node.kind() === 'function_definition' ? direct : null;
  const name = callee?.kind() === 'attribute' ? callee.field('attribute')?.text() : undefined;
  if (name === undefined || module.pathOf(callee) !== null) return null;
  const found = program.modules.flatMap((other) => all(other.root, 'function_definition').filter((fn) => fn.field('name')?.text() === name).map((fn) => ({ module: other, node: fn })));
  return found.length === 1 ? (found[0] ?? null) : null;
}
