import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ScheduleOverlapPolicy } from '@temporalio/client';
import { cannotBeMet, loadOf, notServed, outlasted, type KindLoad, type LoadDefaults } from '../../core/fleet/load.js';
import { defaultConfig } from '../../core/config/parse.js';
import type { Fleet } from '../../core/fleet/parse.js';
import { isPath } from '../../core/fleet/repository.js';
import { pausedNote, resumedNote } from '../../core/fleet/resumed.js';
import { changesOf, scheduleId, sweptId, type ScheduleChange } from '../../core/fleet/schedules.js';
import type { SweepOutcome, SweepStatus } from '../../core/fleet/sweep.js';
import { PerfloopError } from '../../core/errors.js';
import { tagsOf } from '../../core/hosts/host-record.js';
import { openStoreReader } from '../../store/reader.js';
import { note, whoActs, type CliContext } from '../context.js';
import { endOf, openRuns, type OpenRun, type TargetEnd } from '../fleet/ends.js';
import { hostsOf } from '../fleet/hosts.js';
import { alertsChange, applyAlerts, stopAlerts, type AlertsChange } from '../fleet/alerts.js';
import { readFleet, targetsNamed } from '../fleet/read-file.js';
import { createSchedule, fleetServer, inLanes, removeSchedule, storedSchedules, updateSchedule, type FleetServer, type ServerSchedule } from '../fleet/schedules.js';
import { lookAtSweep } from '../fleet/sweep.js';
import { knownHosts } from '../../worker/known-hosts.js';
import { openSession, type Session } from '../session.js';

export interface FleetChange {
  target: string;
  change: ScheduleChange['kind'];
  /** What differs from the file that was applied last. */
  what: string[];
  /** What somebody changed in the schedule itself. */
  drift: string[];
  /** With `apply`: whether it was carried out. */
  done?: boolean;
}

export interface FleetChanges {
  fleet: string;
  changes: FleetChange[];
  alerts: AlertsChange;
  warnings: string[];
}

/** What `apply` would do. Starts and changes nothing but the local engine. */
export async function fleetDiff(context: CliContext, file: string | undefined): Promise<FleetChanges> {
  return withFleet(context, file, async (fleet, server, session) => ({ fleet: fleet.name, changes: changesOf(fleet, await storedSchedules(server, namesOf(fleet))).map(changeShown), alerts: await alertsChange(server, fleet), warnings: await warningsOf(fleet, session) }));
}

/** Makes the server's schedules what the file says. What somebody changed by hand stays, unless `force`. Applied twice, the second does nothing. */
export async function fleetApply(context: CliContext, file: string | undefined, { force }: { force: boolean }): Promise<FleetChanges> {
  return withFleet(context, file, async (fleet, server, session) => {
    const changes = changesOf(fleet, await storedSchedules(server, namesOf(fleet)));
    const { ensureSearchAttributes } = await import('../../worker/engine/search-attributes.js');
    await ensureSearchAttributes(session.client);
    let carried = 0;
    const done = await inLanes(changes, async (change) => {
      const isDone = await carryOut(server, change, force);
      carried += 1;
      if (carried % 100 === 0 && carried < changes.length) note(context, `${carried} of ${changes.length} targets`);
      return isDone;
    });
    return { fleet: fleet.name, changes: changes.map((change, index) => ({ ...changeShown(change), done: done[index] ?? false })), alerts: await applyAlerts(server, fleet), warnings: await warningsOf(fleet, session) };
  });
}

async function carryOut(server: FleetServer, change: ScheduleChange, force: boolean): Promise<boolean> {
  if (change.kind === 'same') return true;
  if (change.kind !== 'create' && change.drift.length > 0 && !force) return false;
  if (change.kind === 'create') await createSchedule(server, change.target);
  else if (change.kind === 'remove') await removeSchedule(server, change.name);
  else await updateSchedule(server, change.target);
  return true;
}

function changeShown(change: ScheduleChange): FleetChange {
  const target = change.kind === 'remove' ? change.name : change.target.name;
  return { target, change: change.kind, what: change.kind === 'update' ? change.what : [], drift: change.kind === 'create' || change.kind === 'same' ? [] : change.drift };
}

/** Cadences that cannot be met by the workers that are there, and kinds of machine that nobody serves. */
async function warningsOf(fleet: Fleet, session: Session): Promise<string[]> {
  const loads = loadsOf(fleet.targets);
  const hosts = await hostsOf(session, loads.map(({ tag }) => tag));
  const served = loads.some(({ tag }) => !hosts.get(tag)) ? tagsOf(await knownHosts(session.client, session.settings.queuePrefix)) : [];
  const unmet = loads.flatMap((load) => {
    const count = hosts.get(load.tag) ?? 0;
    if (count === 0) return [notServed(load, served)];
    const text = cannotBeMet(load, count);
    return text === null ? [] : [text];
  });
  return [...unmet, ...outlasted(fleet.targets, loadDefaults()), ...missingFolders(fleet)];
}

/** Paths are those of the hub's machine, which need not be this one: so it is no error. */
export function missingFolders({ targets }: Pick<Fleet, 'targets'>): string[] {
  return targets.filter(({ repository }) => isPath(repository) && !isGit(repository)).map(({ name, repository }) => `${name}: ${repository} is no git repository on this machine; on that of the hub it has to be one.`);
}

/** With a checkout (`.git` is a folder, or a file in a worktree), or bare. */
function isGit(path: string): boolean {
  return existsSync(join(path, '.git')) || existsSync(join(path, 'HEAD'));
}

/** By kind of machine. */
export function loadsOf(targets: Fleet['targets']): KindLoad[] {
  return loadOf(targets, loadDefaults());
}

/** What is not in the fleet file is taken to be as it is by default. */
function loadDefaults(): LoadDefaults {
  const { machine, loop } = defaultConfig();
  return { tag: machine.tag, wallMs: loop.max_wall };
}

export interface FleetState {
  target: string;
  /** `missing`: not applied. `extra`: no longer in the file. */
  schedule: 'on' | 'paused' | 'missing' | 'extra';
  note: string;
  next: string | null;
  running: string | null;
  /** The last one that has ended. */
  last: ({ workflow: string; at: string; /** Patches that it accepted and that are rolled back since, as far as this home knows. Absent: none. */ rolledBack?: number } & TargetEnd) | null;
  /** What `running` has begun. */
  run: OpenRun | null;
  drift: string[];
}

export interface FleetOverview {
  fleet: string;
  targets: FleetState[];
  /** The open one, or the last that the server knows; null: there is none, or no worker tells. */
  sweep: SweepStatus | null;
}

export async function fleetStatus(context: CliContext, file: string | undefined): Promise<FleetOverview> {
  return withFleet(context, file, async (fleet, server) => {
    const stored = new Map((await storedSchedules(server, namesOf(fleet))).map((schedule) => [schedule.target, schedule]));
    const known = await inLanes(fleet.targets, async ({ name }) => stateOf(server, name, stored.get(name) ?? null, true));
    const named = new Set(namesOf(fleet));
    const extra = await inLanes([...stored.values()].filter(({ target }) => !named.has(target)), async (schedule) => stateOf(server, schedule.target, schedule, false));
    const sweep = await lookAtSweep(server);
    const targets = [...known, ...extra].map((state) => withSweep(state, server, sweep));
    const runs = targets.some(({ running }) => running !== null) ? await openRuns(server.client) : new Map<string, OpenRun>();
    return { fleet: fleet.name, targets: withRolledBack(context, targets.map((state) => ({ ...state, run: runs.get(state.running ?? '') ?? null }))), sweep };
  });
}

export async function stateOf({ client }: FleetServer, target: string, schedule: ServerSchedule | null, isInFile: boolean): Promise<FleetState> {
  if (schedule === null) return { target, schedule: 'missing', note: 'not applied', next: null, running: null, last: null, run: null, drift: [] };
  const { description: { info, state }, drift } = schedule;
  const running = info.runningActions.at(-1)?.workflow.workflowId ?? null;
  const ended = info.recentActions.map(({ action, takenAt }) => ({ workflow: action.workflow.workflowId, takenAt })).findLast(({ workflow }) => workflow !== running);
  const last = ended === undefined ? null : { workflow: ended.workflow, ...(await endOf(client, ended.workflow)), at: ended.takenAt.toISOString() };
  const next = state.paused ? undefined : info.nextActionTimes[0];
  return { target, schedule: !isInFile ? 'extra' : state.paused ? 'paused' : 'on', note: state.note ?? '', next: next === undefined ? null : next.toISOString(), running, last, run: null, drift };
}

/** What became of the last results is in the store alone. */
function withRolledBack({ home }: CliContext, states: readonly FleetState[]): FleetState[] {
  const store = openStoreReader(home);
  try {
    return states.map((state) => {
      const { last } = state;
      const run = last?.result != null && 'run' in last.result ? last.result.run : null;
      const rolledBack = run === null ? 0 : (store?.rollbacks.rolledBack(run).length ?? 0);
      return last === null || rolledBack === 0 ? state : { ...state, last: { ...last, rolledBack } };
    });
  } finally {
    store?.close();
  }
}

/** A sweep runs targets without their schedules. */
function withSweep(state: FleetState, { prefix, fleet }: FleetServer, sweep: SweepStatus | null): FleetState {
  const workflow = sweptId(scheduleId(prefix, fleet, state.target));
  const end = sweep?.ended.find(({ target, outcome }) => target === state.target && outcome.kind !== 'left-out');
  const at = end === undefined ? '' : new Date(end.at).toISOString();
  const isLatest = end !== undefined && (state.last === null || state.last.at < at);
  return {
    ...state,
    running: state.running ?? sweep?.running.find(({ target }) => target === state.target)?.workflow ?? null,
    last: isLatest ? { workflow, at, ...endOfSweep(end.outcome) } : state.last,
  };
}

function endOfSweep(outcome: SweepOutcome): TargetEnd {
  return { state: outcome.kind, result: outcome.kind === 'completed' ? outcome : null, failure: outcome.kind === 'failed' ? { code: outcome.code, message: outcome.message } : null };
}

export type FleetSteering = 'run' | 'pause' | 'resume' | 'remove';

export interface FleetSteered {
  fleet: string;
  sent: FleetSteering;
  targets: string[];
}

/** Begins runs now, lets schedules stand still or go on, or removes them; runs that are under way go on. Without names: of all targets. */
export async function fleetSteer(context: CliContext, what: FleetSteering, file: string | undefined, names: readonly string[], reason: string): Promise<FleetSteered> {
  return withFleet(context, file, async (fleet, server) => {
    const stored = await storedSchedules(server, [...namesOf(fleet), ...names]);
    // What is no longer in the file can still be removed.
    const wanted = what === 'remove' ? removable(fleet, stored, names) : targetsNamed(fleet, names).map(({ name }) => name);
    const applied = new Set(stored.map(({ target }) => target));
    if (what !== 'remove') checkApplied(fleet.name, wanted, applied);
    const targets = wanted.filter((name) => applied.has(name));
    await inLanes(targets, async (name) => {
      const handle = server.client.schedule.getHandle(scheduleId(server.prefix, server.fleet, name));
      if (what === 'run') await handle.trigger(ScheduleOverlapPolicy.SKIP);
      else if (what === 'pause' && reason === '' && stored.some(({ target, paused }) => target === name && paused)) return; // its reason stays
      else if (what === 'pause') await handle.pause(pausedNote(server.who, Date.now(), reason));
      else if (what === 'resume') await handle.unpause(resumedNote(server.who, Date.now(), reason));
      else await handle.delete();
    });
    if (what === 'remove' && names.length === 0) await stopAlerts(server);
    return { fleet: fleet.name, sent: what, targets };
  });
}

export function namesOf({ targets }: Pick<Fleet, 'targets'>): string[] {
  return targets.map(({ name }) => name);
}

/** Throws PL_FLEET_NOT_APPLIED where any of them has no schedule. */
export function checkApplied(fleet: string, wanted: readonly string[], applied: ReadonlySet<string>): void {
  const missing = wanted.filter((name) => !applied.has(name));
  if (missing.length === 0) return;
  throw new PerfloopError('PL_FLEET_NOT_APPLIED', `${missing.slice(0, 10).join(', ')}${missing.length > 10 ? ` and ${missing.length - 10} more` : ''} ${missing.length === 1 ? 'has' : 'have'} no schedule on the server yet`, { where: fleet, fix: 'Run `perfloop fleet apply` first.' });
}

function removable(fleet: Fleet, stored: readonly ServerSchedule[], names: readonly string[]): string[] {
  if (names.length === 0) return stored.map(({ target }) => target);
  return names.map((name) => stored.find(({ target }) => target === name)?.target ?? targetsNamed(fleet, [name])[0]?.name ?? name);
}

export async function withFleet<T>(context: CliContext, file: string | undefined, work: (fleet: Fleet, server: FleetServer, session: Session) => Promise<T>): Promise<T> {
  const fleet = await readFleet(context, file);
  const session = await openSession(context);
  try {
    return await work(fleet, fleetServer(session, fleet.name, whoActs(context)), session);
  } finally {
    await session.close();
  }
}
