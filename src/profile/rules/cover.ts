import type { HostCall } from './host-calls.js';
import type { HostRange } from './host-ranges.js';

/** Spans in the order of their start, asked for later and later times. */
export class Cover<Span extends HostCall | HostRange> {
  readonly #spans: Span[];
  #from = 0;

  constructor(spans: readonly Span[]) {
    this.#spans = [...spans].sort((a, b) => a.startNs - b.startNs);
  }

  /** For how long of that time there is any span, and the one with the most of it. */
  within(start: number, end: number): { ns: number; by: Span | null } {
    this.#forget(start);
    let ns = 0;
    let reached = start;
    let by: Span | null = null;
    let most = 0;
    for (let i = this.#from; i < this.#spans.length; i++) {
      const span = this.#spans[i]!;
      if (span.startNs >= end) break;
      const own = Math.min(end, span.endNs) - Math.max(start, span.startNs);
      if (own > most) [by, most] = [span, own];
      ns += Math.max(0, Math.min(end, span.endNs) - Math.max(reached, span.startNs));
      reached = Math.max(reached, Math.min(end, span.endNs));
    }
    return { ns, by };
  }

  /** A span around that time. */
  at(time: number): Span | null {
    this.#forget(time);
    for (let i = this.#from; i < this.#spans.length; i++) {
      const span = this.#spans[i]!;
      if (span.startNs > time) return null;
      if (span.endNs >= time) return span;
    }
    return null;
  }

  /** Passes over what ended before. A long span keeps those after it, which are then looked at again. */
  #forget(time: number): void {
    while (this.#from < this.#spans.length && this.#spans[this.#from]!.endNs < time) this.#from += 1;
  }
}
