import { isOver } from '../events.js';
import type { Drawn } from '../../core/pipeline/drawing/drawn.js';
import type { StepsShown } from '../../core/pipeline/machine/shown.js';
import { stepsText } from '../../core/pipeline/words.js';
import type { RunStatus, TrialState } from '../../core/status.js';
import type { Glyphs } from './glyphs.js';
import type { Line, Span } from './line.js';
import { shortCommits } from '../print/numbers.js';

const runPhases = ['warmup', 'profile', 'analyze', 'optimize', 'execute', 'learn'];
const judgePhases = ['prepare', 'screen', 'rebuild', 'confirm'];
const judgePhaseOf: Partial<Record<TrialState, string>> = { queued: 'prepare', preparing: 'prepare', screening: 'screen', rebuilding: 'rebuild', confirming: 'confirm', 'measuring-again': 'confirm' };

/**
 * The phases with where the run is, and below it what is being done. Of steps that form a graph: how many are done, and what
 * runs where the graph is not `drawn`.
 */
export function rail(status: RunStatus, width: number, glyphs: Glyphs, graph: readonly Drawn[] | null = null, drawn = false): Line[] {
  if (status.steps !== undefined) return stepLines(status, status.steps, glyphs, drawn);
  const lines: Line[] = graph === null ? [phases(status, width, glyphs)] : [[[`${glyphs.todo} the steps have not begun`, 'dim']]];
  if (!isOver(status) && status.doing !== '') lines.push([['  '], [shortCommits(status.doing)]]);
  return lines;
}

function stepLines(status: RunStatus, steps: StepsShown, glyphs: Glyphs, drawn: boolean): Line[] {
  const isDone = status.state === 'done';
  const tone = steps.failed > 0 || status.state === 'failed' ? 'red' : isDone ? 'green' : 'cyan';
  const sign = isDone ? glyphs.done : status.state === 'failed' ? glyphs.rejected : glyphs.active;
  const lines: Line[] = [[[`${sign} ${stepsText(steps)}`, isDone ? tone : ['bold', tone]]]];
  if (isOver(status)) return lines;
  // Approvals, the last measurement and the publishing come after the steps.
  if (passedAll(status)) return [...lines, [['  '], [`${status.phase}: `, ['bold', 'cyan']], [shortCommits(status.doing)]]];
  return drawn || steps.running.length === 0 ? lines : [...lines, [['  '], [steps.running.join(', ')]]];
}

function phases(status: RunStatus, width: number, glyphs: Glyphs): Line {
  const names = status.kind === 'judge' ? judgePhases : runPhases;
  const current = status.kind === 'judge' ? (judgePhaseOf[status.trials[0]?.state ?? 'queued'] ?? status.phase) : status.phase;
  const at = names.indexOf(current);
  const finished = status.state === 'done';
  const narrow = width < 72;
  const spans: Span[] = [];
  names.forEach((name, index) => {
    if (index > 0) spans.push([narrow ? ' ' : ` ${glyphs.link} `, 'dim']);
    const gap = narrow ? '' : ' ';
    // Warm-up happens once: whatever the phase is, it is behind the run from its second round on.
    const past = finished || index < at || (at < 0 && passedAll(status)) || (name === 'warmup' && status.round > 1 && index !== at);
    if (past) spans.push([`${glyphs.done}${gap}${name}`, 'green']);
    else if (index === at) spans.push([`${glyphs.active}${gap}${name}`, isOver(status) ? ['bold', 'red'] : ['bold', 'cyan']]);
    else spans.push([`${glyphs.todo}${gap}${name}`, 'dim']);
  });
  if (at < 0 && !finished && current !== 'start') spans.push([narrow ? ' ' : ` ${glyphs.link} `, 'dim'], [`${glyphs.active} ${current}`, ['bold', 'cyan']]);
  return spans;
}

const afterRounds: ReadonlySet<string> = new Set(['finish', 'approval', 'ablation', 'final', 'publish']);

function passedAll(status: RunStatus): boolean {
  return afterRounds.has(status.phase);
}
