/** Spans of one row of a timeline, in the order of their time, none over another. Times are nanoseconds from the profile's first event. */
export class Lane {
  readonly start: number[] = [];
  readonly end: number[] = [];
  /** Index into the timeline's names; of a merged span, the name of the longest that is in it. */
  readonly name: number[] = [];
  /** How many events are in the span: 1, or more where it was merged. */
  readonly count: number[] = [];
  /** Time of the events in it: less than its length where a merged one has gaps. */
  readonly busy: number[] = [];
  /** What a launch and its work have in common; -1 where there is nothing. */
  readonly key: number[] = [];
  readonly #longest: number[] = [];

  get size(): number {
    return this.start.length;
  }

  get reached(): number {
    return this.end.length === 0 ? -Infinity : (this.end[this.end.length - 1] as number);
  }

  /** Appends a span that begins when all others have ended; with the last one, if both fit into `resolution`. Gives whether it is one more. */
  push(span: Span, resolution: number): boolean {
    const last = this.size - 1;
    if (resolution > 0 && last >= 0 && span.end - (this.start[last] as number) <= resolution) {
      this.end[last] = Math.max(this.end[last] as number, span.end);
      this.count[last] = (this.count[last] as number) + span.count;
      this.busy[last] = (this.busy[last] as number) + span.busy;
      this.key[last] = -1;
      if (span.longest > (this.#longest[last] as number)) {
        this.#longest[last] = span.longest;
        this.name[last] = span.name;
      }
      return false;
    }
    this.start.push(span.start);
    this.end.push(span.end);
    this.name.push(span.name);
    this.count.push(span.count);
    this.busy.push(span.busy);
    this.key.push(span.key);
    this.#longest.push(span.longest);
    return true;
  }

  /** The same with neighbours merged that fit into `resolution` together. */
  merged(resolution: number): Lane {
    const lane = new Lane();
    for (let i = 0; i < this.size; i++) {
      lane.push({ start: this.start[i] as number, end: this.end[i] as number, name: this.name[i] as number, count: this.count[i] as number, busy: this.busy[i] as number, key: this.key[i] as number, longest: this.#longest[i] as number }, resolution);
    }
    return lane;
  }
}

export interface Span {
  start: number;
  end: number;
  name: number;
  count: number;
  busy: number;
  key: number;
  /** Length of the longest event in it. */
  longest: number;
}
