import type { SgNode } from '@ast-grep/napi';
import { all, ancestorWhere, endOf, lineOf, parts, same, startOf, within } from '../../source/tree.js';
import { otherValues } from '../../torch/attribute-changes.js';
import { callArguments, methodOf } from '../../torch/call.js';
import { isOpening } from '../../torch/file-content.js';
import { isWriter, writtenAt } from '../../torch/file-writers.js';
import { dedented } from '../../torch/dedented.js';
import { itemPlaces, type ItemPlace } from '../../torch/item-places.js';
import { localNames } from '../../torch/item-paths.js';
import { methodIn } from '../../torch/models.js';
import { spelled } from '../../torch/names-in-scope.js';
import type { TorchProgram } from '../../torch/program.js';
import { bodyOf, indentOf, linesAfter, linesBefore, owned, replaced, statementOf, withoutStatement } from '../../torch/statements.js';
import type { Refusal, Rewrite, TextEdit, TorchRecipe } from '../recipe.js';

/** Files whose parts are read by name or place, which several uses in a process may share. */
const openers = /^(?:h5py\.File|zipfile\.ZipFile|tarfile\.open)$/;
/** What may be called on such a file: nothing that closes it, or that goes on from where the last use ended. */
const reads = new Set(['get', 'keys', 'values', 'items', 'read', 'open', 'namelist', 'infolist', 'getinfo', 'getnames', 'getmembers', 'getmember', 'extractfile', 'visit', 'visititems']);

export const keptOpen: TorchRecipe = {
  family: 'torch',
  name: 'kept-open',
  languages: ['python'],
  category: 'data-loading',
  title: 'Keep a file open, once in each process, where each item of a dataset opens it again',
  evidence: { findings: ['C7', 'C1', 'H'], text: 'Opening a file, or reading its directory, takes most of the time of an item.' },
  condition: 'A method that gives items opens an HDF5 file, an archive, or a file that it first seeks in, only to read. The path is made of attributes that `__init__` alone sets, and of literals; nothing around writes to the file. The open file is used by name and goes nowhere else. Each process opens its own: forked workers share none, and a copy of the dataset, as one that is sent to a process, begins without it.',
  risk: 'The file stays open until the dataset goes, so that what another program writes to it meanwhile may not be seen, or may not be possible.',
  expected: 'The time to open the file, for each item but the first of each process.',
  references: ['https://pytorch.org/docs/stable/data.html#multi-process-data-loading', 'https://docs.h5py.org/en/stable/high/file.html'],
  apply: (program) => itemPlaces(program).flatMap((place) => owned(place.module, place.scope, 'call').flatMap((call) => answerOf(program, place, call) ?? [])),
};

/** Null for a call that opens nothing of the kind. */
function answerOf(program: TorchProgram, place: ItemPlace, call: SgNode): Rewrite | Refusal | null {
  const { module, scope, owner } = place;
  const isPlain = isOpening(call) && module.pathOf(call.field('function')) === null && call.field('function')?.kind() === 'identifier';
  if (!isPlain && !openers.test(module.pathOf(call.field('function')) ?? '')) return null;
  const line = lineOf(call);
  const opening = openingOf(place, call);
  const [given] = callArguments(call).positional;
  // What is read as a whole is no case of this.
  if (isPlain && (opening === null || !seeksFirst(opening))) return null;
  const local = localNames(module, scope, call);
  if (local.length > 0) return { line, reason: `Each item opens a file of its own, by \`${local[0] ?? ''}\`.` };
  if (ancestorWhere(call, (at) => at.kind() === 'if_statement' && /is None|hasattr|getpid/.test(at.field('condition')?.text() ?? ''), scope) !== null) return { line, reason: 'It is opened only where it is not open yet.' };
  if (opening === null || given === undefined) return { line, reason: 'It cannot be seen how long the file stays open.' };
  if (isWriter(call)) return { line, reason: 'The file is opened to be written to.' };
  const stray = opening.uses.find((use) => !isRead(use, isPlain));
  if (stray !== undefined) return { line, reason: `Line ${lineOf(stray)} hands the open file on.` };
  if (isPlain && /\bimport threading\b|concurrent\.futures|ThreadPool/.test(module.source)) return { line, reason: 'Threads would share the place in the file.' };
  const unknown = all(call, 'call').find((one) => !same(one, call) && one.field('function')?.text() !== 'str' && !/^(?:os\.path\.(?:join|abspath|expanduser)|pathlib\.Path)$/.test(module.pathOf(one.field('function')) ?? ''));
  if (unknown !== undefined) return { line, reason: 'It cannot be seen that the path is the same for each item.' };
  const attributes = new Set(all(call, 'attribute').flatMap((one) => (one.field('object')?.text() === 'self' ? [one.text()] : [])));
  const other = otherValues(program, place, attributes);
  if (other !== null) return { line, reason: other };
  const written = writtenAt(program, place, given);
  if (written !== null) return { line, reason: `The file is written in line ${lineOf(written.node)}${written.module === module ? '' : ` of ${written.module.file}`}.` };
  const special = ['__getstate__', '__setstate__', '__reduce__', '__reduce_ex__', '__deepcopy__', '__slots__', '__getattr__'].find((name) => methodIn(owner, name) !== null || all(owner, 'assignment').some((one) => one.field('left')?.text() === name));
  if (special !== undefined || /DataPipe/.test(owner.field('superclasses')?.text() ?? '')) return { line, reason: `The class says by itself how it is sent to a process${special === undefined ? '' : ` (\`${special}\`)`}.` };
  return rewriteOf(place, call, opening);
}

interface Opening {
  /** The name of the open file; null where it is used without one. */
  name: string | null;
  uses: SgNode[];
  /** The `with` around its uses, or the statement that opens it. */
  statement: SgNode;
  /** `f.close()` */
  closing: SgNode[];
}

/** How a file is opened and used: by `with`, by a name, or at once. */
function openingOf({ module, scope }: ItemPlace, call: SgNode): Opening | null {
  const parent = call.parent();
  const statement = statementOf(call);
  if (indentOf(module, statement) === null) return null;
  if (statement.kind() === 'with_statement') {
    const items = all(statement, 'with_item').filter((item) => within(item, statement) && startOf(item) < startOf(statement.field('body') ?? statement));
    const pattern = items[0]?.field('value');
    const target = pattern?.kind() === 'as_pattern' && same(parts(pattern)[0] ?? null, call) ? parts(pattern)[1] : undefined;
    const name = target === undefined ? undefined : (parts(target)[0] ?? target);
    if (items.length !== 1 || name?.kind() !== 'identifier') return null;
    const uses = module.uses(scope, name.text()).filter(({ role }) => role !== 'write').map(({ node }) => node);
    const isOwn = module.uses(scope, name.text()).filter(({ role }) => role === 'write').length === 1 && uses.every((use) => within(use, statement));
    return isOwn ? { name: name.text(), uses, statement, closing: [] } : null;
  }
  if (parent?.kind() === 'assignment' && same(parent.field('right'), call) && parent.field('left')?.kind() === 'identifier' && same(parent.parent(), statement)) {
    const name = parent.field('left')?.text() ?? '';
    const found = module.uses(scope, name);
    const uses = found.filter(({ role, node }) => role !== 'write' && node.parent() !== null).map(({ node }) => node);
    const closing = uses.filter((use) => /^\w+\.close\(\)$/.test(statementOf(use).text()));
    const isOwn = found.filter(({ role }) => role === 'write' || role === 'declare').length === 1 && found.every(({ deferred }) => !deferred);
    return isOwn ? { name, uses: uses.filter((use) => !closing.includes(use)), statement, closing: closing.map(statementOf) } : null;
  }
  return parent?.kind() === 'subscript' && same(parent.field('value'), call) && ['return_statement', 'expression_statement'].includes(String(statement.kind())) && ancestorWhere(call, (at) => /lambda|comprehension|generator|conditional|boolean/.test(String(at.kind())), statement) === null ? { name: null, uses: [], statement, closing: [] } : null;
}

/** `f["x"]`, `f.read(name)`, `name in f`. */
function isRead(use: SgNode, isPlain: boolean): boolean {
  const parent = use.parent();
  if (parent?.kind() === 'subscript') return same(parent.field('value'), use) && !(parent.parent()?.kind() === 'assignment' && same(parent.parent()?.field('left') ?? null, parent));
  if (parent?.kind() === 'comparison_operator') return true;
  // `for name in f`, `len(f)`
  if (!isPlain && ['for_statement', 'for_in_clause'].includes(String(parent?.kind()))) return same(parent?.field('right') ?? null, use);
  if (!isPlain && parent?.kind() === 'argument_list') return /^(?:len|list|sorted)$/.test(parent.parent()?.field('function')?.text() ?? '');
  const method = parent?.kind() === 'attribute' && same(parent.field('object'), use) ? methodOf(parent.parent()) : null;
  if (method === null) return parent?.kind() === 'attribute' && ['attrs', 'filelist'].includes(parent.field('attribute')?.text() ?? '');
  return isPlain ? ['seek', 'read', 'readline', 'tell'].includes(method.method) : reads.has(method.method);
}

/** Whether the first thing done with a file is to go to a place in it, whatever was read before. */
function seeksFirst({ uses, statement }: Opening): boolean {
  const [first] = uses.toSorted((a, b) => startOf(a) - startOf(b));
  const call = first?.parent()?.parent() ?? null;
  const method = methodOf(call);
  const at = call === null ? null : statementOf(call);
  const isInBlock = at !== null && (statement.kind() === 'with_statement' ? same(at.parent(), statement.field('body')) : same(at.parent(), statement.parent()));
  return isInBlock && method?.method === 'seek' && callArguments(call as SgNode).positional.length === 1;
}

function rewriteOf({ module, owner, init }: ItemPlace, call: SgNode, { name, statement, closing }: Opening): Rewrite | Refusal {
  const line = lineOf(call);
  const file = fresh(module.source, `_${name?.replace(/^_+/, '') ?? 'file'}`);
  const process = fresh(module.source, `${file}_process`);
  const getpid = spelled(module, 'os.getpid');
  const last = bodyOf(init).at(-1);
  const indent = indentOf(module, statement);
  const end = bodyOf(owner).at(-1);
  if (last === undefined || indent === null || end === undefined) return { line, reason: '`__init__` is empty.' };
  const step = (indentOf(module, last) ?? '').slice((indentOf(module, statementOf(init)) ?? '').length) || '    ';
  const opened = [`if self.${process} != ${getpid.text}():`, `${step}self.${file} = ${call.text()}`, `${step}self.${process} = ${getpid.text}()`];
  const edits: TextEdit[] = [linesAfter(module, last, [`self.${file} = self.${process} = None`]), ...getpid.edits, ...closing.map((one) => withoutStatement(module, one))];
  if (statement.kind() === 'with_statement') {
    const body = dedented(module, statement, bodyOf(statement));
    if (body === null) return { line, reason: 'A text of several lines would change with its indentation.' };
    edits.push(replaced(module, statement, [opened.join(`\n${indent}`), `${indent}${name ?? ''} = self.${file}`, ...body].join('\n')));
  } else edits.push(linesBefore(module, statement, opened), replaced(module, call, `self.${file}`));
  const outer = indentOf(module, end) ?? '    ';
  edits.push({ file: module.file, start: endOf(end), end: endOf(end), text: `\n\n${outer}def __getstate__(self):\n${outer}${step}return {**self.__dict__, "${file}": None, "${process}": None}` });
  return { title: `keep \`${callArguments(call).positional[0]?.text() ?? ''}\` open in each process`, line, edits };
}

/** An attribute that the file does not have yet. */
function fresh(source: string, stem: string): string {
  for (let n = 1; ; n++) {
    const made = n === 1 ? stem : `${stem}_${n}`;
    if (!new RegExp(`\\b${made}\\b`).test(source)) return made;
  }
}
