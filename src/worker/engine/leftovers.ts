import type { Home } from '../../store/home.js';
import { isAlive, terminate } from './process.js';
import { readState } from './state.js';

const graceMs = 3000;

/** Ends the children of a supervisor that was killed, as `engine.json` names them. */
export async function endLeftovers(home: Home): Promise<void> {
  const left = readState(home);
  if (!left || (await isAlive(left.supervisor))) return;
  await Promise.all([left.worker, left.server].map(async (id) => (id ? await terminate(id, graceMs) : undefined)));
}
