import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { reportFailure } from '../../src/client/failure.js';
import { plain } from '../../src/client/style.js';
import { PerfloopError } from '../../src/core/errors.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'perfloop-failure-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

function fail(error: unknown, { json = false, logs = join(folder, 'logs') } = {}): { code: number; out: string; err: string } {
  const written = { out: '', err: '' };
  const code = reportFailure(error, { json, style: plain, logs, stdout: { write: (text) => (written.out += text) }, stderr: { write: (text) => (written.err += text) } });
  return { code, ...written };
}

describe('an expected error', () => {
  const error = new PerfloopError('PL_X', 'it does not work', { where: 'here:1', fix: 'do that', problems: ['one', 'two'] });

  it('shows its code, every problem, the place and the remedy, and exits with 2', () => {
    expect(fail(error)).toEqual({ code: 2, out: '', err: 'error PL_X: it does not work\n  - one\n  - two\n  at: here:1\n  fix: do that\n' });
  });

  it('is one document on stdout for programs', () => {
    const { code, out, err } = fail(error, { json: true });
    expect({ code, err }).toEqual({ code: 2, err: '' });
    expect(JSON.parse(out)).toEqual({ error: { code: 'PL_X', message: 'it does not work', where: 'here:1', fix: 'do that', problems: ['one', 'two'] } });
  });

  it('cannot steer the terminal with text of others', () => {
    expect(fail(new PerfloopError('PL_X', 'a\u001b[2Jb\nnext line')).err).toBe('error PL_X: a [2Jb\nnext line\n');
  });
});

describe('a call that the Temporal server does not answer', () => {
  const call = (code: number): Error => new Error('Failed to describe schedule', { cause: Object.assign(new Error('4 DEADLINE_EXCEEDED'), { code, details: 'Deadline exceeded after 15.001s', metadata: {} }) });

  it('is no bug, and says what to do', () => {
    expect(fail(call(4))).toMatchObject({ code: 2, err: 'error PL_TEMPORAL_UNREACHABLE: the Temporal server did not answer: Deadline exceeded after 15.001s\n  at: Failed to describe schedule\n  fix: Try again: it may be busy or just starting. `perfloop doctor` looks at it.\n' });
  });

  it('is one where the server refuses what it was asked', () => {
    expect(fail(call(3)).code).toBe(1);
  });
});

describe('a bug', () => {
  const bug = new TypeError('undefined is not a function', { cause: new Error('the cause') });

  it('exits with 1 and keeps the stacks in a file, away from the screen', async () => {
    const { code, err } = fail(bug);
    expect(code).toBe(1);
    expect(err).toMatch(/^error PL_BUG: this is a bug of perfloop: undefined is not a function\n {2}at: \S+\n {2}fix: .*\n$/);
    const log = await readFile(/at: (\S+)/.exec(err)?.[1] ?? '', 'utf8');
    expect(log).toContain('failure.test.ts');
    expect(log).toContain('caused by: Error: the cause');
  });

  it('keeps them elsewhere where the logs cannot be written', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    const { err } = fail(bug, { logs: join(file, 'logs') });
    const log = /at: (\S+)/.exec(err)?.[1] ?? '';
    expect(log.startsWith(tmpdir())).toBe(true);
    expect(await readFile(log, 'utf8')).toContain('undefined is not a function');
    await rm(log);
  });
});
