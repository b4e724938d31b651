import { basename, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { WorkflowIdConflictPolicy, WorkflowIdReusePolicy } from '@temporalio/common';
import { watchKey } from '../../activities/watch/state.js';
import { cadenceForms, parseCadence } from '../../core/fleet/cadence.js';
import type { FleetTarget } from '../../core/fleet/parse.js';
import { isPath, repositoryProblem } from '../../core/fleet/repository.js';
import { scheduleId } from '../../core/fleet/schedules.js';
import { PerfloopError, type ErrorCode } from '../../core/errors.js';
import { workflowTypes } from '../../core/inputs.js';
import { queues } from '../../core/queues.js';
import type { WatchInput, WatchResult } from '../../core/watch/contracts.js';
import { watchProgressQuery, type WatchProgress } from '../../core/watch/shown.js';
import { openCheckout } from '../../workspace/checkout.js';
import { gitResult } from '../../workspace/git.js';
import { note, whoActs, type CliContext } from '../context.js';
import { createSchedule, fleetServer, inLanes, removeSchedule, storedSchedules, updateSchedule, type FleetServer } from '../fleet/schedules.js';
import { detachOnSignals } from '../follow.js';
import { openSession, type Session } from '../session.js';
import { stateOf, type FleetState } from './fleet.js';

export interface WatchOptions {
  /** A URL or a path. */
  repository: string;
  branch?: string;
  /** A file of the repository. */
  config?: string;
  /** What heads are compared with from now on. */
  from?: string;
}

/** No file can name its fleet so: these schedules are those of the command line. */
const watchFleet = '.watch';

export interface WatchScheduled {
  name: string;
  repository: string;
  branch: string | null;
  cadence: string;
  /** What was there before. */
  was: 'new' | 'changed' | 'the same';
  next: string | null;
}

/** Looks at the branch at each time of the cadence, durable, until it is stopped. */
export async function watchOn(context: CliContext, options: WatchOptions, cadence: string): Promise<WatchScheduled> {
  if (parseCadence(cadence) === null) throw new PerfloopError('PL_USAGE', `--cadence ${cadence}: it must be ${cadenceForms}`, { where: 'perfloop watch', fix: 'For one look, now: --once.' });
  const target = { ...(await targetOf(context, options)), cadence };
  return withWatches(context, async (server, session) => {
    const { ensureSearchAttributes } = await import('../../worker/engine/search-attributes.js');
    await ensureSearchAttributes(session.client);
    const old = (await storedSchedules(server, [target.name])).find(({ target: name }) => name === target.name);
    if (old === undefined) await createSchedule(server, target);
    else await updateSchedule(server, target);
    const was = old === undefined ? 'new' : old.applied?.cadence === cadence && old.drift.length === 0 ? 'the same' : 'changed';
    return { name: target.name, repository: target.repository, branch: target.branch, cadence, was, next: await nextTime(server, target.name) };
  });
}

/** The server reckons it a moment after it has taken the schedule. Null where it takes longer than that. */
async function nextTime({ client, prefix, fleet }: FleetServer, name: string): Promise<string | null> {
  const handle = client.schedule.getHandle(scheduleId(prefix, fleet, name));
  for (const began = performance.now(); ; await sleep(100)) {
    const [next] = (await handle.describe()).info.nextActionTimes;
    if (next !== undefined || performance.now() - began > 5000) return next?.toISOString() ?? null;
  }
}

/** Takes the schedule off the server. What is remembered of the branch stays. */
export async function watchOff(context: CliContext, options: WatchOptions): Promise<{ name: string; stopped: boolean }> {
  const { name } = await targetOf(context, options);
  return withWatches(context, async (server) => {
    const stopped = (await storedSchedules(server, [name])).some(({ target }) => target === name);
    if (stopped) await removeSchedule(server, name);
    return { name, stopped };
  });
}

export interface WatchListed extends FleetState {
  repository: string;
  branch: string | null;
  cadence: string;
}

/** What this command line has scheduled, with what came of the last look. */
export async function watchList(context: CliContext): Promise<WatchListed[]> {
  return withWatches(context, async (server) => inLanes(await storedSchedules(server, []), async (schedule) => {
    const { repository, branch, cadence } = schedule.applied ?? { repository: schedule.target, branch: null, cadence: '' };
    return { ...(await stateOf(server, schedule.target, schedule, true)), repository, branch, cadence };
  }));
}

export type Watched = { kind: 'ended'; result: WatchResult } | { kind: 'left'; workflow: string };

/** One look, now, followed to its end; a look at the same branch that is under way is followed in its stead. */
export async function watchOnce(context: CliContext, options: WatchOptions): Promise<Watched> {
  const target = await targetOf(context, options);
  return withWatches(context, async ({ prefix, client, who }, session) => {
    const { ensureSearchAttributes } = await import('../../worker/engine/search-attributes.js');
    await ensureSearchAttributes(client);
    const workflowId = `${prefix}/watch/${watchKey(target)}`;
    const input: WatchInput = { v: 1, fleet: watchFleet, target, schedule: workflowId, queuePrefix: prefix, who, ...(options.from === undefined ? {} : { from: options.from }) };
    const handle = await client.workflow.start<(input: WatchInput) => Promise<WatchResult>>(workflowTypes.watch, {
      workflowId,
      taskQueue: queues.workflows(prefix),
      args: [input],
      workflowTaskTimeout: '5 seconds',
      staticSummary: `${target.name}: one look`,
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
      workflowIdConflictPolicy: options.from === undefined ? WorkflowIdConflictPolicy.USE_EXISTING : WorkflowIdConflictPolicy.FAIL,
    });
    return follow(context, session, handle);
  });
}

/** Prints what it does as it does it, until it ends or the person leaves. */
async function follow(context: CliContext, session: Session, handle: WorkflowHandle<(input: WatchInput) => Promise<WatchResult>>): Promise<Watched> {
  const { signal, release } = detachOnSignals();
  const letGo = session.hold();
  let told = 0;
  const tell = async (): Promise<void> => {
    // A query waits for a worker, and none may be there.
    const progress = await session.client.connection.withDeadline(Date.now() + 5000, () => handle.query<WatchProgress>(watchProgressQuery)).catch(() => null);
    for (const line of progress?.lines.slice(told) ?? []) note(context, line);
    told = Math.max(told, progress?.lines.length ?? 0);
  };
  try {
    // It polls for up to 20 s, which would keep the process after who leaves.
    const result = session.client.connection.withAbortSignal(signal, () => handle.result());
    // It is awaited below; until then nobody listens.
    result.catch(() => undefined);
    for (let ended = false; !ended; ) {
      ended = await Promise.race([result.then(() => true, () => true), sleep(1000, false, { signal }).catch(() => false)]);
      if (signal.aborted) return { kind: 'left', workflow: handle.workflowId };
      await tell();
    }
    return { kind: 'ended', result: await result };
  } catch (error) {
    throw asRefusal(error);
  } finally {
    await letGo();
    release();
  }
}

function asRefusal(error: unknown): unknown {
  const cause = error instanceof WorkflowFailedError ? error.cause : undefined;
  if (!(cause instanceof Error) || !('type' in cause) || typeof cause.type !== 'string') return error;
  const { where, fix } = (('details' in cause && Array.isArray(cause.details) ? cause.details[0] : null) ?? {}) as { where?: string; fix?: string };
  return cause.type.startsWith('PL_') ? new PerfloopError(cause.type as ErrorCode, cause.message, { ...(where === undefined ? {} : { where }), ...(fix === undefined ? {} : { fix }) }) : error;
}

async function targetOf(context: CliContext, { repository: given, branch, config }: WatchOptions): Promise<FleetTarget> {
  const problem = repositoryProblem(given);
  if (problem !== null) throw new PerfloopError('PL_USAGE', `the repository ${problem}`, { where: given.replace(/\/\/[^/@]*@/, '//…@') });
  const [repository, head] = isPath(given) ? await checkedOut(resolve(context.cwd, given)) : [given, null];
  const asked = branch ?? head;
  const target: FleetTarget = { name: '', repository, branch: asked, config: config ?? null, tag: null, priority: 3, weight: 1, cadence: 'manual', timeZone: 'UTC', jitterMs: 0, catchUpMs: 3_600_000, pauseAfter: 3, paused: false, maxWallMs: null, maxTrials: null, money: null, overrides: {}, watch: true };
  return { ...target, name: nameOf(target) };
}

/** The branch that is checked out: what HEAD is tomorrow may be another one. */
async function checkedOut(dir: string): Promise<[root: string, branch: string | null]> {
  const { root, git: options } = await openCheckout(dir);
  const head = await gitResult(['symbolic-ref', '--quiet', '--short', 'HEAD'], options);
  return [root, head.exitCode === 0 ? head.stdout.toString('utf8').trim() : null];
}

/** Names its schedule: `parser-main-1f0c3a`, whose digits tell it from others of that name. */
function nameOf(target: FleetTarget): string {
  const { repository, branch } = target;
  const words = `${basename(repository.replace(/\/+$/, '')).replace(/\.git$/, '')}-${branch ?? 'head'}`.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^-|-$/g, '');
  return `${words.slice(0, 50)}-${watchKey(target).slice(0, 6)}`.replace(/^-/, '');
}

async function withWatches<T>(context: CliContext, work: (server: ReturnType<typeof fleetServer>, session: Session) => Promise<T>): Promise<T> {
  const session = await openSession(context);
  try {
    return await work(fleetServer(session, watchFleet, whoActs(context)), session);
  } finally {
    await session.close();
  }
}
