import { spawn } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { readPressure } from '../../src/measure/pressure.js';
import { busyPrograms, readProgramTimes, type ProgramTimes } from '../../src/measure/programs.js';
import { atEnd, until } from './support.js';

const row = (name: string, ticks: number, parent = 1, start = '5') => ({ name, ticks, parent, start });
const times = (at: number, rows: [number, ReturnType<typeof row>][]): ProgramTimes => ({ at, processes: new Map(rows) });

describe('busy programs', () => {
  test('are those that used CPU time between two moments, by name, without one’s own', () => {
    const before = times(0, [[10, row('node', 100)], [11, row('tsc', 0)], [12, row('tsc', 50)], [20, row('own', 0)], [21, row('sample', 0, 20)], [30, row('used pid', 900, 1, '1')]]);
    const after = times(2000, [[10, row('node', 100)], [11, row('tsc', 100)], [12, row('tsc', 150)], [20, row('own', 500)], [21, row('sample', 500, 20)], [30, row('used pid', 990, 1, '2')], [40, row('new', 500)]]);
    expect(busyPrograms(before, after, 20)).toEqual([{ name: 'tsc', cpus: 1 }]);
  });

  test.runIf(process.platform === 'linux')('are found on a real machine', async () => {
    const busy = spawn('/bin/sh', ['-c', 'while :; do :; done'], { stdio: 'ignore' });
    const gone = new Promise((resolve) => void busy.once('exit', resolve));
    atEnd(async () => {
      busy.kill('SIGKILL');
      await gone;
    });
    const before = readProgramTimes();
    if (before === null) throw new Error('no /proc');
    const nobody = -1;
    const found = await until(() => {
      const after = readProgramTimes();
      return after !== null && busyPrograms(before, after, nobody).find(({ name }) => name === before.processes.get(busy.pid ?? 0)?.name);
    });
    expect(found.cpus).toBeGreaterThan(0);
  });
});

describe('what a machine has counted', () => {
  test('is told from /proc/stat and /proc/vmstat', () => {
    const files: Record<string, string> = { '/proc/stat': 'cpu  100 5 50 800 10 1 4 30 7 0\ncpu0 1 2 3\n', '/proc/vmstat': 'pswpin 12\npswpout 3\n' };
    expect(readPressure((path) => files[path] ?? null)).toEqual({ stolen: 30, all: 1000, swappedIn: 12 });
    expect(readPressure(() => null)).toBeNull();
  });
});
