/** Kernels of one stream in the order in which they began, which is that in which they were launched. Times in one unit. */
export class StreamQueue {
  #starts = new Float64Array(16);
  #length = 0;
  #lastEnd = Number.NEGATIVE_INFINITY;

  /** `launched`: when the call returned. `depth`: kernels before it that had not begun by then; `idle`: whether all before it had ended. */
  add(start: number, end: number, launched: number): { depth: number; idle: boolean } {
    const depth = this.#length - this.#begunBy(launched);
    const idle = this.#lastEnd <= launched;
    if (this.#length === this.#starts.length) {
      const larger = new Float64Array(2 * this.#length);
      larger.set(this.#starts);
      this.#starts = larger;
    }
    this.#starts[this.#length++] = start;
    this.#lastEnd = Math.max(this.#lastEnd, end);
    return { depth, idle };
  }

  /** How many of those so far had begun at the time. */
  #begunBy(time: number): number {
    let low = 0;
    let high = this.#length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#starts[middle] ?? 0) <= time) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
