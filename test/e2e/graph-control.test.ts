import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { messageNames } from '../../src/core/messages.js';
import type { RunStatus } from '../../src/core/status.js';
import { startRun, type StartedRun } from './runs.js';
import { sharedEngine } from './shared.js';
import { createTarget, effect, type Target } from './target.js';

const engine = sharedEngine();
const targets: Target[] = [];
afterEach(() => {
  for (const target of targets.splice(0)) target.remove();
});

function targetWith(steps: (outside: string) => string[], loop = ''): Target {
  const target = createTarget((outside) => ({ 'bench.js': 'console.log(1);\n', 'perfloop.toml': configOf(steps(outside), loop) }));
  targets.push(target);
  return target;
}

const configOf = (steps: readonly string[], loop = ''): string => `[commands]\nbenchmark = "node bench.js"\n[loop]\nrounds = 1\n${loop}\n${steps.join('')}`;
const step = (name: string, command: string, more = ''): string => `[[steps]]\ntype = "command"\nname = "${name}"\ncommand = ${JSON.stringify(command)}\n${more}\n`;

/** Leaves its name when it begins, then waits until the test opens the gate. */
const gated = (outside: string, name: string): string => `${effect(outside, name)}; while [ ! -e ${outside}/gate ]; do sleep 0.02; done; ${effect(outside, `${name}-end`)}`;
const openGate = (target: Target): void => writeFileSync(join(target.outside, 'gate'), '');

async function untilEffects(target: Target, count: number): Promise<void> {
  await expect.poll(() => target.effects().length, { timeout: 20_000, interval: 25 }).toBeGreaterThanOrEqual(count);
}

async function failed(run: StartedRun): Promise<RunStatus> {
  await expect(run.result()).rejects.toThrow();
  return run.status();
}

describe('a person steers a run whose steps form a graph', () => {
  it('a stop lets what runs go on to its end, begins nothing more, and ends the run well', async () => {
    const target = targetWith((outside) => [step('first', gated(outside, 'first'), 'needs = []'), step('beside', gated(outside, 'beside'), 'needs = []'), step('never', effect(outside, 'never'), 'needs = ["first"]')]);
    const run = await startRun(engine, target);
    await untilEffects(target, 2);
    expect((await run.status()).steps).toMatchObject({ steps: 3, executions: 2, running: ['first', 'beside'] });
    await run.handle.signal(messageNames.stop, { v: 1, who: 'a test' });
    await run.until('it is stopping', ({ state }) => state === 'stopping');
    openGate(target);
    expect(await run.result()).toMatchObject({ state: 'done', error: null, steps: { done: 2, left: 1, failed: 0 } });
    expect(target.effects().toSorted()).toEqual(['beside', 'beside-end', 'first', 'first-end']);
  });

  it('a pause lets what runs go on and begins nothing more, over a new execution too, until it is resumed', async () => {
    const target = targetWith((outside) => [step('first', gated(outside, 'first'), 'needs = []'), step('second', effect(outside, 'second'), 'needs = ["first"]')]);
    const run = await startRun(engine, target, { mostEvents: 1 });
    await untilEffects(target, 1);
    await run.handle.signal(messageNames.pause);
    openGate(target);
    await run.until('the first is done', ({ steps }) => steps?.done === 1);
    expect((await run.status()).state).toBe('paused');
    expect(target.effects()).toEqual(['first', 'first-end']);
    await run.handle.signal(messageNames.resume);
    const status = await run.result();
    expect(status).toMatchObject({ state: 'done', steps: { done: 2 } });
    expect(status.budget.askingMs).toBeGreaterThan(0);
    expect(target.effects()).toEqual(['first', 'first-end', 'second']);
  });

  it('a cancellation ends what runs, and the run when that is gone', async () => {
    const target = targetWith((outside) => [step('stubborn', `trap '' TERM; ${effect(outside, 'began')}; while [ ! -e ${outside}/gate ]; do sleep 0.02; done; ${effect(outside, 'ended')}`, 'needs = []'), step('beside', gated(outside, 'beside'), 'needs = []')]);
    const run = await startRun(engine, target);
    await untilEffects(target, 2);
    await run.handle.cancel();
    expect(await failed(run)).toMatchObject({ state: 'cancelled', error: null });
    openGate(target);
    await sleep(100);
    expect(target.effects().toSorted()).toEqual(['began', 'beside']);
  });

  it('a plan that changes while a run of it is under way is of the next run', async () => {
    const plan = (outside: string, second: string): string[] => [step('first', gated(outside, 'first'), 'needs = []'), step(second, effect(outside, second), 'needs = ["first"]')];
    const target = targetWith((outside) => plan(outside, 'old'));
    const run = await startRun(engine, target, { mostEvents: 1 });
    await untilEffects(target, 1);
    target.write({ 'perfloop.toml': `${configOf(plan(target.outside, 'new'))}[sandbox]\nwritable = ["${target.outside}"]\n` });
    openGate(target);
    const next = await startRun(engine, target);
    expect([await run.result(), await next.result()]).toMatchObject([{ state: 'done' }, { state: 'done' }]);
    expect(target.effects().filter((name) => name === 'old' || name === 'new').toSorted()).toEqual(['new', 'old']);
  });
});

describe('a run whose steps form a graph ends with what was wrong', () => {
  it('jumps without an end: the step, its execution and the limit', async () => {
    const target = targetWith((outside) => [step('again', effect(outside, 'again'), 'next = [{ to = "again" }]')], 'max_steps = 9');
    const { state, error } = await failed(await startRun(engine, target));
    expect([state, error?.code]).toEqual(['failed', 'PL_STEPS_EXHAUSTED']);
    expect(error?.message).toMatch(/step `?again`?.*execution 10.*9 step executions/s);
    expect(target.effects()).toHaveLength(9);
  });

  it('what a step prints: no JSON, too much of it; and any amount that nobody reads is no fault', async () => {
    const target = targetWith((outside) => [
      step('much', `head -c 300000000 /dev/zero | tr '\\0' x; ${effect(outside, 'printed')}`, 'needs = []'),
      step('prose', 'echo no json', 'needs = ["much"]\noutput = "json"\non_fail = "continue"'),
      step('large', `node -e 'console.log(JSON.stringify("x".repeat(3000000)))'`, 'needs = ["much"]\noutput = "json"'),
    ]);
    const { state, error, steps } = await failed(await startRun(engine, target));
    expect([state, steps]).toMatchObject(['failed', { done: 1, failed: 2 }]);
    expect(error?.message).toMatch(/^step large, execution 1, attempt 1: /);
    expect(error?.message).toContain('it printed 3,000 KB, and at most 66 KB are taken as an output in JSON');
    expect(target.effects()).toEqual(['printed']);
  });
});
