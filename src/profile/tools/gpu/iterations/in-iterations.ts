import { Union } from '../union.js';
import { workKinds, type WorkColumns } from '../columns/work.js';

/** Finds spans, which stand in their order and do not overlap, by moments. Those mostly come one after the other, so that it goes on from the last one. */
export class SpanCursor {
  #at = 0;
  #moment = Number.NEGATIVE_INFINITY;

  constructor(private readonly spans: readonly { start: number; end: number }[]) {}

  /** The place of the first span that ends after a moment; their number where none does. */
  from(moment: number): number {
    if (moment < this.#moment) this.#at = 0;
    this.#moment = moment;
    while (this.#at < this.spans.length && this.spans[this.#at]!.end <= moment) this.#at += 1;
    return this.#at;
  }

  /** The place of the span that holds a moment; -1 outside of all. */
  at(moment: number): number {
    const at = this.from(moment);
    return at < this.spans.length && this.spans[at]!.start <= moment ? at : -1;
  }
}

export interface InIterations {
  /** Nanoseconds for which devices worked in each iteration, added up over devices; each device's as the union over its streams. */
  busy: Float64Array;
  kernels: Int32Array;
  devices: number;
}

/** What devices did in each iteration, whoever launched it. */
export function inIterations(work: WorkColumns, spans: readonly { start: number; end: number }[]): InIterations {
  const busy = new Float64Array(spans.length);
  const kernels = new Int32Array(spans.length);
  const devices = new Set<number>();
  let union = new Union();
  let before = -1;
  // One for each order of moments.
  const [added, begun] = [new SpanCursor(spans), new SpanCursor(spans)];
  for (let at = 0; at < work.device.length; at++) {
    const device = work.device[at] ?? 0;
    const start = work.start[at] ?? 0;
    const end = work.end[at] ?? 0;
    if (device !== before) union = new Union();
    before = device;
    // What this adds to the device's union is what lies after all before it.
    const from = Math.max(start, union.reached);
    union.add(start, end);
    for (let i = from < end ? added.from(from) : spans.length; i < spans.length; i++) {
      const span = spans[i];
      if (span === undefined || span.start >= end) break;
      busy[i] = (busy[i] ?? 0) + Math.min(end, span.end) - Math.max(from, span.start);
      devices.add(device);
    }
    if (workKinds[work.kind[at] ?? 0] !== 'kernel') continue;
    const own = begun.at(start);
    if (own >= 0) kernels[own] = (kernels[own] ?? 0) + 1;
  }
  return { busy, kernels, devices: devices.size };
}
