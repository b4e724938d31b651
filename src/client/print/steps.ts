import { stepTypes } from '../../core/config/steps-schema.js';
import type { ListedStep } from '../../core/pipeline/listed.js';
import type { Style } from '../style.js';
import { table, type Column } from './table.js';
import type { StepsResult } from '../verbs/steps.js';

export function printSteps({ from, steps }: StepsResult, style: Style): string {
  const head = from === 'config' ? 'the steps of a round, from perfloop.toml' : 'the steps of a round: the default plan, since there is no perfloop.toml here';
  const depths = depthsOf(steps);
  const isChain = steps.every(({ needs, when, within }, position) => when === null && within === null && needs.length <= 1 && (position === 0 || needs[0] === steps[position - 1]?.name));
  const more: Column<ListedStep>[] = isChain ? [] : [{ title: 'after', cell: ({ needs }) => needs.join(', ') }, ...(steps.some(({ when }) => when !== null) ? [{ title: 'when', cell: ({ when }: ListedStep) => when ?? '' }] : [])];
  return `${head}\n\n${table(
    steps,
    [
      { title: '#', cell: (step) => String(step.index), align: 'right' },
      { title: 'name', cell: (step) => `${'  '.repeat(depths.get(step.name) ?? 0)}${step.name}`, colour: (step, text, style) => style(step.enabled ? 'bold' : 'dim', text) },
      { title: 'type', cell: (step) => (step.enabled ? step.type : `${step.type} (off)`) },
      ...more,
      { title: 'what it does', cell: (step) => step.command?.run ?? stepTypes[step.type] },
    ],
    style,
  )}`;
}

/** How many groups are around each step. A group stands before its members. */
function depthsOf(steps: readonly ListedStep[]): Map<string, number> {
  const depths = new Map<string, number>();
  for (const { name, within } of steps) depths.set(name, within === null ? 0 : (depths.get(within) ?? 0) + 1);
  return depths;
}
