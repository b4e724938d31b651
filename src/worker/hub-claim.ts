import { join } from 'node:path';
import { PerfloopError } from '../core/errors.js';
import type { Home } from '../store/home.js';
import { tryLock, type Lock } from './engine/lock.js';

/** The knowledge base has one writing process; a second hub refuses. */
export function claimHub(home: Home): Lock {
  const lock = tryLock(join(home.locks, 'hub.lock'));
  if (lock === null) throw new PerfloopError('PL_HUB_TAKEN', 'another worker is the hub of this home', { where: home.db, fix: 'Start this one without --hub, or stop the other one.' });
  return lock;
}
