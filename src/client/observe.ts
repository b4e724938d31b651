import { isGrpcServiceError, WorkflowFailedError, WorkflowNotFoundError, type Client, type WorkflowExecutionDescription } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure, TerminatedFailure } from '@temporalio/common';
import { messageNames } from '../core/messages.js';
import type { RunState, RunStatus } from '../core/status.js';
import { PerfloopError, type ErrorCode } from '../core/errors.js';
import { isOver } from './events.js';
import { awaitsRetry, samplingIn } from './heartbeats.js';
import type { Sampling } from './view/render.js';

/** Whether what is shown is fresh, and why not. */
export type Link = 'ok' | 'worker-away' | 'server-away';

/** One look at a run. */
export interface Look {
  /** The last known one; null as long as nobody has told any. */
  status: RunStatus | null;
  sampling: Sampling[];
  /** The workflow has ended: `status` is its last. */
  over: boolean;
  link: Link;
}

/** A query or an update hangs while no worker polls: longer than this is taken for that. */
export const answerMs = 2000;

/** A worker that is silent for less is only busy, or starting. */
const silenceMs = 4000;

/** How long a status counts as fresh although nothing was added to the history. */
const staleMs = 5000;

/**
 * Looks at one run again and again. The history's length says when a new status is worth a query, so that watching a
 * benchmark costs its machine next to nothing. Without a worker it goes on with what the server and the store know.
 */
export class RunObserver {
  private status: RunStatus | null = null;
  private seen = '';
  private answered = 0;
  private silentSince: number | null = null;
  private sampling: Sampling[] = [];

  constructor(
    private readonly client: Client,
    private readonly run: string,
    /** The last status in the store of this home, if it has one. */
    private readonly stored: () => RunStatus | null,
  ) {}

  async look(): Promise<Look> {
    const handle = this.client.workflow.getHandle(this.run);
    let description: WorkflowExecutionDescription;
    try {
      description = await this.client.withDeadline(Date.now() + answerMs, async () => handle.describe());
    } catch (error) {
      return this.withoutServer(error);
    }
    if (description.status.name !== 'RUNNING' && description.status.name !== 'PAUSED') return this.ended(description);
    const [link, sampling] = await Promise.all([this.refresh(description), this.samplingOf(description)]);
    this.sampling = sampling;
    return { status: this.status, sampling, over: false, link };
  }

  private withoutServer(error: unknown): Look {
    this.status ??= this.stored();
    if (error instanceof WorkflowNotFoundError) {
      // The server forgets a run some time after its end; the store does not.
      if (this.status !== null && isOver(this.status)) return { status: this.status, sampling: [], over: true, link: 'ok' };
      throw new PerfloopError('PL_NO_SUCH_RUN', `the server knows no run ${this.run}`, { fix: 'See `perfloop runs`; it may have been started on another server.' });
    }
    if (!isGrpcServiceError(error) && !(error instanceof Error && isGrpcServiceError(error.cause))) throw error;
    return { status: this.status, sampling: this.sampling, over: false, link: 'server-away' };
  }

  private async refresh(description: WorkflowExecutionDescription): Promise<Link> {
    const now = performance.now();
    const mark = `${description.runId}/${description.historyLength}`;
    const fresh = this.status !== null && mark === this.seen && now - this.answered < staleMs && !awaitsRetry(description);
    if (fresh && this.silentSince === null) return 'ok';
    try {
      this.status = await this.client.withDeadline(Date.now() + answerMs, async () => this.client.workflow.getHandle(this.run).query<RunStatus>(messageNames.status));
      this.seen = mark;
      this.answered = performance.now();
      this.silentSince = null;
      return 'ok';
    } catch (error) {
      // Its answer came, and cannot be read here.
      if (error instanceof PerfloopError) throw error;
      // Whatever the reason is, the workflow was described a moment ago: it is the worker that does not answer.
      this.silentSince ??= now;
      this.status ??= this.stored();
      return performance.now() - this.silentSince > silenceMs ? 'worker-away' : 'ok';
    }
  }

  private async samplingOf(description: WorkflowExecutionDescription): Promise<Sampling[]> {
    const own = (await samplingIn(description, this.client)).map((progress): Sampling => ({ of: progress.stage === 'noise' ? 'base' : progress.stage === 'final' ? 'result' : this.run, progress }));
    const children = (description.raw.pendingChildren ?? []).map((child) => child.workflowId ?? '').filter((id) => id !== '');
    const theirs = await Promise.all(
      children.map(async (id) => {
        try {
          const child = await this.client.withDeadline(Date.now() + answerMs, async () => this.client.workflow.getHandle(id).describe());
          return (await samplingIn(child, this.client)).map((progress): Sampling => ({ of: id.slice(id.indexOf('/') + 1), progress }));
        } catch {
          // It ended between the two calls, or the server is gone: the next look says which.
          return [];
        }
      }),
    );
    return [...own, ...theirs.flat()];
  }

  private async ended(description: WorkflowExecutionDescription): Promise<Look> {
    try {
      const status = await this.client.withDeadline(Date.now() + 5 * answerMs, async () => this.client.workflow.getHandle(this.run).result() as Promise<RunStatus>);
      this.status = status;
    } catch (error) {
      if (!(error instanceof WorkflowFailedError)) return this.withoutServer(error);
      this.status = this.afterFailure(error, description.closeTime?.getTime() ?? Date.now());
    }
    return { status: this.status, sampling: [], over: true, link: 'ok' };
  }

  /** The last status that is known, with the end that the server tells. */
  private afterFailure(error: WorkflowFailedError, at: number): RunStatus {
    const stored = this.stored();
    if (stored !== null && isOver(stored)) return stored;
    const failure = endingOf(error.cause);
    const known = this.status ?? stored;
    if (known === null) throw new PerfloopError(failure.error?.code ?? 'PL_RUN_ENDED', failure.error?.message ?? `the run was ${failure.state} before it began`, { where: this.run, ...failure.error });
    return { ...known, state: failure.state, doing: '', endedAt: known.endedAt ?? at, error: known.error ?? failure.error };
  }
}

interface Ending {
  state: RunState;
  error: { code: ErrorCode; message: string; where?: string; fix?: string } | null;
}

function endingOf(cause: unknown): Ending {
  if (cause instanceof CancelledFailure) return { state: 'cancelled', error: null };
  if (cause instanceof TerminatedFailure) return { state: 'failed', error: { code: 'PL_TERMINATED', message: `the run was terminated on the server: ${cause.message}` } };
  if (cause instanceof ApplicationFailure && cause.type?.startsWith('PL_')) return { state: 'failed', error: { code: cause.type as ErrorCode, message: cause.message, ...(cause.details?.[0] as { where?: string; fix?: string } | undefined) } };
  return { state: 'failed', error: { code: 'PL_BUG', message: cause instanceof Error ? cause.message : String(cause) } };
}
