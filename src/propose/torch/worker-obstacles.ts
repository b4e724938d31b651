import type { SgNode } from '@ast-grep/napi';
import { all } from '../source/tree.js';
import { callArguments } from './call.js';
import { datasetsOf, type DatasetSource } from './datasets.js';
import { sourcesOf } from './flow.js';
import { givenTo } from './given-options.js';
import { changedState, deviceUse, heldHandle, isIterable, isOnlyLookUp, itemCode, placeOf, sharedRandom, withCalled } from './item-code.js';
import { allLoaders, isSame, loadersOf } from './loaders.js';
import { classOf, isModule } from './models.js';
import { originsOf } from './origins.js';
import { changeFromOutside } from './outside-changes.js';
import { runsOnImport, spawnChoice } from './process-start.js';
import type { Located, TorchProgram } from './program.js';
import { loopsAround } from './statements.js';

const randomTransform = /Rand(?:om|Augment)|AutoAugment|TrivialAugment|AugMix|Jitter|Elastic/;

/** Why worker processes would not give the same batches, or would not pay, in a sentence; null where nothing speaks against them. */
export function workerObstacle(program: TorchProgram, loader: Located): string | null {
  const data = datasetsOf(program, loader);
  const [stranger] = data.unknown;
  if (stranger !== undefined) return `It cannot be seen what gives the items: \`${shortText(stranger.node)}\`.`;
  return ofItems(program, loader, data) ?? ofBatches(program, loader) ?? ofFunctions(program, loader, data) ?? ofUse(program, loader);
}

function ofItems(program: TorchProgram, loader: Located, { classes, made, published, inMemory }: DatasetSource): string | null {
  for (const dataset of classes) {
    const name = dataset.node.field('name')?.text() ?? '';
    if (isIterable(dataset)) return `\`${name}\` gives its items by an iterator: each worker would give all of them.`;
    const code = itemCode(program, dataset);
    const found: [Located | null, string][] = [
      [deviceUse(dataset) ?? first(code, deviceUse), 'uses the device, which a forked worker cannot'],
      [changedState(code), 'changes what the dataset holds, which each worker would have for itself'],
      [sharedRandom(code), 'draws random numbers, which would be others in workers'],
      [heldHandle(dataset), 'opens what workers would share'],
      [localFunction(dataset), 'holds a function without a name, which cannot be sent to a process'],
    ];
    const [place, why] = found.find(([one]) => one !== null) ?? [null, ''];
    if (place !== null) return `\`${name}\` ${why}: ${placeOf(place)}.`;
  }
  const held = made.flatMap((call) => givenValues(call)).find((value) => isOnDevice(program, value) || isModel(program, value));
  if (held !== undefined) return `The dataset is given \`${shortText(held.node)}\`, a model or tensors of the device, which a forked worker cannot use.`;
  const collate = givenTo(program, loader, 'collate_fn');
  const works = collate !== null && program.definitionOf(collate.module, collate.node) !== null;
  if (inMemory.length > 0 && !works) return 'The items are in memory already: to pass them between processes costs more than to take them.';
  const outer = classes[0];
  if (outer !== undefined && !works && published.length === 0 && classes.every(isOnlyLookUp)) return `\`${outer.node.field('name')?.text() ?? ''}\` only takes items from memory: to pass them between processes costs more.`;
  return null;
}

/** What `collate_fn` does, which workers would run. */
function ofBatches(program: TorchProgram, loader: Located): string | null {
  const collate = givenTo(program, loader, 'collate_fn');
  if (collate === null) return null;
  const definition = program.definitionOf(collate.module, collate.node.kind() === 'call' ? collate.node.field('function') : collate.node);
  const code = definition === null ? [] : definition.node.kind() === 'class_definition' ? itemCode(program, definition) : withCalled(program, [definition]);
  const device = first(code, deviceUse);
  if (device !== null) return `\`collate_fn\` uses the device, which a forked worker cannot: ${placeOf(device)}.`;
  const random = sharedRandom(code);
  if (random !== null) return `\`collate_fn\` draws random numbers, which would be others in workers: ${placeOf(random)}.`;
  const state = changedState(code);
  return state === null ? null : `\`collate_fn\` keeps a state, which each worker would have for itself: ${placeOf(state)}.`;
}

/** What the loader and its datasets are given. */
function ofFunctions(program: TorchProgram, loader: Located, { made, published }: DatasetSource): string | null {
  for (const name of ['collate_fn', 'worker_init_fn']) {
    const given = givenTo(program, loader, name);
    if (given !== null && originsOf(program, given).some((origin) => /\blambda\b/.test(origin.node.text()))) return `\`${name}\` is a function without a name, which cannot be sent to a process.`;
  }
  for (const call of [...made, ...published]) {
    for (const { module, node } of givenValues(call)) {
      const origins = sourcesOf(program, { module, node });
      if (origins.some((origin) => /\blambda\b/.test(origin.node.text()))) return `\`${shortText(node)}\` is a function without a name, which cannot be sent to a process.`;
      if (origins.some((origin) => randomTransform.test(origin.node.text()))) return `\`${shortText(node)}\` draws random numbers, which would be others in workers.`;
      const functions = origins.flatMap((origin) => program.definitionOf(origin.module, origin.node.kind() === 'call' ? origin.node.field('function') : origin.node) ?? []);
      const code = functions.flatMap((one) => (one.node.kind() === 'class_definition' ? itemCode(program, one) : withCalled(program, [one])));
      const random = sharedRandom(code);
      if (random !== null && !made.some((other) => functions.some((one) => one.module === other.module && one.node.field('name')?.text() === other.node.field('function')?.text()))) return `\`${shortText(node)}\` draws random numbers, which would be others in workers: ${placeOf(random)}.`;
    }
  }
  return null;
}

/** How the program uses the loader, and starts. */
function ofUse(program: TorchProgram, loader: Located): string | null {
  const changed = changeFromOutside(program, loader, 'in its loops');
  if (changed !== null) return `What gives the items is changed between batches, which workers that run ahead would not see: ${placeOf(changed)}.`;
  const fresh = allLoaders(program).length === 0 ? null : freshIterator(program, loader);
  if (fresh !== null) return `An iterator is made in each step, and workers would start each time: ${placeOf(fresh)}.`;
  if (!runsOnImport(program, loader)) return null;
  const choice = spawnChoice(program, loader);
  const why = choice === null ? 'where processes are not forked' : `as processes are not forked (${placeOf(choice)})`;
  return `The script has no \`if __name__ == "__main__"\` around what goes over the loader: ${why}, each worker would run all of it again.`;
}

/** `next(iter(loader))` in a loop. */
function freshIterator(program: TorchProgram, loader: Located): Located | null {
  for (const module of program.modules) {
    const found = all(module.root, 'call').find((call) => {
      const inner = call.field('function')?.text() === 'next' ? callArguments(call).positional[0] : undefined;
      return inner?.kind() === 'call' && inner.field('function')?.text() === 'iter' && loopsAround(module, call).length > 0 && loadersOf(program, { module, node: inner }).some((one) => isSame(one, loader));
    });
    if (found !== undefined) return { module, node: found };
  }
  return null;
}

/** `self.transform = lambda x: …` */
function localFunction({ module, node }: Located): Located | null {
  const found = all(node, 'assignment').find((one) => one.field('left')?.text().startsWith('self.') === true && one.field('right')?.kind() === 'lambda');
  return found === undefined ? null : { module, node: found };
}

function givenValues({ module, node }: Located): Located[] {
  return [...callArguments(node).positional, ...callArguments(node).keywords.values()].map((one) => ({ module, node: one }));
}

function isOnDevice(program: TorchProgram, value: Located): boolean {
  let moved = false;
  originsOf(program, value, ({ module, node }) => {
    if (node.kind() === 'call' && deviceUse({ module, node }) !== null) moved = true;
  });
  return moved;
}

function isModel(program: TorchProgram, value: Located): boolean {
  const owner = ['identifier', 'attribute', 'call'].includes(String(value.node.kind())) ? classOf(program, value) : null;
  return owner !== null && isModule(program, owner);
}

function first(code: readonly Located[], test: (one: Located) => Located | null): Located | null {
  for (const one of code) {
    const found = test(one);
    if (found !== null) return found;
  }
  return null;
}

function shortText(node: SgNode): string {
  const text = node.text().split('\n')[0] ?? '';
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
