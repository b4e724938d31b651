import { expect, test } from 'vitest';
import { scopeOf } from '../../../src/worker/telemetry/log-scope.js';
import { workerLog } from '../../../src/worker/telemetry/log.js';

function logged(env: NodeJS.ProcessEnv, say: (log: ReturnType<typeof workerLog>) => void): string[] {
  const lines: string[] = [];
  say(workerLog(env, (line) => void lines.push(line)));
  return lines;
}

const about = { workflowId: 'r-abc/r1-2', workflowType: 'trial', activityType: 'runCommand', attempt: 2, taskQueue: 'perfloop.host.h1', step: 'round-01/0007-bench' };

test('a line of JSON says of which run, trial, activity and attempt it is', () => {
  const [line = ''] = logged({ PERFLOOP_LOG: 'json' }, (log) => log.warn('Activity failed', { ...about, error: Object.assign(new Error('no'), { code: 'PL_X' }), size: 7n }));
  expect(line.endsWith('\n')).toBe(true);
  expect(JSON.parse(line)).toMatchObject({ level: 'warn', message: 'Activity failed', run: 'r-abc', trial: 'r1-2', workflow: 'trial', activity: 'runCommand', attempt: 2, queue: 'perfloop.host.h1', step: 'round-01/0007-bench', error: { code: 'PL_X', message: 'no' }, size: '7' });
  expect(Date.parse((JSON.parse(line) as { time: string }).time)).toBeGreaterThan(0);
});

test.each(['json', 'text'])('a secret of the environment is in no line of %s', (format) => {
  const lines = logged({ PERFLOOP_LOG: format, OPENAI_API_KEY: 'planted-secret-4711' }, (log) => {
    log.error('it printed planted-secret-4711', { output: { tail: ['x planted-secret-4711'] }, error: new Error('planted-secret-4711') });
  });
  expect(lines).toHaveLength(1);
  expect(lines.join('')).not.toContain('planted-secret');
  expect(lines.join('')).toContain('[redacted');
});

test('levels: warn for people, info for machines, and what is asked for', () => {
  const all = (log: ReturnType<typeof workerLog>): void => {
    for (const level of ['debug', 'info', 'warn'] as const) log[level](level);
  };
  expect(logged({}, all)).toHaveLength(1);
  expect(logged({ PERFLOOP_LOG: 'json' }, all)).toHaveLength(2);
  expect(logged({ PERFLOOP_LOG: 'json', PERFLOOP_LOG_LEVEL: 'debug' }, all)).toHaveLength(3);
});

test('what the SDK warns of a queue that is as it is meant to be is told for who looks for it, and other warnings to all', () => {
  const all = (log: ReturnType<typeof workerLog>): void => {
    for (const text of ['No workflows registered, not polling for workflow tasks', 'No activities registered, not polling for activity tasks', 'Activity failed']) log.warn(text, about);
  };
  expect(logged({}, all)).toEqual([expect.stringContaining('[WARN] Activity failed')]);
  expect(logged({ PERFLOOP_LOG_LEVEL: 'debug' }, all)).toHaveLength(3);
});

test('the input of an activity says whose work it is', () => {
  expect(scopeOf({ v: 1, run: 'r-abc', trial: 'r1-2c' })).toEqual({ run: 'r-abc', trial: 'r1-2c' });
  expect(scopeOf({ v: 1, run: 'r-abc', trial: 'round-01/0007-bench' })).toEqual({ run: 'r-abc', step: 'round-01/0007-bench' });
  expect([scopeOf(null), scopeOf('x'), scopeOf({ v: 1 })]).toEqual([{}, {}, {}]);
});

test.each([[{ PERFLOOP_LOG: 'xml' }], [{ PERFLOOP_LOG_LEVEL: 'loud' }]])('%j is refused', (env) => {
  expect(() => workerLog(env)).toThrow(expect.objectContaining({ code: 'PL_LOG' }));
});
