import { createHash } from 'node:crypto';
import { ScheduleAlreadyRunning, ScheduleNotFoundError, ScheduleOverlapPolicy, type CalendarSpecDescription, type Client, type ScheduleDescription, type ScheduleOptions, type ScheduleUpdateOptions } from '@temporalio/client';
import type { Priority } from '@temporalio/common';
import { cadenceOf } from '../../core/fleet/cadence.js';
import { calendarsOf, cronText, type Calendar } from '../../core/fleet/calendar.js';
import { workflowOf, type FleetRunInput } from '../../core/fleet/fleet-run.js';
import type { FleetTarget } from '../../core/fleet/parse.js';
import { priorityOf } from '../../core/fleet/priority.js';
import { ordered, scheduleId, schedulesOf, type StoredSchedule } from '../../core/fleet/schedules.js';
import { formatDuration } from '../../core/duration-text.js';
import { PerfloopError } from '../../core/errors.js';
import { queues } from '../../core/queues.js';
import type { Session } from '../session.js';

/** Where schedules of a fleet are. */
export interface FleetServer {
  client: Client;
  prefix: string;
  fleet: string;
  who: string;
}

export function fleetServer({ client, settings }: Session, fleet: string, who: string): FleetServer {
  return { client, prefix: settings.queuePrefix, fleet, who };
}

const months = ['JANUARY', 'FEBRUARY', 'MARCH', 'APRIL', 'MAY', 'JUNE', 'JULY', 'AUGUST', 'SEPTEMBER', 'OCTOBER', 'NOVEMBER', 'DECEMBER'] as const;
const days = ['SUNDAY', 'MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY'] as const;

const taskTimeoutMs = 5000;

/** What the server is told of a target. Paused by the file, by its own word. */
const byFile = 'paused by the fleet file';

function optionsOf({ prefix, fleet, who }: FleetServer, target: FleetTarget) {
  const id = scheduleId(prefix, fleet, target.name);
  const input: FleetRunInput = { v: 1, fleet, target, schedule: id, queuePrefix: prefix, who };
  const cadence = cadenceOf(target.cadence);
  // The SDK sends the priority, and its type of an action has left it out.
  const action: ScheduleOptions['action'] & { priority: Priority } = { type: 'startWorkflow', workflowType: workflowOf(target), workflowId: id, taskQueue: queues.workflows(prefix), args: [input], workflowTaskTimeout: taskTimeoutMs, memo: { fleet, target: target.name, applied: digestOf(input) }, staticSummary: `${target.name} of fleet ${fleet}`, priority: priorityOf(target) };
  return {
    spec: {
      calendars: calendarsOf(cadence).map(({ month, dayOfWeek, ...times }) => ({ ...times, month: month.map((value) => months[value - 1] ?? 'JANUARY'), dayOfWeek: dayOfWeek.map((value) => days[value] ?? 'SUNDAY') })),
      intervals: cadence.kind === 'interval' ? [{ every: cadence.everyMs }] : [],
      jitter: target.jitterMs,
      timezone: target.timeZone,
    },
    action,
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: target.catchUpMs },
  } as const satisfies Partial<ScheduleOptions>;
}

export async function createSchedule(server: FleetServer, target: FleetTarget): Promise<void> {
  const { client, prefix, fleet } = server;
  try {
    await client.schedule.create({ ...optionsOf(server, target), scheduleId: scheduleId(prefix, fleet, target.name), memo: { fleet, target: target.name }, state: target.paused ? { paused: true, note: byFile } : {} });
  } catch (error) {
    if (error instanceof ScheduleAlreadyRunning) throw new PerfloopError('PL_FLEET_CHANGED', `somebody else made the schedule of ${target.name} meanwhile`, { where: scheduleId(prefix, fleet, target.name), fix: 'Run `perfloop fleet diff` and apply again.' });
    throw error;
  }
}

/** A pause by hand, or after failures, stays: it is taken away by `perfloop fleet resume`, or where the file no longer says it. */
export async function updateSchedule(server: FleetServer, target: FleetTarget): Promise<void> {
  const { client, prefix, fleet } = server;
  await client.schedule.getHandle(scheduleId(prefix, fleet, target.name)).update((previous): ScheduleUpdateOptions => {
    // How often it may still act is nothing that the file says.
    const state = { ...previous.state, remainingActions: undefined };
    const wasByFile = state.note === byFile;
    return { ...optionsOf(server, target), state: target.paused ? { ...state, paused: true, note: byFile } : wasByFile ? { ...state, paused: false, note: '' } : state };
  });
}

export async function removeSchedule({ client, prefix, fleet }: FleetServer, name: string): Promise<void> {
  await client.schedule.getHandle(scheduleId(prefix, fleet, name)).delete();
}

export interface ServerSchedule extends StoredSchedule {
  description: ScheduleDescription;
}

/**
 * All schedules of the fleet, by name. The server's list follows what was made or removed a while later, seconds where its
 * database is busy: so `names`, those that matter, are asked for whether it has them or not.
 */
export async function storedSchedules(server: FleetServer, names: readonly string[]): Promise<ServerSchedule[]> {
  const { client, prefix, fleet } = server;
  const ids = new Set(names.map((name) => scheduleId(prefix, fleet, name)));
  const begin = schedulesOf(prefix, fleet);
  for await (const { scheduleId: id } of client.schedule.list()) if (id.startsWith(begin)) ids.add(id);
  const described = await inLanes([...ids].toSorted(), (id) => descriptionOf(client, id));
  return described.filter((description) => description !== null).map((description) => stored(server, description));
}

/** Null where there is no such schedule, or no longer. */
async function descriptionOf(client: Client, id: string): Promise<ScheduleDescription | null> {
  try {
    return await client.schedule.getHandle(id).describe();
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return null;
    throw error;
  }
}

/** Whoever changes a schedule by hand can leave its input out, as `temporal schedule update` does: that must not hide the others. */
function stored(server: FleetServer, description: ScheduleDescription): ServerSchedule {
  const applied = appliedOf(description);
  const target = description.scheduleId.slice(schedulesOf(server.prefix, server.fleet).length);
  const drift = applied === null ? ['input: not that of a target, so that its runs cannot begin'] : driftOf(server, applied, description);
  return { target, applied, paused: description.state.paused, drift, outdated: outdatedOf(applied, description), description };
}

/** The fairness key was the name of the target once, which nobody did by hand. */
function isByName({ name }: FleetTarget, { priority }: ScheduleDescription['action']): boolean {
  return priority?.fairnessKey === name;
}

function outdatedOf(target: FleetTarget | null, { action }: ScheduleDescription): string[] {
  if (target === null || !isByName(target, action)) return [];
  const { fairnessKey } = priorityOf(target);
  return fairnessKey === target.name ? [] : [`fairness key: ${shown(target.name)} -> ${shown(fairnessKey)}`];
}

/** Kept beside the input that was applied: whoever changes that by hand does not change this. */
function digestOf(input: unknown): string {
  return createHash('sha256').update(JSON.stringify(ordered(input))).digest('hex').slice(0, 16);
}

/** Schedules of earlier versions tell nothing of it. */
function isInputByHand({ memo, args }: ScheduleDescription['action']): boolean {
  const { applied } = memo ?? {};
  return typeof applied === 'string' && applied !== digestOf(args?.[0]);
}

function appliedOf({ action }: ScheduleDescription): FleetTarget | null {
  const [input] = (action.args ?? []) as [Partial<FleetRunInput>?];
  const target: Partial<FleetTarget> | undefined = input?.target;
  return typeof target?.cadence === 'string' && typeof target.name === 'string' && typeof target.repository === 'string' ? (target as FleetTarget) : null;
}

/** What stands in the schedule and is not what perfloop put there, a line each. */
function driftOf(server: FleetServer, target: FleetTarget, { spec, policies, action, state }: ScheduleDescription): string[] {
  const wanted = optionsOf(server, target);
  const cadence = cadenceOf(target.cadence);
  const wantedPriority = isByName(target, action) ? { ...wanted.action.priority, fairnessKey: target.name } : wanted.action.priority;
  const lines: [key: string, is: unknown, wanted: unknown][] = [
    ['times', (spec.calendars ?? []).map((calendar) => cronText(plainCalendar(calendar))), calendarsOf(cadence).map(cronText)],
    ['intervals', (spec.intervals ?? []).map(({ every, offset }) => `every ${formatDuration(every)}${offset === undefined || offset === 0 ? '' : ` from ${formatDuration(offset)}`}`), cadence.kind === 'interval' ? [`every ${formatDuration(cadence.everyMs)}`] : []],
    ['left out', (spec.skip ?? []).map((calendar) => cronText(plainCalendar(calendar))), []],
    ['start', spec.startAt ?? null, null],
    ['end', spec.endAt ?? null, null],
    ['jitter', formatDuration(spec.jitter ?? 0), formatDuration(target.jitterMs)],
    ['time zone', spec.timezone ?? 'UTC', target.timeZone],
    ['overlap', policies.overlap, wanted.policies.overlap],
    ['catch-up window', formatDuration(policies.catchupWindow), formatDuration(target.catchUpMs)],
    ['pause on failure', policies.pauseOnFailure, false],
    ['workflow', action.workflowType, wanted.action.workflowType],
    ['input', isInputByHand(action) ? 'changed' : 'as applied', 'as applied'],
    ['workflow id', action.workflowId, wanted.action.workflowId],
    ['time-out of an execution', timeoutText(action.workflowExecutionTimeout), 'none'],
    ['time-out of a run', timeoutText(action.workflowRunTimeout), 'none'],
    ['time-out of a task', timeoutText(action.workflowTaskTimeout), timeoutText(taskTimeoutMs)],
    ['retries', action.retry === undefined ? 'none' : 'by a policy', 'none'],
    ['task queue', action.taskQueue, wanted.action.taskQueue],
    // A server that knows none leaves it out.
    ...(action.priority?.priorityKey === undefined ? [] : [['priority', plainPriority(action.priority), plainPriority(wantedPriority)] as [string, unknown, unknown]]),
    ['remaining actions', state.remainingActions ?? null, null],
    // A pause by hand is what pauses are for; its end against the file is not.
    ...(target.paused ? [['paused', state.paused, true] as [string, unknown, unknown]] : []),
  ];
  return lines.flatMap(([key, is, should]) => (JSON.stringify(is) === JSON.stringify(should) ? [] : [`${key}: ${shown(is)}, not ${shown(should)}`]));
}

/** The server gives milliseconds. */
function timeoutText(timeout: unknown): string {
  return typeof timeout === 'number' && timeout > 0 ? formatDuration(timeout) : 'none';
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : Array.isArray(value) && value.length === 0 ? 'none' : JSON.stringify(value);
}

/** The server keeps a weight as a number of 32 bits. */
function plainPriority({ priorityKey, fairnessKey, fairnessWeight }: Priority): unknown[] {
  return [priorityKey, fairnessKey, Math.fround(fairnessWeight ?? 0)];
}

function plainCalendar({ minute, hour, dayOfMonth, month, dayOfWeek }: CalendarSpecDescription): Calendar {
  const monthNumber = (name: string): number => months.findIndex((known) => known === name) + 1;
  const dayNumber = (name: string): number => days.findIndex((known) => known === name);
  return { minute: numbers(minute), hour: numbers(hour), dayOfMonth: numbers(dayOfMonth), month: numbers(month.map((range) => named(range, monthNumber))), dayOfWeek: numbers(dayOfWeek.map((range) => named(range, dayNumber))) };
}

interface Span {
  start: number;
  end: number;
  step: number;
}

function named({ start, end, step }: { start: string; end: string; step: number }, numberOf: (name: string) => number): Span {
  return { start: numberOf(start), end: numberOf(end), step };
}

function numbers(ranges: readonly Span[]): number[] {
  const values = ranges.flatMap(({ start, end, step }) => Array.from({ length: Math.floor((Math.max(end, start) - start) / Math.max(1, step)) + 1 }, (_, index) => start + index * Math.max(1, step)));
  return [...new Set(values)].toSorted((one, other) => one - other);
}

/** The server is not asked for more at a time. */
const mostAtOnce = 20;

/** For all of them, some at a time; the results in order. */
export async function inLanes<Item, Result>(items: readonly Item[], work: (item: Item) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) results[index] = await work(items[index] as Item);
  };
  await Promise.all(Array.from({ length: Math.min(mostAtOnce, items.length) }, lane));
  return results;
}
