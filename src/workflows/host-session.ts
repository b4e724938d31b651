import { CancellationScope } from '@temporalio/workflow';
import type { BenchActivities, HostActivities, Scope } from '../core/run/contracts.js';
import type { Lease } from '../core/run/lease.js';
import { benchActivities, hostActivities, leaseActivities } from './activities.js';
import { hasCode, isUnclaimed } from './failures.js';

/** What was prepared on the host is gone, so the work in `onHost` has to begin again. */
export class GroundLost extends Error {}

/** How often work is begun again on new ground before its failure counts. */
const mostRestarts = 20;

/** Any activity by its name, with a summary for the Temporal UI. */
type Proxies = Record<string, { executeWithOptions(options: { summary: string }, args: unknown[]): Promise<never> }>;

/**
 * The host that a workflow works on. Work that spans several activities runs in `onHost`: when its host is lost to
 * another, or a worktree vanished, the work begins again, so that no verdict mixes samples of two hosts.
 */
export class HostSession {
  constructor(
    private readonly prefix: string,
    private readonly scope: Scope,
    private readonly tag: string,
    public lease: Lease | null,
    private readonly onLoss: (why: string) => void = () => {},
  ) {}

  async onHost<T>(work: (on: HostHandle) => Promise<T>): Promise<T> {
    for (let restarts = 0; ; restarts++) {
      const lease = this.lease ?? (await this.acquire());
      try {
        return await work(new HostHandle(this.prefix, lease, () => this.acquire()));
      } catch (error) {
        const why = whyLost(error);
        if (why === null || restarts >= mostRestarts) throw error;
        this.onLoss(why);
      }
    }
  }

  private async acquire(): Promise<Lease> {
    this.lease = await leaseActivities(this.prefix, this.tag).lease.executeWithOptions({ summary: `a ${this.tag} machine` }, [{ ...this.scope, tag: this.tag }]);
    return this.lease;
  }
}

function whyLost(error: unknown): string | null {
  if (error instanceof GroundLost) return error.message;
  if (hasCode(error, 'PL_WORKTREE_GONE')) return 'a worktree was deleted';
  return null;
}

/** Calls activities of one host; tells a busy device from a dead host, and a host that comes back from a lost one. */
export class HostHandle {
  private readonly hostProxies: Proxies;
  private readonly benchProxies: Proxies;
  private lost = false;

  constructor(
    prefix: string,
    readonly lease: Lease,
    private readonly renew: () => Promise<Lease>,
  ) {
    this.hostProxies = hostActivities(prefix, lease) as unknown as Proxies;
    this.benchProxies = benchActivities(prefix, lease) as unknown as Proxies;
  }

  async host<K extends keyof HostActivities>(name: K, summary: string, input: Parameters<HostActivities[K]>[0]): Promise<Awaited<ReturnType<HostActivities[K]>>> {
    return this.call(this.hostProxies, name, summary, input, () => this.orLose());
  }

  /** The device does one thing at a time, so waiting is normal while the host answers. */
  async bench<K extends keyof BenchActivities>(name: K, summary: string, input: Parameters<BenchActivities[K]>[0]): Promise<Awaited<ReturnType<BenchActivities[K]>>> {
    return this.call(this.benchProxies, name, summary, input, () => this.host('ping', 'is the host alive?', { v: 1 }));
  }

  /** Runs work and removes the worktrees of these keys afterwards, also when it failed or was cancelled. The work may add to the keys. */
  async withWorktrees<T>(worktrees: Parameters<HostActivities['closeWorktrees']>[0], work: (keys: string[]) => Promise<T>): Promise<T> {
    try {
      return await work(worktrees.keys);
    } finally {
      await CancellationScope.nonCancellable(() => this.closeWorktrees(worktrees));
    }
  }

  /** A host that does not answer reclaims what is its own when it starts again. */
  private async closeWorktrees(worktrees: Parameters<HostActivities['closeWorktrees']>[0]): Promise<void> {
    if (this.lost) return;
    try {
      await this.hostProxies['closeWorktrees']?.executeWithOptions({ summary: 'remove worktrees' }, [worktrees]);
    } catch (error) {
      if (!isUnclaimed(error)) throw error;
    }
  }

  private async call(proxies: Proxies, name: string, summary: string, input: unknown, whenUnclaimed: () => Promise<void>): Promise<never> {
    for (;;) {
      try {
        const activity = proxies[name];
        if (activity === undefined) throw new TypeError(`no activity ${name}`);
        return await activity.executeWithOptions({ summary }, [input]);
      } catch (error) {
        if (hasCode(error, 'PL_LEASE_LOST')) await this.leaseAgain();
        if (hasCode(error, 'PL_HOST_DRAINING')) await this.orLose();
        else if (isUnclaimed(error)) await whenUnclaimed();
        else throw error;
      }
    }
  }

  /** While this run waited, another one got its device. What was prepared may be in its way, and begins again. */
  private async leaseAgain(): Promise<never> {
    const { host, device } = await this.renew();
    throw new GroundLost(`another run has had the device of host ${this.lease.host} meanwhile; going on with ${device} of ${host}`);
  }

  /** Takes a lease again. The same host may have come back, with all that was prepared there. */
  private async orLose(): Promise<void> {
    const renewed = await this.renew();
    if (renewed.host === this.lease.host && renewed.device === this.lease.device) return;
    this.lost = true;
    throw new GroundLost(`host ${this.lease.host} no longer serves; going on with ${renewed.host}`);
  }
}
