import type { Asked } from '../asked.js';
import type { Rule, Suspect, Threshold } from '../rule.js';
import { milliseconds, percent, times } from '../words.js';
import { costlyCalls, leastPart, type HotFacts } from './calls.js';
import { causeOf, leastCalls, leastCollectorShare, shortCallUs, type HotCause } from './cause.js';
import { ruleOf, suspectOf, type HotRule } from './hot-rule.js';

const amdahl = 'our own choice: by Amdahl\'s law (1967) a twentieth of the time gives 5% at most';
const share: Threshold = { what: 'least share of the busy time', value: 0.05, unit: 'share', source: amdahl };
const hotShare: Threshold = { what: 'least share of the busy time', value: 0.1, unit: 'share', source: amdahl };
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

/** What the rule of a hot function's cause says of it, however small its share is. */
export function hotSuspect(asked: Asked, one: HotFacts): { cause: HotCause; suspect: Suspect } {
  const cause = causeOf(one);
  const rule = hotRules.find(({ id }) => id === cause.rule) ?? hotFunction;
  return { cause, suspect: suspectOf(asked, rule, one.hot, cause) };
}
