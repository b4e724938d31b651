import type { Asked } from '../asked.js';
import { Abstention, severityOf, type Rule, type Suspect } from '../rule.js';
import { milliseconds, percent, times } from '../words.js';
import { inThreads, ofSamples } from './hot-rule.js';
import { allSamples, checkAllSamples, confidenceBy, isEnough } from './samples.js';
import { waits, type Wait } from './waits.js';

const share = { what: 'least share of the time of all threads, waiting included', value: 0.05, unit: 'share', source: 'our own choice' } as const;
const needs = { PERFLOOP_CHARGES: 'the profile holds no code of the host' };
const locks = /acquire|__enter__|SemLock|futex|mutex|Atomics\.wait/i;

const isForLock = ({ what, forWork }: Wait): boolean => !forWork && locks.test(what);

/**
 * A function that waits while it holds a lock makes those wait who want it: the same time is told once, as waiting for the lock. Of the
 * waits of functions that hold one, what is longer than all waits for locks.
 */
function beyondLocks(all: readonly Wait[]): Wait[] {
  let told = lockMs(all);
  return all.map((wait) => {
    if (!wait.holdsLock || wait.forWork || isForLock(wait)) return wait;
    const taken = Math.min(told, wait.ms);
    told -= taken;
    return { ...wait, ms: wait.ms - taken, wall: { ...wait.wall, ms: Math.max(0, wait.wall.ms - taken) } };
  });
}

const lockMs = (all: readonly Wait[]): number => all.filter(isForLock).reduce((sum, { ms }) => sum + ms, 0);

/** Who may hold the lock meanwhile, the longest wait first. */
function holders(all: readonly Wait[]): string[] {
  const [holder] = all.filter((wait) => wait.holdsLock && !wait.forWork && !isForLock(wait));
  return holder === undefined ? [] : [`${holder.function} (${holder.file}:${holder.line}) holds a lock and waits ${milliseconds(holder.ms)} in ${holder.what}, which those that want the lock may wait for: what they wait is told here alone.`];
}

interface WaitKind {
  id: string;
  category: Rule['category'];
  looksFor: string;
  /** Those that it tells, of all. */
  told: (all: readonly Wait[]) => Wait[];
  /** What else a person should know. */
  also?: (all: readonly Wait[]) => string[];
  title: (wait: Wait, ms: string, part: string) => string;
  falsePositives: string;
  note: string;
}

function waitRule({ id, category, looksFor, told, also = () => [], title, falsePositives, note }: WaitKind): Rule {
  return {
    id,
    category,
    looksFor,
    tools: ['blocked', 'callers_of'],
    needs,
    thresholds: [share, ofSamples],
    falsePositives,
    blindTo: 'Waits that the profiler does not tell from work, or that it names no function for: V8 calls them idle, perf does not see them.',
    find(asked): Suspect[] {
      const { busyMs, idleMs, threads } = asked.host;
      if (busyMs + idleMs === 0) throw new Abstention('the profile holds no code of the host; record it with `perfloop profile`, py-spy or cProfile');
      const all = busyMs + idleMs;
      checkAllSamples(asked);
      const sampledOf = ({ samples }: Wait) => (samples === null ? null : { count: samples, all: allSamples(asked) });
      const found = told(waits(asked)).filter((wait) => wait.ms / all >= share.value && isEnough(sampledOf(wait), share.value));
      if (found.length === 0 && !tellsWaits(asked)) throw new Abstention('V8 and perf do not tell what the program waits for; record a Python program with cProfile or py-spy, any other with nsys');
      return found.map((wait) => {
        const part = wait.ms / all;
        return {
          title: title(wait, milliseconds(wait.ms), percent(part)),
          confidence: confidenceBy(sampledOf(wait)) === 'low' ? 'low' as const : 'medium' as const,
          share: part,
          headroomMs: wait.wall.ms,
          severity: severityOf(part),
          evidence: [{ tool: 'blocked', text: `${wait.what}: ${milliseconds(wait.ms)} on behalf of ${wait.function}${wait.samples === null ? '' : `, ${times(wait.samples, 'sample')}`}.` }],
          notes: [note, ...also(waits(asked)), ...(wait.wall.ms < wait.ms ? [inThreads(wait.ms, threads, wait.wall)] : [])],
          clues: { calls: [], frame: { file: wait.file, function: wait.function, line: wait.line } },
        };
      });
    },
  };
}

/** V8 samples waiting for a child process alone, perf no waits at all. */
const tellsWaits = ({ db }: Asked): boolean => db.prepare("SELECT 1 FROM PERFLOOP_PROFILES WHERE kind NOT IN ('v8', 'perf') LIMIT 1").get() !== undefined;

export const waitRules: readonly Rule[] = [
  waitRule({
    id: 'H4-waiting',
    category: 'H4',
    looksFor: 'functions that sleep, or wait for files, sockets and other processes',
    told: (all) => beyondLocks(all).filter((wait) => !wait.forWork && !isForLock(wait)),
    title: ({ function: name }, ms, part) => `${name} waits for ${ms}, ${part} of the time: it sleeps, or waits for files, sockets or processes.`,
    falsePositives: 'A program that has nothing to do, such as a server without requests.',
    note: 'Wait for what is needed in place of sleeping, ask for several things at once, and keep what was fetched.',
  }),
  waitRule({
    id: 'H5-waiting-for-locks',
    category: 'H5',
    looksFor: 'functions that wait for locks which other threads hold',
    told: (all) => all.filter(isForLock),
    also: holders,
    title: ({ function: name }, ms, part) => `${name} waits ${ms} for locks, ${part} of the time.`,
    falsePositives: 'A lock that is used as a signal.',
    note: 'Hold locks for shorter, one for each part of the data, or give each thread its own.',
  }),
];
