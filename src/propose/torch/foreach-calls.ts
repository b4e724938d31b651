import type { SgNode } from '@ast-grep/napi';
import { all, parts, same } from '../source/tree.js';
import { callArguments, methodOf, unwrapped } from './call.js';
import { isWithoutGradients } from './grad-mode.js';
import type { PyModule } from './module.js';
import { initialOf } from './numbers.js';
import { isNumber } from './plain-numbers.js';
import { isState, type Sweep } from './tensor-sweeps.js';

const operations: Readonly<Record<string, string>> = { '+': 'add', '-': 'sub', '*': 'mul', '/': 'div' };
const inPlace = new Set(['add_', 'sub_', 'mul_', 'div_']);
/** What code calls the numbers with which weights follow others. */
const factorName = /(?:^|[._])(?:tau|decay|momentum|alpha|beta\d?|polyak|rate|lr|ema|gamma|mu|m|d|eps|step_size|weight_decay|wd|factor|scale|clip|coef|keep|smoothing|accum\w*|world_size|n|num_\w+|\w+_steps)$|(?:decay|tau|rate|momentum|alpha|beta|coef)\w*$/i;

/** Writes what a loop does with each tensor as calls of `torch._foreach_…`, which do it with all of them. */
export class ForeachCalls {
  /** Lines that make the lists. */
  readonly lists: string[] = [];
  readonly #names = new Map<string, string>();

  constructor(
    readonly module: PyModule,
    readonly sweep: Sweep,
    /** How the file says `torch`. */
    readonly torch: string,
  ) {}

  /** The calls for a statement of the loop; null where it does anything else. */
  statement(statement: SgNode): string[] | null {
    const inner = parts(statement)[0];
    if (inner === undefined) return null;
    const right = inner.field('right');
    if (inner.kind() === 'augmented_assignment' && right !== null) {
      const operation = operations[(inner.field('operator')?.text() ?? '').replace('=', '')];
      const target = this.#tensor(inner.field('left') ?? inner);
      const value = this.#value(right);
      return operation === undefined || target === null || value === null ? null : [this.#call(`${operation}_`, target, value)];
    }
    if (inner.kind() === 'assignment' && right !== null) return this.#isReplaceable(inner.field('left')) ? this.#computed(inner.field('left') ?? inner, right) : null;
    return inner.kind() === 'call' ? this.#method(inner) : null;
  }

  /** Of `x.mul_(a).add_(y, alpha=b)`, `x.copy_(a * x + b * y)`. */
  #method(call: SgNode): string[] | null {
    const method = methodOf(call);
    if (method === null) return null;
    const { positional, keywords, hasSplat } = callArguments(call);
    const [first, second, ...more] = positional;
    const before = method.receiver.kind() === 'call' && methodOf(method.receiver)?.method !== 'detach' ? this.#method(method.receiver) : [];
    const root = rootOf(method.receiver);
    const target = this.#tensor(root);
    if (before === null || target === null || hasSplat || more.length > 0 || first === undefined) return null;
    if (method.method === 'copy_') return second === undefined && keywords.size === 0 && before.length === 0 ? this.#computed(root, first) : null;
    if (method.method === 'lerp_') {
      const [end, weight] = [this.#tensor(first), second === undefined ? null : this.#factor(second)];
      return end === null || weight === null || before.length > 0 || keywords.size > 0 ? null : [this.#call('add_', target, this.#call('sub', end, target), `alpha=${weight}`)];
    }
    const given = keywords.get('alpha');
    const alpha = given === undefined ? null : this.#factor(given);
    const value = this.#value(first);
    const takesAlpha = ['add_', 'sub_'].includes(method.method) && this.#factor(first) === null;
    if (!inPlace.has(method.method) || second !== undefined || value === null || keywords.size > (given === undefined ? 0 : 1) || (given !== undefined && (alpha === null || !takesAlpha))) return null;
    return [...before, this.#call(method.method, target, value, ...(alpha === null ? [] : [`alpha=${alpha}`]))];
  }

  /** Gives a tensor a sum of itself, times a number, and of others: in place, in the same order of operations. */
  #computed(left: SgNode, value: SgNode): string[] | null {
    const sum = unwrapped(value);
    const operator = sum.field('operator')?.text() ?? '';
    const [a, b] = [sum.field('left'), sum.field('right')];
    const target = this.#tensor(left);
    if (sum.kind() !== 'binary_operator' || !['+', '-'].includes(operator) || a === null || b === null || target === null) return null;
    const own = [a, b].map((term) => this.#ownFactor(term, target));
    const [isFirst, isSecond] = own.map((found) => found !== null);
    if (isFirst === isSecond || (operator === '-' && !isFirst)) return null;
    const factor = own[isFirst === true ? 0 : 1];
    const other = this.#list(isFirst === true ? b : a);
    if (other === null || other === target || other.includes(`${target},`) || other.includes(`${target})`)) return null;
    return [...(factor === '' || factor === null || factor === undefined ? [] : [this.#call('mul_', target, factor)]), this.#call(operator === '+' ? 'add_' : 'sub_', target, other)];
  }

  /** `a` of `a * x` and `x * a`; empty for `x` alone; null where it is no such product. */
  #ownFactor(term: SgNode, target: string): string | null {
    const node = unwrapped(term);
    if (this.#tensor(node) === target) return '';
    if (node.kind() !== 'binary_operator' || node.field('operator')?.text() !== '*') return null;
    const [a, b] = [node.field('left'), node.field('right')];
    if (a === null || b === null) return null;
    if (this.#tensor(a) === target) return this.#factor(b);
    return this.#tensor(b) === target ? this.#factor(a) : null;
  }

  #value(node: SgNode): string | null {
    return this.#factor(node) ?? this.#list(node);
  }

  /** A list for an expression of tensors and numbers. */
  #list(expression: SgNode): string | null {
    const node = unwrapped(expression);
    const tensor = this.#tensor(node);
    if (tensor !== null) return tensor;
    const operation = operations[node.field('operator')?.text() ?? ''];
    const [left, right] = [node.field('left'), node.field('right')];
    if (node.kind() !== 'binary_operator' || operation === undefined || left === null || right === null) return null;
    const [a, b] = [this.#list(left), this.#list(right)];
    if (a !== null && b !== null) return this.#call(operation, a, b);
    const factor = this.#factor(a === null ? left : right);
    if (factor === null || (a === null && (b === null || operation !== 'mul'))) return null;
    return this.#call(operation, a ?? b ?? '', factor);
  }

  /** A number that is the same for all tensors, as far as its text and name show. */
  #factor(node: SgNode): string | null {
    const inner = [node, ...all(node, 'identifier', 'attribute', 'call', 'subscript')];
    const isSame = inner.every((one) => one.kind() !== 'identifier' || !this.sweep.names.has(one.text()));
    return isSame && this.#isFactor(node) ? unwrapped(node).text() : null;
  }

  #isFactor(expression: SgNode, depth = 0): boolean {
    const node = unwrapped(expression);
    if (node.kind() === 'integer' || node.kind() === 'float') return true;
    if (node.kind() === 'unary_operator') return this.#isFactor(node.field('argument') ?? parts(node)[0] ?? node, depth);
    if (node.kind() === 'binary_operator') return ['left', 'right'].every((side) => this.#isFactor(node.field(side) ?? node.parent() ?? node, depth));
    if (node.kind() !== 'identifier' && node.kind() !== 'attribute') return false;
    if (isNumber(this.module, node)) return true;
    // `decay = min(self.decay, (1 + n) / (10 + n))`
    const written = node.kind() === 'identifier' ? this.module.uses(this.module.scopeOf(node), node.text()).filter(({ role }) => role === 'write').map((use) => initialOf(use.node)) : [];
    if (written.length > 0) return depth < 3 && written.every((value) => !same(value, node) && (isHostCall(this.module, value) || this.#isFactor(value, depth + 1)));
    return factorName.test(node.text()) && this.module.pathOf(node) === null && !this.#isMadeTensor(node.text());
  }

  /** Whether the file gives the name a tensor. */
  #isMadeTensor(text: string): boolean {
    return all(this.module.root, 'assignment').some((assignment) => assignment.field('left')?.text() === text && (this.module.pathOf(assignment.field('right')?.field('function') ?? null)?.startsWith('torch.') === true || /\.(?:exp|to|cuda|detach|sigmoid)\(/.test(assignment.field('right')?.text() ?? '')));
  }

  /** The list of what the expression is for each tensor: `x`, `x.data`, `x.grad`, `state[key]`. */
  #tensor(node: SgNode): string | null {
    const [, name = '', grad] = /^(\w+)(\.grad)?(?:\.data|\.detach\(\))?$/.exec(node.text()) ?? [];
    const keyed = /^([\w.]+)\[(\w+)\](?:\.data|\.detach\(\))?$/.exec(node.text());
    const isElement = this.sweep.names.has(name) || (keyed !== null && this.sweep.names.has(keyed[2] ?? '') && !this.sweep.names.has((keyed[1] ?? '').split('.')[0] ?? ''));
    if (!isElement) return null;
    const isBare = keyed === null && grad === undefined && /^\w+$/.test(node.text()) && !isWithoutGradients(this.module, this.sweep.loop);
    const text = isBare ? `${node.text()}.data` : node.text();
    const known = this.#names.get(text);
    if (known !== undefined) return known;
    const wanted = grad === undefined ? (keyed === null ? `${name}s` : `${(keyed[1] ?? '').split('.').at(-1) ?? ''}_values`) : 'grads';
    const made = this.module.names(this.module.root).names.fresh(wanted);
    this.#names.set(text, made);
    this.lists.push(`${made} = [${text} for ${this.sweep.left} in ${this.sweep.over}${this.sweep.guard === null ? '' : ` if ${this.sweep.guard}`}]`);
    return made;
  }

  /** `x.data`, and what a state has under a key, may be given the same tensor with other values. */
  #isReplaceable(left: SgNode | null): boolean {
    const state = left?.kind() === 'subscript' ? left.field('value') : null;
    return left !== null && (/^\w+\.data$/.test(left.text()) || (state !== null && isState(this.module, state)));
  }

  #call(name: string, ...given: string[]): string {
    return `${this.torch}._foreach_${name}(${given.join(', ')})`;
  }
}

/** `min(a, b)`, `float(x)`, `math.cos(x)`. */
function isHostCall(module: PyModule, node: SgNode): boolean {
  const callee = node.kind() === 'call' ? node.field('function') : null;
  return callee !== null && (/^(?:float|int|len)$/.test(callee.text()) || module.pathOf(callee)?.startsWith('math.') === true || (/^(?:min|max)$/.test(callee.text()) && all(node, 'call').length === 1));
}

/** `x.data` of `x.data.mul_(a)`. */
function rootOf(node: SgNode): SgNode {
  const method = node.kind() === 'call' ? methodOf(node) : null;
  return method === null || method.method === 'detach' ? node : rootOf(method.receiver);
}
