import type { SgNode } from '@ast-grep/napi';
import { all, ancestorWhere, lineOf, parts, same } from '../source/tree.js';
import { modelsAround } from './convolutions.js';
import { isModule, methodIn } from './models.js';
import type { PyModule } from './module.js';
import type { Located, TorchProgram } from './program.js';
import { owned } from './statements.js';

/**
 * What the forward pass of a model does with its parameters. `all`: each pass uses every one. `same`: each pass uses the same ones,
 * perhaps not all. `unknown`: which ones may change, or is not seen.
 */
export type ParameterUse = { kind: 'all' | 'same' } | { kind: 'unknown'; reason: string };

const withoutParameters = /^torch\.nn\.(?:Dropout\w*|ReLU\w*|GELU|SiLU|ELU|Tanh|Sigmoid|Softmax\w*|LogSoftmax|LeakyReLU|Identity|Flatten|Unflatten|\w*Pool\w*|Upsample\w*|\w*Loss|Fold|Unfold|Hardswish|Softplus|\w*Pad\d?d?)$/;
const containers = new Set(['torch.nn.ModuleList', 'torch.nn.ModuleDict', 'torch.nn.ParameterList', 'torch.nn.ParameterDict']);

/** Of a class of the repository; `torch.nn` layers and `Sequential` use all of theirs. */
export function parametersUsed(program: TorchProgram, owner: Located, depth = 0): ParameterUse {
  const { module, node } = owner;
  const name = node.field('name')?.text() ?? '';
  const unknown = (reason: string): ParameterUse => ({ kind: 'unknown', reason });
  const forward = methodIn(node, 'forward');
  const init = methodIn(node, '__init__');
  if (forward === null || init === null || depth > 4) return unknown(`the forward pass of \`${name}\` is not seen`);
  if (!/^\(\s*(?:torch\.)?nn\.Module\s*\)$|^\(\s*Module\s*\)$/.test(node.field('superclasses')?.text() ?? '')) return unknown(`\`${name}\` has bases of its own`);
  const code = [forward, ...helpers(node, forward)];
  const drawn = code.flatMap((method) => owned(module, method, 'call')).find((call) => /^(?:random\.|numpy\.random\.|torch\.(?:rand|randint|randperm|bernoulli)$)/.test(module.pathOf(call.field('function')) ?? ''));
  if (drawn !== undefined) return unknown(`line ${lineOf(drawn)} draws random numbers, by which layers may be left out`);
  let isAll = true;
  for (const assignment of all(init, 'assignment').filter((one) => /^self\.\w+$/.test(one.field('left')?.text() ?? ''))) {
    const value = assignment.field('right');
    const attribute = assignment.field('left')?.text() ?? '';
    const inner = value === null ? null : heldBy(program, module, value, depth);
    if (inner === null) continue;
    if (inner.kind === 'unknown') return inner;
    if (inner.kind === 'same') isAll = false;
    const use = useOf(module, code, attribute);
    if (use === 'changing') return unknown(`\`${attribute}\` is used in some passes only`);
    if (use === 'perhaps' || ancestorWhere(assignment, (at) => at.kind() === 'if_statement', init) !== null) isAll = false;
  }
  const returned = owned(module, forward, 'return_statement').flatMap((statement) => parts(statement)[0] ?? []);
  // What only an output needs that the loss leaves out has no gradient.
  if (returned.length !== 1 || returned.some((one) => ['expression_list', 'tuple', 'dictionary', 'list'].includes(String(one.kind())))) isAll = false;
  return { kind: isAll ? 'all' : 'same' };
}

/** What of a model of the files around some passes leave out, and others do not; null where none is seen. */
export function changingParameters(program: TorchProgram): string | null {
  for (const { module, node } of modelsAround(program)) {
    const [forward, init] = [methodIn(node, 'forward'), methodIn(node, '__init__')];
    if (forward === null || init === null) continue;
    const held = all(init, 'assignment').filter((one) => /^self\.\w+$/.test(one.field('left')?.text() ?? '') && one.field('right') !== null && heldBy(program, module, one.field('right') ?? one, 0) !== null);
    const changing = held.find((one) => useOf(module, [forward, ...helpers(node, forward)], one.field('left')?.text() ?? '') === 'changing');
    if (changing !== undefined) return `\`${changing.field('left')?.text() ?? ''}\` of \`${node.field('name')?.text() ?? ''}\``;
  }
  return null;
}

/** Of what an attribute holds; null where it has no parameters. */
function heldBy(program: TorchProgram, module: PyModule, value: SgNode, depth: number): ParameterUse | null {
  if (value.kind() !== 'call') return all(value, 'call').some((call) => isMade(program, module, call)) ? { kind: 'same' } : null;
  const path = module.pathOf(value.field('function')) ?? '';
  if (withoutParameters.test(path)) return null;
  const found = program.definitionOf(module, value.field('function'));
  if (found?.node.kind() === 'class_definition') return isModule(program, found) ? parametersUsed(program, found, depth + 1) : null;
  const inner = all(value, 'call').filter((call) => !same(call, value) && isMade(program, module, call)).map((call) => heldBy(program, module, call, depth + 1));
  const worst = inner.find((one) => one?.kind === 'unknown') ?? inner.find((one) => one?.kind === 'same');
  if (worst !== undefined) return worst;
  if (path === 'torch.nn.Sequential' || containers.has(path) || /^torch\.nn\.(?:[A-Z]\w+|parameter\.Parameter)$/.test(path)) return { kind: 'all' };
  return /^(?:torch|math|numpy)\b/.test(path) || path === '' ? null : { kind: 'unknown', reason: `\`${value.text().split('(')[0] ?? ''}\` is of another package` };
}

function isMade(program: TorchProgram, module: PyModule, call: SgNode): boolean {
  const found = program.definitionOf(module, call.field('function'));
  return /^torch\.nn\.[A-Z]/.test(module.pathOf(call.field('function')) ?? '') || (found !== null && isModule(program, found));
}

/** Methods that `forward` calls on `self` in each pass. */
function helpers(owner: SgNode, forward: SgNode): SgNode[] {
  return all(forward, 'call').flatMap((call) => {
    const name = /^self\.(\w+)$/.exec(call.field('function')?.text() ?? '')?.[1];
    const method = name === undefined ? null : methodIn(owner, name);
    return method === null || isConditional(call, forward) || same(method, forward) ? [] : [method];
  });
}

/** Whether each pass uses an attribute, perhaps none does, or some do. */
function useOf(module: PyModule, code: readonly SgNode[], attribute: string): 'each' | 'perhaps' | 'changing' {
  const mentions = code.flatMap((method) => all(method, 'attribute').filter((node) => node.text() === attribute).map((node) => ({ node, method })));
  const kinds = mentions.map(({ node, method }) => {
    const parent = node.parent();
    if (parent?.kind() === 'subscript' && same(parent.field('value'), node)) {
      const index = parts(parent)[1];
      return index?.kind() === 'integer' || index?.kind() === 'string' || isOfEach(index, method) ? 'perhaps' : 'changing';
    }
    const early = owned(module, method, 'return_statement').some((one) => one.range().end.index <= node.range().start.index);
    if (early) return 'changing';
    const condition = isConditional(node, method);
    if (condition === null) return 'each';
    // An option of the model is the same in each pass.
    return /^(?:not )?self\.(?!training\b)[\w.]+(?:\s*(?:is not None|is None|>|==)\s*[\w'"]*)?$/.test(condition) ? 'perhaps' : 'changing';
  });
  if (kinds.includes('each')) return 'each';
  return kinds.includes('changing') ? 'changing' : 'perhaps';
}

/** `i` of `for i in range(self.depth)`, which takes the same values in each pass. */
function isOfEach(index: SgNode | undefined, method: SgNode): boolean {
  const loop = index?.kind() !== 'identifier' ? null : ancestorWhere(index, (at) => at.kind() === 'for_statement' && at.field('left')?.text() === index.text(), method);
  return /^range\((?:[\d, ]|self\.\w+|len\(self\.\w+\))+\)$/.test(loop?.field('right')?.text() ?? '');
}

/** The condition of an `if`, `while` or `try` around a node; null where it runs in each pass. */
function isConditional(node: SgNode, method: SgNode): string | null {
  for (let at = node.parent(); at !== null && !same(at, method); at = at.parent()) {
    if (at.kind() === 'if_statement' || at.kind() === 'while_statement') return at.field('condition')?.text() ?? '';
    if (at.kind() === 'conditional_expression') return at.namedChildren()[1]?.text() ?? '';
    if (['try_statement', 'boolean_operator', 'lambda', 'match_statement'].includes(String(at.kind()))) return at.text();
    if (at.kind() === 'for_statement' && all(at, 'break_statement', 'continue_statement').length > 0) return 'a loop that may end early';
  }
  return null;
}
