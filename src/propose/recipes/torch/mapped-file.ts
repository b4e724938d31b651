import type { SgNode } from '@ast-grep/napi';
import { all, lineOf, parts, same } from '../../source/tree.js';
import { argument, callArguments, methodOf } from '../../torch/call.js';
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
  condition: 'The file is the same for all items, and only parts of it are taken. A part is copied before anything else sees it, so that it can be written to as before.',
  risk: 'A file that another program changes meanwhile shows the change. A `.npz` archive cannot be mapped. Shuffled parts of a file on a slow disk are read one by one.',
  expected: 'The time to read the whole file, for each item.',
  references: ['https://numpy.org/doc/stable/reference/generated/numpy.load.html'],
  apply({ module, scope }) {
    const answers = owned(module, scope, 'call').flatMap((call) => (module.pathOf(call.field('function')) === 'numpy.load' ? answerOf(module, scope, call) : []));
    const rewrites = answers.filter(isRewrite);
    const [first] = rewrites;
    // Files that one item takes parts of are mapped together.
    const together = first === undefined ? [] : [{ ...first, title: rewrites.map(({ title }) => title).join(', '), edits: rewrites.flatMap(({ edits }) => edits) }];
    return [...together, ...answers.filter((answer) => !isRewrite(answer))];
  },
};

function answerOf(module: PyModule, scope: SgNode, call: SgNode): (Rewrite | Refusal)[] {
  const line = lineOf(call);
  const refuse = (reason: string): Refusal[] => [{ line, reason }];
  const { keywords, positional, hasSplat } = callArguments(call);
  const path = argument(call, 'file', 0);
  if (keywords.has('mmap_mode') || positional.length > 1) return refuse('The file is mapped already, or how it is read is given.');
  if (path === null || hasSplat || keywords.size > 0) return refuse('How the file is read is given.');
  if (/\.npz\b/.test(path.text())) return refuse('An archive (`.npz`) cannot be mapped.');
  const isRepeated = scope.kind() === 'function_definition' && (scope.field('name')?.text() !== '__init__' || loopsAround(module, call).length > 0);
  if (!isRepeated) return refuse('The file is read once.');
  const own = variableIn(module, scope, path);
  if (own !== null) return refuse(`Each item has a file of its own, by \`${own}\`.`);
  const assignment = call.parent();
  const left = assignment?.kind() === 'assignment' ? assignment.field('left') : null;
  if (left?.kind() !== 'identifier') return refuse('All of the file is used.');
  const uses = module.uses(scope, left.text());
  if (uses.filter(({ role }) => role === 'write').length !== 1) return refuse(`\`${left.text()}\` is given other values.`);
  const edits: TextEdit[] = [withKeyword(module, call, 'mmap_mode="r"')];
  for (const { node } of uses.filter((use) => !same(use.node, left))) {
    const around = node.parent();
    if (around?.kind() === 'attribute' && ['shape', 'ndim', 'dtype', 'size'].includes(around.field('attribute')?.text() ?? '')) continue;
    if (/^len\(\w+\)$/.test(around?.parent()?.text() ?? '')) continue;
    if (around?.kind() !== 'subscript' || !same(around.field('value'), node)) return refuse(`All of \`${left.text()}\` is used in line ${lineOf(node)}.`);
    if (all(around, 'string').length > 0) return refuse('It is an archive of several arrays, which cannot be mapped.');
    if (isWritten(around)) return refuse(`Line ${lineOf(around)} writes to what was read.`);
    if (!isCopied(module, around)) edits.push({ file: module.file, start: around.range().end.index, end: around.range().end.index, text: '.copy()' });
  }
  if (edits.length > 1 || uses.length > 1) return [{ title: `map the file that \`${left.text()}\` is read from`, line, edits }];
  return refuse('Nothing of the file is used.');
}

/** A parameter or local name that the path is made of; null where it is of `self` and names of the file alone. */
function variableIn(module: PyModule, scope: SgNode, path: SgNode): string | null {
  const names = [...(path.kind() === 'identifier' ? [path] : []), ...all(path, 'identifier')].filter((id) => !(id.parent()?.kind() === 'attribute' && !same(id.parent()?.field('object') ?? null, id)));
  return names.find((id) => id.text() !== 'self' && module.names(scope).uses(id.text()).some((use) => use.role === 'write' || use.role === 'declare'))?.text() ?? null;
}

/** `part.copy()`, `part.astype(…)`, `torch.tensor(part)`, `np.array(part)`, `int(part)`. */
function isCopied(module: PyModule, part: SgNode): boolean {
  const around = part.parent();
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
