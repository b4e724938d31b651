import type { Home } from '../../store/home.js';
import { endLeftovers } from './leftovers.js';
import { isAlive, terminate } from './process.js';
import { readState, removeState } from './state.js';

/** Longer than a supervisor gives its worker to drain and its server to stop. */
const graceMs = 45_000;

/** Drains the worker and stops the engine; open runs go on after the next start. False when none was running. */
export async function stopEngine(home: Home): Promise<boolean> {
  const state = readState(home);
  if (!state) return false;
  const running = await isAlive(state.supervisor);
  if (running) await terminate(state.supervisor, graceMs);
  await endLeftovers(home);
  removeState(home);
  return running;
}
