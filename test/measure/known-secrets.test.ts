import { expect, it } from 'vitest';
import { secretsOfEnvironment } from '../../src/measure/known-secrets.js';

it.each([
  ['an API key of the server', { TEMPORAL_API_KEY: 'eyJh-1/api' }, ['eyJh-1/api']],
  ['the address of a chat', { SLACK_WEBHOOK: 'https://hooks.example.org/T0/x1Y2' }, ['https://hooks.example.org/T0/x1Y2']],
  ['codec keys, whatever their names', { PERFLOOP_CODEC_KEYS: '$KEY_2027, $OLD', KEY_2027: 'bmV3LWtleS0x', OLD: 'b2xkLWtleS0x', ELSE: 'b3RoZXItdmFs' }, ['bmV3LWtleS0x', 'b2xkLWtleS0x']],
  ['headers for telemetry, each alone', { OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'authorization=Bearer%20abc-123/4, x-key=k-1==,x-team=me' }, ['Bearer%20abc-123/4', 'Bearer abc-123/4', 'abc-123/4']],
  ['the password of a mail server', { SMTP_URL: 'smtp://me:pass-w0rd@host:587' }, ['pass-w0rd']],
  ['nothing of what is no secret', { OTEL_SERVICE_NAME: 'perf-loop-1', PERFLOOP_CODEC_KEYS: '$KEY_2027', PATH: '/usr/bin:/bin' }, []],
])('%s: known', (_what, env, secrets) => {
  expect(secretsOfEnvironment(env)).toEqual(secrets);
});
