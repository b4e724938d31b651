import { cpus } from 'node:os';
import { expect, test } from 'vitest';
import { addressRandomization, readCpu, readMemory } from '../../src/measure/machine.js';
import { toolsNamedIn, toolVersions } from '../../src/measure/tool-versions.js';

const from = (files: Record<string, string>) => (path: string) => files[path] ?? null;
const system = '/sys/devices/system/cpu';

test('a machine that tells everything', () => {
  expect(readCpu(from({
    [`${system}/cpu0/cpufreq/scaling_governor`]: 'powersave\n',
    [`${system}/cpu0/cpufreq/cpuinfo_max_freq`]: '4700000\n',
    [`${system}/cpu0/topology/thread_siblings_list`]: '0,8\n',
    [`${system}/intel_pstate/no_turbo`]: '0\n',
    '/sys/devices/system/node/online': '0-1\n',
    '/proc/cpuinfo': 'processor\t: 0\nflags\t\t: fpu sse2 hypervisor avx\n',
  }))).toMatchObject({ cores: cpus().length, governor: 'powersave', turbo: true, maxMhz: 4700, threadsPerCore: 2, numaNodes: 2, virtual: true });
});

test('turbo of AMD, siblings as a range, and a real machine', () => {
  const read = from({ [`${system}/cpufreq/boost`]: '0\n', [`${system}/cpu0/topology/thread_siblings_list`]: '0-3\n', '/proc/cpuinfo': 'flags : fpu hypervisor_x\n' });
  expect(readCpu(read)).toMatchObject({ turbo: false, threadsPerCore: 4, virtual: false });
});

test('what is not told is unknown, never guessed', () => {
  expect(readCpu(from({}))).toMatchObject({ governor: null, turbo: null, maxMhz: null, threadsPerCore: null, numaNodes: null, virtual: null });
  expect(readCpu(from({ [`${system}/cpu0/topology/thread_siblings_list`]: 'garbage\n' })).threadsPerCore).toBeNull();
  expect(readMemory(from({})).swap).toBeNull();
  expect(addressRandomization(from({}))).toBeNull();
});

test('swap, and random addresses', () => {
  expect(readMemory(from({ '/proc/meminfo': 'MemTotal:       16000 kB\nSwapCached:        0 kB\nSwapTotal:        2000 kB\nSwapFree:         500 kB\n' })).swap).toEqual({ bytes: 2_048_000, usedBytes: 1_536_000 });
  expect(addressRandomization(from({ '/proc/sys/kernel/randomize_va_space': '2\n' }))).toBe(true);
  expect(addressRandomization(from({ '/proc/sys/kernel/randomize_va_space': '0\n' }))).toBe(false);
});

test('the tools that commands use, whatever surrounds their names', () => {
  expect(toolsNamedIn(['cd a && CI=1 /usr/bin/python3 -m pytest; node x.js|grep node', 'cargo bench', 'sh -c "make all"', './node_modules/.bin/tsx x', 'nodejs mypython3'])).toEqual(['python3', 'pytest', 'node', 'cargo', 'rustc', 'make', 'cc', 'tsx']);
});

test('of a tool that is not there nothing is said', async () => {
  expect(Object.keys(await toolVersions(['node', 'pypy3'], { PATH: `${process.env['PATH']}` }))).toContain('node');
  expect(await toolVersions(['node'], { PATH: '/nowhere' })).toEqual({});
});
