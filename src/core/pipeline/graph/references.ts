import { type Expression, referencedSteps } from '../../expression/tree.js';
import { reaches } from './ancestors.js';
import type { Flattened, Member, Path } from './flatten.js';
import type { PlanNode } from './node.js';
import type { Problems } from './problem.js';
import { fillsOf } from './settings.js';
import { expressionsOf } from './text.js';

interface Reference {
  of: Member;
  to: Member;
  /** The node that asks: the beginning for `when`, `question` and `with`, the end for `next`. */
  from: PlanNode;
  path: Path;
}

/**
 * An expression may ask about steps that are over for certain when it is evaluated: those that its step needs, directly
 * or not, and in `next` the step itself. About others the answer would depend on who is quicker.
 */
export function checkReferences(flattened: Flattened, problems: Problems): void {
  const references: Reference[] = [];
  for (const { member } of flattened.byName.values()) {
    const { first, last, path } = member;
    if (first.when !== null) collect(first.when, member, first, [...path, 'when'], flattened, references, problems);
    for (const expression of expressionsOf(first.question ?? [])) collect(expression, member, first, [...path, 'question'], flattened, references, problems);
    for (const { path: place, expression } of fillsOf(member.definition['with'], [...path, 'with'], problems)) collect(expression, member, first, place, flattened, references, problems);
    for (const [index, { when }] of last.next.entries()) if (when !== null) collect(when, member, last, [...path, 'next', index, 'when'], flattened, references, problems);
  }
  if (references.length === 0) return;
  const answers = reaches(flattened.nodes, references.map(({ to, from }) => [to.last.index, from.index]));
  for (const [index, { of, to, path }] of references.entries()) {
    const isOwn = of === to;
    if (answers[index] === true && (!isOwn || path.includes('next'))) continue;
    const advice = isOwn ? 'which has not run then; only `next` can ask about its own step' : `which \`${of.name}\` does not need, so that it may not be over; add it to \`needs\``;
    problems.add(path, `asks about \`${to.name}\`, ${advice}`);
  }
}

function collect(expression: Expression, of: Member, from: PlanNode, path: Path, { byName }: Flattened, into: Reference[], problems: Problems): void {
  for (const name of referencedSteps(expression).keys()) {
    const to = byName.get(name)?.member;
    if (to !== undefined) into.push({ of, to, from, path });
    else if (problems.wanted) problems.add(path, `there is no step \`${name}\`${problems.near(name, [...byName.keys()])}`);
  }
}
