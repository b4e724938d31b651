import { MockActivityEnvironment } from '@temporalio/testing';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { environmentFor, fence, leaseActivities, underLease, type LeasingHost } from '../../src/activities/lease.js';
import type { LeaseActivities } from '../../src/core/run/contracts.js';
import type { Lease } from '../../src/core/run/lease.js';
import { openArtifacts } from '../../src/store/artifacts.js';
import { homeFrom } from '../../src/store/home.js';
import { leaseLastsMs } from '../../src/store/leases.js';
import { leasingHost } from './leasing-host.js';

const root = mkdtempSync(join(tmpdir(), 'perfloop-lease-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let homes = 0;
function host(more: Parameters<typeof leasingHost>[1] = {}, devices = ['gpu0']): LeasingHost {
  const home = homeFrom({ PERFLOOP_HOME: join(root, String((homes += 1))) });
  return leasingHost({ home, artifacts: openArtifacts(home.artifacts), host: 'here', devices, gpu: 'H100', env: { PATH: '/bin' } }, { runsOn: () => 1, shared: false, ...more });
}

type LeaseInput = Parameters<LeaseActivities['lease']>[0];
const lease = async (deps: LeasingHost, run: string, attempt = 1): Promise<Lease> =>
  new MockActivityEnvironment({ attempt }).run<[LeaseInput], Lease, (input: LeaseInput) => Promise<Lease>>((input) => leaseActivities(deps).lease(input), { v: 1, run, trial: 'run', tag: 'gpu' });

describe('a lease', () => {
  it('of a device that another run has is refused for the moment, with who has it', async () => {
    const deps = host();
    await lease(deps, 'r-1');
    await expect(lease(deps, 'r-2')).rejects.toMatchObject({ type: 'PL_DEVICE_BUSY', nonRetryable: false, message: expect.stringContaining('gpu0 by r-1') as string });
  });

  it('of a run that is over is given to the next one, also where it was terminated', async () => {
    const over = new Set<string>();
    const deps = host({ isOpen: async (run) => Promise.resolve(!over.has(run)) });
    await lease(deps, 'r-1');
    over.add('r-1');
    expect(await lease(deps, 'r-2')).toMatchObject({ device: 'gpu0', host: 'here' });
  });

  it('is left to another host of the kind at first where this one works already', async () => {
    const deps = host({ runsOn: () => 8, hasPeers: async () => Promise.resolve(true) }, ['cpu']);
    await lease(deps, 'r-1');
    await expect(lease(deps, 'r-2')).rejects.toMatchObject({ type: 'PL_DEVICE_BUSY', message: expect.stringContaining('may be idle') as string });
    expect(await lease(deps, 'r-2', 4)).toMatchObject({ device: 'cpu' });
    // Its own is renewed at once.
    expect(await lease(deps, 'r-1')).toMatchObject({ device: 'cpu' });
  });

  it('shows the commands of its run that GPU alone', async () => {
    const deps = host({}, ['gpu0', 'gpu1']);
    await lease(deps, 'r-1');
    await lease(deps, 'r-2');
    expect(environmentFor(deps, 'r-2')).toEqual({ PATH: '/bin', CUDA_DEVICE_ORDER: 'PCI_BUS_ID', CUDA_VISIBLE_DEVICES: '1' });
    expect(environmentFor(deps, 'r-3')).toEqual({ PATH: '/bin' });
  });
});

describe('work under a lease', () => {
  it('is kept from the device that another run got meanwhile, and from writing a sample', async () => {
    let clock = Date.now();
    const deps = host({ now: () => clock });
    const old = await lease(deps, 'r-1');
    const done: string[] = [];
    const { build } = underLease(deps, { build: async ({ run }: { run: string; lease?: Lease }) => Promise.resolve(void done.push(run)) });
    await build({ run: 'r-1' });
    fence(deps, 'r-1', old);
    clock += leaseLastsMs;
    await lease(deps, 'r-2');
    await expect(build({ run: 'r-1' })).rejects.toMatchObject({ type: 'PL_LEASE_LOST', nonRetryable: true });
    await expect(build({ run: 'r-1', lease: old })).rejects.toMatchObject({ type: 'PL_LEASE_LOST' });
    expect(() => fence(deps, 'r-1', old)).toThrow(expect.objectContaining({ code: 'PL_LEASE_LOST' }));
    expect(done).toEqual(['r-1']);
  });

  it('is counted as long as it goes on', async () => {
    const deps = host();
    await lease(deps, 'r-1');
    let end = (): void => undefined;
    const { build } = underLease(deps, { build: async (_input: { run: string }) => new Promise<void>((resolve) => { end = resolve; }) });
    const [one, other] = [build({ run: 'r-1' }), build({ run: 'r-1' })];
    const endOther = end;
    expect(deps.leasing.inHand.runs).toEqual(['r-1']);
    endOther();
    await other;
    expect(deps.leasing.inHand.has('r-1')).toBe(true);
    void one;
  });

  it('may always end what it left', async () => {
    const deps = host();
    const { closeWorktrees } = underLease(deps, { closeWorktrees: async (_input: { run: string }) => Promise.resolve('closed') });
    expect(await closeWorktrees({ run: 'r-unknown' })).toBe('closed');
  });
});
