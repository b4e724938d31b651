import type { SgNode } from '@ast-grep/napi';
import { all, ancestorWhere, endOf, lineOf, parts, same, startOf, within } from '../source/tree.js';
import { callArguments, methodOf } from './call.js';
import { isSame } from './flow.js';
import { changedInPlace, partsOf } from './item-paths.js';
import { methodIn } from './models.js';
import type { PyModule } from './module.js';
import type { Located, TorchProgram } from './program.js';
import { statementOf } from './statements.js';

/** A class, and the `__init__` that is to give its attributes their values. */
export interface Owner {
  module: PyModule;
  owner: SgNode;
  init: SgNode;
}

/** Why attributes (`self.x`) may have another value, or none, after `__init__`; null where it alone sets them, in all files around. */
export function otherValues(program: TorchProgram, place: Owner, attributes: ReadonlySet<string>): string | null {
  const { module, owner, init } = place;
  const unset = [...attributes].find((name) => !all(init, 'assignment').some((one) => targetsOf(one).some((target) => target.text() === name)));
  if (unset !== undefined) return `\`${unset}\` is not set in \`__init__\`.`;
  const early = all(init, 'return_statement')[0];
  if (early !== undefined) return `\`__init__\` may end in line ${lineOf(early)}.`;
  const names = new Set([...attributes].map((name) => name.slice('self.'.length)));
  const classes = program.modules.flatMap((of) => all(of.root, 'class_definition').map((node) => ({ module: of, node })));
  const apart = classes.find((one) => !isSame(one, { module, node: owner }) && isBelow(program, one, { module, node: owner }) && replacesInit(one.node));
  if (apart !== undefined) return `\`${apart.node.field('name')?.text() ?? ''}\` has an \`__init__\` of its own.`;
  for (const of of program.modules) {
    const found = all(of.root, 'attribute').find((node) => names.has(node.field('attribute')?.text() ?? '') && !within(node, init) && !isOfOther(program, { module: of, node }, place) && isChanged(of, node));
    if (found !== undefined) return `\`${found.text()}\` is changed in line ${lineOf(found)}${of === module ? '' : ` of ${of.file}`}.`;
    const set = all(of.root, 'call').find((call) => call.field('function')?.text() === 'setattr' && names.has(parts(call.field('arguments') ?? call)[1]?.text().slice(1, -1) ?? ''));
    if (set !== undefined) return `It is set in line ${lineOf(set)}${of === module ? '' : ` of ${of.file}`}.`;
  }
  return changedGiven(program, place);
}

/** Where what the class is made of is changed in place after it is made: `items = Items(rows)`, then `rows.pop()`. */
function changedGiven(program: TorchProgram, { module, owner }: Owner): string | null {
  for (const call of program.callersOf({ module, node: owner })) {
    const { positional, keywords } = callArguments(call.node);
    const given = new Set([...positional, ...keywords.values()].filter((one) => ['identifier', 'attribute'].includes(String(one.kind()))).map((one) => one.text()));
    const changed = changedInPlace(call.module.scopeOf(call.node), given, endOf(call.node));
    if (changed !== null) return `What it is made of is changed in line ${lineOf(changed)}${call.module === module ? '' : ` of ${call.module.file}`}.`;
  }
  return null;
}

/** Whether an attribute is given a value there, or changed in place, by itself, by a part or by a name for it. */
function isChanged(module: PyModule, attribute: SgNode): boolean {
  const head = ancestorWhere(attribute, (at) => ['assignment', 'for_statement', 'for_in_clause', 'as_pattern_target', 'block', 'module'].includes(String(at.kind())));
  if (head?.kind() === 'as_pattern_target') return true;
  const left = head?.field('left') ?? null;
  if (head !== null && left !== null && [left, ...parts(left)].some((target) => same(target, attribute))) return true;
  const statement = statementOf(attribute);
  if (changedInPlace(statement, new Set([attribute.text()])) !== null) return true;
  const scope = module.scopeOf(attribute);
  const isNamed = head?.kind() === 'assignment' && same(head.field('right'), attribute) && left?.kind() === 'identifier';
  return isNamed && changedInPlace(scope, partsOf(scope, left.text()), startOf(left)) !== null;
}

/** `self.x` of a class that has nothing to do with the owner. */
function isOfOther(program: TorchProgram, { module, node }: Located, place: Owner): boolean {
  const around = node.field('object')?.text() === 'self' ? ancestorWhere(node, (at) => at.kind() === 'class_definition') : null;
  if (around === null) return false;
  const [a, b] = [{ module, node: around }, { module: place.module, node: place.owner }];
  return !isBelow(program, a, b) && !isBelow(program, b, a);
}

/** Whether a class is another one, or inherits from it. */
function isBelow(program: TorchProgram, one: Located, other: Located, depth = 0): boolean {
  if (isSame(one, other)) return true;
  const bases = one.node.field('superclasses');
  return bases !== null && depth < 5 && parts(bases).some((base) => {
    const found = program.definitionOf(one.module, base);
    return found !== null && isBelow(program, found, other, depth + 1);
  });
}

function replacesInit(node: SgNode): boolean {
  const init = methodIn(node, '__init__');
  return init !== null && !all(init, 'call').some((call) => methodOf(call)?.method === '__init__');
}

function targetsOf(assignment: SgNode): SgNode[] {
  const left = assignment.field('left');
  if (left === null) return [];
  return ['pattern_list', 'tuple_pattern', 'list_pattern'].includes(String(left.kind())) ? parts(left) : [left];
}
