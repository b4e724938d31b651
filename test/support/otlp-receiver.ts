import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedSpan {
  traceId: string;
  spanId: string;
  parentSpanId: string | null;
  name: string;
  service: string;
  attributes: Record<string, unknown>;
  failed: boolean;
}

/** A receiver of OTLP over HTTP, as a collector listens on port 4318. It checks what the protocol asks for, and refuses the rest. */
export async function otlpReceiver(answer: () => number = () => 200): Promise<{ url: string; spans: ReceivedSpan[]; requests: { status: number; headers: Record<string, unknown> }[]; close: () => Promise<void> }> {
  const spans: ReceivedSpan[] = [];
  const requests: { status: number; headers: Record<string, unknown> }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => void chunks.push(chunk));
    request.on('end', () => {
      let status = answer();
      if (status === 200) {
        try {
          if (request.method !== 'POST' || request.url !== '/v1/traces' || request.headers['content-type'] !== 'application/json') throw new Error('not OTLP');
          spans.push(...parsed(JSON.parse(Buffer.concat(chunks).toString('utf8')) as Export));
        } catch {
          status = 400;
        }
      }
      requests.push({ status, headers: request.headers });
      response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    requests,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Attribute {
  key: string;
  value: Record<string, unknown>;
}

interface Export {
  resourceSpans: { resource: { attributes: Attribute[] }; scopeSpans: { spans: { traceId: string; spanId: string; parentSpanId?: string; name: string; kind: number; startTimeUnixNano: string; endTimeUnixNano: string; attributes: Attribute[]; status: { code?: number } }[] }[] }[];
}

function parsed({ resourceSpans }: Export): ReceivedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans.map((span) => {
    const times = /^\d{19} \d{19}$/.test(`${span.startTimeUnixNano} ${span.endTimeUnixNano}`) && span.startTimeUnixNano <= span.endTimeUnixNano;
    const ids = /^[0-9a-f]{32} [0-9a-f]{16} ([0-9a-f]{16})?$/.test(`${span.traceId} ${span.spanId} ${span.parentSpanId ?? ''}`);
    if (!times || !ids || !(span.kind >= 1 && span.kind <= 5)) throw new Error(`no span: ${JSON.stringify(span)}`);
    return { traceId: span.traceId, spanId: span.spanId, parentSpanId: span.parentSpanId ?? null, name: span.name, service: String(valuesOf(resource.attributes)['service.name']), attributes: valuesOf(span.attributes), failed: span.status.code === 2 };
  })));
}

function valuesOf(attributes: Attribute[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}
