import { plan } from '../../src/core/pipeline/graph/plan.js';
import type { StepDefinition } from '../../src/core/pipeline/graph/definition.js';
import { begin } from '../../src/core/pipeline/machine/begin.js';
import { complete } from '../../src/core/pipeline/machine/complete.js';
import { dump } from '../../src/core/pipeline/machine/dump.js';
import { history, outputs } from '../../src/core/pipeline/machine/end.js';
import { ready } from '../../src/core/pipeline/machine/ready.js';
import { start } from '../../src/core/pipeline/machine/start.js';
import type { Machine } from '../../src/core/pipeline/machine/state.js';
import { median } from '../../src/core/stats/summary.js';
import { cpuOf } from './cpu.js';

const deep = 500;
const passesMeasured = 40;

/** A chain whose last step jumps back to the first for ever. */
function endless(nodes: number): Machine {
  const steps: StepDefinition[] = Array.from({ length: nodes }, (_, index) => ({ type: 'work', name: `s${index}`, ...(index === nodes - 1 ? { next: [{ to: 's0' }] } : {}) }));
  return start(plan(steps, { retain: deep, max_steps: Number.MAX_SAFE_INTEGER }), { run: 'bench' }, 0);
}

function passes(machine: Machine, nodes: number, count: number, output: (step: string) => unknown): void {
  for (let step = 0; step < nodes * count; step++) {
    const [work] = ready(machine, 0, 1);
    if (work === undefined) throw new Error('the loop has ended');
    begin(machine, work.name, 0);
    complete(machine, work.name, { kind: 'done', output: output(work.name) }, 0);
  }
}

/** CPU time of a pass over a chain with 500 executions of each step in the history, by that with a few. */
export async function deepByShallow(nodes: number): Promise<number> {
  const [full, fresh] = [endless(nodes), endless(nodes)];
  passes(full, nodes, deep, (step) => step);
  passes(fresh, nodes, 10, (step) => step);
  const ratios: number[] = [];
  // Side by side, so that both meet the same machine; afresh when the shallow one is no longer shallow.
  for (let pass = 0; pass < passesMeasured; pass++) ratios.push((await cpuOf(() => passes(full, nodes, 1, (step) => step))) / (await cpuOf(() => passes(fresh, nodes, 1, (step) => step))));
  return median(ratios);
}

/** How many of the history's bytes references save: against executions that hold their input and output, of 1 kB each. */
export function savedByReferences(): { list: number; withOutputs: number } {
  const nodes = 51;
  const machine = endless(nodes);
  passes(machine, nodes, 20, (step) => ({ step, log: 'x'.repeat(1_000) }));
  const saved = dump(machine);
  const values = outputs(machine);
  let before: unknown = null;
  const byValue = history(machine).map((execution) => {
    const output = execution.output === null ? null : values.get(execution.output);
    const whole = { ...execution, input: before, output };
    before = output;
    return whole;
  });
  const bytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));
  return { list: 1 - bytes(saved.executions) / bytes(byValue), withOutputs: 1 - (bytes(saved.executions) + bytes(saved.outputs)) / bytes(byValue) };
}
