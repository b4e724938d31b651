/** How far a step or a group is, for people. `waiting` is also what may begin at any time. */
export type StepState = 'waiting' | 'running' | 'done' | 'failed' | 'skipped' | 'off' | 'cancelled';

const letters: Record<StepState, string> = { waiting: 'w', running: 'r', done: 'd', failed: 'f', skipped: 's', off: 'o', cancelled: 'c' };
const byLetter = new Map(Object.entries(letters).map(([state, letter]) => [letter, state as StepState]));

/** One letter for each state, so that the states of many steps stay small in a run's history. */
export function encodeStates(states: readonly StepState[]): string {
  return states.map((state) => letters[state]).join('');
}

/** Null where it is none of `encodeStates`, such as that of a later version. */
export function decodeStates(text: string): StepState[] | null {
  const states = Array.from(text, (letter) => byLetter.get(letter));
  return states.every((state) => state !== undefined) ? states : null;
}

const notBegun: ReadonlySet<StepState> = new Set(['waiting', 'skipped', 'off', 'cancelled']);

/** Executions of a step of which nothing else is said. */
export function executionsIn(state: StepState): number {
  return notBegun.has(state) ? 0 : 1;
}
