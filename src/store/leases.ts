import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from './sqlite.js';

/** A device of this host in the hands of a run. */
export interface HeldLease {
  run: string;
  tag: string;
  device: string;
  /** A newer lease of the same run has another one, which makes this one void. */
  token: string;
  /** Milliseconds since the epoch. */
  since: number;
  expires: number;
}

/** Who has which device of this host: one file a home, so that several workers of it agree. */
export interface LeaseBook {
  /** The lease of a run; renewed where it has one, also one that expired while nobody else took the device. Null: no device is free. */
  take(run: string, tag: string, devices: readonly string[]): HeldLease | null;
  /** Renews what a run has in hand. False where the device went to another run, or the token is that of an older lease. */
  renew(run: string, held?: { tag: string; device: string; token: string }): boolean;
  /** The device that a run holds here. */
  deviceOf(run: string): string | null;
  live(): HeldLease[];
  giveBack(run: string): void;
  /** Lets others have every device. A run that comes back first goes on with its lease. */
  giveBackAll(): void;
  close(): void;
}

export interface LeaseRules {
  /** How many runs may share a device at a time. */
  runsOn: (device: string) => number;
  now?: () => number;
}

/** A run whose work stopped for so long (it waits for a person, or its worker is gone) may lose its device to another. */
export const leaseLastsMs = 120_000;

const schema = 'CREATE TABLE IF NOT EXISTS leases (run TEXT PRIMARY KEY, tag TEXT NOT NULL, device TEXT NOT NULL, token TEXT NOT NULL, since INTEGER NOT NULL, expires INTEGER NOT NULL) STRICT, WITHOUT ROWID';

/** One that ends later than any can was written before the clock was set back. */
const live = 'expires > @now AND expires <= @latest';

interface Span {
  now: number;
  latest: number;
}

/** Opens the leases of a home. Every method is one transaction: of two that ask for a device at once, one gets it. */
export function openLeases(file: string, { runsOn, now = Date.now }: LeaseRules): LeaseBook {
  mkdirSync(dirname(file), { recursive: true });
  const db = new Database(file, { timeout: 10_000 });
  db.pragma('journal_mode = WAL');
  db.exec(schema);
  const select = db.prepare<[string], HeldLease>('SELECT * FROM leases WHERE run = ?');
  const selectLive = db.prepare<Span, HeldLease>(`SELECT * FROM leases WHERE ${live} ORDER BY since, run`);
  const countOthers = db.prepare<Span & { device: string; run: string }, { others: number }>(`SELECT count(*) AS others FROM leases WHERE device = @device AND run <> @run AND ${live}`);
  const upsert = db.prepare(`INSERT INTO leases (run, tag, device, token, since, expires) VALUES (@run, @tag, @device, @token, @since, @expires)
    ON CONFLICT (run) DO UPDATE SET tag = excluded.tag, device = excluded.device, token = excluded.token, since = excluded.since, expires = excluded.expires`);
  const expireAll = db.prepare('UPDATE leases SET expires = 0');
  const remove = db.prepare('DELETE FROM leases WHERE run = ?');

  const span = (): Span => ({ now: now(), latest: now() + leaseLastsMs });
  const othersOn = (device: string, run: string): number => countOthers.get({ ...span(), device, run })?.others ?? 0;
  const hasRoom = (device: string, run: string): boolean => othersOn(device, run) < runsOn(device);
  const write = (lease: Omit<HeldLease, 'expires'>): HeldLease => {
    const renewed = { ...lease, expires: now() + leaseLastsMs };
    upsert.run(renewed);
    return renewed;
  };

  const take = db.transaction((run: string, tag: string, devices: readonly string[]): HeldLease | null => {
    const own = select.get(run);
    if (own !== undefined && devices.includes(own.device) && hasRoom(own.device, run)) return write({ ...own, tag });
    const [device] = devices.filter((one) => hasRoom(one, run)).sort((one, other) => othersOn(one, run) - othersOn(other, run));
    return device === undefined ? null : write({ run, tag, device, token: randomUUID(), since: now() });
  });
  const renew = db.transaction((run: string, held?: { tag: string; device: string; token: string }): boolean => {
    const own = select.get(run);
    if (own === undefined) {
      // It expired and was dropped, or an earlier version gave it: nobody else must have the device.
      if (held === undefined) return false;
      if (!hasRoom(held.device, run)) return false;
      write({ run, ...held, since: now() });
      return true;
    }
    if ((held !== undefined && held.token !== own.token) || !hasRoom(own.device, run)) return false;
    write(own);
    return true;
  });

  return {
    take: (run, tag, devices) => take.immediate(run, tag, devices),
    renew: (run, held) => renew.immediate(run, held),
    deviceOf: (run) => select.get(run)?.device ?? null,
    live: () => selectLive.all(span()),
    giveBack: (run) => void remove.run(run),
    giveBackAll: () => void expireAll.run(),
    close: () => db.close(),
  };
}
