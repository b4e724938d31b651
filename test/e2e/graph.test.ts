import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { ListedStep } from '../../src/core/pipeline/listed.js';
import { isRunning } from '../support/is-running.js';
import { cli, jsonOf } from './cli.js';
import { sharedEngine } from './shared.js';
import { startRun } from './runs.js';
import { createTarget, effect, type Target } from './target.js';

const engine = sharedEngine();
const targets: Target[] = [];
afterEach(() => {
  for (const target of targets.splice(0)) target.remove();
});

/** A target whose round is made of commands alone. */
function targetWith(steps: (outside: string) => string, loop = ''): Target {
  const target = createTarget((outside) => ({ 'bench.js': 'console.log(1);\n', 'perfloop.toml': `[commands]\nbenchmark = "node bench.js"\n[loop]\nrounds = 1\n${loop}\n${steps(outside)}` }));
  targets.push(target);
  return target;
}

const step = (name: string, command: string, more = ''): string => `[[steps]]\ntype = "command"\nname = "${name}"\ncommand = ${JSON.stringify(command)}\n${more}\n`;
const member = (name: string, command: string, more = ''): string => step(name, command, more).replace('[[steps]]', '[[steps.steps]]');

describe('a round whose steps form a graph', () => {
  it('skips, retries, jumps, races, goes on after failures that may be, and ends what lost', async () => {
    const target = targetWith((outside) => [
      step('count', `${effect(outside, 'count')}; echo "{\\"n\\": $(grep -c count ${outside}/effects)}"`, 'output = "json"\nnext = [{ to = "count", when = "steps.count.output.n < 3" }]'),
      step('skipped', effect(outside, 'skipped'), 'when = "steps.count.output.n < 3"'),
      step('flaky', `${effect(outside, 'flaky')}; test $(grep -c flaky ${outside}/effects) -ge 2`, 'needs = ["count"]\nretry = { attempts = 3, backoff = "50ms" }'),
      step('bad', `${effect(outside, 'bad')}; exit 3`, 'needs = ["count"]\non_fail = "continue"'),
      `[[steps]]\ntype = "race"\nname = "race"\nneeds = ["flaky", "bad"]\n`,
      member('slow', `exec sleep 1234.5678`),
      member('quick', effect(outside, 'quick')),
      step('last', effect(outside, 'last'), 'needs = ["race"]\nwhen = "steps.race.output.winner == \'quick\'"\nmetrics = {}'),
    ].join('').replace('name = "skipped"', 'name = "skipped"\nneeds = ["count"]'));
    const status = await (await startRun(engine, target)).result();
    expect(status).toMatchObject({ state: 'done', steps: { steps: 7, failed: 1, running: [] } });
    expect(target.effects().toSorted()).toEqual(['bad', 'count', 'count', 'count', 'flaky', 'flaky', 'last', 'quick']);
    expect(isRunning('1234.5678')).toBe(false);
    const shown = jsonOf(await cli(engine, ['steps', '--run', status.run, '--json'])) as { steps: ListedStep[] };
    expect(shown.steps.map(({ name, state, executions }) => `${name} ${state} ${executions}`)).toEqual(['count done 3', 'skipped skipped 0', 'flaky done 1', 'bad failed 1', 'race done 1', 'slow cancelled 1', 'quick done 1', 'last done 1']);
    const { stdout: graph } = await cli(engine, ['steps', '--run', status.run, '--graph'], { env: { LANG: 'C' } });
    expect(graph).toMatch(/!.* bad {2}command {2}failed {2}may fail\n/);
  });

  it('that fails says the step, its execution and attempt, and every other error', async () => {
    const target = targetWith((outside) => [
      '[[steps]]\ntype = "parallel"\nname = "both"\n',
      member('one', `${effect(outside, 'one')}; echo no one >&2; exit 1`),
      member('two', `${effect(outside, 'two')}; while [ $(grep -c . ${outside}/effects) -lt 2 ]; do sleep 0.05; done; echo no two >&2; exit 2`),
      step('never', effect(outside, 'never')),
    ].join(''));
    const run = await startRun(engine, target);
    await expect(run.result()).rejects.toThrow();
    const { state, error } = await run.status();
    expect([state, error?.code]).toEqual(['failed', 'PL_STEP_FAILED']);
    expect(error?.message).toMatch(/^step (one|two), execution 1, attempt 1: `.*` ended with exit code [12]\nno \1\nand: step (?!\1)(?:one|two), execution 1, attempt 1: /);
    const folder = /^See its logs: \$PERFLOOP_HOME\/(logs\/.*?)\./.exec(error?.fix ?? '')?.[1] ?? '';
    expect(readdirSync(join(engine.home.root, folder))).toContain('step.json');
    expect(error?.message).toContain('no one');
    expect(error?.message).toContain('no two');
    expect(target.effects().toSorted()).toEqual(['one', 'two']);
  });

  it('goes on in new executions where its history grows, and runs every step once', async () => {
    const names = Array.from({ length: 24 }, (_, index) => `s${index}`);
    const target = targetWith((outside) => names.map((name, index) => step(name, effect(outside, name), index < 2 ? 'needs = []' : `needs = ["s${index - 2}"]`)).join(''));
    const run = await startRun(engine, target, { mostEvents: 60 });
    expect(await run.result()).toMatchObject({ state: 'done', steps: { steps: 24, done: 24, executions: 24 } });
    expect(target.effects().toSorted()).toEqual(names.toSorted());
    const executions: string[] = [];
    for await (const { runId } of engine.client.workflow.list({ query: `WorkflowId = "${run.id}"` })) executions.push(runId);
    expect(executions.length).toBeGreaterThan(2);
  });
});
