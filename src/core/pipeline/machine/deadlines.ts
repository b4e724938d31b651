/** A deadline of a node; it holds only while the node's execution began at that time. */
export interface Deadline {
  at: number;
  index: number;
  startedAt: number;
}

/** Deadlines by time: a binary heap. Those that no longer hold stay in it until they come up. */
export class Deadlines {
  private readonly heap: Deadline[] = [];

  add(deadline: Deadline): void {
    let place = this.heap.push(deadline) - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (this.time(parent) <= deadline.at) break;
      this.swap(place, parent);
      place = parent;
    }
  }

  /** The earliest that holds; those before it are dropped. */
  first(holds: (deadline: Deadline) => boolean): Deadline | undefined {
    for (let top = this.heap[0]; top !== undefined && !holds(top); top = this.heap[0]) this.drop();
    return this.heap[0];
  }

  drop(): void {
    const last = this.heap.pop();
    if (last === undefined || this.heap.length === 0) return;
    this.heap[0] = last;
    let place = 0;
    for (;;) {
      const left = 2 * place + 1;
      const smaller = this.time(left + 1) < this.time(left) ? left + 1 : left;
      if (this.time(smaller) >= this.time(place)) return;
      this.swap(place, smaller);
      place = smaller;
    }
  }

  private time(place: number): number {
    return this.heap[place]?.at ?? Number.POSITIVE_INFINITY;
  }

  private swap(one: number, other: number): void {
    const [first, second] = [this.heap[one], this.heap[other]];
    if (first === undefined || second === undefined) return;
    this.heap[one] = second;
    this.heap[other] = first;
  }
}
