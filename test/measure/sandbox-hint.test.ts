import { expect, test } from 'vitest';
import { sandboxHint } from '../../src/measure/sandbox/hint.js';

test.each([
  ["curl: (6) Could not resolve host: registry.example", 'sandbox.network'],
  ['npm error code EAI_AGAIN', 'target.setup'],
  ['dial tcp: lookup proxy.example on 10.0.0.2:53: dial udp 10.0.0.2:53: connect: network is unreachable', 'sandbox.network'],
  ["OSError: [Errno 30] Read-only file system: '/home/me/.gradle/x'", 'sandbox.writable'],
])('%s is told what the sandbox keeps from it', (printed, advice) => {
  expect(sandboxHint(printed)).toContain(advice);
});

test('a failure of its own gets no advice', () => {
  expect(sandboxHint('AssertionError: expected 1 to be 2')).toBe('');
});
