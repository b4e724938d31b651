import { afterEach, expect, test } from 'vitest';
import { formatTraceparent, parseTraceparent, workflowSpan } from '../../src/core/trace-context.js';
import { OtlpExporter, otlpSettings } from '../../src/telemetry/otlp.js';
import type { Span } from '../../src/telemetry/spans.js';
import { otlpReceiver } from '../support/otlp-receiver.js';

const about = { service: 'perfloop', version: '1.2.3' };
const closing: (() => Promise<void>)[] = [];
afterEach(async () => void (await Promise.all(closing.splice(0).map((close) => close()))));

const span = (name: string): Span => ({ name, kind: 1, context: { traceId: 'c'.repeat(32), spanId: 'd'.repeat(16), sampled: true }, parent: null, began: 1_795_365_579_000, ended: 1_795_365_580_500, attributes: { text: 'a', whole: 3, part: 0.5, yes: true }, failure: null });

test('traces are off unless an endpoint is named, and by the standard variables that switch them off', () => {
  expect(otlpSettings({}, about)).toBeNull();
  const OTEL_EXPORTER_OTLP_ENDPOINT = 'http://127.0.0.1:4318/';
  expect(otlpSettings({ OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_SDK_DISABLED: 'true' }, about)).toBeNull();
  expect(otlpSettings({ OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_TRACES_EXPORTER: 'none' }, about)).toBeNull();
  expect(otlpSettings({ OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20x, a=b', OTEL_RESOURCE_ATTRIBUTES: 'site=eu' }, about)).toMatchObject({ url: 'http://127.0.0.1:4318/v1/traces', headers: { authorization: 'Bearer x', a: 'b' }, resource: { 'service.name': 'perfloop', site: 'eu' } });
  expect(otlpSettings({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://x.example/in', OTEL_EXPORTER_OTLP_ENDPOINT }, about)?.url).toBe('https://x.example/in');
});

test.each([[{ OTEL_EXPORTER_OTLP_ENDPOINT: 'nonsense' }], [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4317', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }]])('%j is refused', (env) => {
  expect(() => otlpSettings(env, about)).toThrow(expect.objectContaining({ code: 'PL_OTLP' }));
});

test('spans arrive as the protocol wants them, also where the receiver is busy at first', async () => {
  let answers = 0;
  const receiver = await otlpReceiver(() => ((answers += 1) === 1 ? 503 : 200));
  closing.push(receiver.close);
  const said: string[] = [];
  const exporter = new OtlpExporter({ url: `${receiver.url}/v1/traces`, headers: { 'x-key': 'k' }, timeoutMs: 5000, resource: { 'service.name': 'perfloop' } }, (text) => void said.push(text));
  exporter.add(span('one'));
  exporter.add({ ...span('two'), failure: 'PL_BUG' });
  await exporter.flush();
  expect(receiver.requests.map(({ status }) => status)).toEqual([503, 200]);
  expect(receiver.requests[1]?.headers).toMatchObject({ 'x-key': 'k' });
  expect(receiver.spans.map(({ name, failed }) => [name, failed])).toEqual([['one', false], ['two', true]]);
  expect(receiver.spans[1]?.attributes).toEqual({ text: 'a', whole: '3', part: 0.5, yes: true, 'error.type': 'PL_BUG' });
  expect(said).toEqual([]);
});

test('a receiver that refuses is told once, and nobody waits for it', async () => {
  const receiver = await otlpReceiver(() => 401);
  closing.push(receiver.close);
  const said: string[] = [];
  const exporter = new OtlpExporter({ url: `${receiver.url}/v1/traces`, headers: {}, timeoutMs: 5000, resource: {} }, (text) => void said.push(text));
  for (const name of ['one', 'two']) {
    exporter.add(span(name));
    await exporter.flush();
  }
  expect(said).toEqual([expect.stringContaining('it answers 401')]);
});

test('a traceparent is read as the standard says, and what is none is none', () => {
  const text = `00-${'a1'.repeat(16)}-${'b2'.repeat(8)}-01`;
  const context = parseTraceparent(text);
  expect(context && formatTraceparent(context)).toBe(text);
  for (const bad of [undefined, '', 'x', `00-${'0'.repeat(32)}-${'b2'.repeat(8)}-01`, `00-${'a1'.repeat(16)}-${'0'.repeat(16)}-01`]) expect(parseTraceparent(bad)).toBeNull();
  expect(workflowSpan(null, '01a2039d-cc74-7c89-ae62-5427f59508e1')).toEqual({ traceId: '01a2039dcc747c89ae625427f59508e1', spanId: 'ae625427f59508e1', sampled: true });
});
