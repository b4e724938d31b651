import { expect, it } from 'vitest';
import { priorityCheckOf } from '../../../src/client/doctor/server.js';

it.each([
  ['1.29.1', true, 'ok', /by priority and weight$/],
  ['1.27.2', false, 'warn', /knows neither/],
  ['1.28.0', false, 'warn', /no weights$/],
  ['1.29.1', false, 'warn', /does not tell whether matching\.useNewMatcher and matching\.enableFairness are set/],
  ['', false, 'warn', /tells neither its version nor/],
])('says of server %s (local engine: %s) what it knows of priorities', (version, isOurs, status, found) => {
  const check = priorityCheckOf(version, isOurs);
  expect(check).toMatchObject({ status, found: expect.stringMatching(found) as string });
  expect(check.fix === null).toBe(status === 'ok');
});
