import { plan } from '../../src/core/pipeline/graph/plan.js';
import type { StepDefinition } from '../../src/core/pipeline/graph/definition.js';
import { type Clock, type Handler, runInProcess } from '../../src/core/pipeline/in-process.js';
import { keys, readKeys, writtenKey } from './shapes.js';

const clock: Clock = {
  now: () => performance.now(),
  after: (ms, call) => {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};

const state = Object.fromEntries(Array.from({ length: keys }, (_, index) => [`k${index}`, index]));

/** A run of the steps in this process: each reads ten keys and writes one. Throws when not every step ran, and ran once. */
export function ownRun(steps: readonly StepDefinition[]): () => Promise<void> {
  const planned = plan(steps);
  let executed = 0;
  const reads = steps.map((_, index) => readKeys(index));
  const work: Handler = ({ name, state: view }) => {
    const index = Number(name.slice(1));
    let sum = 0;
    for (const key of reads[index] ?? []) sum += view.get(key) as number;
    view.set(writtenKey(index), sum % keys);
    executed += 1;
    return sum;
  };
  return async () => {
    executed = 0;
    const { status, executions } = await runInProcess(planned, { work }, { run: 'bench', state, clock });
    if (status !== 'done' || executed !== steps.length || executions !== steps.length) throw new Error(`${executed} of ${steps.length} steps were executed, and the run is ${status}`);
  };
}
