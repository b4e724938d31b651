import { entry } from '../entry.js';
import { Numbers } from '../numbers.js';

export interface Lateness {
  medianLateUs: number;
  /** Of the operations, 0 to 1. */
  lastShare: number;
}

/**
 * By `OP DEVICE`: how much later than on the first device the n-th operation of a kind begins. Only for kinds that ran equally often
 * on each of several devices, because those alone can be put side by side. `starts`: in nanoseconds, in order for each device.
 */
export function stragglers(starts: readonly { deviceId: number; start: number; op: string }[]): Map<string, Lateness> {
  const ops = new Map<string, Map<number, number[]>>();
  for (const { deviceId, start, op } of starts) entry(entry(ops, op, () => new Map<number, number[]>()), deviceId, () => []).push(start);
  const found = new Map<string, Lateness>();
  for (const [op, devices] of ops) {
    const all = [...devices.values()];
    const count = all[0]?.length ?? 0;
    if (all.length < 2 || all.some(({ length }) => length !== count)) continue;
    const first = Array.from({ length: count }, (_, n) => Math.min(...all.map((own) => own[n] ?? 0)));
    const last = Array.from({ length: count }, (_, n) => Math.max(...all.map((own) => own[n] ?? 0)));
    for (const [device, own] of devices) {
      const late = new Numbers();
      let lastHere = 0;
      for (const [n, start] of own.entries()) {
        late.add(start - (first[n] ?? 0));
        if (start === last[n]) lastHere += 1;
      }
      found.set(`${op} ${device}`, { medianLateUs: (late.median() ?? 0) / 1e3, lastShare: lastHere / count });
    }
  }
  return found;
}
