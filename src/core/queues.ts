/** Task queue names. `prefix` lets several perfloop installations share a namespace. */
export const queues = {
  workflows: (prefix: string) => prefix,
  hub: (prefix: string) => `${prefix}.hub`,
  /** What runs of a fleet begin with; served by the hub's worker. */
  fleet: (prefix: string) => `${prefix}.fleet`,
  /** What tells people and programs what happened: places that do not answer hold nothing else up. Served by the hub's worker. */
  notify: (prefix: string) => `${prefix}.notify`,
  /** Any host of a kind; the lease activity runs here. */
  kind: (prefix: string, tag: string) => `${prefix}.${tag}`,
  /** Bound to the host that holds the worktrees. */
  host: (prefix: string, host: string) => `${prefix}.host.${host}`,
  /** One benchmark at a time. */
  bench: (prefix: string, host: string, device: string) => `${prefix}.bench.${host}.${device}`,
};

export const defaultQueuePrefix = 'perfloop';
