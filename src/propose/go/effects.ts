import type { SgNode } from '@ast-grep/napi';
import { all, parts, same } from '../source/tree.js';
import { isTarget, type GoFunction } from './function.js';
import { assignmentOf, callOf } from './syntax.js';
import { typeOfValue } from './types.js';

const builtins = new Set(['len', 'cap', 'append', 'make', 'new', 'min', 'max', 'delete', 'string', 'int', 'int8', 'int16', 'int32', 'int64', 'uint', 'uint8', 'uint16', 'uint32', 'uint64', 'float32', 'float64', 'byte', 'rune', 'bool', 'copy', 'complex', 'real', 'imag']);

/** Packages whose functions call nothing of the program, and change nothing but what they are given. */
const calm = /^(?:strings|strconv|math|unicode|utf8|bits|path|errors)\.[A-Z]\w*$/;
const calmBytes = /^bytes\.(?:Equal|Compare|Contains|Count|Index|LastIndex|HasPrefix|HasSuffix|EqualFold)\w*$/;

/** Printing of the program's own values may call their String methods; those are taken to change nothing. */
const prints = /^fmt\.(?:Sprint|Print|Fprint)(?:f|ln)?$/;

/** Whether running the region calls no code that is not known to leave the program's data alone. */
export function callsAreKnown(fn: GoFunction, region: SgNode, printing: 'allowed' | 'refused' = 'allowed'): boolean {
  if (all(region, 'go_statement', 'defer_statement', 'send_statement', 'select_statement', 'func_literal', 'receive_statement').length > 0) return false;
  if (all(region, 'unary_expression').some((node) => node.field('operator')?.text() === '<-')) return false;
  return all(region, 'call_expression').every((call) => {
    const callee = call.field('function')?.text() ?? '';
    if (callee === 'strings.Map' || callee.endsWith('Func') || callee.startsWith('math.rand')) return false;
    if (builtins.has(callee)) return !fn.declares(callee);
    if (calm.test(callee) || calmBytes.test(callee)) return !fn.declares(callee.split('.')[0] ?? '');
    return printing === 'allowed' && prints.test(callee) && !fn.declares('fmt');
  });
}

/** Whether all that the region writes to are variables of the function itself, and elements of maps. */
export function writesOnlyVariables(fn: GoFunction, region: SgNode): boolean {
  const targets = [
    ...all(region, 'assignment_statement', 'range_clause').flatMap((node) => node.field('left')?.namedChildren() ?? []),
    ...all(region, 'inc_statement', 'dec_statement').flatMap((node) => node.namedChildren()),
  ];
  const calls = all(region, 'call_expression').map((call) => call.field('function')?.text());
  return !calls.includes('copy') && targets.every((target) => isOwn(fn, target));
}

function isOwn(fn: GoFunction, target: SgNode): boolean {
  if (target.kind() === 'identifier') return target.text() === '_' || fn.binding(target.text()) !== null;
  const operand = target.kind() === 'index_expression' ? target.field('operand') : null;
  return operand !== null && typeOfValue(fn, operand)?.startsWith('map[') === true;
}

/** Whether all slices that the region appends to were made by the function, so that their elements are no other slice's. */
export function appendsAreOwn(fn: GoFunction, region: SgNode): boolean {
  return all(region, 'call_expression').filter((call) => call.field('function')?.text() === 'append').every((call) => {
    const name = parts(call.field('arguments') ?? call)[0];
    const binding = name?.kind() === 'identifier' ? fn.binding(name.text()) : null;
    if (name === undefined || binding === null || (binding.kind !== 'var' && binding.kind !== 'short')) return false;
    const isFresh = (value: SgNode | null): boolean => value === null ? binding.kind === 'var' : value.kind() === 'composite_literal' || value.field('function')?.text() === 'make';
    const written = fn.uses(name.text()).filter((use) => isTarget(use) && use.parent()?.kind() === 'expression_list');
    const isAppend = (use: SgNode): boolean => {
      const assignment = assignmentOf(use.parent()?.parent() ?? use);
      return assignment !== null && callOf(assignment.value)?.callee === 'append' && callOf(assignment.value)?.args[0]?.text() === name.text();
    };
    return isFresh(binding.value) && written.every(isAppend);
  });
}

/** Whether the loop may be left, or go on, by other ways than reaching its end: `break`, `return`, `goto` and labels. */
export function leaves(fn: GoFunction, loop: SgNode, ...kinds: ('break_statement' | 'continue_statement' | 'return_statement' | 'goto_statement')[]): boolean {
  return all(loop, ...kinds).some((node) => !fn.isDeferred(node) && !isOfInner(fn, node, loop));
}

/** A `break` or `continue` without a label belongs to the loop, `switch` or `select` around it. */
function isOfInner(fn: GoFunction, node: SgNode, loop: SgNode): boolean {
  if (!['break_statement', 'continue_statement'].includes(String(node.kind())) || node.namedChildren().length > 0) return false;
  for (let at = node.parent(); at !== null && !same(at, loop); at = at.parent()) {
    if (fn.isLoop(at)) return true;
    if (node.kind() === 'break_statement' && ['expression_switch_statement', 'type_switch_statement', 'select_statement'].includes(String(at.kind()))) return true;
  }
  return false;
}
