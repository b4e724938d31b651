import { isOver } from '../events.js';
import { durationText, plural, shortCommit } from '../print/numbers.js';
import type { RunStatus } from '../../core/status.js';
import { stateFormat } from '../print/state.js';
import type { Glyphs } from './glyphs.js';
import { spread, type Line, type Span } from './line.js';

/** Run, target and state; then the budgets as bars. */
export function header(status: RunStatus, now: number, width: number, glyphs: Glyphs): Line[] {
  const until = status.endedAt ?? now;
  const elapsed = Math.max(0, until - status.startedAt);
  const spinner = isOver(status) || status.state === 'paused' ? '' : `${glyphs.spinner[Math.floor(now / 120) % glyphs.spinner.length] ?? ''} `;
  const title: Span[] = [['perfloop ', 'dim'], [status.run, 'bold'], ['  '], [status.target.name, ['bold', 'cyan']]];
  if (width >= 80) title.push([`  at ${shortCommit(status.target.base)}`, 'dim']);
  const state: Line = [[spinner, 'green'], [status.state.replace('-', ' '), stateFormat[status.state]], [`  ${durationText(elapsed)}`]];
  return [spread(title, state, width), budgets(status, Math.max(0, elapsed - askedFor(status, until)), width, glyphs)];
}

/** Milliseconds in which it only waited for a person. */
function askedFor({ budget: { askingMs = 0, askingSince } }: RunStatus, until: number): number {
  return askingMs + (askingSince === undefined ? 0 : Math.max(0, until - askingSince));
}

/** `wallMs`: what counts for the budget of wall time. */
function budgets(status: RunStatus, wallMs: number, width: number, glyphs: Glyphs): Line {
  const { budget } = status;
  const bars = width >= 90;
  const gauge = (used: number, most: number): Span[] => (bars ? [[' '], ...meter(used, most, 10, glyphs)] : []);
  // A judgement ends with its verdict, unless it was given a budget.
  const limited = status.kind === 'run' || budget.enforced === true;
  const time: Span[] = limited ? [['time '], [`${durationText(wallMs)} of ${durationText(budget.maxWallMs)}`], ...gauge(wallMs, budget.maxWallMs)] : [['time '], [durationText(wallMs)]];
  const samples: Span[] = width >= 72 && status.samplesSpent > 0 ? [[`   ${plural(status.samplesSpent, 'sample')}`, 'dim']] : [];
  if (status.kind === 'judge') return [...time, ...samples];
  return [[`round ${status.round} of ${status.rounds}   `], ['trials '], [`${budget.trials} of ${budget.maxTrials}`], ...gauge(budget.trials, budget.maxTrials), ['   '], ...time, ...samples];
}

function meter(used: number, most: number, width: number, glyphs: Glyphs): Span[] {
  const share = most > 0 ? Math.min(1, Math.max(0, used / most)) : 0;
  // A budget that was touched shows at least one cell; only one that is used up shows all.
  const filled = share >= 1 ? width : Math.min(width - 1, used > 0 ? Math.max(1, Math.round(share * width)) : 0);
  return [[glyphs.full.repeat(filled), share > 0.9 ? 'yellow' : 'green'], [glyphs.empty.repeat(width - filled), 'dim']];
}
