import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { leaseLastsMs, openLeases, type LeaseBook } from '../../src/store/leases.js';

describe('leases of a host', () => {
  let folder: string;
  let clock: number;
  const opened: LeaseBook[] = [];
  const open = (runs = 1): LeaseBook => {
    const book = openLeases(join(folder, 'leases.db'), { runsOn: (device) => (device === 'cpu' ? runs : 1), now: () => clock });
    opened.push(book);
    return book;
  };
  const gpus = ['gpu0', 'gpu1'];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'perfloop-leases-'));
    clock = 1_000_000;
  });
  afterEach(() => {
    for (const book of opened.splice(0)) book.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('give each GPU to one run, and none to the next one', () => {
    const book = open();
    expect([book.take('r-1', 'gpu', gpus)?.device, book.take('r-2', 'gpu', gpus)?.device]).toEqual(['gpu0', 'gpu1']);
    expect(book.take('r-3', 'gpu', gpus)).toBeNull();
    book.giveBack('r-1');
    expect(book.take('r-3', 'gpu', gpus)?.device).toBe('gpu0');
  });

  it('are the same for two workers of one home', () => {
    const [one, other] = [open(), open()];
    expect(one.take('r-1', 'cpu', ['cpu'])).not.toBeNull();
    expect(other.take('r-2', 'cpu', ['cpu'])).toBeNull();
    expect(other.live().map(({ run }) => run)).toEqual(['r-1']);
  });

  it('let as many runs share a CPU as they are told', () => {
    const book = open(2);
    expect(['r-1', 'r-2', 'r-3'].map((run) => book.take(run, 'cpu', ['cpu']) !== null)).toEqual([true, true, false]);
  });

  it('keep token and device when they are asked for again', () => {
    const book = open();
    const first = book.take('r-1', 'gpu', gpus);
    clock += 1000;
    expect(book.take('r-1', 'gpu', gpus)).toEqual({ ...first, expires: clock + leaseLastsMs });
  });

  it('expire, and who comes back after another run took the device is told so', () => {
    const book = open();
    const old = book.take('r-1', 'cpu', ['cpu']);
    if (old === null) throw new Error('no lease');
    clock += leaseLastsMs;
    // Nobody took it: it goes on.
    expect(book.renew('r-1', old)).toBe(true);
    clock += leaseLastsMs;
    expect(book.take('r-2', 'cpu', ['cpu'])).not.toBeNull();
    expect(book.renew('r-1', old)).toBe(false);
    expect(book.renew('r-1')).toBe(false);
    book.giveBack('r-2');
    // The same device again, by a newer lease: an attempt that holds the older one stays out.
    book.giveBack('r-1');
    expect(book.take('r-1', 'cpu', ['cpu'])?.token).not.toBe(old.token);
    expect(book.renew('r-1', old)).toBe(false);
  });

  it('last as long as they are renewed', () => {
    const book = open();
    book.take('r-1', 'cpu', ['cpu']);
    for (let beat = 0; beat < 5; beat++) {
      clock += leaseLastsMs - 1;
      book.renew('r-1');
    }
    expect(book.take('r-2', 'cpu', ['cpu'])).toBeNull();
  });

  it('end where the clock jumps ahead, and whoever held one is told', () => {
    const book = open();
    const held = book.take('r-1', 'gpu', ['gpu0']);
    clock += 3_600_000;
    expect(book.live()).toEqual([]);
    expect(book.take('r-2', 'gpu', ['gpu0'])).not.toBeNull();
    expect(book.renew('r-1', { tag: 'gpu', device: 'gpu0', token: held?.token ?? '' })).toBe(false);
    // Its own run goes on where nobody came meanwhile.
    book.giveBack('r-2');
    expect(book.take('r-1', 'gpu', ['gpu0'])).toMatchObject({ device: 'gpu0' });
  });

  it('do not outlive a clock that is set back', () => {
    const book = open();
    book.take('r-1', 'cpu', ['cpu']);
    clock -= 3_600_000;
    expect(book.live()).toEqual([]);
    expect(book.take('r-2', 'cpu', ['cpu'])).not.toBeNull();
  });
});
