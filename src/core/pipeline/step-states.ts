/** How far a step or a group is, for people. `waiting` is also what may begin at any time; `asking`: it runs, and waits for a person. */
export type StepState = 'waiting' | 'running' | 'asking' | 'done' | 'failed' | 'skipped' | 'off' | 'cancelled';

const letters: Record<StepState, string> = { waiting: 'w', running: 'r', asking: 'a', done: 'd', failed: 'f', skipped: 's', off: 'o', cancelled: 'c' };
const byLetter = new Map(Object.entries(letters).map(([state, letter]) => [letter, state as StepState]));

/** One letter for each state, so that the states of many steps stay small in a run's history. */
export function encodeStates(states: readonly StepState[]): string {
  return states.map((state) => letters[state]).join('');
}

/** The states of a round in file order, of which a status says only how far the steps are; `asking`: names of those that wait for a person. Null where nothing is known. */
export interface ShownStates {
  states?: string;
  again?: readonly (readonly [place: number, executions: number])[];
  asking?: readonly string[];
}

/** State and executions of a step by its name and place in file order; null where nothing is known. */
export function statesBy({ states: text = '', again, asking = [] }: ShownStates): (name: string, place: number) => { state: StepState; executions: number } | null {
  const states = decodeStates(text);
  const executions = new Map(again);
  const asked = new Set(asking);
  return (name, place) => {
    const known = states?.[place];
    if (known === undefined) return null;
    const state = asked.has(name) ? 'asking' : known;
    return { state, executions: executions.get(place) ?? executionsIn(state) };
  };
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
