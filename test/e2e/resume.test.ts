import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { dryRun } from '../../src/client/verbs/dry-run.js';
import { runs } from '../../src/client/verbs/runs.js';
import { sharedEngine } from './shared.js';
import { startRun, type StartedRun } from './runs.js';
import { createTarget, effect, type Target } from './target.js';

const engine = sharedEngine();
const targets: Target[] = [];
afterEach(() => {
  for (const target of targets.splice(0)) target.remove();
});

type Steps = (outside: string) => string[];

const configOf = (steps: string[], outside: string, loop = 'rounds = 1'): string => `[commands]\nbenchmark = "node bench.js"\n[loop]\n${loop}\n${steps.join('')}\n[sandbox]\nwritable = ["${outside}"]\n`;

function targetWith(steps: Steps, loop?: string): Target {
  const target = createTarget((outside) => ({ 'bench.js': 'console.log(1);\n', 'perfloop.toml': configOf(steps(outside), outside, loop) }));
  targets.push(target);
  return target;
}

const step = (name: string, command: string, more = ''): string => `[[steps]]\ntype = "command"\nname = "${name}"\ncommand = ${JSON.stringify(command)}\n${more}\n`;

/** What runs from now on. */
function newEffects(target: Target): () => string[] {
  const before = target.effects().length;
  return () => target.effects().slice(before);
}

describe('a run that goes on after another one', () => {
  it('runs exactly what a failed graph had not completed, what was left out, what changed, and what needs that', async () => {
    const steps = (fails: boolean, early = 'early'): Steps => (outside) => [
      step('first', `${effect(outside, 'first')}; echo '{"n": 7}'`, 'output = "json"'),
      step('left', effect(outside, 'left'), 'needs = ["first"]'),
      step('changed', effect(outside, early), 'needs = ["first"]'),
      step('after', effect(outside, 'after'), 'needs = ["changed"]'),
      step('flaky', `${effect(outside, 'flaky')}${fails ? '; exit 3' : ''}`, 'needs = ["left", "after"]\nwhen = "steps.first.output.n == 7"'),
      step('last', effect(outside, 'last'), 'needs = ["flaky"]'),
    ];
    const target = targetWith(steps(true));
    const failing = await startRun(engine, target, { skip: ['left'] });
    await expect(failing.result()).rejects.toThrow();
    expect(target.effects()).toEqual(['first', 'early', 'after', 'flaky']);

    target.write({ 'perfloop.toml': configOf(steps(false)(target.outside), target.outside) });
    // The name of a step, or the reason, of what does not run.
    const plan = await dryRun(engine.context, { dir: target.dir, resume: failing.id });
    expect(plan.steps.map(({ name, run, reason }) => (run ? name : reason))).toEqual([`done in ${failing.id}`, 'left', `done in ${failing.id}`, `done in ${failing.id}`, 'flaky', 'last']);

    target.write({ 'perfloop.toml': configOf(steps(false, 'early-again')(target.outside), target.outside) });
    const ran = newEffects(target);
    const resumed = await startRun(engine, target, { resume: true });
    expect(await resumed.result()).toMatchObject({ state: 'done', round: 1, resumes: failing.id, steps: { done: 6 } });
    expect(ran().toSorted()).toEqual(['after', 'early-again', 'flaky', 'last', 'left']);

    await expect(startRun(engine, target, { resume: true })).rejects.toMatchObject({ code: 'PL_RUN_FINISHED' });
  });

  it('goes on after one that was terminated on the server, which wrote no end, and after one that was cancelled', async () => {
    const target = targetWith((outside) => [
      step('first', `${effect(outside, 'first')}; echo '{"n": 7}'`, 'output = "json"\nneeds = []'),
      step('gated', `${effect(outside, 'gated')}; while [ ! -e ${outside}/go ]; do sleep 0.05; done`, 'needs = ["first"]'),
      step('last', effect(outside, 'last'), 'needs = ["gated"]\nwhen = "steps.first.output.n == 7"'),
    ]);
    const waitsAtGate = (run: StartedRun, count: number): Promise<unknown> => run.until(`the gate, time ${count}`, () => target.effects().filter((name) => name === 'gated').length === count);
    const terminated = await startRun(engine, target);
    await waitsAtGate(terminated, 1);
    await expect(startRun(engine, target, { resume: terminated.id })).rejects.toMatchObject({ code: 'PL_RUN_NOT_OVER' });
    await terminated.handle.terminate('a test');
    // It wrote no end of its own.
    expect((await runs(engine.context, { limit: 20 })).runs.find(({ run }) => run === terminated.id)).toMatchObject({ state: 'running', endedOnServer: 'terminated' });
    const cancelled = await startRun(engine, target, { resume: true });
    await waitsAtGate(cancelled, 2);
    await cancelled.handle.cancel();
    await expect(cancelled.result()).rejects.toThrow();
    writeFileSync(join(target.outside, 'go'), '');
    const last = await startRun(engine, target, { resume: true });
    expect(await last.result()).toMatchObject({ state: 'done', round: 1, resumes: cancelled.id, steps: { done: 3 } });
    expect(target.effects()).toEqual(['first', 'gated', 'gated', 'gated', 'last']);
  });

  it('goes on in a chain at the step that failed, again and again, and not before its round', async () => {
    const steps = (broken: string[]): Steps => (outside) => ['one', 'two', 'three'].map((name) => step(name, `${effect(outside, name)}${broken.includes(name) ? '; exit 1' : ''}`));
    const target = targetWith(steps(['two', 'three']));
    const first = await startRun(engine, target);
    await expect(first.result()).rejects.toThrow();
    for (const [broken, expected] of [[['three'], ['two', 'three']], [[], ['three']]] as const) {
      target.write({ 'perfloop.toml': configOf(steps([...broken])(target.outside), target.outside) });
      const ran = newEffects(target);
      const resumed = await startRun(engine, target, { resume: true });
      await resumed.result().catch(() => undefined);
      expect(ran()).toEqual(expected);
    }
    expect(target.effects()).toEqual(['one', 'two', 'two', 'three', 'three']);
  });

  it('goes on after one that was stopped in its second round, and refuses one that has not ended', async () => {
    const target = targetWith((outside) => [
      step('a', effect(outside, 'a')),
      step('b', `${effect(outside, 'b')}; if [ $(grep -c b ${outside}/effects) -eq 2 ]; then while [ ! -e ${outside}/go ]; do sleep 0.05; done; fi`),
      step('c', effect(outside, 'c')),
    ], 'rounds = 2\nplateau = 5');
    const run = await startRun(engine, target);
    await run.until('the second b', () => target.effects().length === 5);
    await expect(startRun(engine, target, { resume: run.id })).rejects.toMatchObject({ code: 'PL_RUN_NOT_OVER' });
    await run.handle.signal('stop');
    writeFileSync(join(target.outside, 'go'), '');
    expect(await run.result()).toMatchObject({ state: 'done', round: 2 });
    expect(target.effects()).toEqual(['a', 'b', 'c', 'a', 'b']);
    const resumed = await startRun(engine, target, { resume: run.id.slice(0, 6) });
    expect(await resumed.result()).toMatchObject({ state: 'done', round: 2, resumes: run.id });
    expect(target.effects()).toEqual(['a', 'b', 'c', 'a', 'b', 'c']);
  });
});
