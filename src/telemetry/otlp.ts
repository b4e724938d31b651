import { setTimeout as sleep } from 'node:timers/promises';
import { PerfloopError } from '../core/errors.js';
import type { Attributes, Span, SpanSink } from './spans.js';

/** Where traces go, from the standard variables. */
export interface OtlpSettings {
  url: string;
  headers: Record<string, string>;
  timeoutMs: number;
  resource: Attributes;
}

/**
 * Settings of the exporter by https://opentelemetry.io/docs/specs/otel/protocol/exporter/; null: traces are off, as they are
 * unless an endpoint is named. Throws PL_OTLP.
 */
export function otlpSettings(env: NodeJS.ProcessEnv, about: { service: string; version: string }): OtlpSettings | null {
  const own = env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'];
  const base = env['OTEL_EXPORTER_OTLP_ENDPOINT'];
  if ((!own && !base) || env['OTEL_SDK_DISABLED'] === 'true' || env['OTEL_TRACES_EXPORTER'] === 'none') return null;
  const where = own ? 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT' : 'OTEL_EXPORTER_OTLP_ENDPOINT';
  const protocol = env['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL'] || env['OTEL_EXPORTER_OTLP_PROTOCOL'] || 'http/json';
  if (protocol === 'grpc') throw new PerfloopError('PL_OTLP', 'traces cannot be sent by gRPC', { where: 'OTEL_EXPORTER_OTLP_PROTOCOL', fix: 'Set it to http/json, and name the HTTP port of the receiver, which is 4318 as a rule.' });
  const text = own || `${(base ?? '').replace(/\/$/, '')}/v1/traces`;
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) throw new PerfloopError('PL_OTLP', `traces cannot be sent to ${JSON.stringify(own || base)}`, { where, fix: 'Write a URL, such as http://127.0.0.1:4318.' });
  return {
    url: text,
    headers: pairs(env['OTEL_EXPORTER_OTLP_TRACES_HEADERS'] || env['OTEL_EXPORTER_OTLP_HEADERS']),
    timeoutMs: Number(env['OTEL_EXPORTER_OTLP_TRACES_TIMEOUT'] || env['OTEL_EXPORTER_OTLP_TIMEOUT']) || 10_000,
    resource: { 'service.name': env['OTEL_SERVICE_NAME'] || about.service, 'service.version': about.version, 'process.pid': process.pid, ...pairs(env['OTEL_RESOURCE_ATTRIBUTES']) },
  };
}

/** `a=b,c=d`, each percent-encoded. */
function pairs(text: string | undefined): Record<string, string> {
  const entries = (text ?? '').split(',').map((pair) => /^\s*([^=\s]+)\s*=\s*(.*?)\s*$/.exec(pair)).filter((match) => match !== null);
  return Object.fromEntries(entries.map(([, name = '', value = '']) => [name, decoded(value)]));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const mostWaiting = 2048;
const mostAtOnce = 512;
const sendEveryMs = 2000;
const tries = 3;

/** Sends spans by OTLP over HTTP, as JSON, some at a time. What nobody takes is dropped, and told once: tracing ends no work. */
export class OtlpExporter implements SpanSink {
  #waiting: Span[] = [];
  #sending: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #told = false;

  constructor(
    private readonly settings: OtlpSettings,
    private readonly warn: (text: string) => void,
  ) {}

  add(span: Span): void {
    if (this.#waiting.length < mostWaiting) this.#waiting.push(span);
    this.#timer ??= setTimeout(() => void this.flush(), sendEveryMs).unref();
  }

  async flush(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    await this.#sending;
    if (this.#waiting.length === 0) return;
    this.#sending = this.#send(this.#waiting.splice(0, mostAtOnce)).finally(() => (this.#sending = null));
    await this.#sending;
    await this.flush();
  }

  async #send(spans: Span[]): Promise<void> {
    const { url, headers, timeoutMs } = this.settings;
    const body = JSON.stringify(otlpJson(spans, this.settings.resource));
    for (let attempt = 1; ; attempt += 1) {
      const problem = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body, signal: AbortSignal.timeout(timeoutMs) }).then(
        async (response) => (await response.arrayBuffer(), response.ok ? null : { text: `it answers ${response.status}`, again: [429, 502, 503, 504].includes(response.status) }),
        (error: unknown) => ({ text: error instanceof Error ? `${error.message}${error.cause instanceof Error ? ` (${error.cause.message})` : ''}` : String(error), again: true }),
      );
      if (problem === null) return;
      if (!problem.again || attempt >= tries) {
        if (!this.#told) this.warn(`traces are not taken by ${url}: ${problem.text}; this is said once`);
        this.#told = true;
        return;
      }
      await sleep(250 * 2 ** attempt);
    }
  }
}

/** https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding */
export function otlpJson(spans: readonly Span[], resource: Attributes): object {
  return {
    resourceSpans: [{
      resource: { attributes: attributesOf(resource) },
      scopeSpans: [{
        scope: { name: 'perfloop' },
        spans: spans.map(({ name, kind, context, parent, began, ended, attributes, failure }) => ({
          traceId: context.traceId,
          spanId: context.spanId,
          ...(parent === null ? {} : { parentSpanId: parent.spanId }),
          name,
          kind,
          startTimeUnixNano: nanos(began),
          endTimeUnixNano: nanos(ended),
          attributes: attributesOf(failure === null ? attributes : { ...attributes, 'error.type': failure }),
          status: failure === null ? {} : { code: 2, message: failure },
        })),
      }],
    }],
  };
}

/** 64-bit numbers are text. */
function nanos(ms: number): string {
  return `${BigInt(Math.round(ms)) * 1_000_000n}`;
}

function attributesOf(attributes: Attributes): object[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: typeof value === 'string' ? { stringValue: value } : typeof value === 'boolean' ? { boolValue: value } : Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value } }));
}
