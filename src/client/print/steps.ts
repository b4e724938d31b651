import { isStepType, stepTypes } from '../../core/config/steps-schema.js';
import type { Drawn } from '../../core/pipeline/drawing/drawn.js';
import type { ListedStep } from '../../core/pipeline/listed.js';
import type { Style } from '../style.js';
import { table, type Column } from './table.js';
import { paint } from '../view/line.js';
import { graphLines, stateFormats } from '../view/step-graph.js';
import type { StepsResult } from '../verbs/steps.js';

export function printSteps({ steps, ...of }: StepsResult, style: Style): string {
  const states: Column<ListedStep>[] = steps.some(({ state }) => state !== undefined) ? [{ title: 'state', cell: ({ state = 'waiting', executions = 0 }) => (executions > 1 ? `${state}, ${executions} times` : state), colour: ({ state = 'waiting' }, text, style) => style(stateFormats[state], text) }] : [];
  const depths = depthsOf(steps);
  const isChain = steps.every(({ needs, when, within }, position) => when === null && within === null && needs.length <= 1 && (position === 0 || needs[0] === steps[position - 1]?.name));
  const more: Column<ListedStep>[] = isChain ? [] : [{ title: 'after', cell: ({ needs }) => needs.join(', ') }, ...(steps.some(({ when }) => when !== null) ? [{ title: 'when', cell: ({ when }: ListedStep) => when ?? '' }] : [])];
  return `${head(of)}\n\n${table(
    steps,
    [
      { title: '#', cell: (step) => String(step.index), align: 'right' },
      { title: 'name', cell: (step) => `${'  '.repeat(depths.get(step.name) ?? 0)}${step.name}`, colour: (step, text, style) => style(step.enabled ? 'bold' : 'dim', text) },
      { title: 'type', cell: (step) => (step.enabled ? step.type : `${step.type} (off)`) },
      ...states,
      ...more,
      { title: 'what it does', cell: (step) => step.command?.run ?? whatItDoes(step.type) },
    ],
    style,
  )}`;
}

/** The same as a drawing; of many steps without the rows between those that follow each other. */
export function printGraph({ drawn, steps, ...of }: StepsResult & { drawn: Drawn[] }, style: Style, terminal: { width: number; unicode: boolean }): string {
  const lines = graphLines(drawn, { ...terminal, dense: steps.length > mostAiry });
  return `${head(of)}\n\n${lines.map(({ spans }) => paint(spans, terminal.width, style, terminal.unicode ? '…' : '~')).join('\n')}`;
}

/** Steps that are drawn with a row between each. */
const mostAiry = 40;

function head({ from, run }: Omit<StepsResult, 'steps'>): string {
  if (run !== undefined) return `the steps of ${run.id}, in round ${run.round} of ${run.rounds}`;
  return from === 'config' ? 'the steps of a round, from the config' : 'the steps of a round: the default plan, since there is no perfloop.toml here';
}

function whatItDoes(type: string): string {
  return isStepType(type) ? stepTypes[type] : `calls the function of [step_types.${type}]`;
}

/** How many groups are around each step. A group stands before its members. */
function depthsOf(steps: readonly ListedStep[]): Map<string, number> {
  const depths = new Map<string, number>();
  for (const { name, within } of steps) depths.set(name, within === null ? 0 : (depths.get(within) ?? 0) + 1);
  return depths;
}
