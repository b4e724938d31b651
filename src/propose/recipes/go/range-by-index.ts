import type { SgNode } from '@ast-grep/napi';
import { appendsAreOwn, callsAreKnown, writesOnlyVariables } from '../../go/effects.js';
import { isAddressed, isTarget, type GoFunction } from '../../go/function.js';
import { bodyOf } from '../../go/syntax.js';
import { refusal } from '../../native/refusal.js';
import { linesBefore, replaced } from '../../native/lines.js';
import { all, lineOf, parts, same, within } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { GoRecipe } from '../native-recipe.js';
import type { Answer } from '../recipe.js';

/** Bytes from which a copy costs more than the pointer. */
const large = 64;

const sizes: Record<string, number> = { bool: 1, int8: 1, uint8: 1, byte: 1, int16: 2, uint16: 2, int32: 4, uint32: 4, rune: 4, float32: 4, int: 8, uint: 8, int64: 8, uint64: 8, float64: 8, uintptr: 8, string: 16, error: 16, any: 16 };

export const goRangeByIndex: GoRecipe = {
  family: 'go',
  name: 'go-range-by-index',
  languages: ['go'],
  category: 'allocation',
  title: 'Go over a slice of large structs by pointer instead of copying each',
  evidence: { findings: hostWork, text: '`runtime.duffcopy` or `runtime.memmove` below the function, or its own time at the `range`.' },
  condition: 'The struct is defined in the file and takes at least 64 bytes. The loop reads single fields of it, gives the slice no other value, writes to nothing but variables and maps, and runs no code that is not known.',
  risk: 'Where a copy of few bytes is enough for the compiler, nothing is gained.',
  expected: 'A few percent, up to several times for structs of some hundred bytes.',
  references: ['https://go.dev/ref/spec#For_range'],
  apply(fn) {
    return fn.owned('for_statement').flatMap((loop) => rewrite(fn, loop) ?? []);
  },
};

function rewrite(fn: GoFunction, loop: SgNode): Answer | null {
  const clause = loop.namedChildren().find((node) => node.kind() === 'range_clause');
  const slice = clause?.field('right');
  const [index, value, ...more] = parts(clause?.field('left') ?? loop);
  const body = bodyOf(loop);
  const [first] = body;
  if (clause === undefined || slice?.kind() !== 'identifier' || index === undefined || value === undefined || more.length > 0 || first === undefined || value.text() === '_') return null;
  const element = /^\[\](\w+)$/.exec(fn.typeOf(slice.text()) ?? '')?.[1];
  const binding = fn.binding(value.text());
  if (element === undefined || binding?.kind !== 'range' || !within(binding.id, clause) || (sizeOf(fn, element) ?? 0) < large) return null;
  const uses = fn.usesIn(value.text(), loop).filter((use) => !same(use, value));
  if (uses.length === 0 || !uses.every((use) => isFieldRead(fn, use))) return uses.length === 0 ? null : refusal(loop, `the loop does more with \`${value.text()}\` than read its fields, so it may need the copy.`);
  if (fn.isWritten(slice.text(), loop) || !callsAreKnown(fn, loop) || !writesOnlyVariables(fn, loop) || !appendsAreOwn(fn, loop)) return refusal(loop, `the loop may change elements of \`${slice.text()}\`: it writes to slices or fields, or runs code that is not known.`);
  const counter = index.text() === '_' ? fn.names.fresh('index') : index.text();
  if (fn.isWritten(counter, loop) && index.text() !== '_') return null;
  return {
    title: `go over \`${slice.text()}\` by pointer`,
    line: lineOf(loop),
    edits: [replaced(clause, `${counter} := range ${slice.text()}`), linesBefore(fn.source, first, `${value.text()} := &${slice.text()}[${counter}]`)],
  };
}

/** `x.field`, not a method of it, nor an address. */
function isFieldRead(fn: GoFunction, use: SgNode): boolean {
  const parent = use.parent();
  if (parent?.kind() !== 'selector_expression' || !same(parent.field('operand'), use) || isTarget(use) || isAddressed(use)) return false;
  const call = parent.parent();
  // A slice of an array that is a field would be of the element itself instead of the copy.
  if (call?.kind() === 'slice_expression') return false;
  return !(call?.kind() === 'call_expression' && same(call.field('function'), parent)) && fn.loopsAround(use).length > 0;
}

/** Bytes that a struct of the file takes at least; null where a field's type is not known. */
function sizeOf(fn: GoFunction, name: string): number | null {
  const specs = all(fn.root, 'type_spec').filter((spec) => spec.field('name')?.text() === name);
  const type = specs.length === 1 ? specs[0]?.field('type') : null;
  if (type?.kind() !== 'struct_type') return null;
  return all(type, 'field_declaration').reduce((sum, field) => sum + Math.max(1, field.namedChildren().filter((child) => child.kind() === 'field_identifier').length) * bytesOf(field.field('type')?.text() ?? ''), 0);
}

/** Types that are not known count as nothing. */
function bytesOf(type: string): number {
  const array = /^\[(\d+)\](.+)$/.exec(type);
  if (array !== null) return Number(array[1]) * bytesOf(array[2] ?? '');
  if (type.startsWith('[]')) return 24;
  return /^(?:\*|map\[|func\b|chan\b)/.test(type) ? 8 : (sizes[type] ?? 0);
}
