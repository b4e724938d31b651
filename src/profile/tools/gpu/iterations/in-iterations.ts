import { Union } from '../union.js';
import { workKinds, type WorkColumns } from '../columns/work.js';

/** Where a moment falls: the place of the span that holds it, -1 outside of all. Spans stand in their order and do not overlap. */
export function spanAt(spans: readonly { start: number; end: number }[], moment: number): number {
  let from = 0;
  let to = spans.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((spans[middle]?.start ?? 0) <= moment) from = middle + 1;
    else to = middle;
  }
  return from > 0 && moment < (spans[from - 1]?.end ?? 0) ? from - 1 : -1;
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
  for (let at = 0; at < work.device.length; at++) {
    const device = work.device[at] ?? 0;
    const start = work.start[at] ?? 0;
    const end = work.end[at] ?? 0;
    if (device !== before) union = new Union();
    before = device;
    // What this adds to the device's union is what lies after all before it.
    const from = Math.max(start, union.reached);
    union.add(start, end);
    for (let i = from < end ? firstFrom(spans, from) : spans.length; i < spans.length; i++) {
      const span = spans[i];
      if (span === undefined || span.start >= end) break;
      busy[i] = (busy[i] ?? 0) + Math.min(end, span.end) - Math.max(from, span.start);
      devices.add(device);
    }
    if (workKinds[work.kind[at] ?? 0] !== 'kernel') continue;
    const own = spanAt(spans, start);
    if (own >= 0) kernels[own] = (kernels[own] ?? 0) + 1;
  }
  return { busy, kernels, devices: devices.size };
}

/** The first span that ends after a moment. */
function firstFrom(spans: readonly { start: number; end: number }[], moment: number): number {
  let from = 0;
  let to = spans.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((spans[middle]?.end ?? 0) <= moment) from = middle + 1;
    else to = middle;
  }
  return from;
}
