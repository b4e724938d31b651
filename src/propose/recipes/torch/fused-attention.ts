import type { SgNode } from '@ast-grep/napi';
import { all, ancestorWhere, lineOf, same, within } from '../../source/tree.js';
import { chainTo, type Chain } from '../../torch/attention/chain.js';
import { maskOf } from '../../torch/attention/masks.js';
import { scaleOf } from '../../torch/attention/scale.js';
import { areUnchanged, softmaxArgument, softmaxes, weightsUse, type WeightsUse } from '../../torch/attention/weights.js';
import { argument, methodOf } from '../../torch/call.js';
import { modelsAround } from '../../torch/convolutions.js';
import { methodIn } from '../../torch/models.js';
import type { PyModule } from '../../torch/module.js';
import { spelled } from '../../torch/names-in-scope.js';
import type { TorchProgram } from '../../torch/program.js';
import { replaced, statementOf, withoutStatement } from '../../torch/statements.js';
import { isBefore } from '../../torch/torch-version.js';
import type { Refusal, Rewrite, TorchRecipe } from '../recipe.js';

export const fusedAttention: TorchRecipe = {
  family: 'torch',
  name: 'fused-attention',
  languages: ['python'],
  category: 'device-work',
  title: 'Compute attention by `F.scaled_dot_product_attention` instead of product, mask, softmax, dropout and product',
  evidence: { findings: ['C2', 'C5-copy-kernels', 'C5-fills', 'C5-repeated-reductions', 'C1-idle-device', 'H1', 'H2'], text: 'Softmax, mask and dropout as kernels of their own, and memory for all scores.' },
  condition:
    'The scores are a product of queries and transposed keys, scaled, masked, and given to a softmax over the last dimension; the weights, perhaps after a dropout, only go into a product with the values, and nothing else reads scores or weights. A mask is told to be causal only where it is a square triangle of ones that nothing changes after it was made. A scale other than one by the root of the size of a head is given on. A row that is masked as a whole keeps equal weights where masked scores are a finite number.',
  risk: 'Dropout draws other random numbers. A fused kernel adds up in another order. A row that is masked as a whole by -inf may give 0 instead of NaN.',
  expected: 'A third to a tenth of the time of attention, and memory that grows with the length instead of its square.',
  references: ['https://pytorch.org/docs/stable/generated/torch.nn.functional.scaled_dot_product_attention.html', 'https://pytorch.org/tutorials/intermediate/scaled_dot_product_attention_tutorial.html'],
  changesResults: 'rounding',
  apply(program) {
    return placesOf(program).flatMap(({ module, scope }) => softmaxes(module, scope).flatMap((softmax) => answerOf(program, module, softmax) ?? []));
  },
};

/** The function of the finding; the models around it, where it is not one that computes a softmax. */
function placesOf(program: TorchProgram): { module: PyModule; scope: SgNode }[] {
  const { module, scope } = program;
  if (softmaxes(module, scope).length > 0) return [{ module, scope }];
  return modelsAround(program).flatMap((model) => {
    const forward = methodIn(model.node, 'forward');
    return forward === null ? [] : [{ module: model.module, scope: forward }];
  });
}

/** Null for a softmax that is not of attention. */
function answerOf(program: TorchProgram, module: PyModule, softmax: SgNode): Rewrite | Refusal | null {
  const line = lineOf(softmax);
  const first = statementOf(softmax);
  const scores = softmaxArgument(module, softmax);
  const chain = scores === null ? null : chainTo(module, scores, first);
  if (chain === null) return null;
  const dim = (methodOf(softmax)?.method === 'softmax' && module.pathOf(softmax.field('function')) === null ? argument(softmax, 'dim', 0) : argument(softmax, 'dim', 1))?.text();
  if (dim === '2' && !chain.product.is3d) return null;
  const use = weightsUse(module, softmax);
  if ('reason' in use) return { line, reason: use.reason };
  if (isBefore(program.versions, [2, 0])) return { line, reason: '`scaled_dot_product_attention` came with PyTorch 2.0, and the repository asks for an older one.' };
  const shared = readElsewhere(module, chain, use, first);
  if (shared !== null) return { line, reason: `The scores \`${shared.text()}\` are also used in line ${lineOf(shared)}.` };
  const last = statementOf(use.product);
  const inputs = [chain.product.query, chain.product.key, ...chain.steps.map((step) => (step.kind === 'scale' ? step.factor : step.kind === 'add' ? step.mask : step.condition))];
  const block = last.parent();
  if (inputs.some((input) => !areUnchanged(module, [input], statementIn(block, input), last))) return { line, reason: 'Queries, keys or the mask change before the product with the values.' };
  return rewriteOf(program, { module, chain, use, softmax });
}

function rewriteOf(program: TorchProgram, { module, chain, use, softmax }: { module: PyModule; chain: Chain; use: WeightsUse; softmax: SgNode }): Rewrite | Refusal {
  const line = lineOf(softmax);
  const mask = maskOf(module, chain.steps, chain.product);
  if (mask.reason !== null) return { line, reason: mask.reason };
  const scale = scaleOf(module, chain.steps, chain.product);
  if (scale === null) return { line, reason: 'The scale may be a tensor, or there are several.' };
  if (scale !== 'default' && isBefore(program.versions, [2, 1])) return { line, reason: 'A scale of its own came with PyTorch 2.1, and the repository asks for an older one.' };
  const { text, edits } = spelled(module, 'torch.nn.functional.scaled_dot_product_attention');
  if (use.headsLast !== chain.product.headsLast) return { line, reason: 'Heads and positions stand in another order in the two products.' };
  const computed = new Set(chain.statements.map((statement) => /^(?:if [^\n]*\n\s*)?(\w+)/.exec(statement.text())?.[1] ?? ''));
  const carried = mask.mask === null ? undefined : [...computed].find((name) => new RegExp(`\\b${name}\\b`).test(mask.mask ?? ''));
  if (carried !== undefined) return { line, reason: `The mask is made from \`${carried}\`, which is not computed any more.` };
  const swap = (node: SgNode): string => (use.headsLast ? `${['identifier', 'attribute', 'call', 'subscript'].includes(String(node.kind())) ? node.text() : `(${node.text()})`}.transpose(1, 2)` : node.text());
  const back = !use.headsLast ? '' : /\.view\(/.test(module.scopeOf(softmax).text()) ? '.transpose(1, 2).contiguous()' : '.transpose(1, 2)';
  const given = [
    swap(chain.product.query),
    swap(chain.product.key),
    swap(use.value),
    ...(mask.mask === null ? [] : [`attn_mask=${mask.mask}`]),
    ...(use.dropout === null ? [] : [`dropout_p=${use.dropout}`]),
    ...(mask.causal ? ['is_causal=True'] : []),
    ...(scale === 'default' ? [] : [`scale=${scale.text}`]),
  ];
  const last = statementOf(use.product);
  const used = [...chain.statements, statementOf(softmax), ...use.statements, last];
  const gone = [...(mask.causal ? unusedMasks(module, chain, used) : []), ...used].filter((statement, i, list) => !same(statement, last) && list.findIndex((other) => same(other, statement)) === i);
  return { title: `compute attention in one call${module === program.module ? '' : ` in ${module.file}`}`, line, edits: [...gone.map((statement) => withoutStatement(module, statement)), replaced(module, use.product, `${text}(${given.join(', ')})${back}`), ...edits] };
}

/** The statement of the block that a node is a part of; the node itself where it is of none, which then is in front of all of them. */
function statementIn(block: SgNode | null, node: SgNode): SgNode {
  return ancestorWhere(node, (at) => same(at.parent(), block)) ?? node;
}

/** The statements that make a mask which only the statements that go have used. */
function unusedMasks(module: PyModule, chain: Chain, used: readonly SgNode[]): SgNode[] {
  return chain.steps.flatMap((step) => {
    if (step.kind !== 'fill') return [];
    return [step.condition, ...all(step.condition, 'identifier')].flatMap((id) => {
      const uses = id.kind() === 'identifier' ? module.uses(module.scopeOf(id), id.text()) : [];
      const writes = uses.filter((use) => use.role === 'write');
      const [made] = writes;
      const isOwn = made !== undefined && writes.length === 1 && made.node.parent()?.kind() === 'assignment' && !uses.some((use) => use.role === 'declare');
      return isOwn && uses.every((use) => use === made || used.some((statement) => within(use.node, statement))) && /\b(?:tril|triu)\(/.test(statementOf(made.node).text()) ? [statementOf(made.node)] : [];
    });
  });
}

/** A read of the scores by other code than that which goes. */
function readElsewhere(module: PyModule, chain: Chain, use: WeightsUse, softmax: SgNode): SgNode | null {
  const gone = [...chain.statements, softmax, ...use.statements, statementOf(use.product)];
  const names = new Set(chain.statements.map((statement) => /^(?:if [^\n]*\n\s*)?(\w+)/.exec(statement.text())?.[1] ?? ''));
  for (const name of names) {
    const written = chain.statements.find((statement) => statement.text().startsWith(name));
    if (written === undefined) continue;
    const other = module.uses(module.scopeOf(written), name).find(({ node, role }) => role !== 'write' && node.range().start.index > written.range().start.index && !gone.some((statement) => node.range().start.index >= statement.range().start.index && node.range().end.index <= statement.range().end.index) && !isRebound(module, name, written, node, gone));
    if (other !== undefined) return other.node;
  }
  return null;
}

/** Whether other code gives the name a new value between the chain and the read. */
function isRebound(module: PyModule, name: string, from: SgNode, read: SgNode, gone: readonly SgNode[]): boolean {
  return module.uses(module.scopeOf(from), name).some(({ node, role }) => role === 'write' && node.range().start.index > from.range().start.index && node.range().start.index < read.range().start.index && (!gone.some((statement) => same(statementOf(node), statement)) || same(statementOf(node), gone.at(-1) ?? null)));
}
