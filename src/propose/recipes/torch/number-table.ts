import type { SgNode } from '@ast-grep/napi';
import { all, ancestorWhere, endOf, lineOf, parts, same, startOf, within } from '../../source/tree.js';
import { otherValues } from '../../torch/attribute-changes.js';
import { callArguments, methodOf, unwrapped } from '../../torch/call.js';
import { sourcesOf } from '../../torch/flow.js';
import { changedInPlace, partsOf } from '../../torch/item-paths.js';
import { attributeValue, methodIn } from '../../torch/models.js';
import type { PyModule } from '../../torch/module.js';
import type { Located, TorchProgram } from '../../torch/program.js';
import { bodyOf, indentOf, linesAfter, loopsAround, owned, replaced, statementOf } from '../../torch/statements.js';
import type { Refusal, Rewrite, TextEdit, TorchRecipe } from '../recipe.js';

export const numberTable: TorchRecipe = {
  family: 'torch',
  name: 'number-table',
  languages: ['python'],
  category: 'quadratic',
  title: 'Look the number of a word or label up in a dictionary instead of searching a list for it (`vocab.index(word)`)',
  evidence: { findings: ['C7', 'C1', 'H'], text: 'Time in `list.index`, and in `in` of a list, for each word or item.' },
  condition: 'The list is one of texts or numbers: it is written out, sorted, or split from a text. `__init__` alone sets the attribute that holds it, or one assignment the name, and nothing around changes it afterwards. Of equal elements the first one counts, as before. No code around catches the `ValueError` of a search that finds nothing.',
  risk: 'The table needs memory. A search that finds nothing raises a `KeyError` instead of a `ValueError`.',
  expected: 'From n to one step for each look-up; large for some hundred elements.',
  references: ['https://wiki.python.org/moin/TimeComplexity', 'https://docs.python.org/3/library/stdtypes.html#mapping-types-dict'],
  apply(program) {
    const { module, scope } = program;
    const calls = owned(module, scope, 'call').filter((call) => methodOf(call)?.method === 'index' && callArguments(call).positional.length === 1 && callArguments(call).keywords.size === 0);
    const lists = [...new Set(calls.map((call) => methodOf(call)?.receiver.text() ?? ''))];
    return lists.flatMap((list) => answerOf(program, list, calls.filter((call) => methodOf(call)?.receiver.text() === list)) ?? []);
  },
};

/** Null for what is no list that is known to be one. */
function answerOf(program: TorchProgram, list: string, calls: readonly SgNode[]): Rewrite | Refusal | null {
  const { module, scope } = program;
  const [first] = calls;
  const receiver = methodOf(first ?? null)?.receiver;
  if (first === undefined || receiver === undefined) return null;
  const line = lineOf(first);
  const home = homeOf(program, receiver);
  if (home === null) return null;
  const refuse = (reason: string): Refusal => ({ line, reason });
  if (!home.values.every((value) => isListOfKeys(program, value))) return refuse(`It cannot be seen that \`${list}\` is a list of texts or numbers.`);
  if (home.bar !== null) return refuse(home.bar);
  if (program.modules.some((of) => all(of.root, 'except_clause').some((clause) => /\bValueError\b|\bKeyError\b|\bLookupError\b/.test(clause.text().split(':')[0] ?? '')))) return refuse('An error of a search that finds nothing may be caught.');
  const isRepeated = scope.kind() === 'function_definition' ? home.kind !== 'local' || calls.every((call) => isInLoop(module, call)) : calls.every((call) => isInLoop(module, call));
  if (!isRepeated) return refuse('The list is searched once.');
  const name = freshName(module, `${list.split('.').at(-1)?.replace(/^_+/, '').toLowerCase() ?? 'word'}_numbers`);
  const table = home.kind === 'attribute' ? `self.${name}` : home.kind === 'module' ? name.toUpperCase() : name;
  const edits: TextEdit[] = [linesAfter(module, home.after, [`${table} = {key: number for number, key in reversed(list(enumerate(${list})))}`])];
  for (const call of calls) {
    const key = callArguments(call).positional[0] ?? call;
    const choice = call.parent();
    const [then, condition, otherwise] = choice?.kind() === 'conditional_expression' ? parts(choice) : [];
    const isGuarded = choice !== null && condition !== undefined && same(then ?? null, call) && condition.text() === `${key.text()} in ${list}`;
    const isSimple = otherwise !== undefined && (['integer', 'none', 'identifier', 'unary_operator'].includes(String(otherwise.kind())) || /^self\.\w+$/.test(otherwise.text()));
    if (isGuarded && isSimple) edits.push(replaced(module, choice, `${table}.get(${key.text()}, ${otherwise.text()})`));
    else edits.push(replaced(module, call, `${table}[${key.text()}]`));
  }
  const taken = edits.slice(1);
  // `word in vocab` searches the list as well.
  const tests = owned(module, scope, 'comparison_operator').filter((test) => new RegExp(`^[^\\n]+ (?:not )?in ${list.replaceAll('.', '\\.')}$`).test(test.text()) && parts(test).length === 2);
  for (const test of tests) {
    const right = parts(test)[1];
    if (right !== undefined && right.text() === list && !taken.some((edit) => edit.start <= startOf(test) && edit.end >= endOf(test))) edits.push(replaced(module, right, table));
  }
  return { title: `look numbers of \`${list}\` up in a dictionary`, line, edits };
}

function isInLoop(module: PyModule, call: SgNode): boolean {
  return loopsAround(module, call).length > 0 || ancestorWhere(call, (at) => /comprehension|generator_expression/.test(String(at.kind())), statementOf(call)) !== null;
}

/** Where a list is made, and what may change it afterwards. */
interface Home {
  kind: 'attribute' | 'module' | 'local';
  /** What it is given. */
  values: Located[];
  /** The table is made behind this statement. */
  after: SgNode;
  bar: string | null;
}

function homeOf(program: TorchProgram, receiver: SgNode): Home | null {
  const { module, scope } = program;
  if (receiver.kind() === 'attribute' && receiver.field('object')?.text() === 'self') {
    const owner = ancestorWhere(scope, (at) => at.kind() === 'class_definition');
    const init = owner === null ? null : methodIn(owner, '__init__');
    const value = init === null ? null : attributeValue(init, receiver.field('attribute')?.text() ?? '');
    const last = init === null ? undefined : bodyOf(init).at(-1);
    if (owner === null || init === null || value === null || last === undefined || same(scope, init)) return null;
    return { kind: 'attribute', values: sourcesOf(program, { module, node: value }), after: last, bar: otherValues(program, { module, owner, init }, new Set([receiver.text()])) };
  }
  if (receiver.kind() !== 'identifier') return null;
  const name = receiver.text();
  const here = module.uses(scope, name).some(({ role }) => role === 'write' || role === 'declare');
  const home = here ? scope : module.root;
  const uses = module.uses(home, name);
  const writes = uses.filter(({ role }) => role === 'write' || role === 'declare' || role === 'foreign');
  const assignment = writes.length === 1 ? writes[0]?.node.parent() : null;
  const value = assignment?.kind() === 'assignment' && same(assignment.field('left'), writes[0]?.node ?? null) ? assignment.field('right') : null;
  if (value === null || value === undefined || assignment === null || assignment === undefined) return null;
  const statement = statementOf(assignment);
  const isFirst = same(statement.parent(), here && home.kind() === 'function_definition' ? home.field('body') : module.root);
  if (!isFirst || indentOf(module, statement) === null) return null;
  const changed = changedInPlace(home, partsOf(home, name));
  const handed = uses.find(({ node, role }) => role === 'mutate' || (role === 'escape' && !isReadByName(node)));
  const bar = changed !== null ? `Line ${lineOf(changed)} changes \`${name}\`.` : here && handed !== undefined && within(handed.node, home) ? `Line ${lineOf(handed.node)} hands \`${name}\` on.` : null;
  return { kind: same(home, module.root) ? 'module' : 'local', values: sourcesOf(program, { module, node: value }), after: statement, bar };
}

/** `len(vocab)`, `Model(len(vocab))`, `vocab.index(word)`, `word in vocab`: uses that only read. */
function isReadByName(id: SgNode): boolean {
  const parent = id.parent();
  if (parent?.kind() === 'attribute') return ['index', 'count', 'copy'].includes(parent.field('attribute')?.text() ?? '');
  if (parent?.kind() === 'argument_list') return /^(?:len|enumerate|sorted|set|list|tuple|range|zip|print|json\.dump|json\.dumps|max|min)$/.test(parent.parent()?.field('function')?.text() ?? '');
  return parent?.kind() === 'subscript' || parent?.kind() === 'comparison_operator' || parent?.kind() === 'for_in_clause' || parent?.kind() === 'for_statement' || parent?.kind() === 'return_statement';
}

/** Whether a value is a list of what is equal to nothing but its like: texts, whole numbers. */
function isListOfKeys(program: TorchProgram, { module, node }: Located, depth = 0): boolean {
  const value = unwrapped(node);
  const again = (one: SgNode): boolean => depth < 4 && sourcesOf(program, { module, node: one }).every((source) => isListOfKeys(program, source, depth + 1));
  if (value.kind() === 'list') return parts(value).every((one) => ['string', 'integer'].includes(String(one.kind())) || (one.kind() === 'list_splat' && parts(one)[0] !== undefined && again(parts(one)[0] ?? one)));
  if (value.kind() === 'binary_operator') return value.field('operator')?.text() === '+' && ['left', 'right'].every((side) => { const one = value.field(side); return one !== null && again(one); });
  if (value.kind() === 'list_comprehension') return isText(parts(value)[0]);
  if (value.kind() === 'identifier') return /\b(?:Sequence|[Ll]ist|[Tt]uple)\[(?:str|int)\b/.test(value.parent()?.text() ?? '') || isAnnotated(module, value);
  if (value.kind() !== 'call') return false;
  const callee = value.field('function')?.text() ?? '';
  if (callee === 'sorted') return isOfKeys(program, { module, node: callArguments(value).positional[0] ?? value }, depth);
  if (callee === 'list') { const [of] = callArguments(value).positional; return of !== undefined && (/^set\(|^dict\.fromkeys\(/.test(of.text()) || of.text().endsWith('.keys()') || again(of)); }
  return /^(?:os\.listdir)$/.test(module.pathOf(value.field('function')) ?? '') || ['split', 'splitlines', 'readlines'].includes(methodOf(value)?.method ?? '');
}

/** `sorted(set(words))`, `sorted(counts)`: what can be sorted and is of a set can be a key. */
function isOfKeys(program: TorchProgram, { module, node }: Located, depth: number): boolean {
  if (['set', 'set_comprehension', 'dictionary', 'dictionary_comprehension'].includes(String(node.kind()))) return true;
  const callee = node.kind() === 'call' ? (node.field('function')?.text() ?? '') : '';
  if (/^(?:set|frozenset|dict|Counter|collections\.Counter|os\.listdir)$/.test(callee) || callee.endsWith('.keys')) return true;
  if (/generator_expression|list_comprehension/.test(String(node.kind()))) return isText(parts(node)[0]);
  return depth < 4 && sourcesOf(program, { module, node }).every((source) => (same(source.node, node) ? isListOfKeys(program, source, depth + 1) : isOfKeys(program, source, depth + 1) || isListOfKeys(program, source, depth + 1)));
}

/** `line.strip()`, `name.lower()`, `f"{x}"`: a text. */
function isText(node: SgNode | undefined): boolean {
  return node !== undefined && (node.kind() === 'string' || ['strip', 'rstrip', 'lstrip', 'lower', 'upper', 'title', 'replace', 'decode', 'join', 'format'].includes(methodOf(node)?.method ?? '') || /^(?:str|int|chr|ord)\(/.test(node.text()));
}

/** A parameter that says by its type that it is a list of texts or numbers. */
function isAnnotated(module: PyModule, id: SgNode): boolean {
  const scope = module.scopeOf(id);
  const parameter = parts(scope.field('parameters') ?? scope).find((one) => (one.field('name') ?? one.namedChildren()[0])?.text() === id.text());
  return /^(?:typing\.)?(?:Sequence|[Ll]ist|[Tt]uple)\[(?:str|int)\b/.test(parameter?.field('type')?.text() ?? '');
}

function freshName(module: PyModule, stem: string): string {
  for (let n = 1; ; n++) {
    const made = n === 1 ? stem : `${stem}_${n}`;
    if (!new RegExp(`\\b${made}\\b`, 'i').test(module.source)) return made;
  }
}
