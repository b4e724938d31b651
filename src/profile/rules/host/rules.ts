import type { HotFunction } from '../../tools/hot-functions.js';
import type { Asked } from '../asked.js';
import { severityOf, type Rule, type Suspect, type Threshold } from '../rule.js';
import { milliseconds, percent, times } from '../words.js';
import { causeOf, leastCalls, leastCollectorShare, shortCallUs, type HotCause } from './cause.js';
import { costlyCalls, leastPart, type CostlyPart, type HotFacts } from './calls.js';
import { countingShare } from './counting-cost.js';
import { checkSamples, confidenceBy, isEnough, leastSamples, sampledOf } from './samples.js';
import { wallOf, type WallTime } from './wall.js';

const needs = { PERFLOOP_CHARGES: 'the profile holds no code of the host' };
const tools = ['hot_functions', 'callers_of'];
const amdahl = 'our own choice: by Amdahl\'s law (1967) a twentieth of the time gives 5% at most';
const share: Threshold = { what: 'least share of the busy time', value: 0.05, unit: 'share', source: amdahl };
const hotShare: Threshold = { what: 'least share of the busy time', value: 0.1, unit: 'share', source: amdahl };
/** Of a program that waits nearly all the time, what is hot among the rest matters to nobody. */
const ofAll: Threshold = { what: 'least share of the time of all threads, waiting included', value: 0.01, unit: 'share', source: 'our own choice' };
export const ofSamples: Threshold = { what: 'least samples, where the profiler takes samples; the lower end of the 95% interval of the share counts', value: leastSamples, unit: 'count', source: 'our own choice; Wilson (1927)' };
const blindTo = 'Time in which the program waited, and code that the profiler did not sample or count.';

/** Each function once, with its cause. */
function caused(asked: Asked): { hot: HotFunction; cause: HotCause }[] {
  return asked.once('caused', () => asked.hot.map((one) => ({ hot: one.hot, cause: causeOf(one) })));
}

interface HotRule {
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

function ruleOf(hotRule: HotRule): Rule {
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

function suspectOf(asked: Asked, { title, text, note, confidence = 'medium' }: HotRule, hot: HotFunction, cause: HotCause): Suspect {
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
    notes: [note, ...(headroomMs < ms ? [inThreads(ms, asked.host.threads, wall)] : [])],
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

/** What the rule of a hot function's cause says of it, however small its share is. */
export function hotSuspect(asked: Asked, one: HotFacts): { cause: HotCause; suspect: Suspect } {
  const cause = causeOf(one);
  const rule = hotRules.find(({ id }) => id === cause.rule) ?? hotFunction;
  return { cause, suspect: suspectOf(asked, rule, one.hot, cause) };
}

/** Row ids of what is charged to a function, the most time first. */
function chargesOf(asked: Asked, { frame }: HotFunction): number[] {
  return asked.db.prepare<[number], number>('SELECT rowid FROM PERFLOOP_CHARGES WHERE frame = ? ORDER BY ns DESC LIMIT 20').pluck().all(frame);
}

const byCalls = costlyCalls.map(({ rule: id, category, what, note }): HotRule => ({
  id,
  category,
  looksFor: `functions whose time passes in ${what}`,
  thresholds: [share, { what: 'least part of the function\'s own time', value: leastPart, unit: 'share', source: 'our own choice; the largest kind counts' }],
  falsePositives: 'Calls that are needed, and that nothing does faster.',
  title: (hot, part) => `${hot.function} spends ${part} of the busy time in ${what}.`,
  text: (hot, cause) => (cause.kind === 'calls' ? `${cause.part.names.slice(0, 4).map(({ name, share: of }) => `${name} ${percent(of)}`).join(', ')}; ${hot.function} takes ${percent(hot.selfShare)} by itself and in such calls.` : ''),
  note,
}));

const garbage: HotRule = {
  id: 'H2-garbage',
  category: 'H2',
  looksFor: 'functions during which garbage is collected',
  thresholds: [{ what: 'least share of the busy time in the collector', value: leastCollectorShare, unit: 'share', source: amdahl }],
  falsePositives: 'The garbage may be another function\'s: it is collected when memory runs out, not where it was made.',
  title: (hot, part) => `While ${hot.function} runs, ${part} of the busy time goes into collecting garbage.`,
  text: (hot, cause) => `${percent(cause.share)} in the collector, beside ${percent(hot.selfShare)} in ${hot.function} itself.`,
  note: 'Make fewer objects in the loop: use them again, and leave out copies that nobody keeps.',
};

const tinyFunctions: HotRule = {
  id: 'H6-tiny-functions',
  category: 'H6',
  looksFor: 'Python functions that are called for each element, so that the call costs more than its work',
  thresholds: [hotShare, { what: 'least calls', value: leastCalls, unit: 'count', source: 'our own choice' }, { what: 'longest call on average', value: shortCallUs, unit: 'us', source: 'Python documentation, "The Python Profilers", Limitations: about what counting a call costs' }],
  falsePositives: 'Counting each call costs about as much as such a call: without the profiler its share is smaller. Compare with a sampling profiler (py-spy).',
  title: (hot, part) => `${hot.function} is called ${times(hot.calls ?? 0, 'time')} and takes ${part} of the busy time.`,
  text: (hot) => `${milliseconds(hot.selfMs)} in ${times(hot.calls ?? 0, 'call')}, ${milliseconds(hot.selfMs / Math.max(1, hot.calls ?? 1))} each.`,
  note: 'Write it into the loop that calls it, or do it for all elements at once.',
};

const hotFunction: HotRule = {
  id: 'H1-hot-function',
  category: 'H1',
  looksFor: 'functions whose own lines take much of the time',
  thresholds: [hotShare, { what: 'taken off for each call that it makes, where calls were counted', value: shortCallUs, unit: 'us', source: 'Python documentation, "The Python Profilers", Limitations: about what counting a call costs' }],
  falsePositives: 'The work that the program is for. V8 counts waiting in Atomics.wait as work of the caller: only the source of the line tells it (--repo).',
  confidence: 'low',
  title: (hot, part) => `${hot.function} takes ${part} of the busy time by itself.`,
  text: (hot) => `${milliseconds(hot.selfMs)} by itself, ${percent(hot.totalShare)} of the busy time with what it calls${hot.calls === null ? '' : `, in ${times(hot.calls, 'call')}`}${hot.hotLines.length === 0 ? '' : `; lines ${hot.hotLines.slice(0, 3).map(({ line, share: of }) => `${line} (${percent(of)})`).join(', ')}`}.`,
  note: 'Look for work that is done again and again, and for a better algorithm.',
};

const hotRules: readonly HotRule[] = [hotFunction, ...byCalls, garbage, tinyFunctions];

export const hostRules: readonly Rule[] = hotRules.map(ruleOf);
