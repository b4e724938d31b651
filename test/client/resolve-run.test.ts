import { describe, expect, it } from 'vitest';
import { resolveRun, type RunIndex } from '../../src/client/resolve-run.js';
import { isRunId, newRunId } from '../../src/client/run-id.js';
import { sampleStatus } from './sample-status.js';

const home = '/home/me/.perfloop';
const ids = ['r-abcdefgh', 'r-abzzzzzz', 'j-22222222'];
const store: RunIndex['store'] = {
  findRuns: (prefix) => ids.filter((id) => id.startsWith(prefix)),
  listRuns: ({ limit }) => ids.slice(0, limit).map((run) => sampleStatus({ run })),
};

describe('naming a run', () => {
  it('takes a whole id and a unique beginning', async () => {
    expect(await resolveRun('r-abcdefgh', { home, store })).toBe('r-abcdefgh');
    expect(await resolveRun('r-abc', { home, store })).toBe('r-abcdefgh');
    expect(await resolveRun('j', { home, store })).toBe('j-22222222');
  });

  it('takes a beginning without the r-', async () => {
    expect(await resolveRun('abz', { home, store })).toBe('r-abzzzzzz');
  });

  it('lists the matches of an ambiguous one', async () => {
    await expect(resolveRun('r-ab', { home, store })).rejects.toMatchObject({ code: 'PL_AMBIGUOUS_RUN', problems: ['r-abcdefgh', 'r-abzzzzzz'] });
  });

  it('lists the latest runs for an unknown one', async () => {
    await expect(resolveRun('r-x', { home, store })).rejects.toMatchObject({ code: 'PL_NO_SUCH_RUN', problems: [expect.stringContaining('r-abcdefgh'), expect.anything(), expect.anything()] });
    await expect(resolveRun('no run!', { home, store: null })).rejects.toMatchObject({ code: 'PL_NO_SUCH_RUN' });
  });

  it('asks the server for what the store does not know yet', async () => {
    const index: RunIndex = { home, store, onServer: async (prefix) => ['r-newnewne'].filter((id) => id.startsWith(prefix)) };
    expect(await resolveRun('r-new', index)).toBe('r-newnewne');
    expect(await resolveRun('r-newnewne', index)).toBe('r-newnewne');
    await expect(resolveRun('r-newnewnf', index)).rejects.toMatchObject({ code: 'PL_NO_SUCH_RUN' });
  });

  it('sees an ambiguity between the store and the server', async () => {
    const index: RunIndex = { home, store, onServer: async () => ['r-abcccccc'] };
    await expect(resolveRun('r-abc', index)).rejects.toMatchObject({ code: 'PL_AMBIGUOUS_RUN' });
  });
});

describe('a new run id', () => {
  it('is a whole id of its kind, and another each time', () => {
    const made = Array.from({ length: 200 }, () => newRunId('run'));
    expect(made.every((id) => isRunId(id) && id.startsWith('r-'))).toBe(true);
    expect(new Set(made).size).toBe(200);
    expect(newRunId('judge')).toMatch(/^j-[a-z2-7]{8}$/);
  });
});
