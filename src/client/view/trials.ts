import { ratioText, verdictWord } from '../../core/verdict/words.js';
import type { TrialSummary } from '../../core/status.js';
import { plural, intervalText, shortCommits } from '../print/numbers.js';
import { trialStateText, verdictFormat } from '../print/verdict.js';
import { placeOf } from '../print/place.js';
import type { Format } from '../style.js';
import type { Glyphs } from './glyphs.js';
import { columns } from './columns.js';
import { fit, fitEnd, type Line, type Span } from './line.js';

/** The candidates of the run, in at most `height` lines with the head; what matters now is kept when they are too many. */
export function trialLines(trials: readonly TrialSummary[], width: number, height: number, glyphs: Glyphs): Line[] {
  if (trials.length === 0 || height < 2) return [];
  const room = height - 1;
  const shown = trials.length <= room ? trials : mostRelevant(trials, Math.max(1, room - 1));
  const layout = layoutFor(shown, width);
  const hidden = trials.length - shown.length;
  return [head(layout, glyphs), ...shown.map((trial) => row(trial, layout, glyphs)), ...(hidden > 0 && room > 1 ? [[[`  ${glyphs.ellipsis} ${plural(hidden, 'more', 'more')} in \`perfloop show\``, 'dim'] as Span]] : [])];
}

/** Those that run or wait, then accepted ones, then the newest; in the order of the run. */
function mostRelevant(trials: readonly TrialSummary[], count: number): TrialSummary[] {
  const rank = (trial: TrialSummary) => (trial.state === 'awaiting-approval' ? 0 : trial.state !== 'decided' ? 1 : trial.verdict?.kind === 'accepted' ? 2 : 3);
  const chosen = new Set(
    trials
      .map((trial, index) => ({ trial, index }))
      .sort((one, other) => rank(one.trial) - rank(other.trial) || other.index - one.index)
      .slice(0, count)
      .map(({ trial }) => trial),
  );
  return trials.filter((trial) => chosen.has(trial));
}

interface Layout {
  id: number;
  state: number;
  what: number;
  where: number;
  ratio: number;
  interval: number;
  reason: number;
}

function layoutFor(trials: readonly TrialSummary[], width: number): Layout {
  const id = Math.max(5, ...trials.map((trial) => trial.id.length));
  const state = Math.max(5, ...trials.map((trial) => stateText(trial).length));
  const layout: Layout = { id, state, what: 0, where: 0, ratio: 7, interval: width >= 76 ? 15 : 0, reason: 0 };
  // Two columns for the sign, two between columns.
  let rest = width - 2 - id - 2 - layout.state - 2 - layout.ratio - (layout.interval ? layout.interval + 2 : 0) - 2;
  if (rest < 26) return { ...layout, what: Math.max(6, rest) };
  const longest = Math.max(8, ...trials.map((trial) => columns(label(trial))));
  const places = Math.max(8, ...trials.map((trial) => columns(place(trial))));
  // The reason gets what the others leave, where that is enough to read.
  const left = rest - Math.min(longest, 44) - 2 - Math.min(places, 40) - 2;
  if (left >= 20) {
    layout.reason = Math.min(80, left);
    rest -= layout.reason + 2;
  }
  layout.what = Math.min(longest, Math.max(rest - places - 2, Math.floor(rest * 0.5)));
  layout.where = Math.min(places, rest - layout.what - 2);
  return layout;
}

const label = (trial: TrialSummary) => trial.candidate.recipe ?? shortCommits(trial.candidate.title);
const stateText = (trial: TrialSummary) => (trial.state === 'decided' && trial.verdict !== null ? verdictWord(trial.verdict) : trialStateText[trial.state]);
const place = (trial: TrialSummary) => placeOf(trial.candidate);

function head(layout: Layout, glyphs: Glyphs): Line {
  const cells = [fit('trial', layout.id), fit('state', layout.state), fit('change', layout.what, 'left', glyphs.ellipsis)];
  if (layout.where) cells.push(fit('where', layout.where));
  cells.push(fit('ratio', layout.ratio, 'right'));
  if (layout.interval) cells.push(fit('95% interval', layout.interval));
  if (layout.reason) cells.push('reason');
  return [[`  ${cells.join('  ')}`, 'dim']];
}

function row(trial: TrialSummary, layout: Layout, glyphs: Glyphs): Line {
  const [sign, format] = signOf(trial, glyphs);
  const measured = trial.verdict?.measured ?? null;
  const cells: Span[] = [
    [`${sign} `, format],
    [`${fit(trial.id, layout.id)}  `],
    [`${fit(stateText(trial), layout.state, 'left', glyphs.ellipsis)}  `, format],
    [fit(label(trial), layout.what, 'left', glyphs.ellipsis)],
  ];
  if (layout.where) cells.push([`  ${fitEnd(place(trial), layout.where, glyphs.ellipsis)}`, 'dim']);
  cells.push([`  ${fit(measured === null ? '' : ratioText(measured.ratio), layout.ratio, 'right')}`, trial.verdict?.kind === 'accepted' ? ['bold', 'green'] : 'bold']);
  if (layout.interval) cells.push([`  ${fit(measured === null ? '' : intervalText(measured.ci95), layout.interval)}`]);
  if (layout.reason) cells.push([`  ${fit(trial.state === 'decided' ? (trial.verdict?.reasons[0]?.text ?? '') : '', layout.reason, 'left', glyphs.ellipsis)}`, 'dim']);
  return cells;
}

function signOf(trial: TrialSummary, glyphs: Glyphs): [string, Format] {
  switch (trial.state) {
    case 'queued':
      return [glyphs.queued, 'dim'];
    case 'awaiting-approval':
      return [glyphs.waiting, ['bold', 'yellow']];
    case 'passed':
      return [glyphs.accepted, 'green'];
    case 'decided':
      return trial.verdict === null ? [glyphs.rejected, 'dim'] : [glyphs[trial.verdict.kind], verdictFormat[trial.verdict.kind]];
    default:
      return [glyphs.active, 'cyan'];
  }
}
