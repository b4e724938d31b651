import type { SgNode } from '@ast-grep/napi';
import { all, ancestorWhere, endOf, lineOf, parts, same, startOf } from '../../source/tree.js';
import { otherValues } from '../../torch/attribute-changes.js';
import { callArguments } from '../../torch/call.js';
import { dedented } from '../../torch/dedented.js';
import { isForEveryItem } from '../../torch/each-item.js';
import { contentOf, isContent, isOpening, isReadingFunction, openers, readers } from '../../torch/file-content.js';
import { isWriter, writtenAt } from '../../torch/file-writers.js';
import { handedOn, type Content } from '../../torch/handed-on.js';
import { itemPlaces, type ItemPlace } from '../../torch/item-places.js';
import { changedInPlace, localNames, partsOf, withoutLocals } from '../../torch/item-paths.js';
import { attributeValue } from '../../torch/models.js';
import type { PyModule } from '../../torch/module.js';
import type { TorchProgram } from '../../torch/program.js';
import { bodyOf, indentOf, linesAfter, owned, replaced, statementOf } from '../../torch/statements.js';
import { isRewrite, type Refusal, type Rewrite, type TextEdit, type TorchRecipe } from '../recipe.js';
import { mappedAnswer } from './mapped-file.js';

/** Calls that give the same path again, or are how it is read. */
const pathCalls = /^(?:os\.path\.(?:join|abspath|expanduser)|pathlib\.Path|torch\.device)$/;
const sharedHandle = 'Workers that are forked would share the open file and its place in it, and one cannot be sent to workers that are spawned.';

export const fileOnce: TorchRecipe = {
  family: 'torch',
  name: 'file-once',
  languages: ['python'],
  category: 'data-loading',
  title: 'Read a file once where each item of a dataset reads it again',
  evidence: { findings: ['C7', 'C1', 'H'], text: 'Reading or parsing a file takes most of the time of an item.' },
  condition: 'Every item of a dataset that has `__init__` reads it. The path is made of attributes that `__init__` alone sets, in all files around, and of literals. Nothing around writes to a file of that path. What is read, or a part of it, is not changed in place, returned or given to a call that is not known to read only. A file that is kept open is no case of this: processes would share it.',
  risk: 'What is read stays in memory, for each worker. The file has to be there when the dataset is made.',
  expected: 'The time to read the file, for each item but the first.',
  references: ['https://pytorch.org/docs/stable/data.html#multi-process-data-loading'],
  apply(program) {
    const answers = itemPlaces(program).flatMap((place) => [...owned(place.module, place.scope, 'call').flatMap((call) => readAnswer(program, place, call)), ...owned(place.module, place.scope, 'with_statement').flatMap((statement) => withAnswer(program, place, statement))]);
    return [...answers.filter(isRewrite), ...answers.filter((one) => !isRewrite(one))];
  },
};

/** A call that reads a file: kept in an attribute that `__init__` gives its value. */
function readAnswer(program: TorchProgram, place: ItemPlace, call: SgNode): (Rewrite | Refusal)[] {
  const { module, scope } = place;
  const path = module.pathOf(call.field('function')) ?? '';
  const { positional, keywords } = callArguments(call);
  const [given] = positional;
  if (ancestorWhere(call, (at) => at.kind() === 'with_statement', scope) !== null) return [];
  const line = lineOf(call);
  if (openers.test(path)) return localNames(module, scope, call).length > 0 ? [] : [{ line, reason: sharedHandle }];
  if ((!readers.test(path) && !isReadingFunction(program, module, call)) || given === undefined) return [];
  const inner = all(given, 'call').some((one) => /(?:^|\.)open$/.test(one.field('function')?.text() ?? ''));
  if (/^(?:json|pickle|yaml)\./.test(path) && !inner && !isOpening(given)) return [];
  if (path === 'numpy.load' && (keywords.has('mmap_mode') || mappedAnswer(module, scope, call).some(isRewrite))) return [];
  const local = localNames(module, scope, call);
  if (local.length > 0) return [{ line, reason: `Each item reads a file of its own, by \`${local[0] ?? ''}\`.` }];
  if (keywords.has('chunksize') || keywords.has('iterator')) return [{ line, reason: 'It is read part by part.' }];
  const bar = obstacle(program, place, call, given);
  if (bar !== null) return [{ line, reason: bar }];
  const text = withoutLocals(module, scope, given);
  if (text === null) return [{ line, reason: 'The path is made of names of the function.' }];
  const source = `${module.source.slice(startOf(call), startOf(given))}${text}${module.source.slice(endOf(given), endOf(call))}`;
  // An array of an archive is decompressed each time that it is asked for.
  const keyed = keyOf(call);
  const assigned = assignedName(keyed ?? call);
  const changed = assigned === null ? null : changedInPlace(scope, partsOf(scope, assigned));
  if (changed !== null) return [{ line, reason: `Line ${lineOf(changed)} changes what was read.` }];
  if (path === 'numpy.load' && keyed === null) return archiveAnswer(place, call, assigned, source);
  const whole = keyed ?? call;
  const added = copies(module, whole, assigned, scope);
  const seen = sharedAnswer(module, [whole], 'any', added);
  if (seen !== null) return [seen];
  const attribute = fresh(place, assigned ?? 'content');
  const value = `${source}${module.source.slice(endOf(call), endOf(whole))}`;
  const edits = [linesAfter(module, lastOf(place.init), [`self.${attribute} = ${value}`]), replaced(module, whole, `self.${attribute}`), ...added.map((part) => copied(module, part))];
  return [{ title: `read \`${text}\` once`, line, edits }];
}

/** Where what was read gets to others, which may change it. */
function sharedAnswer(module: PyModule, values: readonly SgNode[], content: Content, added: readonly SgNode[]): Refusal | null {
  const seen = handedOn(module, values, content, added);
  return seen === null ? null : { line: lineOf(seen), reason: `Line ${lineOf(seen)} hands on what was read, or a part of it, to code that may change it.` };
}

/** `archive["x"]` of an archive that a name is given: each array of it is kept. */
function archiveAnswer(place: ItemPlace, call: SgNode, name: string | null, source: string): (Rewrite | Refusal)[] {
  const { module, scope, init } = place;
  const line = lineOf(call);
  const uses = name === null ? [] : module.uses(scope, name).filter(({ role }) => role !== 'write');
  const taken = uses.flatMap(({ node }) => { const around = node.parent(); return around?.kind() === 'subscript' && same(around.field('value'), node) && parts(around).at(-1)?.kind() === 'string' ? [around] : []; });
  if (name === null || taken.length !== uses.length || taken.length === 0) return [{ line, reason: `It may be an archive. ${sharedHandle}` }];
  const added = taken.flatMap((part) => copies(module, part, null, scope));
  const seen = sharedAnswer(module, taken, 'any', added);
  if (seen !== null) return [seen];
  const keys = [...new Set(taken.map((part) => parts(part).at(-1)?.text() ?? ''))];
  const attributes = new Map(keys.map((key) => [key, fresh(place, key.replaceAll(/\W/g, '') || name)]));
  const statement = statementOf(call);
  const indent = indentOf(module, statement);
  if (indent === null) return [];
  const whole: TextEdit = { file: module.file, start: startOf(statement) - indent.length, end: Math.min(module.source.length, endOf(statement) + 1), text: '' };
  const lines = keys.length === 1 ? keys.map((key) => `self.${attributes.get(key) ?? ''} = ${source}[${key}]`) : [`${name} = ${source}`, ...keys.map((key) => `self.${attributes.get(key) ?? ''} = ${name}[${key}]`)];
  const edits = [linesAfter(module, lastOf(init), lines), whole, ...taken.flatMap((part) => [replaced(module, part, `self.${attributes.get(parts(part).at(-1)?.text() ?? '') ?? ''}`)]), ...added.map((part) => copied(module, part))];
  return [{ title: `read the arrays of \`${name}\` once`, line, edits }];
}

/** `with open(path) as file: rows = json.load(file)`. */
function withAnswer(program: TorchProgram, place: ItemPlace, statement: SgNode): (Rewrite | Refusal)[] {
  const { module, scope, init } = place;
  const item = all(statement, 'with_item')[0];
  const pattern = item?.field('value');
  const [call, target] = pattern?.kind() === 'as_pattern' ? parts(pattern) : [];
  const name = target === undefined ? undefined : (parts(target)[0] ?? target).text();
  const body = bodyOf(statement);
  if (call?.kind() !== 'call' || name === undefined || parts(item?.parent() ?? statement).length !== 1 || indentOf(module, statement) === null) return [];
  const [given] = callArguments(call).positional;
  const isText = isOpening(call) && module.pathOf(call.field('function')) === null;
  if (!openers.test(module.pathOf(call.field('function')) ?? '') && !isText) return [];
  const line = lineOf(statement);
  const local = localNames(module, scope, call);
  if (local.length > 0) return isText ? [] : [{ line, reason: `Each item opens a file of its own, by \`${local[0] ?? ''}\`.` }];
  if (isWriter(call)) return [{ line, reason: 'The file is opened to be written to.' }];
  if (!isText) return [{ line, reason: sharedHandle }];
  const bar = obstacle(program, place, call, given ?? call);
  if (bar !== null) return [{ line, reason: bar }];
  const [first, ...rest] = body;
  const assignment = first?.kind() === 'expression_statement' && parts(first)[0]?.kind() === 'assignment' ? parts(first)[0] : undefined;
  const left = assignment?.field('left');
  const right = assignment?.field('right');
  const text = dedented(module, statement, rest);
  if (text === null) return [{ line, reason: 'A text of several lines would change with its indentation.' }];
  const isUsedLater = rest.some((node) => all(node, 'identifier').some((id) => id.text() === name));
  if (first === undefined || left?.kind() !== 'identifier' || right === null || right === undefined || isUsedLater || localNames(module, scope, right).some((one) => one !== name)) return [];
  if (!isContent(module, right)) return [{ line, reason: 'It cannot be seen that the same is read for each item.' }];
  const changed = changedInPlace(scope, partsOf(scope, left.text()));
  if (changed !== null) return [{ line, reason: `Line ${lineOf(changed)} changes what was read.` }];
  const seen = sharedAnswer(module, [right], contentOf(right), []);
  if (seen !== null) return [seen];
  const attribute = fresh(place, left.text());
  const read = [module.source.slice(startOf(statement), startOf(first)).trimEnd(), `    self.${attribute} = ${right.text()}`];
  return [{ title: `read \`${given?.text() ?? ''}\` once`, line, edits: [linesAfter(module, lastOf(init), read), replaced(module, statement, [`${left.text()} = self.${attribute}`, ...text].join('\n'))] }];
}

/** Why a file may not be the same for all items, or is not read for each. */
function obstacle(program: TorchProgram, place: ItemPlace, call: SgNode, path: SgNode): string | null {
  const { module, owner, init } = place;
  if (!isForEveryItem(module, owner, call)) return 'It is not read for every item.';
  const unknown = all(call, 'call').find((one) => !same(one, call) && !isOpening(one) && one.field('function')?.text() !== 'str' && !pathCalls.test(module.pathOf(one.field('function')) ?? ''));
  if (unknown !== undefined) return 'It cannot be seen that the path is the same for each item.';
  const attributes = new Set(all(call, 'attribute').flatMap((one) => (one.field('object')?.text() === 'self' ? [one.text()] : [])));
  const handle = [...attributes].find((name) => /(?:^|[._])(?:open|connect|File|ZipFile|BytesIO|StringIO)$/.test(attributeValue(init, name.slice('self.'.length))?.field('function')?.text() ?? ''));
  if (handle !== undefined) return `\`${handle}\` is an open file.`;
  const other = otherValues(program, place, attributes);
  if (other !== null) return other;
  const written = writtenAt(program, place, path);
  return written === null ? null : `The file is written in line ${lineOf(written.node)}${written.module === module ? '' : ` of ${written.module.file}`}.`;
}

const lastOf = (init: SgNode): SgNode => bodyOf(init).at(-1) ?? init;

/** An attribute that the class does not have yet: `_rows`. */
function fresh({ module }: ItemPlace, name: string): string {
  const stem = `_${name.replace(/^_+/, '')}`;
  for (let n = 1; ; n++) {
    const made = n === 1 ? stem : `${stem}_${n}`;
    if (!new RegExp(`\\.${made}\\b`).test(module.source)) return made;
  }
}

function assignedName(node: SgNode): string | null {
  const left = node.parent()?.kind() === 'assignment' && same(node.parent()?.field('right') ?? null, node) ? node.parent()?.field('left') : null;
  return left?.kind() === 'identifier' ? left.text() : null;
}

/** `np.load(path)["x"]` of its call. */
function keyOf(call: SgNode): SgNode | null {
  const around = call.parent();
  return around?.kind() === 'subscript' && same(around.field('value'), call) && parts(around).at(-1)?.kind() === 'string' ? around : null;
}

/** The parts that are handed on as they are, and so get a `.copy()`, since they would be parts of what is kept. */
function copies(module: PyModule, whole: SgNode, name: string | null, scope: SgNode): SgNode[] {
  const values = name === null ? [whole] : module.uses(scope, name).filter(({ role }) => role !== 'write').map(({ node }) => node);
  return values.flatMap((value) => {
    const part = value.parent();
    if (part?.kind() !== 'subscript' || !same(part.field('value'), value)) return [];
    const assigned = assignedName(part);
    const handed = [part, ...(assigned === null ? [] : module.uses(scope, assigned).map(({ node }) => node))];
    const isShared = handed.some((one) => one.parent()?.kind() === 'argument_list' && ['torch.from_numpy', 'torch.as_tensor'].includes(module.pathOf(one.parent()?.parent()?.field('function') ?? null) ?? ''));
    return isShared ? [part] : [];
  });
}

const copied = (module: PyModule, part: SgNode): TextEdit => ({ file: module.file, start: endOf(part), end: endOf(part), text: '.copy()' });
