import { PerfloopError } from '../../errors.js';
import { parseSelectors, selected, type Selectable } from './selector.js';

export interface SelectableStep extends Selectable {
  enabled: boolean;
  /** The group that it is a member of; null: none. */
  within: string | null;
}

/** What the flags say, each as often as it was given. */
export interface Selection {
  skip?: readonly string[];
  only?: readonly string[];
}

export interface Choice {
  run: boolean;
  reason: string;
}

/**
 * Which steps run, and why, in the order of the steps. A selector of a group means its members, too; a group runs where one
 * of its members does. `enabled = false` beats everything, then `--skip`, then `--only`.
 * Throws `PL_SELECTOR`, `PL_NO_SUCH_STEP`, and `PL_NOTHING_TO_RUN` where the selection leaves nothing. O(steps * selectors).
 */
export function choose(steps: readonly SelectableStep[], { skip = [], only = [] }: Selection): Choice[] {
  const skipped = meant(steps, skip, '--skip');
  const wanted = meant(steps, only, '--only');
  const choices = new Map<string, Choice>();
  const disabled = new Set(steps.filter(({ enabled }) => !enabled).map(({ name }) => name));
  for (const step of steps) choices.set(step.name, choiceOf(step, disabled, skipped, only.length === 0 ? null : wanted));
  withGroups(steps, choices);
  const inOrder = steps.map(({ name }) => choices.get(name) as Choice);
  if (skip.length + only.length > 0 && !inOrder.some(({ run }) => run)) throw new PerfloopError('PL_NOTHING_TO_RUN', 'the selection leaves no step that could run', { where: [...(only.length > 0 ? ['--only'] : []), ...(skip.length > 0 ? ['--skip'] : [])].join(', '), problems: steps.slice(0, 20).map(({ name }) => `${name}: ${choices.get(name)?.reason}`), fix: 'Leave out a flag. What is skipped or disabled does not run, also where --only names it.' });
  return inOrder;
}

/** By name of the step: the selector that means it, or a group around it. */
function meant(steps: readonly SelectableStep[], values: readonly string[], flag: string): Map<string, string> {
  const by = new Map<string, string>();
  for (const selector of parseSelectors(values, flag)) {
    for (const { name } of selected(selector, steps, flag)) if (!by.has(name)) by.set(name, selector.text);
  }
  // A group stands before its members.
  for (const { name, within } of steps) {
    const around = within === null ? undefined : by.get(within);
    if (around !== undefined && !by.has(name)) by.set(name, around);
  }
  return by;
}

function choiceOf({ name, enabled, within }: SelectableStep, disabled: ReadonlySet<string>, skipped: ReadonlyMap<string, string>, wanted: ReadonlyMap<string, string> | null): Choice {
  if (!enabled) return { run: false, reason: within !== null && disabled.has(within) ? `in ${within}, which is off` : 'enabled = false' };
  if (skipped.has(name)) return { run: false, reason: `left out by --skip ${skipped.get(name)}` };
  if (wanted === null) return { run: true, reason: 'enabled' };
  return wanted.has(name) ? { run: true, reason: `chosen by --only ${wanted.get(name)}` } : { run: false, reason: notChosen };
}

const notChosen = 'not chosen by --only';

/** From the inside out: a group is there for its members. */
function withGroups(steps: readonly SelectableStep[], choices: Map<string, Choice>): void {
  const running = new Map<string, boolean>();
  for (const { name, within } of steps.toReversed()) {
    const choice = choices.get(name) as Choice;
    const ofMembers = running.get(name);
    if (ofMembers === true && choice.reason === notChosen) choices.set(name, { run: true, reason: 'a member of it is chosen' });
    if (ofMembers === false && choice.run) choices.set(name, { run: false, reason: 'none of its members runs' });
    if (within !== null) running.set(within, running.get(within) === true || choices.get(name)?.run === true);
  }
}
