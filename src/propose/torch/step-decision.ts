import type { SgNode } from '@ast-grep/napi';
import { all, endOf, parts, same, startOf } from '../source/tree.js';
import { statementOf } from './statements.js';
import type { TrainingLoop } from './training-loop.js';

/** The condition under which a loop steps its optimizer. */
export interface Decision {
  /** The `if`. */
  node: SgNode;
  /** Python that is true in front of the forward pass where the optimizer steps behind it. */
  condition: string;
  /** Python that is true where it does not, if that is how the loop asks. */
  negated: string | null;
  /** Its condition as it stands. */
  asked: SgNode;
  /** Whether the same text is asked there, so that one name can do for both. */
  isAsked: boolean;
  /** The statements that run only where it holds. */
  taken: SgNode[];
  /** Assignments in the loop to what the condition is made of, those left out that `condition` minds. */
  changes: SgNode[];
  /** Why it may not be asked earlier; null where it may. */
  reason: string | null;
}

/** `if (i + 1) % parts == 0: optimizer.step()` behind the backward pass, or `if (i + 1) % parts: continue` in front of the step. */
export function decisionBehind(loop: TrainingLoop, backward: SgNode): Decision | null {
  const siblings = parts(backward.parent() ?? backward);
  const behind = siblings.filter((node) => startOf(node) > startOf(backward));
  const holds = (node: SgNode): boolean => loop.steps.some((step) => startOf(step) >= startOf(node) && endOf(step) <= endOf(node));
  for (const node of behind) {
    if (node.kind() !== 'if_statement') {
      if (holds(node)) return null;
      continue;
    }
    const asked = node.field('condition');
    const body = node.field('consequence');
    if (asked === null || body === null || node.field('alternative') !== null) continue;
    if (holds(node)) return decisionOf(loop, backward, { node, asked, taken: [node], isNegated: false });
    const isSkip = parts(body).length === 1 && parts(body)[0]?.kind() === 'continue_statement';
    if (isSkip) return decisionOf(loop, backward, { node, asked, taken: behind.filter((other) => startOf(other) > startOf(node)), isNegated: true });
  }
  return null;
}

function decisionOf(loop: TrainingLoop, backward: SgNode, { node, asked, taken, isNegated }: Pick<Decision, 'node' | 'asked' | 'taken'> & { isNegated: boolean }): Decision {
  const names = new Set([asked, ...all(asked, 'identifier')].filter((id) => id.kind() === 'identifier').map((id) => id.text()));
  const attributes = new Set(all(asked, 'attribute').map((one) => one.text()));
  const isPart = (left: SgNode): boolean => names.has(left.text()) || attributes.has(left.text());
  const changes = all(loop.region, 'assignment', 'augmented_assignment').filter((one) => !taken.some((part) => startOf(one) >= startOf(part) && endOf(one) <= endOf(part)) && [one.field('left'), ...all(one.field('left') ?? one, 'identifier')].some((left) => left !== null && isPart(left)));
  // `count += 1` on the way: the condition asks for one more.
  const [only, ...more] = changes.filter((one) => startOf(one) < startOf(node));
  const isCount = only?.kind() === 'augmented_assignment' && more.length === 0 && /^[\w.]+ \+= 1$/.test(only.text()) && same(statementOf(only).parent(), backward.parent());
  const counted = isCount ? (only.field('left')?.text() ?? '') : '';
  const text = isCount && startOf(only) > startOf(firstOfRun(loop, backward)) ? asked.text().replaceAll(new RegExp(`(?<![\\w.])${counted.replaceAll('.', '\\.')}(?![\\w.])`, 'g'), `(${counted} + 1)`) : asked.text();
  const calls = all(asked, 'call').filter((call) => !['len', 'int'].includes(call.field('function')?.text() ?? ''));
  return {
    node,
    asked,
    taken,
    condition: isNegated ? `not (${text})` : text,
    negated: isNegated ? text : null,
    isAsked: !isNegated && text === asked.text(),
    changes: isCount ? [] : changes,
    reason: calls.length > 0 || all(asked, 'named_expression').length > 0 ? 'The condition of the step may not be asked twice or earlier.' : null,
  };
}

/** A count that goes up in front of the forward pass is the same there as behind it: the forward pass is taken to begin the run. */
function firstOfRun(loop: TrainingLoop, backward: SgNode): SgNode {
  const siblings = parts(backward.parent() ?? backward);
  return siblings.find((node) => /\b(?:model|net|self\.\w*model|self\.net|ddp\w*)\(/.test(node.text()) && !loop.steps.some((step) => startOf(step) >= startOf(node) && endOf(step) <= endOf(node))) ?? backward;
}
