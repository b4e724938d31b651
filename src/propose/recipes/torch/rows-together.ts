import type { SgNode } from '@ast-grep/napi';
import { all, ancestorWhere, endOf, lineOf, parts, same, startOf, within } from '../../source/tree.js';
import { callArguments, methodOf, unwrapped } from '../../torch/call.js';
import { changedInPlace, partsOf, soleValue } from '../../torch/item-paths.js';
import type { PyModule } from '../../torch/module.js';
import { mayMutate } from '../../torch/mutation.js';
import { isOneTensor } from '../../torch/one-tensor.js';
import type { TorchProgram } from '../../torch/program.js';
import { bodyOf, indentOf, linesAfter, linesBefore, loopsAround, owned, replaced, statementOf } from '../../torch/statements.js';
import { isRewrite, type Refusal, type Rewrite, type TextEdit, type TorchRecipe } from '../recipe.js';

export const rowsTogether: TorchRecipe = {
  family: 'torch',
  name: 'rows-together',
  languages: ['python'],
  category: 'transfers',
  title: 'Copy a batch between host and device once instead of row by row',
  evidence: { findings: ['C4', 'C3', 'C1'], text: 'Copies of some bytes, one for each row of a batch.' },
  condition: 'To the host: the rows are those of one tensor. The loop does not change it, and hands it to no call that is not known to read only. To the device: every row is moved alike, and only then put together; or written into a tensor that the loop does not read. The same numbers are copied.',
  risk: 'Rows that are kept share the memory of their batch, which stays as long as one of them does.',
  expected: 'A copy and a wait a batch instead of one a row: ten microseconds and more for each row.',
  references: ['https://pytorch.org/tutorials/recipes/recipes/tuning_guide.html#avoid-unnecessary-cpu-gpu-synchronization'],
  apply(program) {
    const { module, scope } = program;
    const found = [...toHost(program), ...owned(module, scope, 'call').flatMap((call) => stacked(module, scope, call)), ...owned(module, scope, 'for_statement').flatMap((loop) => filled(module, scope, loop))];
    return [...found.filter(isRewrite), ...found.filter((one) => !isRewrite(one))];
  },
};

interface Row {
  /** `out[i].detach().cpu()`. */
  copy: SgNode;
  /** What the row is, in it, and the tensor. */
  row: SgNode;
  tensor: SgNode;
  detached: boolean;
  /** The loop, or comprehension. */
  around: SgNode;
  /** Where the rows are gone over one by one, what gives them. */
  over: SgNode | null;
}

const comprehensions = ['list_comprehension', 'dictionary_comprehension', 'set_comprehension', 'generator_expression'];

function toHost(program: TorchProgram): (Rewrite | Refusal)[] {
  const { module, scope } = program;
  const rows = owned(module, scope, 'call').flatMap((call) => rowOf(module, call) ?? []);
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = `${row.tensor.text()} ${row.around.id()}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()].map((group) => hostAnswer(program, group));
}

/** A copy of a row of a tensor to the host, in a loop over the rows. */
function rowOf(module: PyModule, call: SgNode): Row | null {
  const method = methodOf(call);
  const isHost = method?.method === 'cpu' || (method?.method === 'to' && /^\(['"]cpu['"]\)$/.test(call.field('arguments')?.text() ?? ''));
  if (method === null || !isHost) return null;
  const inner = methodOf(method.receiver);
  const detached = inner?.method === 'detach';
  const row = unwrapped(detached ? inner.receiver : method.receiver);
  for (let around = ancestorWhere(call, isLoop, module.scopeOf(call)); around !== null; around = ancestorWhere(around, isLoop, module.scopeOf(call))) {
    const clause = around.kind() === 'for_statement' ? around : (parts(around).find((one) => one.kind() === 'for_in_clause') ?? around);
    const [left, right] = [clause.field('left'), clause.field('right')];
    if (left === null || right === null) continue;
    const names = left.kind() === 'identifier' ? [left] : parts(left);
    const place = names.findIndex((name) => name.text() === row.text());
    if (place >= 0) {
      const given = iteratedAt(right, place, names.length);
      return given === null ? null : { copy: call, row, tensor: given, detached, around, over: given };
    }
    // Only the index of the row may come of the loop.
    const of = row.kind() === 'subscript' ? row.field('value') : null;
    const index = row.kind() === 'subscript' ? parts(row).at(-1) : undefined;
    const isIndex = names.some((name) => name.text() === index?.text()) && /^(?:range|enumerate)\(/.test(right.text());
    if (of !== null && isIndex && ['identifier', 'attribute'].includes(String(of.kind()))) return { copy: call, row, tensor: of, detached, around, over: null };
  }
  return null;
}

const isLoop = (node: SgNode): boolean => node.kind() === 'for_statement' || comprehensions.includes(String(node.kind()));

/** `out` of `enumerate(out)`, of `zip(names, out)`, or by itself, at the place of its name. */
function iteratedAt(right: SgNode, place: number, count: number): SgNode | null {
  const name = right.kind() === 'call' ? right.field('function')?.text() : undefined;
  const given = right.kind() === 'call' ? callArguments(right).positional : [];
  const found = name === 'enumerate' && place === 1 ? given[0] : name === 'zip' ? given[place] : name === undefined && count === 1 ? right : undefined;
  return found !== undefined && ['identifier', 'attribute'].includes(String(found.kind())) ? found : null;
}

function hostAnswer(program: TorchProgram, group: readonly Row[]): Rewrite | Refusal {
  const { module } = program;
  const [first] = group;
  if (first === undefined) throw new Error('a group has a row');
  const { tensor, around, copy, over } = first;
  const line = lineOf(copy);
  const name = tensor.text();
  if (!isOneTensor(program, { module, node: tensor })) return { line, reason: `It cannot be seen that \`${name}\` is one tensor, and no list of them.` };
  const changed = changeBetween(module, group, first);
  if (changed !== null) return { line, reason: `\`${name}\` is changed in line ${lineOf(changed)}, or may be, between its rows.` };
  const detach = group.every(({ detached }) => detached) ? '.detach()' : '';
  const host = `${name}${detach}.cpu()`;
  if (over !== null) {
    // Whatever else is done with a row has to be possible on the host as well.
    const other = rowUses(module, first).find((use) => !group.some((row) => within(use, row.copy)));
    if (other !== undefined) return { line, reason: `Line ${lineOf(other)} uses the row on the device, too.` };
    return { title: `copy \`${name}\` to the host once`, line, edits: [replaced(module, over, host), ...group.map((row) => onHost(module, row, row.row.text(), detach))] };
  }
  const statement = statementOf(around);
  if (indentOf(module, statement) === null) return { line, reason: 'There is no line of its own for the copy.' };
  const kept = module.names(module.scopeOf(copy)).names.fresh(`${name.split('.').at(-1) ?? 'batch'}_host`);
  return { title: `copy \`${name}\` to the host once`, line, edits: [linesBefore(module, statement, [`${kept} = ${host}`]), ...group.map((row) => onHost(module, row, `${kept}${row.row.text().slice(name.length)}`, detach))] };
}

/** Where the loop gives the tensor's name a value, changes the tensor in place, or hands it, or what holds it, to code that may. */
function changeBetween(module: PyModule, group: readonly Row[], { tensor, around, over }: Row): SgNode | null {
  const name = tensor.text();
  const scope = module.scopeOf(around);
  const written = all(around, 'assignment', 'augmented_assignment').find((one) => [...parts(one.field('left') ?? one), one.field('left')].some((left) => left?.text() === name));
  const changed = written ?? changedInPlace(around, new Set([name, ...partsOf(around, name)]));
  if (changed !== null) return changed;
  const mentions = all(around, 'identifier', 'attribute').filter((one) => one.text() === name && !same(one, over) && !group.some((row) => within(one, row.copy)));
  const handed = mentions.find((one) => mayMutate(module, one));
  if (handed !== undefined) return handed;
  // A function that knows the name may change it wherever it is called.
  const deferred = tensor.kind() === 'identifier' ? module.uses(scope, name).find((use) => use.deferred) : undefined;
  if (deferred !== undefined) return deferred.node;
  // `sim` of `field = sim.field`: `sim.step()`.
  const held = tensor.kind() === 'identifier' ? soleValue(module, scope, name) : tensor;
  const root = held?.kind() === 'attribute' || held?.kind() === 'subscript' ? /^\w+/.exec(held.text())?.[0] : undefined;
  if (root === undefined) return null;
  return all(around, 'call').find((call) => !group.some((row) => within(call, row.copy)) && ((call.field('function')?.text() ?? '').startsWith(`${root}.`) ? !(call.field('function')?.text() ?? '').startsWith(`${name}.`) : callArguments(call).positional.some((given) => given.text() === root))) ?? null;
}

/** A row that a file gets is a copy of its own: a file of a part of a tensor would hold all of it. */
function onHost(module: PyModule, { copy, detached }: Row, row: string, detach: string): TextEdit {
  const isSaved = ancestorWhere(copy, (at) => at.kind() === 'call' && module.pathOf(at.field('function')) === 'torch.save') !== null;
  return replaced(module, copy, `${row}${detached && detach === '' ? '.detach()' : ''}${isSaved ? '.clone()' : ''}`);
}

function rowUses(module: PyModule, { row, around }: Row): SgNode[] {
  const body = around.kind() === 'for_statement' ? (around.field('body') ?? around) : around;
  return all(body, 'identifier').filter((id) => id.text() === row.text() && !same(id.parent()?.kind() === 'for_in_clause' ? (id.parent()?.field('left') ?? null) : null, id) && ancestorWhere(id, (at) => at.kind() === 'for_in_clause' && within(id, at.field('left') ?? at), body) === null && module.file !== '');
}

const puts = new Set(['torch.stack', 'torch.cat', 'torch.concat', 'torch.nn.utils.rnn.pad_sequence']);

/** `torch.stack([x.to(device) for x in rows])`: moved when they are put together. */
function stacked(module: PyModule, scope: SgNode, call: SgNode): (Rewrite | Refusal)[] {
  if (!puts.has(module.pathOf(call.field('function')) ?? '')) return [];
  const [list] = callArguments(call).positional;
  if (list === undefined) return [];
  const line = lineOf(call);
  const element = comprehensions.includes(String(list.kind())) ? parts(list)[0] : undefined;
  if (element !== undefined) {
    const move = moveOf(module, element);
    const own = parts(list).filter((one) => one.kind() === 'for_in_clause').flatMap((one) => [one.field('left') ?? one, ...all(one.field('left') ?? one, 'identifier')]).map((one) => one.text());
    if (move === null || all(move.how, 'identifier').concat(move.how).some((id) => own.includes(id.text()))) return [];
    return [{ title: 'move a batch to the device once', line, edits: [...move.edits, { file: module.file, start: endOf(call), end: endOf(call), text: move.text }] }];
  }
  if (list.kind() !== 'identifier') return [];
  const uses = module.uses(scope, list.text());
  const appends = owned(module, scope, 'call').filter((one) => methodOf(one)?.method === 'append' && methodOf(one)?.receiver.text() === list.text() && loopsAround(module, one).length > 0);
  const moves = appends.map((one) => { const given = callArguments(one).positional[0]; return given === undefined ? null : moveOf(module, given); });
  const [move] = moves;
  if (moves.length !== 1 || move === undefined || move === null) return [];
  if (uses.length !== 3 || loopsAround(module, call).some((loop) => within(appends[0] ?? call, loop) && loopsAround(module, appends[0] ?? call).length === loopsAround(module, call).length)) return [{ line, reason: `\`${list.text()}\` is used in other places, too.` }];
  const changes = all(move.how, 'identifier').some((id) => loopsAround(module, appends[0] ?? call).some((loop) => !within(call, loop) && module.uses(scope, id.text()).some((use) => use.role === 'write' && within(use.node, loop))));
  if (changes) return [];
  return [{ title: 'move a batch to the device once', line, edits: [...move.edits, { file: module.file, start: endOf(call), end: endOf(call), text: move.text }] }];
}

interface MoveEdit {
  edits: TextEdit[];
  /** `.to(device)`. */
  text: string;
  how: SgNode;
}

/** `x.to(device)`, `x.cuda()`, `torch.tensor(x, device=device)` as the last that is done to a row: what takes it away, and what does it behind. */
function moveOf(module: PyModule, element: SgNode): MoveEdit | null {
  const node = unwrapped(element);
  const method = methodOf(node);
  const list = node.field('arguments');
  if (method !== null && list !== null && module.pathOf(node.field('function')) === null && (method.method === 'cuda' || (method.method === 'to' && /device|cuda|gpu/i.test(list.text())))) {
    return { edits: [{ file: module.file, start: endOf(method.receiver), end: endOf(node), text: '' }], text: `.${method.method}${list.text()}`, how: list };
  }
  if (!['torch.tensor', 'torch.as_tensor'].includes(module.pathOf(node.field('function')) ?? '') || list === null) return null;
  const keyword = parts(list).find((one) => one.kind() === 'keyword_argument' && one.field('name')?.text() === 'device');
  const value = keyword?.field('value');
  const before = keyword === undefined ? undefined : parts(list)[parts(list).findIndex((one) => same(one, keyword)) - 1];
  if (keyword === undefined || value === null || value === undefined || before === undefined || /['"]cpu['"]/.test(value.text())) return null;
  return { edits: [{ file: module.file, start: endOf(before), end: endOf(keyword), text: '' }], text: `.to(${value.text()})`, how: value };
}

/** `batch = torch.zeros(n, d, device=device)`, filled in a loop from the host: filled there, and moved behind the loop. */
function filled(module: PyModule, scope: SgNode, loop: SgNode): (Rewrite | Refusal)[] {
  const body = loop.field('body');
  if (body === null) return [];
  const names = new Set(bodyOf(loop).flatMap((one) => { const left = parts(one)[0]?.kind() === 'assignment' ? parts(one)[0]?.field('left') : null; const of = left?.kind() === 'subscript' ? left.field('value') : null; return of?.kind() === 'identifier' ? [of.text()] : []; }));
  return [...names].flatMap((name): (Rewrite | Refusal)[] => {
    const made = module.uses(scope, name).filter(({ role }) => role === 'write');
    const assignment = made.length === 1 ? made[0]?.node.parent() : null;
    const call = assignment?.kind() === 'assignment' ? assignment.field('right') : null;
    if (call?.kind() !== 'call' || !/^torch\.(?:zeros|empty|ones|full)$/.test(module.pathOf(call.field('function')) ?? '') || startOf(call) > startOf(loop) || !same(statementOf(call).parent(), loop.parent())) return [];
    const list = call.field('arguments') ?? call;
    const keyword = parts(list).find((one) => one.kind() === 'keyword_argument' && one.field('name')?.text() === 'device');
    const value = keyword?.field('value');
    const before = keyword === undefined ? undefined : parts(list)[parts(list).findIndex((one) => same(one, keyword)) - 1];
    const writes = all(body, 'assignment').filter((one) => one.field('left')?.kind() === 'subscript' && one.field('left')?.field('value')?.text() === name);
    const line = lineOf(writes[0] ?? loop);
    if (keyword === undefined || value === null || value === undefined || before === undefined || indentOf(module, loop) === null) return [];
    const fromHost = writes.every((one) => { const right = one.field('right'); return right !== null && (moveOf(module, right) !== null || /^torch\.(?:tensor|as_tensor|from_numpy|LongTensor|FloatTensor)$/.test(module.pathOf(right.field('function')) ?? '')); });
    if (!fromHost) return [{ line, reason: `It cannot be seen that what \`${name}\` is filled with is on the host.` }];
    const others = module.uses(scope, name).filter(({ node, role }) => role !== 'write' && startOf(node) < endOf(loop) && !writes.some((one) => within(node, one.field('left') ?? one)));
    if (others.length > 0) return [{ line, reason: `\`${name}\` is read in line ${lineOf(others[0]?.node ?? loop)}, before it is full.` }];
    const moves = writes.flatMap((one) => { const right = one.field('right'); return (right === null ? null : moveOf(module, right))?.edits ?? []; });
    return [{ title: `move \`${name}\` to the device when it is full`, line, edits: [{ file: module.file, start: endOf(before), end: endOf(keyword), text: '' }, ...moves, linesAfter(module, loop, [`${name} = ${name}.to(${value.text()})`])] }];
  });
}
