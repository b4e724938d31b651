import { formatDuration } from '../duration-text.js';
import { instantText } from '../instant-text.js';
import { fewestOfAPhase } from '../rollback/last-good.js';
import { quantile } from '../stats/summary.js';
import { tooMuch } from './memory.js';
import type { FleetObservation } from './observation.js';
import type { AlertRules } from './schema.js';

export type AlertKind = 'phase' | 'throughput' | 'money' | 'approval' | 'host' | 'memory';

/** What is to be done about it, besides telling. */
export type AlertAction = { kind: 'scale'; /** A kind of machine. */ tag: string } | { kind: 'drain'; /** Its id. */ host: string } | { kind: 'roll-back'; target: string; phase: string; /** Milliseconds. */ bound: number };

/** A bound that is crossed now. */
export interface Condition {
  /** The same as long as it is the same thing: `phase/parser/execute`. */
  id: string;
  kind: AlertKind;
  /** What it is about: a target, a host, a run. */
  subject: string;
  /** A sentence, with the value and the bound. */
  text: string;
  /** What a person can do. */
  fix: string;
  action: AlertAction | null;
}

/** So many earlier windows have to be there before one is compared with them. */
const fewestWindows = 3;

/** Every bound that is crossed, in the order of the rules. */
export function conditionsOf(seen: FleetObservation, rules: AlertRules): Condition[] {
  return [...slowPhases(seen, rules), ...lowThroughput(seen, rules), ...spentTooMuch(seen, rules), ...longWaits(seen, rules), ...lostHosts(seen), ...failingHosts(seen, rules), ...heavyWorkers(seen, rules)];
}

function slowPhases({ phases }: FleetObservation, { phase_p95: bounds, window }: AlertRules): Condition[] {
  return phases.flatMap(({ target, phase, tookMs }) => {
    const rule = bounds[phase];
    if (rule === undefined || tookMs.length < fewestOfAPhase) return [];
    const { bound, action } = typeof rule === 'number' ? { bound: rule, action: 'tell' } : rule;
    const p95 = quantile(tookMs, 0.95);
    if (p95 <= bound) return [];
    const text = `The 95th percentile of ${phase} of ${target} is ${formatDuration(roundedMs(p95))}, above its bound of ${formatDuration(bound)} (${tookMs.length} times within ${formatDuration(window)}).`;
    return [{ id: `phase/${target}/${phase}`, kind: 'phase', subject: target, text, fix: `See which runs took long: \`perfloop stats --target ${target}\`.`, action: action === 'roll_back' ? { kind: 'roll-back', target, phase, bound } : null }];
  });
}

/** A drop while work waits asks for machines; one while nothing waits says that less was asked for. */
function lowThroughput({ throughput: { windowMs, decided, before }, backlog }: FleetObservation, { throughput: share }: AlertRules): Condition[] {
  if (share === 0 || before.length < fewestWindows) return [];
  const baseline = quantile(before, 0.5);
  if (decided >= share * baseline) return [];
  const [longest] = backlog.filter(({ waiting }) => waiting > 0).toSorted((one, other) => other.waiting / Math.max(1, other.hosts) - one.waiting / Math.max(1, one.hosts));
  const per = `${decided} trials were decided within ${formatDuration(windowMs)}, ${Math.round((100 * decided) / baseline)}% of the ${rounded(baseline)} that are usual (bound: ${Math.round(100 * share)}%)`;
  if (longest === undefined) return [{ id: 'throughput', kind: 'throughput', subject: 'fleet', text: `${per}; no work waits for a machine.`, fix: 'See whether targets are paused, or fail early: `perfloop fleet status`.', action: null }];
  const { tag, waiting, hosts } = longest;
  return [{ id: 'throughput', kind: 'throughput', subject: tag, text: `${per}; ${waiting} pieces of work wait for ${hosts} hosts of kind ${tag}.`, fix: `Start more hosts of that kind: \`perfloop worker --tag ${tag}\`.`, action: { kind: 'scale', tag } }];
}

function spentTooMuch({ spentInADay }: FleetObservation, { money_per_day: bound }: AlertRules): Condition[] {
  if (bound === undefined || spentInADay <= bound) return [];
  return [{ id: 'money', kind: 'money', subject: 'fleet', text: `Models and agents cost $${spentInADay.toFixed(2)} within 24 hours, above the bound of $${bound.toFixed(2)}.`, fix: 'Lower `money` of the targets, or pause some: `perfloop fleet pause NAME`.', action: null }];
}

function longWaits({ at, waiting }: FleetObservation, { approval: bound }: AlertRules): Condition[] {
  return waiting
    .filter(({ since }) => at - since > bound)
    .map(({ run, target, questions, since }) => ({ id: `approval/${run}`, kind: 'approval', subject: run, text: `${questions === 1 ? 'A question' : `${questions} questions`} of run ${run} of ${target} ${questions === 1 ? 'waits' : 'wait'} for a person since ${instantText(since)}.`, fix: `\`perfloop show ${run}\`, then \`perfloop approve ${run}\` or \`perfloop reject ${run}\`.`, action: null }));
}

/** One that went without a word while runs have its devices: they go on elsewhere, and people want to know. */
function lostHosts({ hosts }: FleetObservation): Condition[] {
  return hosts.flatMap(({ host, hostname, silentSince, leases }) =>
    silentSince === null || leases === 0 ? [] : [{ id: `host/${host}/silent`, kind: 'host', subject: host, text: `Nothing is heard of host ${hostname} (${host}) since ${instantText(silentSince)}, and ${leases === 1 ? 'a run has a device' : `${leases} runs have devices`} there.`, fix: `Start its worker again; where it is gone for good, \`perfloop hosts forget ${host}\`.`, action: null }],
  );
}

function failingHosts({ hosts }: FleetObservation, { host_failures: bound }: AlertRules): Condition[] {
  return hosts
    .filter(({ failures }) => failures.count >= bound)
    .map(({ host, hostname, failures: { count, last } }) => ({ id: `host/${host}/failing`, kind: 'host', subject: host, text: `The last ${count} pieces of work on host ${hostname} (${host}) failed for reasons of the host: ${last}`, fix: `It takes no new runs. Mend it, then \`perfloop hosts undrain ${host}\`.`, action: { kind: 'drain', host } }));
}

/** What a worker did about its memory is told for so long: an hour, or as long as it takes until it is seen twice in a row. */
const reliefToldMs = 3_600_000;

/** Also of one that has cleaned up or begun anew already: that it had to is what people want to know. */
function heavyWorkers({ at, hosts }: FleetObservation, { memory, memory_growth: mostGrowth, every }: AlertRules): Condition[] {
  const bounds = { most: memory === 0 ? Infinity : memory, mostGrowth: mostGrowth === 0 ? Infinity : mostGrowth };
  if (memory === 0 && mostGrowth === 0) return [];
  return hosts.flatMap(({ host, hostname, silentSince, memory: seen }) => {
    if (silentSince !== null || seen === undefined) return [];
    const why = tooMuch(seen, bounds);
    const done = seen.done !== null && at - seen.done.at < Math.max(reliefToldMs, 3 * every) ? seen.done : null;
    if (why === null && done === null) return [];
    const relief = done === null ? '' : `${done.what === 'cleaned' ? 'It cleaned up' : 'It began anew'} at ${instantText(done.at)} (${done.why}).`;
    const text = why === null ? `The worker of host ${hostname} (${host}) took too much memory. ${relief}` : `The worker of host ${hostname} (${host}) takes too much memory: ${why}.${relief === '' ? '' : ` ${relief}`}`;
    return [{ id: `host/${host}/memory`, kind: 'memory', subject: host, text, fix: `Where it comes again, let the host have fewer runs (\`perfloop worker --runs N\`), or allow more (\`--max-memory\`, and \`memory\` of the alerts).`, action: null }];
  });
}

/** Three significant places are enough for a person. */
function roundedMs(ms: number): number {
  return ms >= 60_000 ? Math.round(ms / 1000) * 1000 : Math.round(ms);
}

function rounded(value: number): string {
  return String(Number(value.toPrecision(3)));
}
