import { afterAll } from 'vitest';
import { join } from 'node:path';
import type { Dependencies } from '../../src/activities/dependencies.js';
import type { LeasingHost } from '../../src/activities/lease.js';
import { RunsInHand, type Leasing } from '../../src/activities/leasing.js';
import { openLeases, type LeaseBook, type LeaseRules } from '../../src/store/leases.js';

/** A host with real leases, in its home. No run of it is over, and no other host is there, unless told. */
export function leasingHost(deps: Dependencies, more: Partial<Leasing & LeaseRules> = {}): LeasingHost {
  const { runsOn = () => 8, now, ...leasing } = more;
  const book = closing(openLeases(join(deps.home.locks, 'leases.db'), { runsOn, ...(now === undefined ? {} : { now }) }));
  return { ...deps, leasing: { book, shared: true, inHand: new RunsInHand(), isDraining: () => false, isOpen: async () => Promise.resolve(true), hasPeers: async () => Promise.resolve(false), ...leasing } };
}

const open: LeaseBook[] = [];
afterAll(() => open.splice(0).forEach((book) => book.close()));

function closing(book: LeaseBook): LeaseBook {
  open.push(book);
  return book;
}
