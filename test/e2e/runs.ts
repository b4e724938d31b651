import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { run, type RunOptions } from '../../src/client/verbs/run.js';
import { messageNames, type Decide } from '../../src/core/messages.js';
import type { RunStatus, TrialSummary } from '../../src/core/status.js';
import type { TestEngine } from './engine.js';
import type { Target } from './target.js';

export interface StartedRun {
  id: string;
  handle: WorkflowHandle;
  status(): Promise<RunStatus>;
  /** Waits until the status fulfils the condition; tells the status when it never does. */
  until(what: string, holds: (status: RunStatus) => boolean): Promise<RunStatus>;
  /** Waits for the end and gives the last status; throws where the run failed. */
  result(): Promise<RunStatus>;
  decide(candidate: string, approve: boolean, more?: Partial<Decide>): Decide;
}

/** Starts a run as `perfloop run --detach` does. */
export async function startRun(engine: TestEngine, target: Target, options: Partial<RunOptions> = {}): Promise<StartedRun> {
  const { run: id } = await run(engine.context, { dir: target.dir, detach: true, ...options });
  return startedRun(engine, id);
}

let decisions = 0;

export function startedRun(engine: TestEngine, id: string): StartedRun {
  const handle = engine.client.workflow.getHandle(id);
  const status = (): Promise<RunStatus> => handle.query<RunStatus>(messageNames.status);
  return {
    id,
    handle,
    status,
    async until(what, holds) {
      for (const began = performance.now(); ; await sleep(100)) {
        const last = await status();
        if (holds(last)) return last;
        const why = last.endedAt !== null ? 'it ended before' : performance.now() - began > 120_000 ? 'not within two minutes' : null;
        if (why !== null) throw new Error(`${id}: ${what}: ${why}: ${JSON.stringify({ ...last, plan: null, evidence: null }, null, 1)}`);
      }
    },
    result: () => handle.result() as Promise<RunStatus>,
    decide: (candidate, approve, more = {}) => ({ v: 1, decisionId: `test-${++decisions}`, candidate, approve, who: 'tester@here', comment: '', ...more }),
  };
}

export function trialOf(status: RunStatus, id: string): TrialSummary {
  const found = status.trials.find((trial) => trial.id === id);
  if (found === undefined) throw new Error(`no trial ${id} among ${status.trials.map((trial) => trial.id).join(', ') || 'none'}`);
  return found;
}

/** `kind code,code` of a trial: what was decided and why. */
export const verdictOf = ({ verdict }: TrialSummary): string => (verdict === null ? 'none' : `${verdict.kind} ${verdict.reasons.map((reason) => reason.code).join(',')}`);

/** Runs git in perfloop's own repository of the run's target. */
export function resultGit(engine: TestEngine, status: RunStatus, ...args: string[]): string {
  return execFileSync('git', args, { cwd: join(engine.home.repos, `${status.target.id}.git`), encoding: 'utf8' }).trimEnd();
}

/** The commit of the result branch, or null where there is none. */
export function resultBranch(engine: TestEngine, status: RunStatus): string | null {
  return resultGit(engine, status, 'for-each-ref', '--format=%(objectname)', `refs/heads/perfloop/${status.run}`) || null;
}
