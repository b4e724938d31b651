import type { SgNode } from '@ast-grep/napi';
import { ancestorWhere, endOf, lineOf, same, startOf } from '../../source/tree.js';
import { callArguments } from '../../torch/call.js';
import { collectedBy, type Collected } from '../../torch/collected.js';
import { dataKind } from '../../torch/data-kind.js';
import { indexOf, placeText, type IndexWords } from '../../torch/index-text.js';
import type { PyModule } from '../../torch/module.js';
import { spelled } from '../../torch/names-in-scope.js';
import { placesOf, type Places } from '../../torch/places.js';
import type { TorchProgram } from '../../torch/program.js';
import { itemSlice, type ItemSlice } from '../../torch/slices.js';
import { indentOf, linesBefore, owned, replaced, statementOf } from '../../torch/statements.js';
import { isRewrite, type Refusal, type Rewrite, type TextEdit, type TorchRecipe } from '../recipe.js';

export const indexBatches: TorchRecipe = {
  family: 'torch',
  name: 'index-batches',
  languages: ['python'],
  category: 'data-loading',
  title: 'Take a batch from the data by one index of all its places instead of stacking a part for each item',
  evidence: { findings: ['C7', 'C1', 'C4-small-copies', 'H'], text: 'The device idles while the host slices the data and stacks the slices.' },
  condition: 'Each item is an element, or a slice of one length, of one tensor or NumPy array, from a place in a row of places of which none is known to be negative; a comprehension or a loop that does nothing else goes over them. Conversions of items change each number by itself. The same elements are copied, in the same order, and random places are drawn in the same order.',
  risk: 'A place too near to the end fails as an index instead of as a stack of unequal lengths. The index takes 8 bytes an element.',
  expected: 'Two calls instead of two for each item: ten to a hundred times faster for batches of tens of items.',
  references: ['https://pytorch.org/docs/stable/generated/torch.stack.html', 'https://numpy.org/doc/stable/user/basics.indexing.html#advanced-indexing'],
  apply(program) {
    const { module, scope } = program;
    const found = owned(module, scope, 'call').flatMap((call) => stackOf(program, call) ?? []);
    const sliced = new Set(found.flatMap((one) => ('reason' in one || one.item.length === null || one.item.isConverted ? [] : [one.item.data.text()])));
    const answers = found.map((one) => ('reason' in one ? one : withData(program, one, sliced)));
    const groups = new Map<string, Stack[]>();
    for (const stack of answers.flatMap((one) => ('reason' in one ? [] : [one]))) {
      const key = [keyOf(stack), statementOf(stack.collected.at).parent()?.id() ?? ''].join('\0');
      groups.set(key, [...(groups.get(key) ?? []), stack]);
    }
    const rewrites = [...groups.values()].map((group) => rewriteOf(module, group));
    return [...rewrites.filter(isRewrite), ...rewrites.filter((one) => !isRewrite(one)), ...answers.flatMap((one) => ('reason' in one ? [one] : []))];
  },
};

interface Stack {
  collected: Collected;
  item: ItemSlice;
  places: Places;
  /** What is indexed. */
  of: 'tensor' | 'array';
}

/** A call that puts items of data together; null for what is nothing like it. */
function stackOf(program: TorchProgram, call: SgNode): Stack | Refusal | null {
  const { module } = program;
  const collected = collectedBy(module, call);
  const item = collected === null ? null : itemSlice(module, collected.element, collected.start);
  if (collected === null || item === null) return null;
  const line = lineOf(call);
  if (ancestorWhere(call, (at) => at.kind() === 'lambda' || /comprehension|generator/.test(String(at.kind())), statementOf(call)) !== null) return null;
  if ('each' in collected.places) {
    if (!isNumber(module, collected.places.each)) return { line, reason: `\`${collected.places.each.text()}\` may be no number.` };
    return { collected, item, places: { node: collected.places.each, kind: 'list', onDevice: false, bar: null }, of: 'tensor' };
  }
  const places = placesOf(program, { module, node: collected.places.over });
  if (places.bar !== null) return { line, reason: places.bar };
  const isRow = places.kind !== 'unknown' || (['identifier', 'attribute', 'subscript'].includes(String(places.node.kind())) && !/sampler|loader|dataset|iter|order$/i.test(places.node.text()));
  return isRow ? { collected, item, places, of: 'tensor' } : { line, reason: `It cannot be seen that \`${places.node.text()}\` is a row of numbers.` };
}

/** With the kind of its data, which has to be a tensor or an array. */
function withData(program: TorchProgram, stack: Stack, sliced: ReadonlySet<string>): Stack | Refusal {
  const { collected, item } = stack;
  const { data, isArray, isConverted, length } = item;
  const kind = dataKind(program, { module: program.module, node: data });
  const refuse = (reason: string): Refusal => ({ line: lineOf(collected.call), reason });
  if (kind === 'handle' || kind === 'list') return refuse(`\`${data.text()}\` takes no index of several places.`);
  if (isArray && kind !== 'tensor') return { ...stack, of: 'array' };
  const isStacked = !collected.isArray && !isConverted && (length !== null || sliced.has(data.text()));
  if (kind === 'unknown' && !isStacked) return refuse(`It cannot be seen that \`${data.text()}\` is one tensor or array.`);
  if (collected.isArray && kind !== 'array') return refuse(`It cannot be seen that \`${data.text()}\` is an array.`);
  return { ...stack, of: kind === 'array' ? 'array' : 'tensor' };
}

/** A number for each call: `random.randint(…)`, `torch.randint(…).item()`. */
function isNumber(module: PyModule, each: SgNode): boolean {
  const path = module.pathOf(each.field('function')) ?? '';
  const { positional, keywords } = callArguments(each);
  return /^random\.rand(?:int|range)$/.test(path) || (path === 'numpy.random.randint' && positional.length < 3 && !keywords.has('size')) || each.field('function')?.text() === 'int' || each.text().endsWith('.item()') || ((each.field('function')?.text() ?? '').endsWith('.integers') && positional.length < 3 && !keywords.has('size'));
}

/** Those of one row of places; places without a name are drawn anew by each. */
function keyOf({ places, collected }: Stack): string {
  return 'each' in collected.places ? String(collected.at.id()) : /^[\w.]+$/.test(places.node.text()) ? places.node.text() : String(collected.call.id());
}

function rewriteOf(module: PyModule, group: readonly Stack[]): Rewrite | Refusal {
  const [first] = group;
  const last = group.at(-1);
  if (first === undefined || last === undefined) throw new Error('a group has a batch');
  const { at, replacesAt } = first.collected;
  const line = lineOf(first.collected.call);
  const scope = module.scopeOf(first.collected.call);
  const rewritten = [first.places.node.text(), ...group.map(({ item }) => item.data.text())].find((name) => module.uses(scope, name).some((use) => use.role === 'write' && startOf(use.node) > startOf(at) && startOf(use.node) < startOf(last.collected.call) && !same(statementOf(use.node), statementOf(last.collected.call))));
  if (rewritten !== undefined) return { line, reason: `\`${rewritten}\` is given another value between the batches.` };
  if (group.some(({ collected }) => collected.replacesAt !== replacesAt || (replacesAt && !same(collected.at, at)))) return { line, reason: 'One of the batches is put together in another way.' };
  const words: IndexWords = { torchRange: spelled(module, 'torch.arange'), arrayRange: spelled(module, 'numpy.arange'), tensor: spelled(module, 'torch.tensor'), asTensor: spelled(module, 'torch.as_tensor'), asArray: spelled(module, 'numpy.asarray'), used: new Set() };
  const fresh = module.names(scope).names;
  const lines: string[] = [];
  let place = first.places.node.text();
  if ('each' in first.collected.places) {
    const { each, count } = first.collected.places;
    place = fresh.fresh('starts');
    lines.push(`${place} = [${each.text()} for _ in range(${count.text()})]`);
  }
  const names = new Map<string, string>();
  const isSingle = group.length === 1;
  const edits: TextEdit[] = group.map((stack) => {
    const base = indexOf(stack.item, { ...stack.places, text: place }, stack.of, words);
    let name = base;
    if (!isSingle && stack.item.length !== null) {
      name = names.get(base) ?? fresh.fresh(names.size === 0 ? 'index' : `index_${names.size + 1}`);
      if (!names.has(base)) lines.push(`${name} = ${base}`);
      names.set(base, name);
    }
    return replaced(module, stack.collected.call, batchText(stack, placeText(name, stack.item)));
  });
  if (lines.length > 0 && indentOf(module, at) === null) return { line, reason: 'There is no line of its own for the index.' };
  const before = replacesAt ? [replaced(module, at, lines.join(`\n${indentOf(module, at) ?? ''}`))] : lines.length > 0 ? [linesBefore(module, at, lines)] : [];
  if (replacesAt && lines.length === 0) before.splice(0, 1, ...withoutLoop(module, at));
  const gone = uniqueEdits(group.flatMap(({ collected }) => collected.gone));
  const imports = [...words.used].flatMap(({ edits: more }) => more);
  return { title: `take batches by one index of \`${place}\``, line, edits: [...gone, ...before, ...edits, ...imports] };
}

function batchText({ collected, item }: Stack, index: string): string {
  const text = collected.element.text();
  const from = startOf(item.place) - startOf(collected.element);
  return `${text.slice(0, from)}${index}${text.slice(from + endOf(item.place) - startOf(item.place))}`;
}

/** Takes the whole line of a loop away. */
function withoutLoop(module: PyModule, loop: SgNode): TextEdit[] {
  const start = module.source.lastIndexOf('\n', startOf(loop) - 1) + 1;
  const next = module.source.indexOf('\n', endOf(loop));
  return [{ file: module.file, start, end: next < 0 ? module.source.length : next + 1, text: '' }];
}

function uniqueEdits(edits: readonly TextEdit[]): TextEdit[] {
  return edits.filter((edit, i) => edits.findIndex((other) => other.start === edit.start && other.end === edit.end) === i);
}

