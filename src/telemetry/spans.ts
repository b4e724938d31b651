import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import type { TraceContext } from '../core/trace-context.js';

/** https://opentelemetry.io/docs/specs/otel/trace/api/#spankind, as OTLP numbers them. */
export const spanKinds = { internal: 1, server: 2, client: 3, consumer: 5 } as const;

export type Attributes = Record<string, string | number | boolean>;

/** Something that has ended. */
export interface Span {
  name: string;
  kind: (typeof spanKinds)[keyof typeof spanKinds];
  context: TraceContext;
  parent: TraceContext | null;
  /** Milliseconds since the epoch. */
  began: number;
  ended: number;
  attributes: Attributes;
  /** Code of what it failed with; null: it did not. No message: it may quote what is secret. */
  failure: string | null;
}

/** Where spans go. */
export interface SpanSink {
  add(span: Span): void;
  flush(): Promise<void>;
}

let sink: SpanSink | null = null;
const active = new AsyncLocalStorage<TraceContext>();

/** From now on spans are kept. */
export function keepSpans(where: SpanSink): void {
  sink = where;
}

export function tracing(): boolean {
  return sink !== null;
}

export function addSpan(span: Span): void {
  if (span.context.sampled) sink?.add(span);
}

export async function flushSpans(): Promise<void> {
  await sink?.flush();
}

export interface SpanOptions {
  kind?: Span['kind'];
  /** Default: the span that is under way. */
  parent?: TraceContext | null;
  attributes?: Attributes;
}

/** Work as a span below the one under way. `note` adds attributes while it goes on. Costs nothing while nobody traces. */
export async function inSpan<T>(name: string, { kind = spanKinds.internal, parent = active.getStore() ?? null, attributes = {} }: SpanOptions, work: (context: TraceContext | null, note: (more: Attributes) => void) => Promise<T>): Promise<T> {
  if (sink === null) return await work(null, () => undefined);
  const context: TraceContext = { traceId: parent?.traceId ?? randomBytes(16).toString('hex'), spanId: randomBytes(8).toString('hex'), sampled: parent?.sampled ?? true };
  const noted: Attributes = { ...attributes };
  const began = Date.now();
  const end = (failure: string | null): void => addSpan({ name, kind, context, parent, began, ended: Date.now(), attributes: noted, failure });
  try {
    const result = await active.run(context, () => work(context, (more) => void Object.assign(noted, more)));
    end(null);
    return result;
  } catch (error) {
    end(codeOf(error));
    throw error;
  }
}

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'error';
  if ('code' in error && typeof error.code === 'string') return error.code;
  if ('type' in error && typeof error.type === 'string') return error.type;
  return error instanceof Error ? error.name : 'error';
}
