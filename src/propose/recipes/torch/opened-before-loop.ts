import type { SgNode } from '@ast-grep/napi';
import { all, endOf, lineOf, parts, same, startOf, within } from '../../source/tree.js';
import { callArguments, methodOf } from '../../torch/call.js';
import { dedented } from '../../torch/dedented.js';
import { namesWrittenIn } from '../../torch/escapes.js';
import { isOpening } from '../../torch/file-content.js';
import { isWriter } from '../../torch/file-writers.js';
import { isNamed } from '../../torch/finding-lines.js';
import type { PyModule } from '../../torch/module.js';
import { bodyOf, indentOf, loopsAround, owned } from '../../torch/statements.js';
import type { Refusal, Rewrite, TorchRecipe } from '../recipe.js';

const openers = /^(?:h5py\.File|zipfile\.ZipFile|tarfile\.open)$/;
const pathCalls = /^(?:os\.path\.(?:join|abspath|expanduser|basename|dirname)|pathlib\.Path)$/;

export const openedBeforeLoop: TorchRecipe = {
  family: 'torch',
  name: 'opened-before-loop',
  languages: ['python'],
  category: 'data-loading',
  title: 'Open a file once around a loop that opens the same one in each step',
  evidence: { findings: ['C7', 'C1', 'H'], text: 'Time in `open`, or in reading the directory of an archive, for each part of one file.' },
  condition: 'The path is made of names that the loop does not write to. The file is opened by `with`, to be read, and each step first seeks in it, or takes parts by name. Nothing in the loop writes files.',
  risk: 'The file is opened also where the loop runs no step, and is open while a generator waits.',
  expected: 'The time to open the file, in each step but the first.',
  references: ['https://docs.python.org/3/library/functions.html#open'],
  apply(program) {
    const { module, scope } = program;
    return owned(module, scope, 'with_statement').filter((statement) => isNamed(program, statement, 1)).flatMap((statement) => answerOf(module, scope, statement) ?? []);
  },
};

/** Null for a `with` that opens no file of the kind in a loop. */
function answerOf(module: PyModule, scope: SgNode, statement: SgNode): Rewrite | Refusal | null {
  const [loop] = loopsAround(module, statement);
  const items = parts(parts(statement)[0] ?? statement).filter((one) => one.kind() === 'with_item');
  const pattern = items[0]?.field('value');
  const [call, target] = pattern?.kind() === 'as_pattern' ? parts(pattern) : [];
  const name = target === undefined ? undefined : (parts(target)[0] ?? target).text();
  if (loop?.kind() !== 'for_statement' || items.length !== 1 || call?.kind() !== 'call' || name === undefined) return null;
  const isPlain = isOpening(call) && module.pathOf(call.field('function')) === null && call.field('function')?.kind() === 'identifier';
  if (!isPlain && !openers.test(module.pathOf(call.field('function')) ?? '')) return null;
  const line = lineOf(statement);
  const refuse = (reason: string): Refusal => ({ line, reason });
  if (isWriter(call)) return refuse('The file is opened to be written to.');
  const written = new Set(namesWrittenIn(module, loop).map((id) => id.text()));
  const own = all(call, 'identifier').find((id) => written.has(id.text()) && !(id.parent()?.kind() === 'attribute' && !same(id.parent()?.field('object') ?? null, id)));
  if (own !== undefined) return refuse(`Each step opens a file of its own, by \`${own.text()}\`.`);
  if (!same(statement.parent(), loop.field('body'))) return refuse('It is not opened in each step.');
  const unknown = all(call, 'call').find((one) => !same(one, call) && one.field('function')?.text() !== 'str' && !pathCalls.test(module.pathOf(one.field('function')) ?? ''));
  if (unknown !== undefined || all(call, 'subscript').length > 0) return refuse('It cannot be seen that the path is the same in each step.');
  const held = all(call, 'attribute').find((one) => one.text().startsWith('self.') && new RegExp(`${one.text().replaceAll('.', '\\.')}\\s*(?:[-+*/]?=(?!=))`).test(loop.text()));
  if (held !== undefined) return refuse(`\`${held.text()}\` changes in the loop.`);
  const uses = module.uses(scope, name);
  const stray = uses.find(({ node, deferred }) => deferred || (!within(node, statement) && within(node, loop)) || (within(node, loop) && !same(node.parent(), target ?? null) && !isRead(node, isPlain) && !same(node, (target === undefined ? undefined : parts(target)[0]) ?? null)));
  if (stray !== undefined) return refuse(`Line ${lineOf(stray.node)} hands the open file on, or uses it behind its \`with\`.`);
  if (isPlain && !seeksFirst(statement, name)) return refuse('Each step reads the file from its beginning.');
  const writer = all(loop, 'call').find((one) => isWriter(one));
  if (writer !== undefined) return refuse(`Line ${lineOf(writer)} writes a file.`);
  const body = dedented(module, statement, bodyOf(statement));
  const indent = indentOf(module, loop);
  const step = (indentOf(module, statement) ?? '').slice((indent ?? '').length);
  const multiline = all(loop, 'string').some((string) => lineOf(string) !== string.range().end.line + 1);
  if (body === null || indent === null || multiline || loop.text().startsWith('async')) return refuse('The lines cannot be indented without changing a text.');
  const head = module.source.slice(startOf(statement), startOf(bodyOf(statement)[0] ?? statement)).trimEnd();
  if (head.includes('\n')) return refuse('The `with` goes over several lines, or has a comment.');
  const before = module.source.slice(startOf(loop), startOf(statement)).trimEnd();
  const after = module.source.slice(endOf(statement), endOf(loop));
  const text = `${before}\n${body.join('\n')}${after}`.split('\n').map((one, i) => (i === 0 || one.trim() === '' ? one : `${step}${one}`));
  return { title: `open \`${callArguments(call).positional[0]?.text() ?? ''}\` once around the loop`, line, edits: [{ file: module.file, start: startOf(loop), end: endOf(loop), text: `${head}\n${indent}${step}${text.join('\n')}` }] };
}

/** `f["x"]`, `f.seek(n)`, `f.read(n)`. */
function isRead(use: SgNode, isPlain: boolean): boolean {
  const parent = use.parent();
  if (parent?.kind() === 'subscript') return same(parent.field('value'), use) && !(parent.parent()?.kind() === 'assignment' && same(parent.parent()?.field('left') ?? null, parent));
  const method = parent?.kind() === 'attribute' && same(parent.field('object'), use) ? (methodOf(parent.parent())?.method ?? '') : '';
  return isPlain ? ['seek', 'read', 'readline', 'tell'].includes(method) : ['read', 'open', 'get', 'extractfile', 'getmember', 'keys'].includes(method);
}

function seeksFirst(statement: SgNode, name: string): boolean {
  const [first] = bodyOf(statement);
  const call = first?.kind() === 'expression_statement' ? parts(first)[0] : undefined;
  const method = methodOf(call ?? null);
  return method?.method === 'seek' && method.receiver.text() === name && parts(call?.field('arguments') ?? statement).length === 1;
}
