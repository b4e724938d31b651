import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { messageNames, type Decide } from '../../src/core/messages.js';
import type { RunStatus } from '../../src/core/status.js';
import { cli } from './cli.js';
import { startRun, type StartedRun } from './runs.js';
import { makeTarget, sharedEngine } from './shared.js';
import { effect, scoredProgram } from './target.js';

const engine = sharedEngine({ USER: 'ann' });

/** Edits alpha, and says whether it was told what the person said. */
const program = `import { readFileSync, writeFileSync } from 'node:fs';
const told = readFileSync(0, 'utf8').includes('three would do');
writeFileSync('src/alpha.js', readFileSync('src/alpha.js', 'utf8').replace(/const ms = \\d+;/, 'const ms = ' + (told ? 3 : 9) + ';'));
console.log(told ? 'Alpha waits three milliseconds' : 'Alpha waits nine milliseconds');
`;

const step = (type: string, name: string, more = '', table = 'steps'): string => `[[${table}]]\ntype = "${type}"\nname = "${name}"\n${more}\n`;
const asked = (status: RunStatus): string => (status.questions ?? []).map(({ id }) => id).sort().join(' ');

/** The code with which the run refused a decision. */
async function refusalOf(run: StartedRun, message: Decide): Promise<string> {
  const error: unknown = await run.handle.executeUpdate(messageNames.decide, { args: [message] }).then(() => null, (reason: unknown) => reason);
  if (error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure) return error.cause.type ?? '';
  throw new Error('the decision was not refused', { cause: error });
}

describe('a run whose steps ask a person', () => {
  const target = makeTarget((outside) => {
    writeFileSync(join(outside, 'agent.mjs'), program);
    const steps = [
      step('agent', 'edit'),
      step('approve', 'gate', 'question = "Take `{{steps.edit.output.title}}`?"\nnext = [{ to = "edit", on = "fail" }]'),
      step('parallel', 'both'),
      step('approve', 'left', 'on_reject = "continue"', 'steps.steps'),
      step('approve', 'right', 'retry = { attempts = 2, backoff = "10ms" }', 'steps.steps'),
      step('command', 'after', `when = "not steps.left.output.approved and steps.right.output.comment == 'now it does'"\ncommand = "${effect(outside, 'after')}"`),
      step('race', 'either'),
      step('approve', 'person', '', 'steps.steps'),
      step('command', 'quicker', `command = "while [ ! -e ${outside}/over ]; do sleep 0.02; done"`, 'steps.steps'),
      step('approve', 'late', 'timeout = "1s"\non_timeout = "approve"'),
      step('approve', 'last', 'question = "Was it {{steps.late.output.who}}?"'),
      step('command', 'never', `command = "${effect(outside, 'never')}"`),
    ].join('');
    return scoredProgram({ alpha: 12 }, `[target]\nname = "asks"\n[loop]\nrounds = 1\n[agents.own]\ncommand = ["node", "${outside}/agent.mjs"]\n${steps}`);
  });

  it('waits for each answer over new executions, asks anew after a rejection, and is stopped while it waits', async () => {
    // Every execution of the workflow is left as soon as it has begun something.
    const run = await startRun(engine, target, { mostEvents: 1 });
    const decide = (message: Decide) => run.handle.executeUpdate(messageNames.decide, { args: [message] });

    const first = await run.until('the gate waits', (status) => status.state === 'awaiting-approval' && asked(status) === 'gate');
    expect(first.questions).toMatchObject([{ text: 'Take `Alpha waits nine milliseconds`?', onTimeout: 'reject', facts: [{ name: 'draft', text: 'Alpha waits nine milliseconds (by own)' }, { name: 'changes' }, { name: 'verdict', text: 'nobody has judged it yet' }] }]);
    expect(first.questions?.[0]?.facts[1]?.text).toMatch(/src\/alpha\.js +\| +2 \+-[^]*1 file changed/);
    expect(await refusalOf(run, run.decide('left', true))).toBe('PL_NOT_AWAITING');
    expect(await refusalOf(run, run.decide('edit', true))).toBe('PL_NO_SUCH_CANDIDATE');
    expect((await cli(engine, ['show', run.id])).stdout).toMatch(new RegExp(`gate waits for a decision: Take .*src/alpha\\.js.*perfloop approve ${run.id} gate`, 's'));
    expect(await cli(engine, ['reject', run.id, 'gate', '--comment', 'three would do'])).toMatchObject({ code: 0 });

    // The agent was told why, and the second question is another one.
    const second = await run.until('the gate waits again', (status) => asked(status) === 'gate@2');
    expect(second.questions?.[0]?.text).toBe('Take `Alpha waits three milliseconds`?');
    expect(await refusalOf(run, run.decide('gate@1', true))).toBe('PL_NOT_AWAITING');
    const approval = run.decide('gate', true);
    expect(await decide(approval)).toMatchObject({ trial: 'gate@2', approve: true, who: 'tester@here' });
    expect(await decide(approval)).toBeNull();

    // Two wait at once, each by its name, and what is answered waits for what is not.
    await run.until('both wait', (status) => status.state === 'awaiting-approval' && asked(status) === 'left right');
    await run.handle.signal(messageNames.decide, run.decide('right', false));
    await decide(run.decide('left', false));

    // A rejection that is tried again asks again, and of two signals of one decision one counts.
    await run.until('right waits again', (status) => asked(status) === 'right@2');
    const now = run.decide('right', true, { comment: 'now it does' });
    await run.handle.signal(messageNames.decide, now);
    await run.handle.signal(messageNames.decide, now);

    // While a command runs, the run waits for nobody; when that has won the race, nobody is asked any more.
    expect(await run.until('the race is on', (status) => asked(status) === 'person')).toMatchObject({ state: 'running' });
    writeFileSync(join(target.outside, 'over'), '');

    const last = await run.until('the last waits', (status) => status.state === 'awaiting-approval' && asked(status) === 'last');
    expect(last.questions?.[0]?.text).toBe('Was it perfloop?');
    await run.handle.signal(messageNames.stop, { v: 1, who: 'a test' });
    const status = await run.result();
    expect(status).toMatchObject({ state: 'done', error: null, steps: { failed: 0, done: 7, left: 3 } });
    expect(status.questions).toBeUndefined();
    expect(status.decisions.map(({ trial, approve, who }) => `${trial} ${approve} ${who.split('@')[0]}`)).toEqual(['gate false ann', 'gate@2 true tester', 'right false tester', 'left false tester', 'right@2 true tester', 'late true perfloop']);
    expect(target.effects()).toEqual(['after']);
    expect((await cli(engine, ['approve', run.id, 'last', '--json'])).stdout).toContain('PL_RUN_OVER');
  });
});
