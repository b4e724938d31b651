import type { SgNode } from '@ast-grep/napi';
import { all, endOf, lineOf, parts, same } from '../../source/tree.js';
import { argument, callArguments, methodOf } from '../../torch/call.js';
import { localNames } from '../../torch/item-paths.js';
import type { PyModule } from '../../torch/module.js';
import { loopsAround, owned, withKeyword } from '../../torch/statements.js';
import { isRewrite, type Refusal, type Rewrite, type TextEdit, type TorchRecipe } from '../recipe.js';

export const mappedFile: TorchRecipe = {
  family: 'torch',
  name: 'mapped-file',
  languages: ['python'],
  category: 'data-loading',
  title: 'Map a file of arrays (`np.load(…, mmap_mode="r")`) where each item reads all of it and takes a part',
  evidence: { findings: ['C7', 'C1', 'H'], text: 'Reading files takes most of the time of an item or a batch.' },
  condition: 'Only parts of the file are taken: the file is the same for all items, or an item says which part of it. A part is copied before anything else sees it, so that it can be written to as before.',
  risk: 'A file that another program changes meanwhile shows the change. A `.npz` archive cannot be mapped. Shuffled parts of a file on a slow disk are read one by one.',
  expected: 'The time to read the whole file, for each item.',
  references: ['https://numpy.org/doc/stable/reference/generated/numpy.load.html'],
  apply({ module, scope }) {
    const answers = owned(module, scope, 'call').flatMap((call) => (module.pathOf(call.field('function')) === 'numpy.load' ? mappedAnswer(module, scope, call) : []));
    const rewrites = answers.filter(isRewrite);
    const [first] = rewrites;
    // Files that one item takes parts of are mapped together.
    const together = first === undefined ? [] : [{ ...first, title: rewrites.map(({ title }) => title).join(', '), edits: rewrites.flatMap(({ edits }) => edits) }];
    return [...together, ...answers.filter((answer) => !isRewrite(answer))];
  },
};

/** What can be said of one `np.load`. */
export function mappedAnswer(module: PyModule, scope: SgNode, call: SgNode): (Rewrite | Refusal)[] {
  const line = lineOf(call);
  const refuse = (reason: string): Refusal[] => [{ line, reason }];
  const { keywords, positional, hasSplat } = callArguments(call);
  const path = argument(call, 'file', 0);
  if (keywords.has('mmap_mode') || positional.length > 1) return refuse('The file is mapped already, or how it is read is given.');
  if (path === null || hasSplat || keywords.size > 0) return refuse('How the file is read is given.');
  if (/\.npz\b/.test(path.text())) return refuse('An archive (`.npz`) cannot be mapped.');
  const isRepeated = scope.kind() === 'function_definition' && (scope.field('name')?.text() !== '__init__' || loopsAround(module, call).length > 0);
  if (!isRepeated) return refuse('The file is read once.');
  const found = partsTaken(module, scope, call);
  if (!Array.isArray(found)) return refuse(found.reason);
  const own = localNames(module, scope, path);
  const chosen = found.flatMap((part) => parts(part).slice(1).flatMap((index) => localNames(module, scope, index)));
  if (own.length > 0 && !chosen.some((name) => !own.includes(name))) return refuse(`Each item has a file of its own, by \`${own[0] ?? ''}\`.`);
  const edits: TextEdit[] = [withKeyword(module, call, 'mmap_mode="r"')];
  for (const part of found) {
    if (all(part, 'string').some((string) => !isInCall(string, call))) return refuse('It is an archive of several arrays, which cannot be mapped.');
    if (isWritten(part)) return refuse(`Line ${lineOf(part)} writes to what was read.`);
    if (!isCopied(module, part)) edits.push({ file: module.file, start: endOf(part), end: endOf(part), text: '.copy()' });
  }
  const name = nameOf(call);
  return [{ title: `map the file ${name === null ? `that is read in line ${line}` : `that \`${name}\` is read from`}`, line, edits }];
}

const isInCall = (node: SgNode, call: SgNode): boolean => node.range().start.index >= call.range().start.index && endOf(node) <= endOf(call);

function nameOf(call: SgNode): string | null {
  const left = call.parent()?.kind() === 'assignment' ? call.parent()?.field('left') : null;
  return left?.kind() === 'identifier' ? left.text() : null;
}

/** The parts of what is read that are used, `data[i]`; shapes and lengths need no part. */
function partsTaken(module: PyModule, scope: SgNode, call: SgNode): SgNode[] | { reason: string } {
  const name = nameOf(call);
  if (name === null) {
    const kind = useOf(call);
    return kind === null ? { reason: 'All of the file is used.' } : kind === 'shape' ? [] : [kind];
  }
  const uses = module.uses(scope, name);
  if (uses.filter(({ role }) => role === 'write').length !== 1) return { reason: `\`${name}\` is given other values.` };
  const others = uses.filter(({ node }) => node.parent()?.kind() !== 'assignment' || !same(node.parent()?.field('right') ?? null, call));
  if (others.length === 0) return { reason: 'Nothing of the file is used.' };
  const found: SgNode[] = [];
  for (const { node } of others) {
    const kind = useOf(node);
    if (kind === null) return { reason: `All of \`${name}\` is used in line ${lineOf(node)}.` };
    if (kind !== 'shape') found.push(kind);
  }
  return found;
}

/** The part of a value that is taken, or that only its shape is asked for; null where all of it is used. */
function useOf(node: SgNode): SgNode | 'shape' | null {
  const around = node.parent();
  if (around?.kind() === 'attribute' && ['shape', 'ndim', 'dtype', 'size'].includes(around.field('attribute')?.text() ?? '')) return 'shape';
  const call = around?.kind() === 'argument_list' ? around.parent() : null;
  if (call?.field('function')?.text() === 'len') return 'shape';
  return around?.kind() === 'subscript' && same(around.field('value'), node) ? around : null;
}

/** `part.copy()`, `part.astype(…)`, `torch.tensor(part)`, `np.array(part)`, `int(part)`, `part / 255`. */
function isCopied(module: PyModule, part: SgNode): boolean {
  const around = part.parent();
  if (around?.kind() === 'binary_operator') return true;
  const method = methodOf(around?.parent() ?? null);
  if (method !== null && same(method.receiver, part)) return ['copy', 'astype', 'tolist', 'item', 'sum', 'mean', 'max', 'min'].includes(method.method);
  const call = around?.kind() === 'argument_list' ? around.parent() : null;
  const name = module.pathOf(call?.field('function') ?? null) ?? call?.field('function')?.text() ?? '';
  return ['torch.tensor', 'numpy.array', 'int', 'float', 'str'].includes(name) && parts(around ?? part).length >= 1;
}

function isWritten(part: SgNode): boolean {
  const around = part.parent();
  return (around?.kind() === 'assignment' || around?.kind() === 'augmented_assignment') && same(around.field('left'), part);
}
