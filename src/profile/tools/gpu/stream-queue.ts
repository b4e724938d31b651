/** Work of one stream in the order in which it began, which is that in which it was launched. Times in one unit. */
export class StreamQueue {
  #starts = new Float64Array(16);
  #length = 0;
  #lastEnd = Number.NEGATIVE_INFINITY;

  /** Kernels so far that had not begun by then. */
  depthAt(launched: number): number {
    return this.#length - this.#begunBy(launched);
  }

  /** Whether all work so far had ended by then. */
  isIdleAt(launched: number): boolean {
    return this.#lastEnd <= launched;
  }

  /** One whose launch is known: those alone count as waiting. */
  addKernel(start: number): void {
    if (this.#length === this.#starts.length) {
      const larger = new Float64Array(2 * this.#length);
      larger.set(this.#starts);
      this.#starts = larger;
    }
    this.#starts[this.#length++] = start;
  }

  /** Of any kind. */
  addWork(end: number): void {
    this.#lastEnd = Math.max(this.#lastEnd, end);
  }

  /** How many of those so far had begun at the time: few have not, so that it is looked for from the last one back. */
  #begunBy(time: number): number {
    let high = this.#length;
    let step = 1;
    while (high - step >= 0 && (this.#starts[high - step] ?? 0) > time) {
      high -= step;
      step *= 2;
    }
    let low = Math.max(0, high - step);
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#starts[middle] ?? 0) <= time) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
