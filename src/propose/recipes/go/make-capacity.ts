import type { SgNode } from '@ast-grep/napi';
import type { GoFunction } from '../../go/function.js';
import { leaves } from '../../go/effects.js';
import { assignmentOf, bodyOf, callOf, declarationOf } from '../../go/syntax.js';
import { isCounted, typeOfValue } from '../../go/types.js';
import { refusal } from '../../native/refusal.js';
import { linesBefore, replaced } from '../../native/lines.js';
import { lineOf, parts } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { GoRecipe } from '../native-recipe.js';
import type { Answer } from '../recipe.js';

export const goMakeCapacity: GoRecipe = {
  family: 'go',
  name: 'go-make-capacity',
  languages: ['go'],
  category: 'allocation',
  title: 'Make a slice with the room that a loop of known length fills',
  evidence: { findings: hostWork, text: '`runtime.growslice` and `runtime.memmove` below the function.' },
  condition:
    'The slice is empty before the loop, which appends one element in each round and is not left early. The length of what it goes over is known from its declaration to be that of a slice, map or string. A slice declared by `var` stays nil when nothing is appended.',
  risk: 'The capacity of the slice differs afterwards; code that appends twice to the same slice and expects, or does not expect, the two to share memory would see that.',
  expected: 'A half to two thirds of the time spent appending.',
  references: ['https://go.dev/ref/spec#Making_slices_maps_and_channels', 'https://go.dev/blog/slices-intro'],
  apply(fn) {
    return fn.owned('for_statement').flatMap((loop) => rewrite(fn, loop) ?? []);
  },
};

function rewrite(fn: GoFunction, loop: SgNode): Answer | null {
  const count = countOf(fn, loop);
  const statement = fn.statementOf(loop);
  if (statement === null) return null;
  for (const appended of bodyOf(loop).flatMap((node) => appendedTo(node) ?? [])) {
    const declaration = fn.siblings(statement).find((node) => emptySlice(node)?.name === appended.name);
    const slice = declaration === undefined ? null : emptySlice(declaration);
    const before = declaration === undefined ? null : fn.between(declaration, statement);
    if (slice === null || declaration === undefined || before === null || fn.binding(slice.name) === null) continue;
    if (count === null) return refusal(loop, `how often the loop goes round is not known before it: the function does not declare that it goes over a slice, map or string.`);
    if (leaves(fn, loop, 'break_statement', 'continue_statement', 'return_statement', 'goto_statement')) return refusal(loop, `the loop may end early or skip a round, so \`${slice.name}\` may need less room.`);
    if (before.some((node) => fn.usesIn(slice.name, node).length > 0) || fn.uses(slice.name).some((use) => fn.isDeferred(use))) return refusal(loop, `\`${slice.name}\` is used between its declaration and the loop, or by a closure.`);
    // Each round appends once, and what a round does besides leaves the slice as it is.
    if (fn.usesIn(slice.name, loop).length !== 2) return refusal(loop, `the loop does more with \`${slice.name}\` than append to it once a round.`);
    const made = `make(${slice.type}, 0, ${count.text})`;
    // What stands between the two might change how long the loop will be.
    const fitsThere = slice.value !== null && before.length === 0;
    const edits = fitsThere && slice.value !== null ? [replaced(slice.value, made)] : [linesBefore(fn.source, statement, `if ${count.text} > 0 {`, `\t${slice.name} = ${made}`, '}')];
    return { title: `make \`${slice.name}\` with room for \`${count.text}\` elements`, line: lineOf(declaration), edits };
  }
  return null;
}

/** How often the loop goes round, as an expression without effects; null where it is not known. */
function countOf(fn: GoFunction, loop: SgNode): { text: string } | null {
  const range = loop.namedChildren().find((node) => node.kind() === 'range_clause');
  const over = range?.field('right');
  if (over?.kind() !== 'identifier' || fn.declares('len') || fn.declares('make')) return null;
  return isCounted(typeOfValue(fn, over)) ? { text: `len(${over.text()})` } : null;
}

/** `xs = append(xs, x)`. */
function appendedTo(node: SgNode): { name: string } | null {
  const assignment = assignmentOf(node);
  const call = callOf(assignment?.value ?? null);
  return assignment?.operator === '=' && call?.callee === 'append' && call.args.length === 2 && call.args[0]?.text() === assignment.name ? { name: assignment.name } : null;
}

/** `var xs []T`, `xs := []T{}` or `xs := make([]T, 0)`. `value`: what stands for the empty slice; null for nil. */
function emptySlice(node: SgNode): { name: string; type: string; value: SgNode | null } | null {
  if (node.kind() === 'var_declaration') {
    const [spec, ...more] = parts(node);
    const names = spec?.namedChildren().filter((child) => child.kind() === 'identifier') ?? [];
    const type = spec?.field('type');
    if (more.length > 0 || names.length !== 1 || spec?.kind() !== 'var_spec' || spec.field('value') !== null || type?.kind() !== 'slice_type') return null;
    return { name: names[0]?.text() ?? '', type: type.text(), value: null };
  }
  const declared = declarationOf(node);
  if (declared === null) return null;
  const { name, value } = declared;
  if (value.kind() === 'composite_literal') {
    const type = value.field('type');
    return type?.kind() === 'slice_type' && parts(value.field('body') ?? value).length === 0 ? { name, type: type.text(), value } : null;
  }
  const call = callOf(value);
  const [type, length, ...more] = call?.args ?? [];
  return call?.callee === 'make' && type?.kind() === 'slice_type' && length?.text() === '0' && more.length === 0 ? { name, type: type.text(), value } : null;
}
