import { madeBy } from '../../core/knobs/words.js';
import type { Checked } from '../../core/check/checked.js';
import { flagPlace } from '../../core/flag.js';
import { explainedText } from '../../core/run/explained.js';
import type { TrialSummary } from '../../core/status.js';
import { gainText, percentText, verdictWord } from '../../core/verdict/words.js';
import type { Fact, Reason, Verdict } from '../../core/verdict/verdict.js';
import type { ReportData, TrialData } from '../data.js';
import { recheck, type Recheck } from '../../core/verdict/recheck.js';
import { evidenceOf } from '../evidence.js';
import { placeOf, wasAccepted } from '../facts.js';
import { clip, countText, durationText, knownIntervalText, shortCommit } from '../words.js';
import { chip } from './chip.js';
import { diffSection } from './diff.js';
import { html, type Markup } from './markup.js';
import { measurement } from './measurement.js';
import { missing } from './missing.js';
import { profileSection } from './profile-change.js';

/** Trials shown in full; of more, the accepted ones and those that wait for a person come first. */
const mostTrials = 200;
/** A run of few trials is shown unfolded. */
const fewTrials = 4;

/** Each trial: why, verdict with its reasons, diff, samples. */
export function trialDetails(data: ReportData): Markup | null {
  const { trials } = data;
  if (trials.length === 0) return null;
  const wanted = ({ summary: { verdict, state } }: TrialData) => (verdict?.kind === 'accepted' ? 0 : verdict?.kind === 'quarantined' || state === 'awaiting-approval' ? 1 : 2);
  const shown = new Set(trials.toSorted((a, b) => wanted(a) - wanted(b)).slice(0, mostTrials));
  return html`<section aria-labelledby="evidence"><h2 id="evidence">Evidence</h2>
${trials.filter((trial) => shown.has(trial)).map((trial) => trialSection(trial, data))}
${trials.length > shown.size ? html`<p class="note">${trials.length - shown.size} more trials are in the table above and in report.json; their diffs and samples are in the artifact store.</p>` : null}</section>`;
}

function trialSection(trial: TrialData, data: ReportData): Markup {
  const { summary, rationale, diff, pairs } = trial;
  const { candidate, verdict } = summary;
  const accepted = wasAccepted(summary);
  const open = data.trials.length <= fewTrials || accepted || summary.state === 'awaiting-approval';
  const gain = verdict?.measured && verdict.measured.pairs > 0 ? html`<span class="gain">${gainText(verdict.measured.ratio)}</span>` : null;
  return html`<details class="trial"${open ? html` open` : null}><summary><span class="id">${summary.id}</span><span class="title">${clip(candidate.title, 300)}</span>${gain}${chip(summary, data.status)}</summary>
<div class="body" id="t-${summary.id}">
${facts(trial)}
${rationale.kind === 'there' && rationale.value !== '' ? html`<p class="why">${clip(rationale.value, 4000)}</p>` : rationale.kind === 'missing' ? missing('The candidate with its rationale', rationale.why) : null}
${verdict === null ? null : verdictText(verdict, summary.state === 'decided')}
${explanationOf(summary)}
${checkedList(summary.checked ?? [])}
${flagSection(summary)}
${profileSection(trial, data)}
${diffSection(diff, accepted)}
${samples(trial, data)}
${pairs.kind === 'missing' ? missing('The plot of its samples', pairs.why) : null}
${secondLook(trial, data)}
</div></details>`;
}

function facts({ summary }: TrialData): Markup {
  const { candidate, verdict, device = null, startedAt, endedAt } = summary;
  const place = placeOf(summary);
  const entries: [string, Markup | string | null][] = [
    ['proposer', candidate.knob !== undefined ? `${madeBy(candidate)}, set to ${candidate.knob.value}` : candidate.recipe === null ? candidate.proposer : `${candidate.proposer}, recipe ${candidate.recipe}`],
    ['place', place === null ? null : html`<code>${clip(place, 300)}</code>`],
    ['share of the time', candidate.share === null ? null : percentText(candidate.share)],
    ['against', html`<code title="${summary.champion}">${shortCommit(summary.champion)}</code>`],
    ['commit', summary.commit === null ? null : html`<code title="${summary.commit}">${shortCommit(summary.commit)}</code>`],
    ['samples', verdict?.measured ? String(verdict.measured.samples) : null],
    ['measured on', device === null ? null : html`<code>${clip(device, 120)}</code>`],
    ['took', startedAt === null || endedAt === null ? null : durationText(endedAt - startedAt)],
    ['candidate', html`<code>${candidate.id}</code>`],
  ];
  return html`<dl class="refs">${entries.map(([name, value]) => (value === null ? null : html`<div><dt>${name}</dt><dd>${value}</dd></div>`))}</dl>`;
}

function verdictText(verdict: Verdict, decided: boolean): Markup {
  const { reasons, facts = [], measured } = verdict;
  const numbers = measured === null || measured.pairs === 0 ? null : html` <span class="note">${gainText(measured.ratio)}, ${knownIntervalText(measured.ci95)}, ${countText(measured.pairs, 'pair')}</span>`;
  return html`<div class="reasons"><p><strong>${decided ? verdictWord(verdict) : 'so far'}</strong>${numbers}</p><ul>${[...reasons, ...facts].map(reasonItem)}</ul></div>`;
}

/** What a model or an agent said of the decision. */
function explanationOf({ explained }: TrialSummary): Markup | null {
  const text = explainedText(explained);
  return text === null ? null : html`<p class="why">${clip(text, 2000)}</p>`;
}

/** What it was compared by, with the seeds for doing it again. */
function checkedList(checked: readonly Checked[]): Markup | null {
  if (checked.length === 0) return null;
  return html`<div class="reasons"><p><strong>checked</strong></p><ul>${checked.map(({ text, seeds }) => html`<li>${clip(text, 1000)}${seeds.length === 0 ? null : html` <span class="note">PERFLOOP_SEED ${seeds.join(', ')}</span>`}</li>`)}</ul></div>`;
}

/** The first line says it; what follows is the end of a log. */
function reasonItem({ code, text }: Reason | Fact): Markup {
  const [first = '', ...rest] = clip(text, 4000).split('\n');
  const log = rest.join('\n').trimEnd();
  return html`<li><code>${code}</code> ${first}${log === '' ? null : html`<pre tabindex="0">${log}</pre>`}</li>`;
}

function againText({ kind, measured }: Verdict): string {
  return measured === null || measured.pairs === 0 ? `${kind}, and nothing can be computed` : `${kind}, ${gainText(measured.ratio)}, ${knownIntervalText(measured.ci95)}, ${countText(measured.pairs, 'pair')}`;
}

function samples({ summary, pairs, rule }: TrialData, { metrics }: ReportData): Markup | null {
  if (pairs.kind !== 'there') return null;
  const verdict = summary.verdict;
  const evidence = evidenceOf(pairs.value, metrics, verdict?.measured ?? null, rule);
  if (evidence === null) return null;
  const again = verdict === null || rule === null ? null : recheck(pairs.value, rule, verdict);
  return html`${measurement(evidence, `s-${summary.id}`, ['champion', 'candidate'])}${checked(again)}`;
}

/** What was too good to believe was measured again, in a fresh clone. */
function secondLook({ summary: { id, again: recorded }, again: { pairs, rule } }: TrialData, { metrics }: ReportData): Markup | null {
  if (recorded === undefined) return null;
  const head = html`<h3>Again, in a fresh clone</h3>${verdictText(recorded.verdict, true)}`;
  if (pairs.kind === 'missing') return html`${head}${missing('The plot of its samples', pairs.why)}`;
  const evidence = pairs.kind === 'there' ? evidenceOf(pairs.value, metrics, recorded.verdict.measured, rule) : null;
  if (pairs.kind !== 'there' || evidence === null) return head;
  return html`${head}${measurement(evidence, `s-${id}-again`, ['champion', 'candidate'])}${checked(rule === null ? null : recheck(pairs.value, rule, recorded.verdict))}`;
}

function flagSection({ flags }: TrialSummary): Markup | null {
  if (flags === undefined || flags.length === 0) return null;
  return html`<div class="reasons"><p><strong>For a person to look at</strong></p><ul>${flags.map((flag) => html`<li><code>${flag.code}</code> <code>${clip(flagPlace(flag), 300)}</code> ${flag.why}${flag.text === '' ? null : html`<pre tabindex="0">${clip(flag.text, 300)}</pre>`}</li>`)}</ul></div>`;
}

function checked(again: Recheck | null): Markup | null {
  if (again === null) return null;
  return html`<p class="recheck ${again.kind}">${{
    agrees: 'Computed again from the stored samples for this report: the same verdict and numbers.',
    overruled: `Computed again from the stored samples for this report: the same numbers, which alone would mean ${again.again.kind}; the reasons above decided otherwise.`,
    differs: `Computed again from the stored samples for this report, the verdict differs: ${againText(again.again)}. Do not rely on this trial.`,
  }[again.kind]}</p>`;
}
