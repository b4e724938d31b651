import { isOver } from '../events.js';
import type { StepsShown } from '../../core/pipeline/machine/shown.js';
import { stepsText } from '../../core/pipeline/words.js';
import type { RunStatus, TrialState } from '../../core/status.js';
import type { Glyphs } from './glyphs.js';
import type { Line, Span } from './line.js';
import { shortCommits } from '../print/numbers.js';

const runPhases = ['warmup', 'profile', 'analyze', 'optimize', 'execute', 'learn'];
const judgePhases = ['prepare', 'screen', 'rebuild', 'confirm'];
const judgePhaseOf: Partial<Record<TrialState, string>> = { queued: 'prepare', preparing: 'prepare', screening: 'screen', rebuilding: 'rebuild', confirming: 'confirm', 'measuring-again': 'confirm' };

/** The phases with where the run is, and below it what is being done. Of steps that form a graph: how many are done, and which run. */
export function rail(status: RunStatus, width: number, glyphs: Glyphs): Line[] {
  if (status.steps !== undefined && !passedAll(status)) return stepLines(status, status.steps, glyphs);
  const lines: Line[] = [phases(status, width, glyphs)];
  if (!isOver(status) && status.doing !== '') lines.push([['  '], [shortCommits(status.doing)]]);
  return lines;
}

function stepLines(status: RunStatus, steps: StepsShown, glyphs: Glyphs): Line[] {
  const isDone = status.state === 'done';
  const tone = steps.failed > 0 || status.state === 'failed' ? 'red' : isDone ? 'green' : 'cyan';
  const lines: Line[] = [[[`${isDone ? glyphs.done : glyphs.active} ${stepsText(steps)}`, isDone ? tone : ['bold', tone]]]];
  if (!isOver(status) && steps.running.length > 0) lines.push([['  '], [steps.running.join(', ')]]);
  return lines;
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

/** The last approvals, the last measurement and the publishing come after the rail. */
function passedAll(status: RunStatus): boolean {
  return afterRounds.has(status.phase);
}
