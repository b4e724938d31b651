import { chargesCaller } from './frame-kind.js';
import type { Category, CountedCall, CountedFunction, CountedProfile, Frame } from './model.js';

export interface Charge {
  category: Category;
  /** The function that could save the time; null where none could. */
  frame: Frame | null;
  /** Where the time passed: the function itself, or what it called. */
  via: Frame;
  ns: number;
}

interface Caller {
  call: CountedCall;
  /** Its part of the callee's time, 0 to 1. */
  part: number;
}

/** Below this much of one function's time, passing it on further changes nothing that is shown. */
const smallest = 1e-4;
const mostSteps = 200;

/**
 * Charges the self time of native and library functions to the functions of files that called them. One step of it is exact,
 * because cProfile measures the time of each pair of caller and callee. Where library code calls library code, the time is split
 * among the callers in proportion to their total time, as gprof does (Graham, Kessler, McKusick 1982).
 */
export function chargeCalls(profile: CountedProfile): Charge[] {
  const callers = callersOf(profile, 'selfNs');
  const upward = callersOf(profile, 'totalNs');
  const charges: Charge[] = [];
  for (const fn of profile.functions) {
    if (fn.selfNs <= 0) continue;
    const { kind } = fn.frame;
    if (kind === 'idle' || kind === 'loader' || kind === 'profiler') charges.push({ category: kind === 'loader' ? 'loader' : 'idle', frame: null, via: fn.frame, ns: fn.selfNs });
    else if (!chargesCaller(kind)) charges.push({ category: 'code', frame: fn.frame, via: fn.frame, ns: fn.selfNs });
    else charges.push(...passUp(fn, callers, upward));
  }
  return charges;
}

function passUp(fn: CountedFunction, first: Map<CountedFunction, Caller[]>, further: Map<CountedFunction, Caller[]>): Charge[] {
  const settled = new Map<CountedFunction | null, number>();
  let moving = new Map<CountedFunction, number>([[fn, fn.selfNs]]);
  for (let step = 0; moving.size > 0; step += 1) {
    const next = new Map<CountedFunction, number>();
    for (const [at, ns] of moving) {
      const callers = (step === 0 ? first : further).get(at) ?? [];
      // What nobody called, or a remainder that goes round in a recursion of the library, belongs to no function.
      if (callers.length === 0 || step >= mostSteps || (step > 0 && ns < smallest * fn.selfNs)) add(settled, null, ns);
      else for (const { call, part } of callers) add(chargesCaller(call.caller.frame.kind) ? next : settled, call.caller, ns * part);
    }
    moving = next;
  }
  return [...settled].filter(([, ns]) => Math.round(ns) > 0).map(([to, ns]) => chargeTo(to, fn.frame, Math.round(ns)));
}

function chargeTo(to: CountedFunction | null, via: Frame, ns: number): Charge {
  if (to?.frame.kind === 'loader') return { category: 'loader', frame: null, via, ns };
  return to === null ? { category: 'runtime', frame: null, via, ns } : { category: 'code', frame: to.frame, via, ns };
}

/** Callers of each function but itself, with their parts of its time. */
function callersOf(profile: CountedProfile, measure: 'selfNs' | 'totalNs'): Map<CountedFunction, Caller[]> {
  const callers = new Map<CountedFunction, CountedCall[]>();
  for (const call of profile.calls) {
    if (call.caller === call.callee) continue;
    const known = callers.get(call.callee);
    if (known) known.push(call);
    else callers.set(call.callee, [call]);
  }
  const parts = new Map<CountedFunction, Caller[]>();
  for (const [callee, calls] of callers) {
    const sum = calls.reduce((total, call) => total + call[measure], 0);
    parts.set(callee, sum > 0 ? calls.map((call) => ({ call, part: call[measure] / sum })) : calls.map((call) => ({ call, part: 1 / calls.length })));
  }
  return parts;
}

/**
 * How long each function and what it called waited (sleep, locks, sockets), in nanoseconds: an estimate, split among callers
 * in proportion, and never more than the function's total.
 */
export function waitingTime(profile: CountedProfile): Map<CountedFunction, number> {
  const callers = callersOf(profile, 'totalNs');
  const waited = new Map<CountedFunction, number>();
  let moving = new Map(profile.functions.filter(({ frame }) => frame.kind === 'idle').map((fn) => [fn, fn.selfNs]));
  for (let step = 0; moving.size > 0 && step < mostSteps; step += 1) {
    const next = new Map<CountedFunction, number>();
    for (const [fn, ns] of moving) {
      add(waited, fn, ns);
      for (const { call, part } of callers.get(fn) ?? []) if (ns * part >= 1000) add(next, call.caller, ns * part);
    }
    moving = next;
  }
  return new Map([...waited].map(([fn, ns]) => [fn, Math.round(Math.min(ns, fn.totalNs))]));
}

function add<Key>(sums: Map<Key, number>, key: Key, ns: number): void {
  sums.set(key, (sums.get(key) ?? 0) + ns);
}
