import { spawn } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { reapJobs } from '../../src/measure/job-journal.js';
import { hostLife, jobProcesses, markerName, processStart, psProcesses } from '../../src/measure/processes.js';
import { runCommand } from '../../src/measure/run-command.js';
import { atEnd, isAlive, pidIn, startScript, temporaryFolder, until } from './support.js';

async function jobs(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.endsWith('.json'));
}

async function entryIn(folder: string): Promise<Record<string, unknown>> {
  const [name = ''] = await jobs(folder);
  return JSON.parse(await readFile(join(folder, name), 'utf8')) as Record<string, unknown>;
}

/** A process of this test that no job owns. */
async function bystander(env: Record<string, string> = {}): Promise<number> {
  const child = spawn('/bin/sh', ['-c', 'exec sleep 600'], { detached: true, stdio: 'ignore', env: { PATH: process.env['PATH'] ?? '', ...env } });
  const gone = new Promise((done) => void child.once('exit', done));
  atEnd(async () => {
    child.kill('SIGKILL');
    await gone;
  });
  return child.pid ?? -1;
}

describe('the journal of a job', () => {
  test('names the job while it runs and is gone afterwards', async () => {
    const folder = await temporaryFolder();
    const running = runCommand({ command: 'echo $$ > leader; while [ ! -e go ]; do sleep 0.01; done', cwd: folder, env: { PATH: process.env['PATH'] ?? '' }, timeoutMs: 60_000, journal: { folder, name: 'build' } });
    const leader = await pidIn(join(folder, 'leader'));
    const entry = await until(async () => {
      const found = await entryIn(folder);
      return found['leader'] !== null && found;
    });
    expect(entry).toMatchObject({ name: 'build', leader: { pid: leader, start: await processStart(leader) }, worker: { pid: process.pid }, life: await hostLife() });
    await writeFile(join(folder, 'go'), '');
    await running;
    expect(await jobs(folder)).toEqual([]);
  });

  test.each([['exit 3'], ['sleep 0.05 & kill -9 $$']])('is gone after a failure too: %s', async (command) => {
    const folder = await temporaryFolder();
    await runCommand({ command, cwd: folder, env: { PATH: process.env['PATH'] ?? '' }, timeoutMs: 60_000, journal: { folder, name: 'x' } });
    expect(await jobs(folder)).toEqual([]);
  });
});

describe('reaping', () => {
  test('ends what a killed worker left: the group, and what left the group', async () => {
    const folder = await temporaryFolder();
    const command = `trap '' TERM; (setsid sh -c 'echo $$ > orphan; exec sleep 600' &) ; echo $$ > leader; while :; do sleep 0.05; done`;
    const worker = startScript('scripts/run-job.ts', [folder, command]);
    const [leader, orphan] = [await pidIn(join(folder, 'leader')), await pidIn(join(folder, 'orphan'))];
    expect(await reapJobs(folder)).toEqual([]);
    expect([await isAlive(leader), await isAlive(orphan)]).toEqual([true, true]);

    worker.child.kill('SIGKILL');
    await worker.exited;
    const reaped = await reapJobs(folder);
    expect(reaped).toMatchObject([{ name: 'a test job' }]);
    expect(reaped[0]?.processes).toBeGreaterThanOrEqual(2);
    expect([await isAlive(leader), await isAlive(orphan)]).toEqual([false, false]);
    expect(await jobs(folder)).toEqual([]);
  });

  test('a process that has the pid of a dead leader is not touched', async () => {
    const folder = await temporaryFolder();
    const pid = await bystander();
    const entry = { v: 1, id: 'feedfacefeedface', name: 'old', life: await hostLife(), worker: { pid: 2 ** 22 + 1, start: '1' }, leader: { pid, start: 'another time' } };
    await writeFile(join(folder, 'old.json'), JSON.stringify(entry));
    expect(await reapJobs(folder)).toEqual([]);
    expect(await isAlive(pid)).toBe(true);
    expect(await jobs(folder)).toEqual([]);
  });

  test('after a reboot nothing is killed, whatever the pids say', async () => {
    const folder = await temporaryFolder();
    const pid = await bystander();
    const entry = { v: 1, id: 'feedfacefeedface', name: 'old', life: 'another boot', worker: { pid: 1, start: '1' }, leader: { pid, start: await processStart(pid) } };
    await writeFile(join(folder, 'old.json'), JSON.stringify(entry));
    expect(await reapJobs(folder)).toEqual([]);
    expect(await isAlive(pid)).toBe(true);
    expect(await jobs(folder)).toEqual([]);
  });

  test('a job whose worker died before it knew the leader is found by its marker', async () => {
    const folder = await temporaryFolder();
    const pid = await bystander({ [markerName]: 'feedfacefeedf00d' });
    await until(async () => (await jobProcesses({ group: null, marker: 'feedfacefeedf00d' })).length > 0);
    const entry = { v: 1, id: 'feedfacefeedf00d', name: 'early', life: await hostLife(), worker: { pid: 2 ** 22 + 1, start: '1' }, leader: null };
    await writeFile(join(folder, 'early.json'), JSON.stringify(entry));
    expect(await reapJobs(folder)).toEqual([{ id: 'feedfacefeedf00d', name: 'early', processes: 1 }]);
    expect(await isAlive(pid)).toBe(false);
  });

  test('a folder that is not there is no error, nor an entry that a power loss damaged', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'torn.json'), '{"v":1,');
    expect(await reapJobs(folder)).toEqual([]);
    expect(await jobs(folder)).toEqual([]);
    expect(await reapJobs(join(folder, 'none'))).toEqual([]);
  });
});

test('where there is no /proc, ps tells the same of a process', async () => {
  const pid = await bystander({ [markerName]: '0123456789abcdef' });
  const row = await until(async () => (await psProcesses()).find((one) => one.pid === pid && one.environment.includes('sleep 600')));
  expect(row.group).toBe(pid);
  expect(row.start).toMatch(/^\w+ \w+ +\d+ \d+:\d+:\d+ \d{4}$/);
  expect(row.environment).toContain(`${markerName}=0123456789abcdef`);
});
