import type { CandidateRef } from '../candidate.js';
import type { Compared, Gains, Reading } from '../benchmark/series.js';
import type { Question, RunStatus } from '../status.js';
import { comparedText, intervalText, percentText, ratioText } from '../verdict/words.js';

/** Characters of one fact. */
const longest = 3000;

/** What is to be decided on: the draft of the branch, with what it changes and the trial that judged it. */
export interface Asked {
  candidate: CandidateRef;
  stat: string;
  trial: string | undefined;
}

/** What a person needs in order to decide. Without a draft it is about what was accepted so far. */
export function questionFacts(status: RunStatus, draft: Asked | null): Question['facts'] {
  const facts = [...(draft === null ? [best(status)] : ofDraft(status, draft)), ...(status.benchmark === undefined ? [] : [benchmarkFact(status.benchmark)])];
  return facts.map(({ name, text }) => ({ name, text: text.length > longest ? `${text.slice(0, longest)}…` : text }));
}

function best({ accepted, speedup, champion }: RunStatus): Question['facts'][number] {
  if (accepted === 0 || speedup === null) return { name: 'so far', text: 'nothing was accepted' };
  return { name: 'so far', text: `${accepted} accepted, ${comparedText(speedup.ratio, 'the base')}: ${ratioText(speedup.ratio)} (${intervalText(2, speedup.ci95)}), ${champion.slice(0, 10)}` };
}

function ofDraft({ trials }: RunStatus, { candidate, stat, trial: judged }: Asked): Question['facts'] {
  const trial = trials.find(({ id }) => id === judged);
  return [
    { name: 'draft', text: `${candidate.title} (by ${candidate.proposer})` },
    ...(stat === '' ? [] : [{ name: 'changes', text: stat }]),
    { name: 'verdict', text: trial?.verdict == null ? 'nobody has judged it yet' : verdictFact(trial.verdict) },
    ...(trial?.flags === undefined || trial.flags.length === 0 ? [] : [{ name: 'look at', text: trial.flags.map(({ code, file, line }) => `${code} ${file}:${line}`).join(', ') }]),
  ];
}

function verdictFact({ kind, measured, reasons }: NonNullable<RunStatus['trials'][number]['verdict']>): string {
  const numbers = measured === null ? 'not measured' : `${ratioText(measured.ratio)} (${intervalText(measured.pairs, measured.ci95)})`;
  return `${kind}, ${numbers}${reasons.length === 0 ? '' : `: ${reasons.map(({ text }) => text).join('; ')}`}`;
}

function benchmarkFact({ reading, gain }: Compared & { reading: Reading }): Question['facts'][number] {
  const lines = Object.entries(reading.metrics).map(([name, value]) => {
    const beside = (['baseline', 'best', 'last'] as const).flatMap((than) => gainText(gain[than], name, than));
    return `${name} ${Number(value.toPrecision(6))}${beside.length === 0 ? '' : ` (${beside.join(', ')})`}`;
  });
  return { name: 'benchmark', text: lines.join('\n') };
}

function gainText(gains: Gains | null, metric: string, than: string): string[] {
  const gain = gains?.[metric] ?? null;
  if (gain === null) return [];
  return [gain === 0 ? `as the ${than}` : `${percentText(Math.abs(gain))} ${gain < 0 ? 'worse' : 'better'} than the ${than}`];
}
