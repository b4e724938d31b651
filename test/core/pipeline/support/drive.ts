import type { Plan } from '../../../../src/core/pipeline/graph/node.js';
import { begin } from '../../../../src/core/pipeline/machine/begin.js';
import { complete, type Outcome } from '../../../../src/core/pipeline/machine/complete.js';
import { dump, type Dump } from '../../../../src/core/pipeline/machine/dump.js';
import { end, type End } from '../../../../src/core/pipeline/machine/end.js';
import { toCancel } from '../../../../src/core/pipeline/machine/expire.js';
import { load } from '../../../../src/core/pipeline/machine/load.js';
import { ready, type Work } from '../../../../src/core/pipeline/machine/ready.js';
import type { Machine } from '../../../../src/core/pipeline/machine/state.js';

export interface DriveOptions {
  outcome: (work: Work) => Outcome;
  /** In [0, 1): which of those that run ends next, how many begin, and whether there is a crash. */
  random: () => number;
  /** Probability of a crash after each event. */
  crashes: number;
}

export interface Driven {
  machine: Machine;
  end: End;
  /** Name and count of every execution that was successful, sorted. */
  completed: string[];
  crashes: number;
}

/** A crash, and what comes back from the dump as another process reads it. */
export function crash(plan: Plan, machine: Machine): Machine {
  return load(plan, JSON.parse(JSON.stringify(dump(machine))) as Dump, 0);
}

/** Runs a machine to its end, with ends in random order and crashes in between. Time stands still. */
export function drive(plan: Plan, from: Machine, { outcome, random, crashes }: DriveOptions): Driven {
  let machine = from;
  let running: Work[] = [];
  const completed: string[] = [];
  let crashed = 0;
  for (let ended = end(machine); ended === null; ended = end(machine)) {
    for (const work of ready(machine, 0)) {
      if (random() < 0.3 && running.length > 0) break;
      begin(machine, work.name, 0);
      running.push(work);
    }
    for (const { name } of toCancel(machine)) {
      running = running.filter((work) => work.name !== name);
      complete(machine, name, { kind: 'cancelled' }, 0);
    }
    const [next] = running.splice(Math.floor(random() * running.length), 1);
    if (next !== undefined) {
      const how = outcome(next);
      if (how.kind === 'done') completed.push(`${next.name} ${next.count}`);
      complete(machine, next.name, how, 0);
    }
    if (random() < crashes) {
      machine = crash(plan, machine);
      running = [];
      crashed += 1;
    }
  }
  const last = end(machine);
  if (last === null) throw new Error('the run has not ended');
  return { machine, end: last, completed: completed.sort(), crashes: crashed };
}
