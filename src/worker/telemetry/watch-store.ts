import { statSync } from 'node:fs';
import { heldLeases, type LeasingHost } from '../../activities/lease.js';
import { openStandings, type Standings } from '../../store/standings.js';
import type { StoreWriter } from '../../store/writer.js';
import { metrics } from '../../telemetry/metrics.js';

const gaugesEveryMs = 15_000;
const presenceEveryMs = 30_000;

/** Writes down every 30 s that this hub is there; `perfloop stats` tells its availability by that. Gives a function that ends it. */
export function recordPresence(store: StoreWriter, process: string): () => void {
  const began = Date.now();
  const record = (): void => {
    try {
      store.recordPresence(process, began, Date.now());
    } catch {
      // A full disk is told by those who have to write.
    }
  };
  record();
  const timer = setInterval(record, presenceEveryMs);
  timer.unref();
  return () => {
    clearInterval(timer);
    record();
  };
}

/** Writes the gauges of the store, of the hub, and of the leases of this host, every 15 s. Gives a function that ends it. */
export function watchStore(deps: LeasingHost, hub: boolean): () => void {
  let standings: Standings | null = null;
  const write = (): void => {
    for (const [device, leases] of heldLeases(deps)) metrics.leases.set(leases, { device });
    if (!hub) return;
    standings ??= openStandings(deps.home.db);
    if (standings !== null) writeStandings(standings, deps.home.db);
  };
  const tick = (): void => {
    try {
      write();
    } catch {
      // What cannot be read now is read the next time.
    }
  };
  tick();
  const timer = setInterval(tick, gaugesEveryMs);
  timer.unref();
  return () => {
    clearInterval(timer);
    standings?.close();
  };
}

const openStates = ['running', 'paused', 'awaiting-approval', 'stopping'];

function writeStandings(standings: Standings, file: string): void {
  const open = standings.openRuns();
  for (const state of openStates) metrics.runsOpen.set(open.get(state) ?? 0, { state });
  const waiting = standings.waitingSince();
  metrics.approvalsWaiting.set(waiting.length, {});
  metrics.approvalOldest.set(waiting.length === 0 ? 0 : Math.max(0, (Date.now() - Math.min(...waiting)) / 1000), {});
  metrics.spentDollars.set(standings.spentDollars(), {});
  metrics.storeBytes.set(sizeOf(file) + sizeOf(`${file}-wal`), {});
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
