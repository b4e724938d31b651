import { expect, it } from 'vitest';
import { limitsCheck, limitsHold, type LimitFacts } from '../../../src/client/doctor/limits.js';

const good: LimitFacts = { platform: 'linux', root: false, sandbox: { works: true, version: '0.8.0', bounds: true }, countsProcesses: true, memoryBytes: 8 * 2 ** 30 };
const none = { works: false, why: 'bubblewrap is not installed', fix: 'Install it.' } as const;

it('says which limits hold, and by whom', () => {
  const { status, found } = limitsHold(good);
  expect([status, found]).toEqual(['ok', 'watched: memory, processes, cpu_time, disk; by the kernel: cpu_time of each process, file_size, open_files, processes, shm; a control group bounds the worker with all of it at 8 GiB of memory']);
  expect(limitsHold({ ...good, countsProcesses: false, memoryBytes: null }).found).toContain('open_files, shm; no control group bounds');
});

it('says what does not hold, and what to do', () => {
  expect(limitsHold({ ...good, sandbox: { works: true, version: '0.6.1', bounds: false } })).toMatchObject({ status: 'warn', found: expect.stringMatching(/; not shm$/) as string, fix: 'Install bubblewrap 0.7 or newer.' });
  expect(limitsHold({ ...good, sandbox: none, root: true })).toMatchObject({ status: 'warn', found: expect.stringContaining('as root a command can raise what the kernel keeps') as string });
  expect(limitsHold({ ...good, sandbox: none }).found).not.toContain('root');
  expect(limitsHold({ ...good, platform: 'darwin' })).toMatchObject({ status: 'warn', found: expect.stringContaining('darwin') as string });
});

it('looks at this machine', async () => {
  expect((await limitsCheck()).found).toContain(process.platform === 'linux' ? 'watched: memory' : process.platform);
});
