import type { SgNode } from '@ast-grep/napi';
import { all, ancestorWhere, lineOf, parts, same, within } from '../../source/tree.js';
import { otherValues, type Owner } from '../../torch/attribute-changes.js';
import { callArguments, methodOf } from '../../torch/call.js';
import { isConstantCall, isWork } from '../../torch/constant-function.js';
import { isForEveryItem } from '../../torch/each-item.js';
import { inlined } from '../../torch/inlined.js';
import { itemCode } from '../../torch/item-code.js';
import { changedInPlace, localNames, partsOf, soleValue } from '../../torch/item-paths.js';
import { methodIn } from '../../torch/models.js';
import type { PyModule } from '../../torch/module.js';
import type { TorchProgram } from '../../torch/program.js';
import { bodyOf, indentOf, linesAfter, owned, replaced, statementOf, withoutStatement } from '../../torch/statements.js';
import { isRewrite, type Refusal, type Rewrite, type TextEdit, type TorchRecipe } from '../recipe.js';

/** Classes of transforms and tokenizers whose making takes time, or that make tables. */
const makers = /^(?:torchvision\.transforms\.(?:v2\.)?(?:Compose|Resize|Normalize|CenterCrop|ToTensor)|torchaudio\.transforms\.\w+|librosa\.filters\.\w+|transformers\.\w+\.from_pretrained|torch\.(?:hann_window|hamming_window|linspace|logspace|meshgrid|stft_window)|torch\.signal\.windows\.\w+|numpy\.(?:linspace|logspace|hanning|hamming|blackman|meshgrid|argsort|unique|percentile|quantile|median|histogram|cumsum|sort)|re\.compile|scipy\.signal\.\w+|albumentations\.\w+|spacy\.load|tiktoken\.(?:get_encoding|encoding_for_model)|tokenizers\.Tokenizer\.from_(?:file|pretrained)|sentencepiece\.SentencePieceProcessor|PIL\.ImageFont\.truetype|cv2\.(?:createCLAHE|CascadeClassifier|getGaussianKernel|getStructuringElement))$/;
/** Methods that go over all of the data that a dataset holds. */
const reductions = new Set(['mean', 'std', 'var', 'min', 'max', 'sum', 'median', 'quantile', 'argsort', 'sort_values', 'unique', 'nunique', 'value_counts', 'groupby', 'cumsum', 'tolist', 'to_numpy', 'to_dict', 'norm', 'amax', 'amin']);
const builtins = new Set(['sorted', 'sum', 'min', 'max', 'set', 'list', 'dict', 'tuple', 'frozenset']);
/** Calls that may be a part of it: nothing that answers otherwise the next time. */
const calm = /^(?:torchvision|torchaudio|librosa|numpy|torch|math|re|scipy|transformers|albumentations|spacy|tiktoken|tokenizers|sentencepiece|PIL\.ImageFont|cv2)\.(?!.*(?:rand|shuffle|permutation|choice|empty))/;

export const itemConstant: TorchRecipe = {
  family: 'torch',
  name: 'item-constant',
  languages: ['python'],
  category: 'data-loading',
  title: 'Compute what is the same for all items of a dataset once, in its `__init__`',
  evidence: { findings: ['C7', 'C1', 'H'], text: 'An item spends its time on statistics of the whole data, on making transforms, tables or tokenizers.' },
  condition: 'Every item computes it. It is made of attributes that `__init__` alone sets, and of literals, by calls that draw no random numbers. No file around sets or changes these attributes elsewhere, and the method does not change what comes out in place.',
  risk: 'It is computed when the dataset is made, also where no item is asked for, and stays in memory.',
  expected: 'Its time, for each item.',
  references: ['https://pytorch.org/tutorials/beginner/data_loading_tutorial.html'],
  apply(program) {
    const { module, scope } = program;
    const owner = ancestorWhere(scope, (at) => at.kind() === 'class_definition');
    const init = owner === null ? null : methodIn(owner, '__init__');
    if (owner === null || init === null || scope.kind() !== 'function_definition' || same(scope, init)) return [];
    if ((methodIn(owner, '__getitem__') ?? methodIn(owner, '__call__')) === null || methodIn(owner, 'forward') !== null || !itemCode(program, { module, node: owner }).some(({ node }) => same(node, scope))) return [];
    const found = owned(module, scope, 'call').filter((call) => isCostly(program, module, call));
    const outer = found.filter((call) => !found.some((other) => !same(other, call) && within(call, other)));
    const wholes = outer.map((call) => wholeOf(program, module, scope, call));
    const answers = wholes.map((whole) => answerOf(program, { module, scope, owner, init }, whole));
    const rewrites = answers.filter(isRewrite);
    const [first] = rewrites;
    if (first === undefined) return answers;
    const taken = wholes.filter((_, i) => isRewrite(answers[i] ?? { line: 0, reason: '' }));
    const together = { ...first, title: rewrites.map(({ title }) => title).join(', '), edits: [...rewrites.flatMap(({ edits }) => edits), ...unused(module, scope, taken)] };
    return [together, ...answers.filter((one) => !isRewrite(one))];
  },
};

/** Takes away what gave local names their values where only the constants used them. */
function unused(module: PyModule, scope: SgNode, wholes: readonly SgNode[]): TextEdit[] {
  const names = new Set(wholes.flatMap((whole) => inlined(module, scope, whole)?.names ?? []));
  return [...names].flatMap((name) => {
    const value = soleValue(module, scope, name);
    const isOnly = module.uses(scope, name).every(({ node, role }) => role === 'write' || wholes.some((whole) => within(node, whole)));
    return value === null || !isOnly || indentOf(module, statementOf(value)) === null ? [] : [withoutStatement(module, statementOf(value))];
  });
}

function isCostly(program: TorchProgram, module: PyModule, call: SgNode): boolean {
  const path = module.pathOf(call.field('function'));
  const own = program.definitionOf(module, call.field('function'));
  if (own !== null) return own.node.kind() === 'function_definition' && isWork(own) && isConstantCall(program, module, call);
  if (path !== null) return makers.test(path) || isLiteral(path, call);
  const method = methodOf(call);
  const { positional } = callArguments(call);
  const scope = module.scopeOf(call);
  if (method !== null) return reductions.has(method.method) && (/^self\.\w+$/.test(method.receiver.text()) || (method.receiver.kind() === 'identifier' && soleValue(module, scope, method.receiver.text())?.text().startsWith('self.') === true && localNames(module, scope, method.receiver).length === 0));
  return builtins.has(call.field('function')?.text() ?? '') && positional.length === 1 && /self\.\w+/.test(positional[0]?.text() ?? '') && localNames(module, scope, call).length === 0;
}

/** `torch.tensor([0.5, 0.25])`, of numbers that are written out. */
function isLiteral(path: string, call: SgNode): boolean {
  const [given] = callArguments(call).positional;
  return /^(?:torch\.tensor|numpy\.array)$/.test(path) && given?.kind() === 'list' && parts(given).length > 1 && parts(given).every((one) => ['integer', 'float', 'unary_operator'].includes(String(one.kind())));
}

/** The largest expression around that is the same for all items: `(self.x.std() + 1e-6)`. */
function wholeOf(program: TorchProgram, module: PyModule, scope: SgNode, call: SgNode): SgNode {
  for (let at = call; ; ) {
    const parent = at.parent();
    if (parent === null || !['binary_operator', 'parenthesized_expression', 'attribute', 'call'].includes(String(parent.kind())) || localNames(module, scope, parent).length > 0 || !isFixed(program, module, parent)) return at;
    // Only what it is called on goes with a method.
    if (parent.kind() === 'attribute' && parent.parent()?.kind() !== 'call') return at;
    at = parent;
  }
}

/** Whether all calls in an expression are of the kinds that give the same again. */
function isFixed(program: TorchProgram, module: PyModule, node: SgNode): boolean {
  return [...(node.kind() === 'call' ? [node] : []), ...all(node, 'call')].every((call) => {
    const path = module.pathOf(call.field('function'));
    if (program.definitionOf(module, call.field('function')) !== null) return isConstantCall(program, module, call);
    if (path !== null) return calm.test(path);
    const method = methodOf(call);
    return method === null ? builtins.has(call.field('function')?.text() ?? '') || ['len', 'float', 'int', 'range', 'abs', 'round'].includes(call.field('function')?.text() ?? '') : reductions.has(method.method) || ['float', 'view', 'reshape', 'astype', 'clamp', 'unsqueeze', 'keys', 'values', 'items', 'copy', 'clone', 'from_pretrained', 'long', 'numpy'].includes(method.method);
  });
}

function answerOf(program: TorchProgram, { scope, ...place }: Owner & { scope: SgNode }, whole: SgNode): Rewrite | Refusal {
  const { module, owner, init } = place;
  const line = lineOf(whole);
  const refuse = (reason: string): Refusal => ({ line, reason });
  const local = localNames(module, scope, whole);
  if (local.length > 0) return refuse(`It is another one for each item, by \`${local[0] ?? ''}\`.`);
  const written = inlined(module, scope, whole);
  if (written === null || !written.values.every((value) => isFixed(program, module, value))) return refuse('It cannot be seen that it is the same for each item.');
  const renewed = written.names.length === 0 ? null : changedInPlace(scope, new Set(written.names.flatMap((name) => [...partsOf(scope, name)])));
  if (renewed !== null) return refuse(`Line ${lineOf(renewed)} changes what it is made of.`);
  if (!isForEveryItem(module, owner, whole)) return refuse('It is not made for every item.');
  const held = new Set(written.values.flatMap((value) => [...(value.kind() === 'attribute' ? [value] : []), ...all(value, 'attribute')]).flatMap((one) => (one.field('object')?.text() === 'self' ? [one.text()] : [])));
  const other = otherValues(program, place, held);
  if (other !== null) return refuse(other);
  const left = targetOf(whole);
  const changed = left === null ? null : changedInPlace(scope, left.kind() === 'identifier' ? partsOf(scope, left.text()) : new Set(all(left, 'identifier').map((id) => id.text())));
  if (changed !== null) return refuse(`Line ${lineOf(changed)} changes it in place.`);
  const last = bodyOf(init).at(-1);
  if (last === undefined) return refuse('`__init__` is empty.');
  const isOwn = program.definitionOf(module, whole.field('function')) !== null;
  if (isOwn && (left === null ? statementOf(whole).kind() === 'return_statement' && !isOperand(whole) : isHandedOut(module, scope, left))) return refuse('It is handed out, and may be changed by others.');
  const attribute = fresh(module, left?.kind() === 'identifier' ? left.text() : (methodOf(whole)?.method ?? 'constant'));
  return { title: `compute \`${shortText(whole)}\` once`, line, edits: [linesAfter(module, last, [`self.${attribute} = ${written.text}`]), replaced(module, whole, `self.${attribute}`)] };
}

/** What an assignment gives the expression to, also as one of several: `mean, std = a, b`. */
function targetOf(whole: SgNode): SgNode | null {
  const parent = whole.parent();
  if (parent?.kind() === 'assignment') return same(parent.field('right'), whole) ? parent.field('left') : null;
  const assignment = parent?.kind() === 'expression_list' || parent?.kind() === 'tuple' ? parent.parent() : null;
  const left = assignment?.kind() === 'assignment' && same(assignment.field('right'), parent) ? assignment.field('left') : null;
  return left === null || parent === null || !/pattern/.test(String(left.kind())) ? null : (parts(left)[parts(parent).findIndex((one) => same(one, whole))] ?? null);
}

const isOperand = (node: SgNode): boolean => ['binary_operator', 'comparison_operator', 'subscript'].includes(String(node.parent()?.kind()));

/** Whether a name is returned or kept as it is. */
function isHandedOut(module: PyModule, scope: SgNode, left: SgNode): boolean {
  return module.uses(scope, left.text()).some(({ node, role }) => role === 'return' || ['expression_list', 'tuple', 'list', 'pair', 'return_statement', 'assignment'].includes(String(node.parent()?.kind())) && role !== 'write');
}

function fresh(module: PyModule, name: string): string {
  const stem = name.replace(/\W/g, '');
  for (let n = 1; ; n++) {
    const made = n === 1 ? stem : `${stem}_${n}`;
    if (!new RegExp(`self\\.${made}\\b|def ${made}\\b`).test(module.source)) return made;
  }
}

function shortText(node: SgNode): string {
  const text = node.text().split('\n')[0] ?? '';
  return text.length > 50 ? `${text.slice(0, 47)}...` : text;
}

