import { defineQuery, setHandler, workflowInfo } from '@temporalio/workflow';
import type { Answer, Comparison, OpenedWatch, Regression, ShownCommit, WatchActivities, WatchInput, WatchResult, WatchState } from '../core/watch/contracts.js';
import type { NotifyConfig } from '../core/config/notify-schema.js';
import type { Question } from '../core/watch/question.js';
import { commitText, comparedText, watchedText, watchProgressQuery, type WatchProgress } from '../core/watch/shown.js';
import { fleetProxies, inFleet, type FleetProxies } from './fleet-activities.js';
import { notify } from './notify.js';
import { bisect, type Slower } from './watching/bisect.js';
import { Judging } from './watching/judging.js';

/** One look at the head of a branch: is it slower than what was there before, and which commit did that? */
export async function watch(input: WatchInput): Promise<WatchResult> {
  const progress: WatchProgress = { v: 1, lines: [], doing: 'looking at the branch' };
  setHandler(defineQuery<WatchProgress>(watchProgressQuery), () => progress);
  return inFleet(input, () => new Look(input, (line) => void progress.lines.push(line)).result());
}

/** Remembered. */
const mostRegressions = 20;
/** Of one metric in one look. */
const mostCulprits = 5;

class Look {
  private readonly activities: FleetProxies<WatchActivities>;
  private readonly compared: Comparison[] = [];
  private readonly notes: string[] = [];

  constructor(
    private readonly input: WatchInput,
    private readonly say: (line: string) => void,
  ) {
    this.activities = fleetProxies<WatchActivities>(input.queuePrefix);
  }

  async result(): Promise<WatchResult> {
    const { target, from = null } = this.input;
    const opened = await this.activities.openWatch.executeWithOptions({ summary: `fetch ${target.name}` }, [{ v: 1, target, from }]);
    const { head, last, anchor, notes, commits } = opened;
    this.notes.push(...notes);
    if (opened.isKnown) return this.ended(opened, 'unmoved');
    this.say(`head: ${commitText(head)}`);
    for (const text of notes) this.say(`note: ${text}`);
    if (last === null || anchor === null) return this.keep(opened, 'begun', { last: head, anchor: head });
    // It was moved back to what was judged before, or to what that began with.
    if (commits.last === 0) return this.keep(opened, 'no-regression', { last: head, anchor: commits.anchor === 0 ? head : anchor });
    return this.judged(opened, last, anchor);
  }

  private async judged(opened: OpenedWatch, last: ShownCommit, anchor: ShownCommit): Promise<WatchResult> {
    const { head, config, commits } = opened;
    const judging = new Judging(this.input, opened, this.activities, Date.now() + config.loop.max_wall, this.say);
    const first = await this.against(opened, judging, last, 'last');
    if (first.broken?.side === 'newer') return this.keep(opened, 'broken', { last, anchor });
    if (first.broken !== null) {
      this.notes.push(`The head cannot be compared with ${commitText(last)}: ${first.broken.text}. Later heads are compared with this one.`);
      return this.keep(opened, 'undecided', { last: head, anchor: head });
    }
    const slower = first.slower.map(({ comparison, question }): Slower => ({ comparison, question, against: 'last', good: last, commits: commits.last }));
    if (slower.length === 0 && anchor.commit !== last.commit) {
      const crept = await this.against(opened, judging, anchor, 'anchor');
      slower.push(...crept.slower.map(({ comparison, question }): Slower => ({ comparison, question, against: 'anchor', good: anchor, commits: commits.anchor })));
    }
    const regressions: Regression[] = [];
    for (const one of slower) regressions.push(...(await this.culprits(one, opened, judging)));
    // What was told once is where later heads begin from, else each of them would tell it again.
    if (regressions.length > 0) return this.keep(opened, 'regression', { last: head, anchor: head }, { regressions });
    if (first.isOpen) return this.keep(opened, 'undecided', { last, anchor });
    const improvement = first.perhapsFaster ? await judging.compareForGain({ older: last.commit, newer: head.commit, against: 'last' }, primary(opened)) : null;
    return this.keep(opened, 'no-regression', { last: head, anchor: improvement === null ? anchor : head }, { improvement });
  }

  /** The commits that did it: where the head is slower than the first of them, too, there is another. */
  private async culprits(first: Slower, opened: OpenedWatch, judging: Judging): Promise<Regression[]> {
    const { head } = opened;
    const { question, against } = first;
    const found: Regression[] = [];
    for (let slower = first; ; ) {
      const regression = await bisect(slower, { opened, repository: this.input.target.repository, activities: this.activities, judging, say: this.say });
      found.push(regression);
      const { bad, after } = regression;
      if (after === 0 || found.length === mostCulprits || !judging.hasTime) return found;
      this.say(`did a later one, too? the head against ${commitText(bad)}`);
      const { comparison } = await judging.compare({ older: bad.commit, newer: head.commit, against: 'culprit' }, question);
      if (comparison.answer !== 'slower') return found;
      slower = { comparison, question, against, good: bad, commits: after };
    }
  }

  /** The head against one commit, by each metric that the samples of the first leave open. */
  private async against({ head, questions, config }: OpenedWatch, judging: Judging, older: ShownCommit, against: Regression['against']): Promise<{ broken: (Answer & { kind: 'broken' }) | null; slower: { comparison: Comparison; question: Question }[]; isOpen: boolean; perhapsFaster: boolean }> {
    const two = { older: older.commit, newer: head.commit, against };
    const slower: { comparison: Comparison; question: Question }[] = [];
    let isOpen = false;
    const ask = async (question: Question): Promise<Answer> => {
      const { comparison, answer } = await judging.compare(two, question);
      this.compared.push(comparison);
      if (answer.kind === 'slower') slower.push({ comparison, question });
      isOpen ||= answer.kind === 'open';
      return answer;
    };
    this.say(`the head against ${commitText(older)}, ${against === 'last' ? 'the last one that was not slower' : 'where the speed last changed'}`);
    const [first, ...others] = questions;
    if (first === undefined) throw new Error('there is always something that decides');
    const answer = await ask(first);
    if (answer.kind === 'broken') return { broken: answer, slower, isOpen: true, perhapsFaster: false };
    if (answer.samples === null) return { broken: null, slower, isOpen, perhapsFaster: false };
    const left = await this.activities.openQuestions.executeWithOptions({ summary: 'what else do the samples leave open?' }, [{ v: 1, samples: answer.samples, questions: others, minGain: config.verdict.min_gain }]);
    for (const question of left.questions) await ask(question);
    return { broken: null, slower, isOpen, perhapsFaster: left.gain };
  }

  private async keep(opened: OpenedWatch, outcome: WatchResult['outcome'], moved: Pick<WatchState, 'last' | 'anchor'>, found: Partial<Pick<WatchResult, 'regressions' | 'improvement'>> = {}): Promise<WatchResult> {
    const { target } = this.input;
    const { state: before, dir, head } = opened;
    const result = this.ended(opened, outcome, found);
    const state: WatchState = { v: 1, repository: target.repository, branch: target.branch, ...moved, head: head.commit, openHead: outcome === 'undecided' || outcome === 'broken' ? outcome : null, looks: (before?.looks ?? 0) + 1, regressions: [...(before?.regressions ?? []), ...result.regressions].slice(-mostRegressions) };
    await this.activities.keepWatch.executeWithOptions({ summary: `remember ${outcome}` }, [{ v: 1, target, dir, state }]);
    // Absent in configs of earlier versions.
    const channels = (opened.config as Partial<OpenedWatch['config']>).notify ?? [];
    if (result.regressions.length > 0 && channels.length > 0) await this.tell(channels, result);
    return result;
  }

  /** Those whom the config of the head names. */
  private async tell(channels: readonly NotifyConfig[], result: WatchResult): Promise<void> {
    const { workflowId, runId } = workflowInfo();
    const { target: { name }, queuePrefix } = this.input;
    const lines = result.regressions.flatMap(({ suspects, step, reproduce }) => [...suspects.map(commitText), ...(step === null ? [] : [comparedText(step)]), reproduce]);
    await notify(queuePrefix, channels, { v: 1, id: `${workflowId}.${runId}.regression`, event: 'regression', at: Date.now(), target: name, run: null, title: `${name}: ${watchedText(result)}`, text: lines.join('\n') });
  }

  private ended({ head, last, anchor }: OpenedWatch, outcome: WatchResult['outcome'], { regressions = [], improvement = null }: Partial<Pick<WatchResult, 'regressions' | 'improvement'>> = {}): WatchResult {
    const { repository, branch } = this.input.target;
    return { v: 1, outcome, repository, branch, head, last, anchor, notes: this.notes, compared: this.compared, improvement, regressions };
  }
}

function primary({ questions: [first] }: OpenedWatch): Question {
  if (first === undefined) throw new Error('there is always something that decides');
  return first;
}
