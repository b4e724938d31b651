/** Where in a trace something is: https://www.w3.org/TR/trace-context/ */
export interface TraceContext {
  /** 32 hex digits. */
  traceId: string;
  /** 16 hex digits. */
  spanId: string;
  sampled: boolean;
}

/** The header of workflows and activities that carries it: that of Temporal's own interceptors, so that their clients can begin a trace. */
export const traceHeader = '_tracer-data';

/** Of a `traceparent`; null for what is none. */
export function parseTraceparent(text: string | undefined): TraceContext | null {
  const [, traceId = '', spanId = '', flags = ''] = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/.exec(text ?? '') ?? [];
  if (traceId === '' || /^0+$/.test(traceId) || /^0+$/.test(spanId)) return null;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

export function formatTraceparent({ traceId, spanId, sampled }: TraceContext): string {
  return `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`;
}

/**
 * The span of an execution of a workflow, below what began it. Its id follows from that of the execution: a workflow may draw
 * no random number for it, or what it draws afterwards would be another in a replay.
 */
export function workflowSpan(parent: TraceContext | null, runId: string): TraceContext {
  const hex = runId.replaceAll('-', '');
  return { traceId: parent?.traceId ?? hex, spanId: hex.slice(16), sampled: parent?.sampled ?? true };
}
