import { expect, test } from 'vitest';
import { metricsAddress } from '../../../src/worker/telemetry/metrics-address.js';

test.each([
  [undefined, null], ['', null], ['off', null], ['9464', '127.0.0.1:9464'], [':9464', '127.0.0.1:9464'], ['localhost:9464', '127.0.0.1:9464'],
  ['0.0.0.0:80', '0.0.0.0:80'], ['[::1]:9464', '[::1]:9464'],
])('PERFLOOP_METRICS=%s is %s', (text, address) => {
  expect(metricsAddress({ PERFLOOP_METRICS: text })).toBe(address);
});

test.each(['nonsense', 'example.org:9464', '127.0.0.1', '127.0.0.1:0', '127.0.0.1:70000', '::1:9464', '[127.0.0.1]:9464', '127.0.0.1:94x'])('%s is refused with what to write', (text) => {
  expect(() => metricsAddress({ PERFLOOP_METRICS: text })).toThrow(expect.objectContaining({ code: 'PL_METRICS_ADDRESS', fix: expect.stringContaining('127.0.0.1:9464') }));
});
