/** Merges spans that come in the order of their starts: for how long at least one of them covers the time. Any unit. */
export class Union {
  /** Of all spans together, each moment once. */
  covered = 0;
  /** Between the first start and the last end. */
  span = 0;
  /** The latest end so far. */
  reached = Number.NEGATIVE_INFINITY;
  #first = 0;

  /** Gives the time before the span in which there was none since the first: 0 for the first, and for one that touches or overlaps. */
  add(start: number, end: number): number {
    const { reached } = this;
    if (reached === Number.NEGATIVE_INFINITY) this.#first = start;
    if (end > reached) {
      this.covered += end - Math.max(start, reached);
      this.reached = end;
      this.span = end - this.#first;
    }
    return start > reached && reached !== Number.NEGATIVE_INFINITY ? start - reached : 0;
  }
}
