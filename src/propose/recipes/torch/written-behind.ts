import type { SgNode } from '@ast-grep/napi';
import { all, ancestorWhere, endOf, lineOf, parts, same, startOf } from '../../source/tree.js';
import { callArguments, methodOf } from '../../torch/call.js';
import { calledThere } from '../../torch/called-there.js';
import { neighbour } from '../../torch/collectives.js';
import { namedLines } from '../../torch/finding-lines.js';
import { isSame, sourcesOf } from '../../torch/flow.js';
import { classOf, isModule } from '../../torch/models.js';
import type { PyModule } from '../../torch/module.js';
import { spelled } from '../../torch/names-in-scope.js';
import type { Located, TorchProgram } from '../../torch/program.js';
import { indentOf, linesAfter, owned, statementOf } from '../../torch/statements.js';
import { fileUser, writeSites } from '../../torch/write-sites.js';
import type { Refusal, Rewrite, TextEdit, TorchRecipe } from '../recipe.js';

export const writtenBehind: TorchRecipe = {
  family: 'torch',
  name: 'written-behind',
  languages: ['python'],
  category: 'waiting',
  title: 'Write checkpoints in the background, from a copy of the state on the host',
  evidence: { findings: ['C1', 'C7', 'C4', 'H'], text: 'The device idles while `torch.save` writes a file in the loop of training.' },
  condition: 'A loop writes a table of states to a path again and again, and nothing that the loop runs looks at files, moves them or waits for other ranks. The state is copied to the host before the loop goes on. A write begins when the one before has ended, the last one ends before the loop is left behind, or the program; a rename that follows is part of the write. An error of a write is raised at the next one.',
  risk: 'The copy needs the memory of the state on the host. Tensors of the file are tensors of the host, which `load_state_dict` does not mind, but code that loads them without `map_location` may. A process that is killed loses the file that is being written, as before, and a little more often.',
  expected: 'The time to write the file, but for the copy to the host.',
  references: ['https://pytorch.org/tutorials/recipes/distributed_async_checkpoint_recipe.html', 'https://docs.python.org/3/library/concurrent.futures.html'],
  apply(program) {
    const places = [{ module: program.module, node: program.scope }, ...calledThere(program)];
    return places.flatMap((place, i) => owned(place.module, place.node, 'call').filter((call) => place.module.pathOf(call.field('function')) === 'torch.save' && (i > 0 || isMeant(program, call))).map((call) => answerOf(program, { module: place.module, node: call })));
  },
};

/** Whether the finding names the call, or speaks of writing. */
function isMeant(program: TorchProgram, call: SgNode): boolean {
  const lines = namedLines(program);
  const statement = statementOf(call);
  if (lines.some((line) => line >= lineOf(statement) && line <= statement.range().end.line + 1)) return true;
  const { finding } = program;
  return /torch\.save|checkpoints? (?:is |are )?(?:written|saved)|(?:writ|sav)(?:es?|ing) (?:of )?(?:a |the )?checkpoint|written to (?:a |the )?(?:file|disk)|seriali[sz]/i.test([finding.title ?? '', ...finding.evidence.map(({ text }) => text)].join('\n'));
}

function answerOf(program: TorchProgram, place: Located): Rewrite | Refusal {
  const { module, node: call } = place;
  const line = lineOf(call);
  const refuse = (reason: string): Refusal => ({ line, reason });
  const { positional, keywords, hasSplat } = callArguments(call);
  const [state, path] = positional;
  const statement = statementOf(call);
  const indent = indentOf(module, statement);
  if (state === undefined || path === undefined || keywords.size > 0 || hasSplat || !same(parts(statement)[0] ?? null, call) || indent === null) return refuse('It cannot be seen what is written, and where to.');
  const strange = stateObstacle(program, { module, node: state });
  if (strange !== null) return refuse(strange);
  if (isOpenFile(program, { module, node: path })) return refuse('It is written to a file that is open, not to a path.');
  if (ancestorWhere(statement, (at) => at.kind() === 'try_statement', module.scopeOf(call)) !== null) return refuse('An error of the write is handled here.');
  const sites = writeSites(program, place);
  if (sites === null || sites.loops.length === 0) return refuse('It is written once, or it cannot be seen which loop writes it.');
  const renaming = renamingBehind(module, statement, path);
  const except = [call, ...(renaming === null ? [] : [renaming.call])];
  for (const loop of sites.loops) {
    const user = fileUser(program, loop, except);
    if (user !== null) return refuse(`Line ${lineOf(user.node)}${user.module === module ? '' : ` of ${user.module.file}`} may look at the file, or let others do so, before it is complete.`);
    const end = owned(loop.module, loop.node, 'return_statement')[0] ?? owned(loop.module, loop.node, 'call').find((one) => /^(?:os\._exit|os\.abort|os\.kill)$/.test(loop.module.pathOf(one.field('function')) ?? ''));
    if (end !== undefined) return refuse(`Line ${lineOf(end)} ends the loop, and the program may look at the file behind it.`);
    if (indentOf(loop.module, loop.node) === null) return refuse('There is no line of its own behind the loop.');
    if (ancestorWhere(loop.node, (at) => at.kind() === 'try_statement', loop.module.scopeOf(loop.node)) !== null) return refuse('The program goes on behind an error in the loop.');
  }
  const own = module.scopeOf(call);
  const later = own.kind() === 'function_definition' ? fileUser(program, { module, node: own }, except) : null;
  if (later !== null && later.module === module && startOf(later.node) > startOf(call) && !sites.loops.some((loop) => isSame(loop, later))) return refuse(`Line ${lineOf(later.node)} may look at the file before it is complete.`);
  const others = [...sites.loops, ...sites.statements].filter((site) => site.module !== module);
  if (others.length > 0) return refuse(`${others[0]?.module.file ?? ''} has the loop that writes it.`);
  const names = module.names(module.root).names;
  const [behind, finish, host, writer, writes] = [names.fresh('write_behind'), names.fresh('finish_writing'), names.fresh('on_host'), names.fresh('_writer'), names.fresh('_writes')];
  const edits: TextEdit[] = [
    ...helper(module, call, { behind, finish, host, writer, writes }, renaming !== null),
    { file: module.file, start: startOf(call), end: endOf(renaming?.statement ?? call), text: `${behind}(${state.text()}, ${path.text()}${renaming === null ? '' : `, ${renaming.to.text()}`})` },
    ...[...sites.loops, ...sites.statements].map((site) => linesAfter(module, site.node, [`${finish}()`])),
  ];
  return { title: `write \`${path.text()}\` in the background`, line, edits };
}

/** Why a state may be no table of tensors and plain values; null for one. */
function stateObstacle(program: TorchProgram, state: Located): string | null {
  for (const { module, node } of sourcesOf(program, state)) {
    if (methodOf(node)?.method === 'state_dict') continue;
    const pairs = node.kind() === 'dictionary' ? parts(node) : null;
    const values = pairs?.every((pair) => pair.kind() === 'pair') === true ? pairs.flatMap((pair) => pair.field('value') ?? []) : node.kind() === 'call' && node.field('function')?.text() === 'dict' && !callArguments(node).hasSplat ? [...callArguments(node).keywords.values()] : null;
    if (values === null) return 'It cannot be seen what is written.';
    const object = values.find((value) => ['identifier', 'attribute'].includes(String(value.kind())) && isObject(program, { module, node: value }));
    if (object !== undefined) return `\`${object.text()}\` is an object as a whole, of which no copy may be made.`;
  }
  return null;
}

/** A model, optimizer or the like itself, not its state. */
function isObject(program: TorchProgram, value: Located): boolean {
  const owner = classOf(program, value);
  if (owner !== null && isModule(program, owner)) return true;
  return sourcesOf(program, value).some(({ module, node }) => node.kind() === 'call' && /^torch\.(?:optim|nn)\./.test(module.pathOf(node.field('function')) ?? '')) || /(?:^|\.)(?:model|net|optimizer|scheduler|scaler|ema|loader)$/.test(value.node.text());
}

function isOpenFile(program: TorchProgram, path: Located): boolean {
  if (path.node.kind() === 'identifier') {
    const scope = path.module.scopeOf(path.node);
    if (all(scope, 'as_pattern_target').some((target) => target.text() === path.node.text())) return true;
  }
  return sourcesOf(program, path).some(({ node }) => node.kind() === 'call' && /(?:^|\.)(?:open|BytesIO|NamedTemporaryFile|TemporaryFile)$/.test(node.field('function')?.text() ?? ''));
}

/** `os.replace(path, name)` right behind the write. */
function renamingBehind(module: PyModule, statement: SgNode, path: SgNode): { call: SgNode; to: SgNode; statement: SgNode } | null {
  const next = neighbour(statement, 1);
  const call = next?.kind() === 'expression_statement' ? parts(next)[0] : undefined;
  if (next === null || call?.kind() !== 'call' || !/^os\.(?:replace|rename)$/.test(module.pathOf(call.field('function')) ?? '')) return null;
  const [from, to, ...more] = callArguments(call).positional;
  return from?.text() === path.text() && to !== undefined && more.length === 0 ? { call, to, statement: next } : null;
}

interface HelperNames {
  behind: string;
  finish: string;
  host: string;
  writer: string;
  writes: string;
}

/** The functions that write behind, in front of the one that writes. */
function helper(module: PyModule, call: SgNode, { behind, finish, host, writer, writes }: HelperNames, renames: boolean): TextEdit[] {
  let top = call;
  for (let at = top.parent(); at !== null && at.kind() !== 'module'; at = at.parent()) top = at;
  const torch = spelled(module, 'torch');
  const copy = spelled(module, 'copy');
  const futures = spelled(module, 'concurrent.futures');
  const replace = spelled(module, 'os.replace');
  const pool = futures.edits.length > 0 ? 'concurrent.futures' : futures.text;
  const write = renames
    ? `def ${behind}(state, path, name):
    """Writes a copy of the state to the path, and gives the file its name, while the program goes on; one write after the other."""
    def write(copied):
        ${torch.text}.save(copied, path)
        ${replace.text}(path, name)

    ${finish}()
    ${writes}.append(${writer}.submit(write, ${host}(state)))
`
    : `def ${behind}(state, path):
    """Writes a copy of the state while the program goes on; one file after the other."""
    ${finish}()
    ${writes}.append(${writer}.submit(${torch.text}.save, ${host}(state), path))
`;
  const text = `${writer} = ${pool}.ThreadPoolExecutor(max_workers=1)
${writes} = []


def ${finish}():
    """Waits until the last file is complete."""
    while ${writes}:
        ${writes}.pop().result()


${write}

def ${host}(value):
    """A copy of a state, its tensors on the host."""
    if isinstance(value, ${torch.text}.Tensor):
        return value.detach().to("cpu", copy=True)
    if isinstance(value, dict):
        copied = ${copy.text}.copy(value)
        copied.update((key, ${host}(one)) for key, one in value.items())
        return copied
    if type(value) in (list, tuple):
        return type(value)(${host}(one) for one in value)
    return ${copy.text}.deepcopy(value)


`;
  const imports = [...(futures.edits.length > 0 ? futures.edits.map((edit) => ({ ...edit, text: edit.text.replace('import concurrent', 'import concurrent.futures') })) : []), ...copy.edits, ...torch.edits];
  return [...imports, { file: module.file, start: startOf(top), end: startOf(top), text }];
}
