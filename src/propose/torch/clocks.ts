import type { SgNode } from '@ast-grep/napi';
import { all, ancestorWhere, same } from '../source/tree.js';
import { methodOf } from './call.js';
import { methodDefinition, usersOf } from './callers.js';
import { originsOf } from './origins.js';
import type { Located, TorchProgram } from './program.js';

const clockPaths = /^(?:time\.(?!sleep$)|timeit\.|datetime\.|torch\.utils\.benchmark\.)/;
/** What code calls its clocks, and the helpers around them. */
const clockNames = /(?:^|_)(?:clock|timer|timeit|timed|timing|stopwatch|perf_counter(?:_ns)?|monotonic(?:_ns)?|elapsed|elapsed_time|tic|toc|benchmark)(?:s|_|$)|(?:Timer|Clock|Stopwatch)$/;

/** A function, a class, or the code of a module outside of them, that was looked at. */
type Seen = Set<string>;

/** The place where the code of a function, of its decorators, or of what it calls (so many levels deep) takes a time. */
export function clockOf(program: TorchProgram, place: Located, depth: number, seen: Seen = new Set()): Located | null {
  const key = `${place.module.file}:${place.node.id()}`;
  if (seen.has(key)) return null;
  seen.add(key);
  const own = clockIn(place);
  if (own !== null || depth === 0) return own;
  return firstOf(calleesIn(place), (callee) => clockBehind(program, callee, depth - 1, seen));
}

/** In code itself: a clock of the host, an event of the device, or something that goes by the name of a clock. */
export function clockIn({ module, node }: Located): Located | null {
  const region = withDecorators(node);
  const isOutside = same(node, module.root);
  const found = all(region, 'identifier').find((id) => {
    if (isOutside && !same(module.scopeOf(id), node)) return false;
    if (ancestorWhere(id, (at) => String(at.kind()).startsWith('import_')) !== null) return false;
    const parent = id.parent();
    const isAttribute = parent?.kind() === 'attribute' && same(parent.field('attribute'), id);
    const path = module.pathOf(isAttribute ? parent : id) ?? '';
    if (clockPaths.test(path)) return true;
    // `torch.backends.cudnn.benchmark` chooses convolutions.
    if (path.startsWith('torch.backends.')) return false;
    const isEvent = isAttribute && ['record', 'elapsed_time'].includes(id.text()) && parent?.parent()?.kind() === 'call';
    return isEvent || clockNames.test(id.text());
  });
  return found === undefined ? null : { module, node: found };
}

function withDecorators(node: SgNode): SgNode {
  const parent = node.parent();
  return parent?.kind() === 'decorated_definition' ? parent : node;
}

/** What the code calls, opens by `with`, or is decorated by. */
function calleesIn({ module, node }: Located): Located[] {
  const region = withDecorators(node);
  const called = all(region, 'call').flatMap((call) => call.field('function') ?? []);
  const decorators = all(region, 'decorator').flatMap((decorator) => decorator.namedChildren()[0] ?? []);
  return [...called, ...decorators].filter((callee) => !same(node, module.root) || same(module.scopeOf(callee), node)).map((callee) => ({ module, node: callee }));
}

/** Whether what is called takes a time: a function or class of the repository, a method, or a name that holds one. */
function clockBehind(program: TorchProgram, callee: Located, depth: number, seen: Seen): Located | null {
  const { module, node } = callee;
  const definition = program.definitionOf(module, node);
  if (definition !== null) return clockOf(program, definition, depth, seen);
  if (module.pathOf(node) !== null) return null;
  const method = node.kind() === 'attribute' ? methodDefinition(program, callee) : null;
  if (method !== null) return clockOf(program, method, depth, seen);
  const held = originsOf(program, callee);
  return firstOf([...held, ...held.flatMap(defaultOf)], (origin) => clockIn(origin) ?? clockOfFunction(program, origin, depth, seen));
}

/** Of a function of the repository that is handed on by its name. */
function clockOfFunction(program: TorchProgram, { module, node }: Located, depth: number, seen: Seen): Located | null {
  const definition = program.definitionOf(module, node);
  return definition === null ? null : clockOf(program, definition, depth, seen);
}

/** What a parameter is where nothing is given for it. */
function defaultOf({ module, node }: Located): Located[] {
  const parameters = all(module.scopeOf(node).field('parameters') ?? node, 'default_parameter', 'typed_default_parameter');
  const value = parameters.find((parameter) => parameter.field('name')?.text() === node.text())?.field('value') ?? null;
  return value === null ? [] : [{ module, node: value }];
}

function firstOf<T>(items: readonly T[], find: (item: T) => Located | null): Located | null {
  for (const item of items) {
    const found = find(item);
    if (found !== null) return found;
  }
  return null;
}

/** A place where whoever calls the function, directly or through up to two others, takes a time. */
export function clockOfUsers(program: TorchProgram, definition: Located): Located | null {
  const seen: Seen = new Set();
  let level = [definition];
  for (let height = 0; height < 3 && level.length > 0; height++) {
    level = level.flatMap((at) => usersOf(program, at)).filter(({ module, node }) => {
      const key = `${module.file}:${node.id()}`;
      return seen.has(key) ? false : seen.add(key);
    });
    const found = firstOf(level, (user) => clockIn(user) ?? firstOf(calleesIn(user), (callee) => helperClock(program, callee)));
    if (found !== null) return found;
  }
  return null;
}

/** Of a helper that takes a time for who calls it. What has a loop measures itself. */
function helperClock(program: TorchProgram, callee: Located): Located | null {
  const definition = program.definitionOf(callee.module, callee.node) ?? (callee.node.kind() === 'attribute' ? methodDefinition(program, callee) : null);
  if (definition === null || all(definition.node, 'for_statement', 'while_statement').length > 0) return null;
  return clockIn(definition);
}

/** Whether a function waits for the device by itself behind a loop: it then reads there what the loop computed. */
export function readsBehind(loop: SgNode): boolean {
  const written = new Set(all(loop, 'assignment', 'augmented_assignment').flatMap((node) => all(node.field('left') ?? node, 'identifier')).map((id) => id.text()));
  const after = siblingsAfter(loop);
  return after.some((statement) =>
    all(statement, 'call').some((call) => {
      const method = methodOf(call);
      return method !== null && ['item', 'tolist', 'cpu', 'numpy'].includes(method.method) && all(method.receiver, 'identifier').concat(method.receiver).some((id) => written.has(id.text()));
    }),
  );
}

/** The plain statements that stand behind a loop in its block. */
function siblingsAfter(loop: SgNode): SgNode[] {
  const siblings = loop.parent()?.namedChildren() ?? [];
  return siblings.slice(siblings.findIndex((node) => same(node, loop)) + 1).filter((node) => ['expression_statement', 'return_statement'].includes(String(node.kind())));
}
