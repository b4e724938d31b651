import type { RunStatus } from '../status.js';
import type { ReasonCode } from '../verdict/verdict.js';
import type { Answer, Comparison } from './contracts.js';
import type { Question } from './question.js';
import { nothingMeasured } from './nothing-measured.js';

/** Of a judgement with the sides exchanged: the older commit was its candidate. */
const olderIsBroken = new Set<ReasonCode>(['build-failed', 'sample-failed', 'smoke-failed', 'does-not-apply', 'left-files', 'left-processes', 'protected']);

/** How a judgement failed where its base, the newer commit, is to blame. */
const newerIsBroken = /^PL_(?:BASE_RED|BENCHMARK_FAILED|BENCHMARK_UNUSABLE|CHECK_UNUSABLE|TESTS_\w+)$/;

/** What a judgement says of the newer commit; it is slower where the older one was accepted as faster. */
export function answerOf({ trials }: Pick<RunStatus, 'trials'>): Answer {
  const verdict = trials[0]?.verdict ?? null;
  if (verdict === null) return { kind: 'open', ...nothing, text: 'it ended before there was a verdict' };
  const [reason] = verdict.reasons;
  const text = reason?.text.split('\n')[0] ?? '';
  const { measured } = verdict;
  const numbers = measured === null || measured.pairs === 0 ? nothing : { ratio: measured.ratio, ci95: measured.ci95, pairs: measured.pairs, samples: trials[0]?.samples ?? null };
  if (verdict.kind === 'accepted') return { kind: 'slower', ...numbers, text };
  if (reason?.code === 'futile') return { kind: 'not-slower', ...numbers, text };
  if (reason?.code === 'protected' && text.startsWith(nothingMeasured)) return { kind: 'not-slower', ...nothing, text: 'nothing that is measured differs: tests, benchmarks and settings alone' };
  if (reason?.code === 'champion-failed') return { kind: 'broken', side: 'newer', code: reason.code, text };
  if (verdict.kind === 'rejected' && reason !== undefined && olderIsBroken.has(reason.code)) return { kind: 'broken', side: 'older', code: reason.code, text };
  return { kind: 'open', ...numbers, text };
}

/** Null where the failure of a judgement says nothing of the commit: it is that of the watch. */
export function answerOfFailure({ code, message }: { code: string; message: string }): Answer | null {
  return newerIsBroken.test(code) ? { kind: 'broken', side: 'newer', code, text: message.split('\n')[0] ?? '' } : null;
}

const nothing = { ratio: null, ci95: null, pairs: 0, samples: null };

export function comparisonOf(answer: Answer, of: Pick<Comparison, 'older' | 'newer' | 'against' | 'run'> & { question: Question }): Comparison {
  const { question: { metric, allowed }, ...rest } = of;
  const { ratio, ci95, pairs } = answer.kind === 'broken' ? nothing : answer;
  return { ...rest, metric, allowed, answer: answer.kind, ratio, ci95, pairs, text: answer.text };
}

/** Said of a judgement with sides exchanged wherever it is shown as any other. */
export function exchangedNote(older: string, newer: string): string {
  return `${exchangedBegin}: the newer commit ${newer.slice(0, 12)} is the base, and \`accepted\` says that it is slower than ${older.slice(0, 12)}.`;
}

export const exchangedBegin = 'The sides are exchanged';
