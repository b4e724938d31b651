/** An event of Chrome's trace format ("Trace Event Format", Google, 2016), as Perfetto and chrome://tracing read it. Times in nanoseconds here. */
export interface ChromeEvent {
  /** X: a span. i: a moment. B: a span without an end. b, e: both ends of an asynchronous span. s, f: both ends of an arrow. C: a counter. M: a name. */
  ph: 'X' | 'i' | 'B' | 'b' | 'e' | 's' | 'f' | 'C' | 'M';
  name: string;
  cat?: string;
  pid: number;
  tid: number;
  startNs?: number;
  durationNs?: number;
  id?: number;
  args?: Record<string, unknown>;
}

/** As JSON in one line. The format has microseconds; three digits keep each nanosecond. */
export function eventText({ ph, name, cat, pid, tid, startNs, durationNs, id, args }: ChromeEvent): string {
  const text = JSON.stringify({ ph, ...(cat === undefined ? {} : { cat }), name, pid, tid, ...(id === undefined ? {} : { id }), ...(ph === 'f' ? { bp: 'e' } : {}), ...(ph === 'i' ? { s: 't' } : {}), ...(args === undefined ? {} : { args }) });
  const times = `${startNs === undefined ? '' : `,"ts":${microseconds(startNs)}`}${durationNs === undefined ? '' : `,"dur":${microseconds(durationNs)}`}`;
  return `${text.slice(0, -1)}${times}}`;
}

const microseconds = (ns: number): string => (ns % 1000 === 0 ? String(ns / 1000) : (ns / 1000).toFixed(3));
