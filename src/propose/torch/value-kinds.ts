import type { SgNode } from '@ast-grep/napi';
import { ancestorWhere, parts, same } from '../source/tree.js';
import { methodOf, unwrapped } from './call.js';
import { methodDefinition } from './callers.js';
import { initialOf } from './numbers.js';
import type { PyModule } from './module.js';
import type { TorchProgram } from './program.js';
import { owned } from './statements.js';

/**
 * What a value is to gradients. `host`: no tensor. `given`: made elsewhere, and only handed on. `detached`: a tensor through
 * which no gradient goes, recorded or not. `graph`: a tensor that may be part of the graph.
 */
export type ValueKind = 'host' | 'given' | 'detached' | 'graph';

const order: readonly ValueKind[] = ['host', 'given', 'detached', 'graph'];
const worst = (kinds: readonly ValueKind[]): ValueKind => order[Math.max(0, ...kinds.map((kind) => order.indexOf(kind)))] ?? 'graph';

const hostBuiltins = new Set(['float', 'int', 'len', 'str', 'bool', 'repr', 'range', 'isinstance', 'format', 'hash', 'id', 'type', 'open', 'print', 'set', 'input']);
const passing = new Set(['abs', 'round', 'sum', 'min', 'max', 'sorted', 'list', 'tuple', 'dict', 'zip', 'enumerate', 'reversed', 'map', 'iter', 'next', 'tqdm', 'any', 'all', 'defaultdict']);
const hostMethods = new Set(['item', 'tolist', 'numpy', 'size', 'dim', 'numel', 'format', 'join', 'split', 'strip', 'time', 'get_lr', 'get_last_lr', 'nelement', 'ndimension', 'decode_batch', 'batch_decode', 'avg', 'average', 'mean_value', 'index', 'startswith', 'endswith', 'lower', 'upper']);
/** They give whole numbers, truth values, or a tensor without its graph. */
const detaching = new Set(['detach', 'detach_', 'argmax', 'argmin', 'argsort', 'eq', 'ne', 'gt', 'lt', 'ge', 'le', 'bool', 'long', 'int', 'byte', 'isnan', 'isinf', 'isfinite', 'nonzero', 'multinomial', 'randperm', 'tensor', 'as_tensor', 'from_numpy', 'arange', 'zeros', 'ones', 'full', 'empty', 'zeros_like', 'ones_like', 'full_like', 'empty_like', 'randint', 'rand', 'randn', 'rand_like', 'randn_like', 'eye', 'linspace', 'bernoulli', 'bincount', 'searchsorted', 'bucketize', 'logical_and', 'logical_or', 'logical_not', 'one_hot', 'equal', 'allclose', 'compute']);
const hostAttributes = new Set(['shape', 'dtype', 'device', 'ndim', 'requires_grad', 'is_cuda', '__name__', 'training', 'dataset', 'batch_size', 'best', 'avg', 'val', 'count']);
const settingsName = /^(?:self\.)?_?(?:args|opt|opts|cfg|conf|config|hparams|hp|params|settings|options|flags|FLAGS|options)\b/;
const numberName = /^(?:n|k|i|j|b|t|num\w*|n_\w+|\w*(?:steps?|size|count|total|epochs?|len|length|batches|samples|world|rank|iters|eps|tol|threshold|tokens|offset|start|stop|ratio|scale|temperature))$/;
/** Whole numbers, through which no gradient goes. */
const wholeName = /^(?:idx|ids|\w*_ids?|\w*tokens?|prompts?|\w*labels?|\w*targets?|\w*actions?|generated|sequences?)$/;
const dataName = /(?:^|[._])(?:\w*loader|\w*dataset|\w*data|\w*_dl|dl|\w*batches|\w*_set|\w*_iter|iterator|split|\w*_it|examples|samples|images|files|paths|texts|sentences|prompts|queries|documents)$/i;

/** The kind of the value of an expression, as far as its function tells. */
export function kindOf(program: TorchProgram, module: PyModule, expression: SgNode): ValueKind {
  return new Kinds(program, module, 0).of(expression);
}

class Kinds {
  readonly #seen = new Set<string>();

  constructor(
    readonly program: TorchProgram,
    readonly module: PyModule,
    readonly depth: number,
  ) {}

  of(expression: SgNode): ValueKind {
    const node = unwrapped(expression);
    const each = (nodes: readonly SgNode[]): ValueKind => worst(nodes.map((one) => this.of(one)));
    switch (String(node.kind())) {
      case 'integer': case 'float': case 'string': case 'concatenated_string': case 'true': case 'false': case 'none': case 'not_operator': case 'slice': case 'ellipsis': case 'lambda':
        return 'host';
      case 'comparison_operator': {
        const kind = each(parts(node));
        return kind === 'graph' || kind === 'given' ? 'detached' : kind;
      }
      case 'binary_operator': case 'unary_operator': {
        if (node.field('left')?.kind() === 'string') return 'host';
        return computed(parts(node).map((one) => this.of(one)));
      }
      case 'boolean_operator': case 'tuple': case 'list': case 'set': case 'dictionary': case 'expression_list': case 'pair': case 'list_splat': case 'dictionary_splat': case 'conditional_expression':
        return each(node.kind() === 'pair' ? [node.field('value') ?? node] : node.kind() === 'conditional_expression' ? [0, 2].flatMap((i) => parts(node)[i] ?? []) : parts(node));
      case 'list_comprehension': case 'set_comprehension': case 'generator_expression': case 'dictionary_comprehension':
        return each(parts(node).slice(0, 1));
      case 'subscript':
        return this.of(node.field('value') ?? node);
      case 'named_expression':
        return this.of(node.field('value') ?? node);
      case 'attribute':
        return this.#ofAttribute(node);
      case 'call':
        return this.#ofCall(node);
      case 'identifier':
        return this.#ofName(node);
      default:
        return 'graph';
    }
  }

  #ofAttribute(node: SgNode): ValueKind {
    const name = node.field('attribute')?.text() ?? '';
    if (hostAttributes.has(name) || settingsName.test(node.text()) || this.module.pathOf(node) !== null) return 'host';
    if (name === 'data') return 'detached';
    const object = node.field('object');
    if (object === null) return 'graph';
    if (object.text() === 'self') return numberName.test(name) ? 'host' : 'given';
    return this.of(object);
  }

  #ofCall(node: SgNode): ValueKind {
    const callee = node.field('function');
    const list = node.field('arguments');
    const given = list === null ? [] : list.kind() === 'argument_list' ? parts(list) : [list];
    const kinds = (): ValueKind[] => given.map((one) => this.of(one.kind() === 'keyword_argument' ? (one.field('value') ?? one) : one));
    const args = (): ValueKind => worst(kinds());
    const name = callee?.text() ?? '';
    if (callee?.kind() === 'identifier' && hostBuiltins.has(name)) return 'host';
    if (callee?.kind() === 'identifier' && passing.has(name)) return computed(kinds(), name === 'list' || name === 'tuple' || name === 'zip' || name === 'enumerate' || name === 'tqdm' || name === 'iter' || name === 'next');
    const path = this.module.pathOf(callee);
    if (path !== null && this.program.definitionOf(this.module, callee) === null) {
      if (!path.startsWith('torch.')) return /^(?:einops|transformers|timm|torch\w+|diffusers|flash_attn)\b/.test(path) ? (path.startsWith('torch_geometric.loader') ? 'given' : 'graph') : passing.has(path.split('.').at(-1) ?? '') ? args() : 'host';
      if (detaching.has(path.split('.').at(-1) ?? '')) return 'detached';
      if (/^torch\.(?:cuda|distributed|device|Generator|manual_seed|finfo|utils\.data|backends)/.test(path)) return /all_gather|broadcast/.test(path) ? 'detached' : 'host';
      const kind = computed([...kinds(), ...given.flatMap((one) => (one.kind() === 'list' || one.kind() === 'tuple' ? parts(one).map((part) => this.of(part)) : []))]);
      return kind === 'host' ? 'detached' : kind;
    }
    const method = methodOf(node);
    if (method !== null) {
      if (hostMethods.has(method.method)) return 'host';
      if (detaching.has(method.method)) return 'detached';
      if (['items', 'values', 'keys', 'get', 'pop', 'copy'].includes(method.method)) return this.of(method.receiver);
    }
    const returned = this.#returned(node, args);
    if (returned !== null) return returned;
    if (method === null) return 'graph';
    return computed([this.of(method.receiver), ...kinds()]);
  }

  /** Of a function of the repository: the kind of what it returns. */
  #returned(call: SgNode, args: () => ValueKind): ValueKind | null {
    const callee = call.field('function');
    if (callee === null || this.depth > 2) return null;
    const found = this.program.definitionOf(this.module, callee) ?? (callee.kind() === 'attribute' ? methodDefinition(this.program, { module: this.module, node: callee }) : null);
    if (found === null || found.node.kind() !== 'function_definition') return null;
    const inner = new Kinds(this.program, found.module, this.depth + 1);
    const statements = owned(found.module, found.node, 'return_statement');
    const kind = worst(statements.flatMap((statement) => parts(statement)[0] ?? []).map((value) => inner.of(value)));
    return kind === 'given' ? args() : kind;
  }

  #ofName(id: SgNode): ValueKind {
    const name = id.text();
    if (/^[A-Z][A-Z\d_]*$/.test(name) || this.module.pathOf(id) !== null) return 'host';
    const scope = this.module.scopeOf(id);
    const key = `${scope.id()}:${name}`;
    // What a name is made of itself is no worse than the rest of it.
    if (this.#seen.has(key)) return 'host';
    this.#seen.add(key);
    const uses = this.module.uses(scope, name);
    const kinds = uses.flatMap((use): ValueKind[] => {
      if (use.role === 'foreign') return ['graph'];
      if (use.role === 'declare') return [declaredKind(use.node)];
      if (use.role === 'write') return [this.#ofBinding(use.node)];
      return this.#addedTo(use.node);
    });
    this.#seen.delete(key);
    return uses.some((use) => use.role === 'write' || use.role === 'declare') ? worst(kinds) : settingsName.test(name) || numberName.test(name) ? 'host' : 'given';
  }

  #ofBinding(id: SgNode): ValueKind {
    const loop = ancestorWhere(id, (at) => ['for_statement', 'for_in_clause', 'assignment', 'augmented_assignment', 'block', 'named_expression', 'with_item', 'import_statement', 'import_from_statement', 'except_clause', 'function_definition', 'class_definition'].includes(String(at.kind())));
    switch (String(loop?.kind())) {
      case 'for_statement': case 'for_in_clause':
        return this.#ofElements(loop?.field('right') ?? id);
      case 'assignment': {
        if (loop?.field('right') === null) return 'host';
        const value = initialOf(id);
        return this.of(same(value, id) ? (loop?.field('right') ?? id) : value);
      }
      case 'augmented_assignment':
        return computed([this.of(loop?.field('right') ?? id)]);
      case 'named_expression':
        return this.of(loop?.field('value') ?? id);
      case 'with_item': case 'import_statement': case 'import_from_statement': case 'except_clause': case 'function_definition': case 'class_definition':
        return 'host';
      default:
        return 'graph';
    }
  }

  /** Of what a loop goes over: batches of a loader are part of no graph. */
  #ofElements(over: SgNode): ValueKind {
    const inner = over.kind() === 'call' && (passing.has(over.field('function')?.text() ?? '') || /tqdm|track/.test(over.field('function')?.text() ?? '')) ? parts(over.field('arguments') ?? over) : [over];
    const kinds = inner.filter((node) => node.kind() !== 'keyword_argument').map((node): ValueKind => (dataName.test(node.text().replace(/\[[^\]]*\]$/, '')) || /DataLoader\(/.test(node.text()) ? 'detached' : this.of(node)));
    return worst(kinds);
  }

  /** What a list or dictionary is given at a use of its name. */
  #addedTo(id: SgNode): ValueKind[] {
    const parent = id.parent();
    if (parent?.kind() === 'subscript' && same(parent.field('value'), id)) {
      const assignment = ancestorWhere(parent, (at) => ['assignment', 'augmented_assignment', 'block'].includes(String(at.kind())));
      if (assignment === null || assignment.kind() === 'block' || assignment.field('left')?.text().startsWith(id.text()) !== true) {
        const call = parent.parent()?.parent() ?? null;
        return methodOf(call) !== null && ['append', 'extend', 'add', 'update'].includes(methodOf(call)?.method ?? '') ? parts(call?.field('arguments') ?? id).map((one) => this.of(one)) : [];
      }
      return [this.of(assignment.field('right') ?? id)];
    }
    const call = parent?.kind() === 'attribute' ? parent.parent() : null;
    const method = methodOf(call);
    if (call === null || method === null || !same(method.receiver, id)) return [];
    if (['append', 'extend', 'add', 'update', 'insert', 'setdefault'].includes(method.method)) return parts(call.field('arguments') ?? call).map((one) => this.of(one));
    return /[a-z]_$/.test(method.method) ? [computed(parts(call.field('arguments') ?? call).map((one) => this.of(one)))] : [];
  }
}

/** Of an operation on values of these kinds: what was made elsewhere may be part of a graph. */
function computed(kinds: readonly ValueKind[], isHandedOn = false): ValueKind {
  return !isHandedOn && kinds.includes('given') ? 'graph' : worst(kinds);
}

/** Of a parameter: its annotation, default, or name. */
function declaredKind(id: SgNode): ValueKind {
  const parameter = id.parent();
  const type = parameter?.field('type')?.text() ?? '';
  if (/^(?:int|float|bool|str|dict|Optional\[(?:int|float|str)\])$/.test(type)) return 'host';
  if (['integer', 'float', 'string', 'true', 'false'].includes(String(parameter?.field('value')?.kind() ?? ''))) return 'host';
  if (wholeName.test(id.text())) return 'detached';
  return numberName.test(id.text()) || settingsName.test(id.text()) ? 'host' : 'given';
}
