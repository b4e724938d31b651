import { Numbers } from './numbers.js';

/** Many times of one kind, in nanoseconds. */
export class Durations {
  count = 0;
  totalNs = 0;
  minNs = Number.POSITIVE_INFINITY;
  maxNs = 0;
  readonly #all = new Numbers();

  add(ns: number): void {
    this.count += 1;
    this.totalNs += ns;
    this.minNs = Math.min(this.minNs, ns);
    this.maxNs = Math.max(this.maxNs, ns);
    this.#all.add(ns);
  }

  /** 0 of nothing. */
  medianNs(): number {
    return this.#all.median() ?? 0;
  }
}
