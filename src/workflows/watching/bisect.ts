import { answered, judgementsFor, newBisection, nextStep, type BisectAnswer } from '../../core/watch/bisect.js';
import type { Answer, Comparison, OpenedWatch, Regression, ShownCommit, WatchActivities } from '../../core/watch/contracts.js';
import type { Question } from '../../core/watch/question.js';
import { reproduceCommand } from '../../core/watch/reproduce.js';
import { commitText } from '../../core/watch/shown.js';
import type { Judging } from './judging.js';
import type { FleetProxies } from '../fleet-activities.js';

/** A head that was confirmed to be slower than `good`. */
export interface Slower {
  comparison: Comparison;
  against: Regression['against'];
  good: ShownCommit;
  /** Commits after it up to the head, along first parents. */
  commits: number;
  question: Question;
}

interface Tools {
  opened: Pick<OpenedWatch, 'dir' | 'head' | 'config'>;
  repository: string;
  activities: FleetProxies<WatchActivities>;
  judging: Judging;
  say: (line: string) => void;
}

/** More are only counted. */
const mostSuspects = 20;

/** Finds the commit that did it: judges others between the good one and the head against the good one, then the step by itself. */
export async function bisect(slower: Slower, tools: Tools): Promise<Regression> {
  const { good, commits: count, question, against, comparison: head } = slower;
  const { opened, judging, say, repository } = tools;
  let state = newBisection(count, opened.config.loop.max_trials);
  const skipped: Regression['skipped'] = [];
  say(count === 1 ? `one commit since ${commitText(good)}` : `${count} commits since ${commitText(good)}: ${judgementsFor(count)} judgements find the one, at most ${state.most} where some must be skipped or repeated`);
  let step = nextStep(state);
  for (; step.kind === 'judge' && judging.hasTime; step = nextStep(state)) {
    const { at } = step;
    const [commit] = await show(tools, [count - at]);
    if (commit === undefined) throw new Error('one commit was asked for');
    const { answer } = await judging.compare({ older: good.commit, newer: commit.commit, against }, question);
    // Time that ran out says nothing of the commit.
    if (!judging.hasTime && answer.kind === 'open') break;
    const told = toldBy(answer);
    const before = state.skipped.length;
    state = answered(state, at, told);
    if (state.skipped.length > before) skipped.push({ commit, why: answer.text });
    say(`  ${commitText(commit)}: ${words[state.skipped.length > before ? 'skip' : told]}`);
  }
  const [first, last] = [state.good + 1, state.bad];
  const isOne = first === last;
  const places = Array.from({ length: Math.min(mostSuspects, last - first + 1) }, (_, index) => count - first - index);
  const suspects = await show(tools, places);
  const bad = suspects.length === last - first + 1 ? suspects.at(-1) : (await show(tools, [count - last]))[0];
  if (bad === undefined) throw new Error('the head itself is a suspect');
  const older = suspects[0]?.parents[0] ?? good.commit;
  say(isOne ? `the step by itself: ${commitText(bad)} against its parent` : `the steps of ${last - first + 1} commits together, against the commit before them`);
  const stepped = judging.hasTime ? (await judging.compare({ older, newer: bad.commit, against: 'parent' }, question)).comparison : null;
  return {
    metric: question.metric,
    against,
    head,
    good,
    bad,
    commits: count,
    after: count - last,
    judgements: { asked: state.asked, expected: judgementsFor(count), most: state.most },
    skipped,
    suspects,
    more: last - first + 1 - suspects.length,
    unclear: isOne ? unclearStep(stepped, against) : step.kind === 'judge' ? 'the time of the look (max_wall) was used up' : step.outOf ? `${state.most} judgements were made` : 'the others could not be judged',
    step: stepped,
    reproduce: reproduceCommand(repository, older, bad.commit, question.metric),
  };
}

/** A culprit is one only where its own step was seen again, on samples of its own. */
function unclearStep(step: Comparison | null, against: Regression['against']): string | null {
  if (step === null) return 'the time of the look (max_wall) was used up before its own step was measured';
  if (step.answer === 'slower') return null;
  return against === 'anchor' ? 'its own step is too small to be confirmed: the branch got slower little by little, and here passed the limit' : 'its own step was not confirmed: noise, or several smaller steps';
}

const words: Record<BisectAnswer, string> = { slower: 'it was this one or one before it', 'not-slower': 'it was a later one', open: 'undecided, so it is asked once more', skip: 'skipped' };

function toldBy(answer: Answer): BisectAnswer {
  return answer.kind === 'broken' ? 'skip' : answer.kind;
}

async function show({ activities, opened: { dir, head } }: Tools, places: number[]): Promise<ShownCommit[]> {
  return activities.showCommits.executeWithOptions({ summary: 'which commits' }, [{ v: 1, dir, head: head.commit, places }]);
}
