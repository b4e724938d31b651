import { parseExpression } from '../../expression/parse.js';
import { type Flattened, type Member, type Path, read, type Scope } from './flatten.js';
import type { Jump } from './node.js';
import type { Problems } from './problem.js';

/** Gives every step and group the jumps that its file declares. */
export function connectJumps(flattened: Flattened, problems: Problems): void {
  for (const scope of flattened.scopes) {
    for (const member of scope.members) {
      const { next } = member.definition;
      if (next === undefined) continue;
      member.last.next = next.flatMap((rule, index): Jump[] => {
        const path = [...member.path, 'next', index];
        const when = read(parseExpression, rule.when, [...path, 'when'], problems);
        const target = targetOf(rule.to, member, scope, flattened, problems, [...path, 'to']);
        return target === null ? [] : [{ target: target.first.index, to: rule.to, onFail: rule.on === 'fail', when, input: rule.input }];
      });
    }
  }
}

/** A jump goes to a step beside it or beside a group around it, as `continue` with a label does. */
function targetOf(name: string, member: Member, scope: Scope, flattened: Flattened, problems: Problems, path: Path): Member | null {
  const wrong = (text: string): void => problems.add(path, text);
  for (let around: Scope | null = scope; around !== null; around = around.outer) {
    const target = around.byName.get(name);
    if (target === undefined) continue;
    if (around.open.group !== 'race') return target;
    wrong(`\`${name}\` is a member of the race \`${around.open.name}\`, whose members begin together; jump to the race itself`);
    return null;
  }
  if (flattened.byName.has(name)) wrong(`\`${name}\` is inside of another group; a jump from \`${member.name}\` goes to a step beside it or beside a group around it`);
  else wrong(`there is no step \`${name}\` to jump to${problems.near(name, [...flattened.byName.keys()])}`);
  return null;
}
