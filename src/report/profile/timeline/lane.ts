/** What a merged span holds. */
interface Merged {
  /** How many events. */
  count: number[];
  /** Time of the events: less than the span's length where there are gaps. */
  busy: number[];
  /** Length of the longest event, whose name it has. */
  longest: number[];
}

/** Spans of one row of a timeline, in the order of their time, none over another. Times are nanoseconds from the profile's first event. */
export class Lane {
  readonly start: number[] = [];
  readonly end: number[] = [];
  /** Index into the timeline's names; of a merged span, the name of the longest that is in it. */
  readonly name: number[] = [];
  /** What a launch and its work have in common; -1 where there is nothing. */
  readonly key: number[] = [];
  /** Null while every span is one event: most profiles need no more. */
  #merged: Merged | null = null;

  get size(): number {
    return this.start.length;
  }

  get reached(): number {
    return this.end.length === 0 ? -Infinity : (this.end[this.end.length - 1] as number);
  }

  countOf(span: number): number {
    return this.#merged?.count[span] ?? 1;
  }

  busyOf(span: number): number {
    return this.#merged?.busy[span] ?? (this.end[span] as number) - (this.start[span] as number);
  }

  /** Appends an event that begins when all others have ended; to the last span, if both fit into `resolution`. Gives whether it is one more span. */
  push(start: number, end: number, name: number, key: number, resolution: number): boolean {
    return this.#push({ start, end, name, key, count: 1, busy: end - start, longest: end - start }, resolution);
  }

  /** The same with neighbours merged that fit into `resolution` together. */
  merged(resolution: number): Lane {
    const lane = new Lane();
    for (let i = 0; i < this.size; i++) {
      const busy = this.busyOf(i);
      lane.#push({ start: this.start[i] as number, end: this.end[i] as number, name: this.name[i] as number, key: this.key[i] as number, count: this.countOf(i), busy, longest: this.#merged?.longest[i] ?? busy }, resolution);
    }
    return lane;
  }

  #push(span: Span, resolution: number): boolean {
    if (span.count > 1) this.#tracked();
    const last = this.size - 1;
    if (resolution > 0 && last >= 0 && span.end - (this.start[last] as number) <= resolution) {
      this.#join(last, span);
      return false;
    }
    this.start.push(span.start);
    this.end.push(span.end);
    this.name.push(span.name);
    this.key.push(span.key);
    this.#merged?.count.push(span.count);
    this.#merged?.busy.push(span.busy);
    this.#merged?.longest.push(span.longest);
    return true;
  }

  #join(last: number, span: Span): void {
    const merged = this.#tracked();
    this.end[last] = Math.max(this.end[last] as number, span.end);
    this.key[last] = -1;
    merged.count[last] = (merged.count[last] as number) + span.count;
    merged.busy[last] = (merged.busy[last] as number) + span.busy;
    if (span.longest > (merged.longest[last] as number)) {
      merged.longest[last] = span.longest;
      this.name[last] = span.name;
    }
  }

  #tracked(): Merged {
    if (this.#merged === null) {
      const lengths = this.start.map((start, i) => (this.end[i] as number) - start);
      this.#merged = { count: lengths.map(() => 1), busy: lengths, longest: [...lengths] };
    }
    return this.#merged;
  }
}

interface Span {
  start: number;
  end: number;
  name: number;
  key: number;
  count: number;
  busy: number;
  longest: number;
}
