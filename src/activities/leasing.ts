import type { LeaseBook } from '../store/leases.js';

/** What a worker knows of the leases of its host. */
export interface Leasing {
  book: LeaseBook;
  /** Whether several runs may have a device at a time. */
  shared: boolean;
  /** The runs that are worked for right now. */
  inHand: RunsInHand;
  /** Whether this host takes no more work. */
  isDraining: () => boolean;
  /** Whether a run is not over yet; true where the server does not say. */
  isOpen: (run: string) => Promise<boolean>;
  /** Whether other hosts serve this kind of machine too. */
  hasPeers: (tag: string) => Promise<boolean>;
}

/** The runs that activities of this process work for. */
export class RunsInHand {
  private readonly counts = new Map<string, number>();

  add(run: string): void {
    this.counts.set(run, (this.counts.get(run) ?? 0) + 1);
  }

  remove(run: string): void {
    const left = (this.counts.get(run) ?? 0) - 1;
    if (left > 0) this.counts.set(run, left);
    else this.counts.delete(run);
  }

  has(run: string): boolean {
    return this.counts.has(run);
  }

  get runs(): string[] {
    return [...this.counts.keys()];
  }
}
