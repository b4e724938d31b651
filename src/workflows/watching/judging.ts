import { ChildWorkflowCancellationType, executeChild, isCancellation, ParentClosePolicy, uuid4, WorkflowIdReusePolicy } from '@temporalio/workflow';
import { workflowTypes, type JudgeInput } from '../../core/inputs.js';
import { runIdOf } from '../../core/run-id.js';
import type { RunStatus } from '../../core/status.js';
import { answerOf, answerOfFailure, comparisonOf } from '../../core/watch/answer.js';
import type { Answer, Comparison, OpenedWatch, WatchActivities, WatchInput } from '../../core/watch/contracts.js';
import type { Question } from '../../core/watch/question.js';
import { comparedText, questionText, shortOf } from '../../core/watch/shown.js';
import { describeFailure } from '../failures.js';
import { startOptions } from '../start-options.js';
import type { FleetProxies } from '../fleet-activities.js';

/** Two commits of the branch, the older one first. */
export interface Two {
  older: string;
  newer: string;
  against: Comparison['against'];
}

/** Asks judgements about commits, each a workflow of its own, until the time of the look is used up. */
export class Judging {
  constructor(
    private readonly input: WatchInput,
    private readonly opened: Pick<OpenedWatch, 'dir' | 'config'>,
    private readonly activities: FleetProxies<WatchActivities>,
    private readonly deadline: number,
    private readonly say: (line: string) => void,
  ) {}

  /** Whether a judgement could still begin. */
  get hasTime(): boolean {
    return Date.now() < this.deadline;
  }

  /** Whether the newer one is slower, with the samples that say so. */
  async compare(two: Two, question: Question): Promise<{ comparison: Comparison; answer: Answer }> {
    const { answer, run } = await this.ask(two, question);
    const comparison = comparisonOf(answer, { ...two, run, question });
    this.say(`  ${comparedText(comparison)}`);
    return { comparison, answer };
  }

  /** Whether the newer one is faster, by the same rule as a candidate. */
  async compareForGain(two: Two, question: Question): Promise<Comparison | null> {
    const { answer, run } = await this.ask(two, 'gain');
    // Of a judgement with its sides as they are, `slower` is its acceptance.
    return answer.kind === 'slower' ? comparisonOf(answer, { ...two, run, question }) : null;
  }

  private async ask({ older, newer }: Two, question: Question | 'gain'): Promise<{ answer: Answer; run: string | null }> {
    const { target, queuePrefix, who } = this.input;
    const { dir, config } = this.opened;
    if (!this.hasTime) return { answer: { kind: 'open', ratio: null, ci95: null, pairs: 0, text: 'the time of the look was used up', samples: null }, run: null };
    const run = runIdOf('judge', BigInt(`0x${uuid4().replaceAll('-', '').slice(0, 10)}`));
    const prepared = await this.activities.prepareJudgement.executeWithOptions({ summary: `${shortOf(newer)} against ${shortOf(older)}` }, [{ v: 1, target, dir, config, run, older, newer, question, queuePrefix, who }]);
    if (prepared.kind === 'same') return { answer: { kind: 'not-slower', ratio: null, ci95: null, pairs: 0, text: 'the same files', samples: null }, run: null };
    this.say(`${run}: ${questionText({ newer, older }, question)}`);
    return { answer: await this.judge({ ...prepared.input, budgetMs: Math.max(1000, this.deadline - Date.now()) }), run };
  }

  private async judge(input: JudgeInput): Promise<Answer> {
    try {
      return answerOf(
        await executeChild<(input: JudgeInput) => Promise<RunStatus>>(workflowTypes.judge, {
          ...startOptions({ kind: 'judge', input }),
          args: [input],
          cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
          parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
          workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
        }),
      );
    } catch (error) {
      const answer = isCancellation(error) ? null : answerOfFailure(describeFailure(error));
      if (answer === null) throw error;
      return answer;
    }
  }
}
