import type { HotFunction } from '../../tools/hot-functions.js';
import type { Asked } from '../asked.js';
import { severityOf, type Rule, type Suspect, type Threshold } from '../rule.js';
import { milliseconds, percent, times } from '../words.js';
import type { CostlyPart } from './calls.js';
import { causeOf, type HotCause } from './cause.js';
import { countingShare } from './counting-cost.js';
import { checkSamples, confidenceBy, isEnough, leastSamples, sampledOf } from './samples.js';
import { wallOf, type WallTime } from './wall.js';

const needs = { PERFLOOP_CHARGES: 'the profile holds no code of the host' };
const tools = ['hot_functions', 'callers_of'];
/** Of a program that waits nearly all the time, what is hot among the rest matters to nobody. */
const ofAll: Threshold = { what: 'least share of the time of all threads, waiting included', value: 0.01, unit: 'share', source: 'our own choice' };
export const ofSamples: Threshold = { what: 'least samples, where the profiler takes samples; the lower end of the 95% interval of the share counts', value: leastSamples, unit: 'count', source: 'our own choice; Wilson (1927)' };
const blindTo = 'Time in which the program waited, and code that the profiler did not sample or count.';

/** Each function once, with its cause. */
function caused(asked: Asked): { hot: HotFunction; cause: HotCause }[] {
  return asked.once('caused', () => asked.hot.map((one) => ({ hot: one.hot, cause: causeOf(one) })));
}

/** A rule about the cause of a hot function's time. */
export interface HotRule {
  id: string;
  category: Rule['category'];
  looksFor: string;
  thresholds: Threshold[];
  falsePositives: string;
  confidence?: Suspect['confidence'];
  /** Before "in file". */
  title: (hot: HotFunction, part: string) => string;
  text: (hot: HotFunction, cause: HotCause) => string;
  note: string;
}

export function ruleOf(hotRule: HotRule): Rule {
  const { id, category, looksFor, thresholds, falsePositives } = hotRule;
  return {
    id,
    category,
    looksFor,
    tools,
    needs,
    thresholds: [...thresholds, ofAll, ofSamples],
    falsePositives,
    blindTo,
    find(asked): Suspect[] {
      const all = caused(asked);
      checkSamples(asked);
      const { busyMs, idleMs } = asked.host;
      const least = Math.max(thresholds[0]?.value ?? 0, busyMs === 0 ? 0 : (ofAll.value * (busyMs + idleMs)) / busyMs);
      const isTold = ({ hot, cause }: { hot: HotFunction; cause: HotCause }): boolean => cause.rule === id && cause.share >= least && isEnough(sampledOf(asked, hot, cause.share), least) && (cause.kind !== 'own' || cause.share - countingShare(asked, hot.frame) >= least);
      return all.filter(isTold).map(({ hot, cause }) => suspectOf(asked, hotRule, hot, cause));
    },
  };
}

/** What the rule says of a function, however small its share is. */
export function suspectOf(asked: Asked, { title, text, note, confidence = 'medium' }: HotRule, hot: HotFunction, cause: HotCause): Suspect {
  const ms = cause.share * asked.host.busyMs;
  const sampled = sampledOf(asked, hot, cause.share);
  const bySamples = confidenceBy(sampled);
  const byCause = cause.kind === 'calls' ? callsConfidence(cause.part) : confidence;
  const wall = wallOf(asked, hot.frame);
  const headroomMs = Math.min(ms, wall.ms);
  return {
    title: title(hot, percent(cause.share)),
    confidence: lesser(byCause, bySamples),
    share: cause.share,
    headroomMs,
    // What may well be the program's purpose is never worth the alarm.
    severity: lesser(confidence, bySamples) === 'low' && severityOf(cause.share) === 'high' ? 'medium' : severityOf(cause.share),
    evidence: [{ tool: 'hot_functions', text: `${text(hot, cause)}${sampled === null ? '' : ` ${sampled.count} of ${times(sampled.all, 'sample')}.`}`, place: { profile: asked.file, table: 'PERFLOOP_CHARGES', rangeMs: null, ids: chargesOf(asked, hot) } }],
    notes: [note, ...(headroomMs < ms && asked.host.threads > 1 ? [inThreads(ms, asked.host.threads, wall)] : [])],
    clues: { calls: [], frame: { file: hot.file, function: hot.function, line: hot.line } },
  };
}

const order: Suspect['confidence'][] = ['low', 'medium', 'high'];
const lesser = (a: Suspect['confidence'], b: Suspect['confidence']): Suspect['confidence'] => (order.indexOf(a) < order.indexOf(b) ? a : b);

/** Lines may do other things as well, and some names are of several calls. */
function callsConfidence({ byLines, calls, names }: CostlyPart): Suspect['confidence'] {
  return byLines || names.some(({ name }) => calls.unsure?.test(name) === true) ? 'medium' : 'high';
}

/** Why less is saved than the sum of all threads. */
export function inThreads(ms: number, threads: number, { isTimed }: WallTime): string {
  const what = `It takes ${milliseconds(ms)} added up over ${threads} threads or processes.`;
  return isTimed
    ? `${what} They run at once, so that no more is saved than the wall time that it takes.`
    : `${what} The profile does not tell whether they ran at once: what the longest takes counts. Of those that ran one after another more is saved.`;
}

/** Row ids of what is charged to a function, the most time first. */
function chargesOf(asked: Asked, { frame }: HotFunction): number[] {
  return asked.db.prepare<[number], number>('SELECT rowid FROM PERFLOOP_CHARGES WHERE frame = ? ORDER BY ns DESC LIMIT 20').pluck().all(frame);
}
