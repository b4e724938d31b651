import type { Drawn } from '../../core/pipeline/drawing/drawn.js';
import type { StepState } from '../../core/pipeline/step-states.js';
import type { Line } from './line.js';
import { type GraphLine, graphLines } from './step-graph.js';

/** Fewer lines of a graph say nothing. */
const least = 4;
/** More would push all else from the screen when the view is left. */
const mostLines = 60;
const mostAiry = 40;

/** The graph of steps in at most `room` lines: airy, dense, or what is around the steps that run; none where there is no room. */
export function graphBlock(steps: readonly Drawn[], room: number, options: { width: number; unicode: boolean }): Line[] {
  const most = Math.min(room, mostLines);
  const airy = graphLines(steps, { ...options, dense: false });
  if (airy.length <= Math.min(most, mostAiry)) return spansOf(airy);
  const dense = graphLines(steps, { ...options, dense: true });
  if (dense.length <= most) return spansOf(dense);
  if (most < least) return [];
  return around(dense, most, options.unicode ? '…' : '~');
}

/** What is left out above and below is counted. */
function around(lines: readonly GraphLine[], room: number, ellipsis: string): Line[] {
  // Those of groups are at their members.
  const first = (state: StepState): number => lines.findIndex(({ step }) => step?.kind === 'step' && step.group === null && step.state === state);
  const at = Math.max(0, ['asking', 'running', 'failed'].map((state) => first(state as StepState)).find((found) => found >= 0) ?? 0);
  const from = Math.min(Math.max(0, at - Math.floor(room / 3)), lines.length - room);
  const shown = spansOf(lines.slice(from, from + room));
  if (from > 0) shown[0] = [[`${ellipsis} ${from + 1} lines above`, 'dim']];
  if (from + room < lines.length) shown[room - 1] = [[`${ellipsis} ${lines.length - from - room + 1} lines below`, 'dim']];
  return shown;
}

function spansOf(lines: readonly GraphLine[]): Line[] {
  return lines.map(({ spans }) => spans);
}
