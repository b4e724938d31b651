import { keptFor } from '../../kept.js';
import { entry } from '../../entry.js';
import type { ProfileDatabase } from '../../open.js';
import { callColumns, type CallColumns } from './calls.js';
import { workColumns, type WorkColumns } from './work.js';

/** Which call launched which work, by correlation id and process: places in CallColumns and WorkColumns. */
export class Launches {
  /** Of each work the first call with its id; -1 where there is none. */
  readonly #call: Int32Array;
  /** Of each call the last work with its id, and of each work the one before it; -1 where there is none. */
  readonly #lastWork: Int32Array;
  readonly #workBefore: Int32Array;
  /** Calls with an id that an earlier one has: that one; and of that one, all of them. Profiles have hardly any. */
  readonly #first = new Map<number, number>();
  readonly #again = new Map<number, number[]>();

  constructor(work: WorkColumns, calls: CallColumns) {
    const ids = new CallIds(calls);
    ids.eachRepeated((call, first) => {
      this.#first.set(call, first);
      entry(this.#again, first, () => []).push(call);
    });
    this.#call = new Int32Array(work.device.length);
    this.#lastWork = new Int32Array(calls.start.length).fill(-1);
    this.#workBefore = new Int32Array(work.device.length).fill(-1);
    for (let at = 0; at < this.#call.length; at++) {
      const call = ids.find(work.process[at]!, work.correlation[at]!);
      this.#call[at] = call;
      if (call < 0) continue;
      this.#workBefore[at] = this.#lastWork[call]!;
      this.#lastWork[call] = at;
    }
  }

  /** The call that launched work; -1 where it is not in the profile, and the first where several have its id. */
  callOf(work: number): number {
    return this.#call[work]!;
  }

  /** All calls that have the id of work, mostly one. */
  eachCall(work: number, visit: (call: number) => void): void {
    const first = this.#call[work]!;
    if (first < 0) return;
    visit(first);
    if (this.#again.size > 0) for (const call of this.#again.get(first) ?? []) visit(call);
  }

  /** All work that a call launched, the last first. */
  eachWork(call: number, visit: (work: number) => void): void {
    const first = this.#first.size > 0 ? (this.#first.get(call) ?? call) : call;
    for (let at = this.#lastWork[first]!; at >= 0; at = this.#workBefore[at]!) visit(at);
  }
}

/** Needs neither table: what is not in the profile launched nothing. */
export const launchesOf = (db: ProfileDatabase): Launches => keptFor(db, 'launches', () => new Launches(workColumns(db), callColumns(db)));

/** Finds calls by their process and correlation id: a hash table with open addressing, in a tenth of the memory of a Map. */
class CallIds {
  /** Places of calls; -1 where the slot is free. */
  readonly #slots: Int32Array;
  readonly #bits: number;
  readonly #process: Float64Array;
  readonly #repeated: [call: number, first: number][] = [];

  constructor(private readonly calls: CallColumns) {
    this.#bits = Math.ceil(Math.log2(2 * calls.start.length + 2));
    this.#slots = new Int32Array(2 ** this.#bits).fill(-1);
    this.#process = new Float64Array(calls.start.length);
    for (const { process, from, to } of calls.threads) this.#process.fill(process, from, to);
    for (let call = 0; call < calls.start.length; call++) {
      if (this.#process[call]! < 0 || calls.correlation[call] === -1) continue;
      const slot = this.#slotOf(this.#process[call]!, calls.correlation[call]!);
      if (this.#slots[slot]! < 0) this.#slots[slot] = call;
      else this.#repeated.push([call, this.#slots[slot]!]);
    }
  }

  find(process: number, correlation: number): number {
    return process < 0 || correlation === -1 ? -1 : this.#slots[this.#slotOf(process, correlation)]!;
  }

  eachRepeated(visit: (call: number, first: number) => void): void {
    for (const [call, first] of this.#repeated) visit(call, first);
  }

  /** Where the id is, or would be. Ids are given one after the other: multiplying scatters them (Knuth, The Art of Computer Programming, 6.4). */
  #slotOf(process: number, correlation: number): number {
    const mask = this.#slots.length - 1;
    let slot = Math.imul(correlation ^ Math.imul(process, 0x85ebca6b), 0x9e3779b1) >>> (32 - this.#bits);
    for (let call = this.#slots[slot]!; call >= 0 && (this.calls.correlation[call] !== correlation || this.#process[call] !== process); call = this.#slots[slot]!) slot = (slot + 1) & mask;
    return slot;
  }
}
