import { describe, expect, it } from 'vitest';
import { hostsChecked } from '../../src/client/doctor/hosts.js';
import { withOpenLeases, type KnownHost } from '../../src/worker/known-hosts.js';
import { printHosts } from '../../src/client/print/hosts.js';
import { plain } from '../../src/client/style.js';
import { checkForgettable, hostNamed } from '../../src/client/verbs/hosts.js';
import { staleAfterMs, stateOfHost, tagsOf, type HostAdvert, type HostRecord, type HostState } from '../../src/core/hosts/host-record.js';

const advert: HostAdvert = {
  v: 1, host: '3f2a1b4c5d6e', hostname: 'bench-1', tags: ['gpu.h100'], devices: [{ name: 'gpu0', model: 'H100', memory: '81559 MiB' }, { name: 'gpu1', model: 'H100', memory: '81559 MiB' }],
  cpu: { model: 'Xeon', cores: 16, usable: 16 }, memoryBytes: 2 ** 37, kernel: 'linux 6.8 x64', driver: '550', cuda: '12.4', node: 'v22', perfloop: '1.0.0', pid: 7, hub: false, runs: 8, queue: 'perfloop.host.3f2a1b4c5d6e', startedAt: 0,
};
const record: HostRecord = { advert, leases: [], inHand: 0, ending: false, drain: null, heardAt: 1000, gone: false };
const drain = { who: 'ada@desk', reason: 'new driver', at: 1000 };
const host = (state: HostState, more: Partial<KnownHost> = {}): KnownHost => ({ ...advert, state, seenAt: 1000, drain: null, leases: [], failures: { count: 0, last: '' }, ...more });

describe('a host', () => {
  it.each<[HostState, Partial<HostRecord>, number | null, number]>([
    ['serving', {}, null, 1000 + staleAfterMs],
    ['stale', {}, null, 1001 + staleAfterMs],
    // It says nothing while nothing changes; that it asks for work the server sees.
    ['serving', {}, 500_000, 500_000 + staleAfterMs],
    ['draining', { drain, inHand: 1 }, 2000, 2000],
    ['drained', { drain }, 2000, 2000],
    ['draining', { ending: true, inHand: 2 }, 2000, 2000],
    ['gone', { gone: true, drain }, 2000, 2000],
  ])('is %s', (state, more, polledAt, now) => {
    expect(stateOfHost({ ...record, ...more }, polledAt, now)).toBe(state);
  });

  it('is named by its name or the beginning of its id', () => {
    const all = [host('serving'), host('serving', { host: '3f99aaaaaaaa', hostname: 'bench-2' })];
    expect(hostNamed(all, 'bench-2').host).toBe('3f99aaaaaaaa');
    expect(hostNamed(all, '3f2').hostname).toBe('bench-1');
    expect(() => hostNamed(all, '3f')).toThrow(expect.objectContaining({ code: 'PL_HOST_AMBIGUOUS' }));
    expect(() => hostNamed(all, 'bench-3')).toThrow(expect.objectContaining({ code: 'PL_NO_SUCH_HOST', message: 'there is no host bench-3; did you mean bench-1?' }));
  });

  it('is taken off the list only where its worker is not there', () => {
    for (const state of ['serving', 'draining', 'drained'] as const) expect(() => checkForgettable(host(state))).toThrow(expect.objectContaining({ code: 'PL_HOST_ALIVE' }));
    for (const state of ['gone', 'stale'] as const) expect(() => checkForgettable(host(state))).not.toThrow();
  });

  it('stands in the list with its devices, and who has them since when', () => {
    const text = printHosts({ reached: true, hosts: [host('drained', { drain, leases: [{ device: 'gpu1', run: 'r-abc', tag: 'gpu.h100', since: 1000 }] })] }, plain, 61_000);
    expect(text).toContain('2 x H100');
    expect(text).toContain('gpu1: r-abc for 1m 00s');
    expect(text).toContain('was drained by ada@desk: new driver; `perfloop hosts undrain 3f2a1b4c5d6e`');
  });
});

it('the list of hosts leaves out the leases of runs that are over', async () => {
  const lease = (run: string) => ({ device: 'gpu0', run, tag: 'gpu.h100', since: 1000 });
  const shown = await withOpenLeases([host('serving', { leases: [lease('r-over'), lease('r-open')] }), host('stale', { leases: [lease('r-over')] })], async (run) => run === 'r-over');
  expect(shown.map(({ leases }) => leases.map(({ run }) => run))).toEqual([['r-open'], []]);
});

describe('the kinds of machine', () => {
  const hosts = [host('serving'), host('serving', { tags: ['cpu', 'gpu.h100'] }), host('stale', { tags: ['cpu.old'] })];

  it('are those of hosts that serve', () => {
    expect(tagsOf(hosts)).toEqual(['cpu', 'gpu.h100']);
  });

  it('are named by doctor where the config asks for another', () => {
    expect(hostsChecked(hosts, 'gpu.h10')).toMatchObject({ status: 'warn', found: '2 serving cpu, gpu.h100; bench-1 is stale; the config here asks for gpu.h10; did you mean gpu.h100?' });
    expect(hostsChecked(hosts.slice(0, 2), 'cpu')).toMatchObject({ status: 'ok', found: '2 serving cpu, gpu.h100' });
    expect(hostsChecked([], null)).toMatchObject({ status: 'warn', found: 'none serves' });
  });
});
