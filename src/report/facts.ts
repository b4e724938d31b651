import type { RunStatus, TrialSummary } from '../core/status.js';
import { firstSchedules } from '../core/verdict/first-schedules.js';
import { errorBound, schedulesOfRule } from '../core/verdict/rule.js';
import { totalAlpha } from '../core/verdict/schedule.js';
import type { Schedules } from '../core/verdict/schedules.js';
import { buildsText, gainText, percentText, verdictWord } from '../core/verdict/words.js';
import type { ReportData, TrialData } from './data.js';
import { countText, knownIntervalText } from './words.js';

export type Tone = 'good' | 'bad' | 'unsure' | 'held' | 'plain';

/** What the report says first. */
export interface Headline {
  text: string;
  tone: Tone;
  /** The interval and where the numbers come from, or why there are none. */
  detail: string;
}

export function isOver({ state }: Pick<RunStatus, 'state'>): boolean {
  return state === 'done' || state === 'failed' || state === 'cancelled';
}

export function headlineOf(status: RunStatus): Headline {
  return status.kind === 'judge' ? judgeHeadline(status) : runHeadline(status);
}

function judgeHeadline(status: RunStatus): Headline {
  const verdict = status.trials[0]?.verdict ?? null;
  if (verdict === null) return isOver(status) ? { text: 'No verdict', tone: 'plain', detail: 'It ended before there was one.' } : { text: 'No verdict so far', tone: 'plain', detail: status.doing };
  const { kind, measured } = verdict;
  const word = `${kind[0]?.toUpperCase() ?? ''}${kind.slice(1)}`;
  if (measured === null || measured.pairs === 0) return { text: word, tone: verdictTone[kind], detail: 'It was not measured.' };
  return { text: `${word}: ${gainText(measured.ratio)}`, tone: verdictTone[kind], detail: `${knownIntervalText(measured.ci95)}, ${countText(measured.pairs, 'pair')}${measured.builds === undefined ? '' : ` of ${buildsText(measured.builds)}`}` };
}

function runHeadline(status: RunStatus): Headline {
  const { speedup, accepted, final } = status;
  const soFar = isOver(status) ? '' : ' so far';
  if (speedup === null || accepted === 0) {
    return { text: `Nothing accepted${soFar}`, tone: 'plain', detail: status.trials.length === 0 ? `No candidate was tried${soFar}.` : `${countText(status.trials.length, 'trial')}${soFar}, ${whyNothing(status)}.` };
  }
  const interval = knownIntervalText(speedup.ci95);
  const back = rolledBackText(status);
  if (!speedup.final) return { text: `${gainText(speedup.ratio)}${soFar}`, tone: 'unsure', detail: `${interval}; the product of what was accepted, not yet measured as a whole${back}` };
  const pairs = final === null ? '' : ` of ${countText(final.measured.pairs, 'pair')}`;
  const proven = speedup.ci95[0] > 1;
  const doubt = proven ? '' : speedup.ci95[1] < 1 ? '; it is slower than the base' : '; it may be no faster than the base';
  return { text: gainText(speedup.ratio), tone: back !== '' ? 'unsure' : proven ? 'good' : 'bad', detail: `${interval}; final measurement${pairs}, champion against base${doubt}${back}` };
}

/** The numbers are those of the whole result, which nobody gets any more. */
function rolledBackText({ rolledBack = [] }: RunStatus): string {
  return rolledBack.length === 0 ? '' : `; rolled back since: ${rolledBack.map(({ trial }) => trial).join(', ')}`;
}

/** A candidate that was shown to be faster may wait, or have been turned down by a person. */
function whyNothing({ trials, plan, champion, target }: RunStatus): string {
  const waiting = trials.filter(({ state }) => state === 'passed' || state === 'awaiting-approval').length;
  const refused = trials.filter(({ verdict }) => verdict?.reasons.some(({ code }) => code === 'not-approved')).length;
  const overruled = trials.filter(({ verdict }) => verdict !== null && verdictWord(verdict) === 'overruled').length;
  const passed = [waiting > 0 ? `${waiting} passed and not yet accepted` : '', refused > 0 ? `${refused} passed and not approved` : '', overruled > 0 ? `${overruled} passed and overruled` : ''].filter((part) => part !== '');
  if (passed.length > 0) return passed.join(', ');
  const asked = plan === null ? '' : ` by more than ${percentText(Math.expm1(plan.delta))}`;
  return `none shown to be faster${asked}${champion === target.base ? '; the base stays the champion' : ''}`;
}

export const verdictTone = { accepted: 'good', rejected: 'bad', inconclusive: 'unsure', quarantined: 'held' } as const;

/** Where a trial stands, in a word. A verdict that waits for its round or a person is not one yet. */
export function standing({ id, state, verdict, dropped }: TrialSummary, { rolledBack = [] }: Pick<RunStatus, 'rolledBack'>): { text: string; tone: Tone } {
  if (rolledBack.some(({ trial }) => trial === id)) return { text: 'rolled back', tone: 'plain' };
  if (dropped === true) return { text: 'left out', tone: 'plain' };
  if (verdict !== null && state === 'decided') return { text: verdictWord(verdict), tone: verdictTone[verdict.kind] };
  return { text: { 'awaiting-approval': 'needs approval', decided: 'no verdict', passed: 'passed', queued: 'queued', preparing: 'preparing', screening: 'screening', rebuilding: 'rebuilding', confirming: 'confirming', 'measuring-again': 'measuring again' }[state], tone: 'plain' };
}

export function wasAccepted({ state, verdict, dropped }: TrialSummary): boolean {
  return state === 'decided' && verdict?.kind === 'accepted' && dropped !== true;
}

/**
 * `each`: the probability at most that a candidate is accepted which does not gain what was asked for. `expected`: upper
 * bound of the expected number of false acceptances, the alphas of all looks of a confirmation, by the trials that reached
 * one. Where the samples are gone, a trial that was measured counts.
 */
export function falseAcceptances({ trials, protocol }: Pick<ReportData, 'trials' | 'protocol'>): { confirmed: number; each: number; expected: number } {
  const confirmed = trials.filter(reachedConfirmation);
  const known = trials.find(({ rule }) => rule !== null)?.rule ?? null;
  const usual = schedulesUsed({ trials, protocol });
  const each = known === null ? totalAlpha(usual.confirm) : errorBound(known);
  const expected = confirmed.reduce((sum, { rule }) => sum + totalAlpha((rule === null ? usual : schedulesOfRule(rule)).confirm), 0);
  return { confirmed: confirmed.length, each: Number(each.toPrecision(4)), expected: Number(expected.toPrecision(4)) };
}

/** Of the first trial whose rule is known; where none is, as the first version had them. */
export function schedulesUsed({ trials, protocol }: Pick<ReportData, 'trials' | 'protocol'>): Schedules {
  const rule = trials.find((trial) => trial.rule !== null)?.rule ?? null;
  return rule === null ? firstSchedules(protocol ?? { kind: 'sequential' }) : schedulesOfRule(rule);
}

function reachedConfirmation({ pairs, summary }: TrialData): boolean {
  if (pairs.kind === 'there') return pairs.value.some(({ stage }) => stage === 'confirm');
  return summary.state === 'confirming' || summary.state === 'measuring-again' || (summary.verdict !== null && summary.verdict.measured !== null);
}

/** Milliseconds from the start to the end, or to the latest news of a run that goes on. */
export function tookMs({ startedAt, endedAt, budget }: RunStatus): number {
  return endedAt === null ? budget.wallMs : endedAt - startedAt;
}

/** The file and line of a candidate; null for a whole commit. */
export function placeOf({ candidate }: TrialSummary): string | null {
  return candidate.file === '' ? null : `${candidate.file}:${candidate.line}`;
}

/** Names of the metrics that the verdict is about. */
export function primaryMetric({ metrics, status }: Pick<ReportData, 'metrics' | 'status'>): string {
  const primary = (metrics ?? []).filter((rule) => rule.primary).map((rule) => rule.name);
  return primary.length > 0 ? primary.join(' + ') : (status.final?.metrics[0]?.name ?? 'wall');
}
