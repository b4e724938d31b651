import type { SgNode } from '@ast-grep/napi';
import { all, ancestorWhere, lineOf, parts, same, within } from '../source/tree.js';
import { callArguments, methodOf } from './call.js';
import { methodIn } from './models.js';
import type { Located, TorchProgram } from './program.js';

/** A place in the code that gives items, and why it counts. */
type Place = Located | null;

const shared = /^(?:random\.(?!Random$|SystemRandom$)\w+|numpy\.random\.(?!default_rng|Generator|RandomState|SeedSequence)\w+|torch\.(?:rand|randn|randint|randperm|normal|bernoulli|multinomial|rand_like|randn_like|randint_like)|torch\.distributions\.[\w.]+)$/;

/** The code that a loader runs for an item: `__getitem__` of the class, and the methods and functions that it calls. */
export function itemCode(program: TorchProgram, owner: Located): Located[] {
  const found = ['__getitem__', '__getitems__', '__iter__', '__call__'].flatMap((name) => methodIn(owner.node, name) ?? []).map((node) => ({ module: owner.module, node }));
  return withCalled(program, found);
}

/** Functions, and the functions and methods of the repository that they call. */
export function withCalled(program: TorchProgram, from: readonly Located[]): Located[] {
  const found = [...from];
  for (const one of found) {
    if (found.length > 40) break;
    const owner = ancestorWhere(one.node, (at) => at.kind() === 'class_definition');
    for (const call of all(one.node, 'call')) {
      const callee = call.field('function');
      const own = /^self\.(\w+)$/.exec(callee?.text() ?? '')?.[1];
      const method = own !== undefined && owner !== null ? methodIn(owner, own) : null;
      const next = method === null ? program.definitionOf(one.module, callee) : { module: one.module, node: method };
      if (next?.node.kind() === 'function_definition' && !found.some((other) => same(other.node, next.node) && other.module === next.module)) found.push(next);
    }
  }
  return found;
}

/** The first place that puts something on a device. */
export function deviceUse({ node, module }: Located): Place {
  const call = all(node, 'call').find((one) => {
    const { positional, keywords } = callArguments(one);
    const device = keywords.get('device');
    const method = methodOf(one)?.method;
    return (device !== undefined && !/^['"]cpu['"]$/.test(device.text()) && device.text() !== 'None') || method === 'cuda' || (method === 'to' && positional.some((given) => /device|cuda/i.test(given.text()) && !/['"]cpu['"]/.test(given.text())));
  });
  return call === undefined ? null : { module, node: call };
}

/** The first draw of random numbers from a generator that all code shares, or that goes on from item to item. */
export function sharedRandom(code: readonly Located[]): Place {
  return firstOf(code, 'call', ({ module, node: call }) => {
    const path = module.pathOf(call.field('function')) ?? '';
    const { keywords, positional } = callArguments(call);
    const isOwn = keywords.has('generator');
    const isMethod = /^(?:normal_|uniform_|random_|bernoulli_|exponential_)$/.test(methodOf(call)?.method ?? '') && module.pathOf(call.field('function')) === null;
    const isHeld = /^self\.\w*(?:rng|rand|generator|rs)\w*$/i.test(methodOf(call)?.receiver.text() ?? '') || (keywords.get('generator')?.text().startsWith('self.') ?? false);
    const isSeeding = /\.(?:manual_seed|seed)$/.test(path);
    const isTransform = /^torchvision\.transforms\.(?:v2\.)?(?:Random\w+|ColorJitter|AutoAugment|RandAugment|TrivialAugmentWide|AugMix|Elastic\w+|GaussianBlur)$/.test(path) && positional.length >= 0;
    return isHeld || (!isOwn && !isSeeding && (shared.test(path) || isMethod || isTransform));
  });
}

/** The first place where giving an item changes what the dataset holds, or a variable of the module. What is made when it is first needed, and then kept, is no change. */
export function changedState(code: readonly Located[]): Place {
  const written = firstOf(code, 'assignment', ({ node }) => /^self\b/.test(node.field('left')?.text() ?? '') && !isMadeOnce(node));
  const added = firstOf(code, 'augmented_assignment', ({ node }) => /^self\b/.test(node.field('left')?.text() ?? ''));
  const grown = firstOf(code, 'call', ({ node }) => ['append', 'add', 'update', 'pop', 'setdefault', 'extend', 'popleft', 'appendleft', 'clear', 'insert', 'remove', 'put', 'record'].includes(methodOf(node)?.method ?? '') && /^self\b/.test(methodOf(node)?.receiver.text() ?? ''));
  const global = firstOf(code, 'global_statement', () => true);
  return written ?? added ?? grown ?? global;
}

/** `if self.file is None: self.file = open(…)`: each process has one of its own. */
function isMadeOnce(assignment: SgNode): boolean {
  const left = assignment.field('left')?.text() ?? '';
  const around = ancestorWhere(assignment, (at) => at.kind() === 'if_statement');
  const condition = around?.field('condition') ?? null;
  const body = around?.field('consequence') ?? null;
  if (condition === null || body === null || !within(assignment, body) || assignment.field('left')?.kind() !== 'attribute') return false;
  const name = left.slice('self.'.length);
  // `if self.process != os.getpid():` opens what belongs to one process.
  if (/^self\.\w+ != (?:os\.)?getpid\(\)$/.test(condition.text())) return true;
  return condition.text() === `${left} is None` || condition.text() === `not ${left}` || new RegExp(`^not hasattr\\(self, ['"]${name}['"]\\)$`).test(condition.text());
}

/** What a dataset opens when it is made and would share with forked workers: files, archives, connections; also what a process cannot be sent. */
export function heldHandle({ module, node }: Located): Place {
  const opened = /^(?:open|.*\.open|h5py\.File|sqlite3\.connect|lmdb\.open|zipfile\.ZipFile|tarfile\.open|.*\.(?:connect|VideoCapture|VideoReader|Client|Session|Redis|Lock))$/;
  const value = all(node, 'assignment')
    .filter((one) => one.field('left')?.text().startsWith('self.') === true && !isMadeOnce(one))
    .flatMap((one) => one.field('right') ?? [])
    .find((right) => right.kind() === 'call' && (opened.test(module.pathOf(right.field('function')) ?? right.field('function')?.text() ?? '') || (module.pathOf(right.field('function')) === 'numpy.load' && /\.npz\b/.test(right.text()))));
  return value === undefined ? null : { module, node: value };
}

/** Whether an item is only taken from what is in memory: `return self.x[i], self.y[i]`. */
export function isOnlyLookUp({ node }: Located): boolean {
  const method = methodIn(node, '__getitem__');
  const statements = method === null ? [] : parts(method.field('body') ?? method).filter((one) => !(one.kind() === 'expression_statement' && parts(one)[0]?.kind() === 'string'));
  return statements.length > 0 && statements.every((one) => ['return_statement', 'expression_statement'].includes(String(one.kind())) && all(one, 'call', 'binary_operator').length === 0);
}

/** The class that gives items by an iterator, which each worker would run as a whole unless it asks which one it is. */
export function isIterable({ module, node }: Located): boolean {
  if (/\bget_worker_info\b/.test(node.text())) return false;
  return methodIn(node, '__getitem__') === null || parts(node.field('superclasses') ?? node).some((base) => (module.pathOf(base) ?? '').endsWith('IterableDataset'));
}

export function placeOf({ module, node }: Located): string {
  return `line ${lineOf(node)} of ${module.file}`;
}

function firstOf(code: readonly Located[], kind: string, test: (place: Located) => boolean): Place {
  for (const { module, node } of code) {
    const found = all(node, kind).find((one) => test({ module, node: one }));
    if (found !== undefined) return { module, node: found };
  }
  return null;
}
