import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StepDefinition } from '../../../src/core/pipeline/graph/definition.js';
import { plan } from '../../../src/core/pipeline/graph/plan.js';
import { begin } from '../../../src/core/pipeline/machine/begin.js';
import { complete, type Outcome } from '../../../src/core/pipeline/machine/complete.js';
import { end, history } from '../../../src/core/pipeline/machine/end.js';
import { expire, nextDeadline, stop, toCancel } from '../../../src/core/pipeline/machine/expire.js';
import { ready } from '../../../src/core/pipeline/machine/ready.js';
import { start } from '../../../src/core/pipeline/machine/start.js';
import type { Machine } from '../../../src/core/pipeline/machine/state.js';
import { seededRandom } from '../../../src/core/stats/random.js';
import { crash } from './support/drive.js';

const maxSteps = 300;

/** Anything that can be written: jumps to wherever they may go, at once, and failures, timeouts and groups of all kinds. */
function wild(random: () => number): StepDefinition[] {
  const below = (most: number): number => Math.floor(random() * most);
  const pick = <Item>(items: readonly Item[]): Item | undefined => items[below(items.length)];
  let made = 0;
  const scope = (type: string, outer: string[], depth: number): StepDefinition[] => {
    const names = Array.from({ length: 1 + below(5) }, () => `n${made++}`);
    const byNeeds = type !== 'race' && random() < 0.5;
    return names.map((name, index): StepDefinition => {
      const targets = type === 'race' ? outer : [...names, ...outer];
      const group = depth > 0 && random() < 0.3 ? (pick(['pipeline', 'parallel', 'race']) ?? 'race') : null;
      const to = pick(targets);
      const common: StepDefinition = {
        type: group ?? 'step',
        name,
        ...(random() < 0.07 ? { enabled: false } : {}),
        ...(random() < 0.15 ? { on_fail: 'continue' } : {}),
        ...(random() < 0.15 ? { timeout: 1 + below(50) } : {}),
        ...(random() < 0.1 ? { when: pick(['false', 'defined(state.k1)', 'state.k0 == 1', 'defined(input)']) } : {}),
        ...(random() < 0.2 && to !== undefined ? { next: [{ to, when: random() < 0.9 ? `steps.${name}.count % ${2 + below(3)} == 1` : 'true' }] } : {}),
        ...(byNeeds ? { needs: names.slice(0, index).filter(() => random() < 0.4), ...(random() < 0.15 ? { join: 'any' } : {}) } : {}),
      };
      if (group === null) return { ...common, ...(random() < 0.2 ? { retry: { attempts: 3, backoff: below(20) } } : {}) };
      return { ...common, steps: scope(group, targets, depth - 1), ...(random() < 0.3 ? { on_timeout: 'finished' } : {}) };
    });
  };
  return scope('pipeline', [], 3);
}

/** Random outcomes in random order, with crashes, until it ends. Throws when it stands still. */
function play(machine: Machine, random: () => number): Machine {
  let current = machine;
  let now = 0;
  let running: string[] = [];
  for (let event = 0; end(current) === null; event++) {
    if (event > 20 * maxSteps) throw new Error('it never ends');
    now += Math.floor(random() * 5);
    const work = ready(current, now, 1 + Math.floor(random() * 4));
    for (const { name, delayMs } of work) {
      if (delayMs > 0) continue;
      begin(current, name, now);
      running.push(name);
    }
    for (const { name } of toCancel(current)) {
      if (random() < 0.5) continue;
      running = running.filter((other) => other !== name);
      complete(current, name, { kind: 'cancelled' }, now);
    }
    const [name] = running.splice(Math.floor(random() * running.length), 1);
    if (name !== undefined) {
      const outcome: Outcome = random() < 0.1 ? { kind: 'failed', error: { message: 'red' } } : { kind: 'done', output: event, writes: random() < 0.5 ? [[`k${event % 3}`, event % 2]] : [] };
      complete(current, name, outcome, now);
    } else if (end(current) === null && !ready(current, now).some(({ delayMs }) => delayMs === 0)) {
      const times = [nextDeadline(current), ...ready(current, now).map(({ delayMs }) => now + delayMs)].filter((time) => time !== null);
      if (times.length === 0 && toCancel(current).length === 0) throw new Error('it stands still');
      now = Math.max(now, Math.min(...times, now + 1_000));
    }
    expire(current, now);
    if (random() < 0.02) {
      current = crash(current.plan, current);
      running = [];
    }
    if (random() < 0.001) stop(current, 'a person', now);
  }
  return current;
}

describe('any pipeline', () => {
  it('ends, whatever its steps do, with nothing left running, and says why when it failed', () => {
    const ends = { done: 0, failed: 0, cancelled: 0 };
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
        const planned = plan(wild(seededRandom(`wild ${seed}`)), { max_steps: maxSteps });
        const machine = play(start(planned, { run: 'r', state: { k0: 1 }, input: 0 }, 0), seededRandom(`play ${seed}`));
        const ended = end(machine);
        ends[ended?.status ?? 'done'] += 1;
        expect(machine.executions).toBeLessThanOrEqual(maxSteps);
        expect(machine.running.size + machine.cancelling.size + machine.stops.size).toBe(0);
        const executions = history(machine);
        expect(executions.filter(({ status }) => status === 'RUNNING')).toEqual([]);
        if (ended?.status === 'done') expect(ended.errors.filter(({ handled }) => !handled)).toEqual([]);
        if (ended?.status === 'failed') expect(ended.errors.some(({ handled }) => !handled)).toBe(true);
      }),
      { numRuns: 200 },
    );
    expect(Math.min(ends.done, ends.failed)).toBeGreaterThan(30);
  });
});
