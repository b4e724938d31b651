import type { SgNode } from '@ast-grep/napi';
import { all, lineOf, parts } from '../source/tree.js';
import { argument, callArguments, methodOf, unwrapped } from './call.js';
import { methodIn } from './models.js';
import type { PyModule } from './module.js';
import { originsOf } from './origins.js';
import type { Located, TorchProgram } from './program.js';

/** What a loader takes its items from, as far as the text shows it. */
export interface DatasetSource {
  /** Classes of the repository, those that another one is given counted. */
  classes: Located[];
  /** Datasets of torchvision: calls of their classes. */
  published: Located[];
  /** Tensors and lists in memory. */
  inMemory: Located[];
  /** Expressions that cannot be followed. */
  unknown: Located[];
}

const wrappers = new Set(['torch.utils.data.Subset', 'torch.utils.data.ConcatDataset', 'torch.utils.data.random_split']);

/** The datasets behind a loader, subsets and splits looked through. */
export function datasetsOf(program: TorchProgram, loader: Located): DatasetSource {
  const found: DatasetSource = { classes: [], published: [], inMemory: [], unknown: [] };
  const dataset = argument(loader.node, 'dataset', 0);
  if (dataset === null) found.unknown.push(loader);
  else collect(program, { module: loader.module, node: dataset }, found, 0);
  return found;
}

function collect(program: TorchProgram, value: Located, found: DatasetSource, depth: number): void {
  for (const origin of originsOf(program, value)) {
    const { module, node } = origin;
    const inner = splitOf(module, node);
    if (inner !== null && depth < 4) {
      for (const one of inner) collect(program, { module, node: one }, found, depth + 1);
      continue;
    }
    const path = node.kind() === 'call' ? (module.pathOf(node.field('function')) ?? '') : '';
    const definition = node.kind() === 'call' ? program.definitionOf(module, node.field('function')) : null;
    if (definition?.node.kind() === 'class_definition') {
      found.classes.push(definition);
      // What it is given may be another dataset, whose code it calls.
      for (const given of [...callArguments(node).positional, ...callArguments(node).keywords.values()]) {
        const nested: DatasetSource = { classes: [], published: [], inMemory: [], unknown: [] };
        if (depth < 4) collect(program, { module, node: given }, nested, depth + 1);
        found.classes.push(...nested.classes.filter((one) => methodIn(one.node, '__getitem__') !== null));
        found.published.push(...nested.published);
      }
    } else if (/^torchvision\.datasets\.\w+$/.test(path)) found.published.push(origin);
    else if (path === 'torch.utils.data.TensorDataset' || ['list', 'list_comprehension'].includes(String(node.kind())) || /^(?:list|range|zip)$/.test(node.field('function')?.text() ?? '') || /^torch\.(?:tensor|randn|rand|zeros|ones|arange|from_numpy|stack|cat)$/.test(path)) found.inMemory.push(origin);
    else found.unknown.push(origin);
  }
}

/** The dataset that `Subset(x, …)`, `random_split(x, …)` or a name of a split is of. */
function splitOf(module: PyModule, value: SgNode): SgNode[] | null {
  const node = unwrapped(value.kind() === 'subscript' ? (value.field('value') ?? value) : value);
  if (node.kind() === 'call' && wrappers.has(module.pathOf(node.field('function')) ?? '')) {
    const given = callArguments(node).positional[0];
    return given === undefined ? null : given.kind() === 'list' ? parts(given) : [given];
  }
  if (node.kind() !== 'identifier') return null;
  // `train_set, valid_set = random_split(data, …)`
  const assignment = all(module.scopeOf(node), 'assignment').find((one) => one.field('left')?.kind() === 'pattern_list' && parts(one.field('left') ?? one).some((name) => name.text() === node.text()));
  const right = assignment?.field('right') ?? null;
  return right?.kind() === 'call' ? splitOf(module, right) : null;
}

/** The first place where a class puts something on a device. */
export function deviceUse({ node }: Located): SgNode | null {
  return (
    all(node, 'call').find((call) => {
      const { positional, keywords } = callArguments(call);
      const device = keywords.get('device');
      const method = methodOf(call)?.method;
      return (device !== undefined && !/^['"]cpu['"]$/.test(device.text())) || method === 'cuda' || (method === 'to' && positional.some((given) => /device|cuda/i.test(given.text())));
    }) ?? null
  );
}

/** The first place in the methods that give items where random numbers are drawn from a generator that all code shares. */
export function sharedRandom({ module, node }: Located): SgNode | null {
  return (
    itemCode(node).flatMap((method) => all(method, 'call')).find((call) => {
      const path = module.pathOf(call.field('function')) ?? '';
      const isDraw = /^(?:random\.\w+|numpy\.random\.(?!default_rng|Generator|RandomState)\w+|torch\.(?:rand|randn|randint|randperm|normal|bernoulli|multinomial|rand_like|randn_like|randint_like))$/.test(path) && !/^random\.Random$/.test(path);
      const isOwn = callArguments(call).keywords.has('generator');
      const isMethod = /^(?:normal_|uniform_|random_|bernoulli_|exponential_)$/.test(methodOf(call)?.method ?? '') && module.pathOf(call.field('function')) === null;
      // A generator that the dataset holds goes on from item to item.
      const isHeld = /^self\.\w*(?:rng|random|generator)\w*$/i.test(methodOf(call)?.receiver.text() ?? '') || (callArguments(call).keywords.get('generator')?.text().startsWith('self.') ?? false);
      return isHeld || (!isOwn && (isDraw || isMethod));
    }) ?? null
  );
}

/** The first place where giving an item changes what the dataset holds. */
export function changedState({ node }: Located): SgNode | null {
  for (const method of itemCode(node)) {
    const written = all(method, 'assignment', 'augmented_assignment').find((one) => /^self\b/.test(one.field('left')?.text() ?? ''));
    const grown = all(method, 'call').find((call) => ['append', 'add', 'update', 'pop', 'setdefault', 'extend', 'popleft', 'appendleft', 'clear'].includes(methodOf(call)?.method ?? '') && /^self\b/.test(methodOf(call)?.receiver.text() ?? ''));
    const global = all(method, 'global_statement')[0];
    const found = written ?? grown ?? global;
    if (found !== undefined) return found;
  }
  return null;
}

/** What a dataset opens when it is made and would share with forked workers: files, archives, connections. */
export function heldHandle({ module, node }: Located): SgNode | null {
  return all(node, 'assignment').flatMap((one) => (one.field('left')?.text().startsWith('self.') === true ? (one.field('right') ?? []) : [])).find((value) => value.kind() === 'call' && /^(?:open|.*\.open|h5py\.File|sqlite3\.connect|lmdb\.open|zipfile\.ZipFile|tarfile\.open|.*\.(?:connect|VideoCapture|Client))$/.test(module.pathOf(value.field('function')) ?? value.field('function')?.text() ?? '')) ?? null;
}

/** Whether an item is only taken from what is in memory: `return self.x[i], self.y[i]`. */
export function isOnlyLookUp({ node }: Located): boolean {
  const method = methodIn(node, '__getitem__');
  const statements = method === null ? [] : parts(method.field('body') ?? method).filter((one) => !(one.kind() === 'expression_statement' && parts(one)[0]?.kind() === 'string'));
  return statements.length > 0 && statements.every((one) => ['return_statement', 'expression_statement'].includes(String(one.kind())) && all(one, 'call', 'binary_operator').length === 0);
}

/** The class that gives items by an iterator, which each worker would run as a whole. */
export function isIterable({ module, node }: Located): boolean {
  return methodIn(node, '__getitem__') === null || parts(node.field('superclasses') ?? node).some((base) => (module.pathOf(base) ?? '').endsWith('IterableDataset'));
}

export function placeOf({ module }: Located, node: SgNode): string {
  return `line ${lineOf(node)} of ${module.file}`;
}

/** `__getitem__`, `__getitems__` and the methods that they call. */
function itemCode(owner: SgNode): SgNode[] {
  const found: SgNode[] = [];
  const names = ['__getitem__', '__getitems__'];
  for (let name = names.shift(); name !== undefined; name = names.shift()) {
    const method = methodIn(owner, name);
    if (method === null || found.some((one) => one.id() === method.id())) continue;
    found.push(method);
    names.push(...all(method, 'call').flatMap((call) => /^self\.(\w+)$/.exec(call.field('function')?.text() ?? '')?.[1] ?? []));
  }
  return found;
}
