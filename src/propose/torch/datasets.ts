import type { SgNode } from '@ast-grep/napi';
import { all, parts } from '../source/tree.js';
import { argument, callArguments, methodOf, unwrapped } from './call.js';
import { isSame, sourcesOf } from './flow.js';
import { methodIn } from './models.js';
import type { PyModule } from './module.js';
import type { Located, TorchProgram } from './program.js';

/** What a loader takes its items from, as far as the text shows it. */
export interface DatasetSource {
  /** Classes of the repository, those that another one is given counted. */
  classes: Located[];
  /** The calls that make objects of those classes. */
  made: Located[];
  /** Datasets of other packages: calls of their classes or functions. */
  published: Located[];
  /** Tensors and lists in memory. */
  inMemory: Located[];
  /** Expressions that cannot be followed. */
  unknown: Located[];
}

const wrappers = new Set(['torch.utils.data.Subset', 'torch.utils.data.dataset.Subset', 'torch.utils.data.ConcatDataset', 'torch.utils.data.dataset.ConcatDataset', 'torch.utils.data.StackDataset', 'torch.utils.data.random_split', 'torch.utils.data.dataset.random_split']);
const published = /^(?:torchvision\.datasets\.\w+|torchaudio\.datasets\.\w+|datasets\.load_(?:dataset|from_disk))$/;
const inMemory = /^torch\.(?:tensor|randn|rand|randint|zeros|ones|arange|from_numpy|stack|cat)$|^(?:torch\.utils\.data\.(?:dataset\.)?TensorDataset)$/;

/** The datasets behind a loader, subsets and splits looked through. */
export function datasetsOf(program: TorchProgram, loader: Located): DatasetSource {
  const found = emptySource();
  const dataset = argument(loader.node, 'dataset', 0);
  if (dataset === null) found.unknown.push(loader);
  else collect(program, { module: loader.module, node: dataset }, found, 0);
  return found;
}

const emptySource = (): DatasetSource => ({ classes: [], made: [], published: [], inMemory: [], unknown: [] });

function collect(program: TorchProgram, value: Located, found: DatasetSource, depth: number, seen = new Set<number>()): void {
  for (const origin of sourcesOf(program, value)) {
    if (seen.has(origin.node.id())) continue;
    seen.add(origin.node.id());
    const { module, node } = origin;
    const inner = splitOf(module, node);
    if (inner !== null && depth < 4) {
      for (const one of inner) collect(program, { module, node: one }, found, depth + 1);
      continue;
    }
    const path = node.kind() === 'call' ? (module.pathOf(node.field('function')) ?? '') : '';
    const definition = node.kind() === 'call' ? program.definitionOf(module, node.field('function')) : null;
    const sum = node.kind() === 'binary_operator' && node.field('operator')?.text() === '+' ? ['left', 'right'].flatMap((side) => node.field(side) ?? []) : [];
    if (definition?.node.kind() === 'class_definition') {
      if (!found.classes.some((one) => isSame(one, definition))) found.classes.push(definition);
      found.made.push(origin);
      // What it is given may be another dataset, whose code it calls.
      for (const given of [...callArguments(node).positional, ...callArguments(node).keywords.values()]) {
        const nested = emptySource();
        if (depth < 4) collect(program, { module, node: given }, nested, depth + 1);
        if (!nested.classes.some((one) => methodIn(one.node, '__getitem__') !== null)) continue;
        found.classes.push(...nested.classes.filter((one) => methodIn(one.node, '__getitem__') !== null));
        found.made.push(...nested.made);
        found.published.push(...nested.published);
      }
    } else if (sum.length > 0 && depth < 4) for (const one of sum) collect(program, { module, node: one }, found, depth + 1);
    else if (published.test(path)) found.published.push(origin);
    else if (['list', 'list_comprehension', 'tuple', 'dictionary'].includes(String(node.kind())) || /^(?:list|range|zip|sorted)$/.test(node.field('function')?.text() ?? '') || inMemory.test(path)) found.inMemory.push(origin);
    else if (/^(?:map|with_format|filter|select|shuffle|train_test_split|set_format|cast_column)$/.test(methodOf(node)?.method ?? '') && depth < 4) collect(program, { module, node: methodOf(node)?.receiver ?? node }, found, depth + 1, seen);
    else if (node.kind() === 'subscript' && depth < 4) collect(program, { module, node: node.field('value') ?? node }, found, depth + 1, seen);
    else found.unknown.push(origin);
  }
}

/** The dataset that `Subset(x, …)`, `random_split(x, …)` or a name of a split is of. */
function splitOf(module: PyModule, value: SgNode): SgNode[] | null {
  const node = unwrapped(value.kind() === 'subscript' ? (value.field('value') ?? value) : value);
  if (node.kind() === 'call' && wrappers.has(module.pathOf(node.field('function')) ?? '')) {
    const { positional, keywords } = callArguments(node);
    const given = positional[0] ?? keywords.get('dataset') ?? keywords.get('datasets');
    return given === undefined ? null : given.kind() === 'list' ? parts(given) : [given];
  }
  if (node.kind() !== 'identifier') return null;
  // `train_set, valid_set = random_split(data, …)`
  const assignment = all(module.scopeOf(node), 'assignment').find((one) => one.field('left')?.kind() === 'pattern_list' && parts(one.field('left') ?? one).some((name) => name.text() === node.text()));
  const right = assignment?.field('right') ?? null;
  return right?.kind() === 'call' ? splitOf(module, right) : null;
}
