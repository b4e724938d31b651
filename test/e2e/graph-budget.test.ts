import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeTarget, sharedEngine } from './shared.js';
import { startRun, verdictOf } from './runs.js';
import { effect, scoredProgram } from './target.js';

// A budget that is used in the middle of a graph ends the run with what it has, and is no failure of a step.

const engine = sharedEngine();

/** `quickens` halves the milliseconds that alpha waits; `dear` breaks the build. Both tell what they used as codex does. */
const program = `import { readFileSync, writeFileSync } from 'node:fs';
const [kind] = process.argv.slice(2);
const text = readFileSync('src/alpha.js', 'utf8');
writeFileSync('src/alpha.js', text.replace(/const ms = (\\d+)/, (_, ms) => (kind === 'dear' ? 'const ms = = ' : 'const ms = ') + Math.ceil(ms / 2)));
for (const event of [{ type: 'thread.started' }, { type: 'item.completed', item: { type: 'agent_message', text: 'Alpha waits half as long' } }, { type: 'turn.completed', usage: { input_tokens: 1400, cached_input_tokens: 0, output_tokens: 100 } }]) console.log(JSON.stringify(event));
`;

const step = (type: string, more = ''): string => `[[steps]]\ntype = "${type}"\n${more}\n`;

function targetWith(agent: string, loop: string, steps: (outside: string) => string[]): ReturnType<typeof makeTarget> {
  return makeTarget((outside) => {
    writeFileSync(join(outside, 'agent.mjs'), program);
    const agents = `[agents.${agent}]\ncommand = ["node", "${outside}/agent.mjs", "${agent}"]\nmax_iterations = 1\n[budget]\ntokens = 4000\n`;
    const files = scoredProgram({ alpha: 24, beta: 1 }, `[target]\nname = "budget"\n[loop]\nrounds = 2\nablation = false\n${loop}\n[approval]\nmode = "never"\n${agents}${steps(outside).join('')}`);
    return { ...files, 'perfloop.toml': (files['perfloop.toml'] ?? '').replace('[commands]\n', '[commands]\nbuild = "node --check src/alpha.js"\n') };
  });
}

it('the budget of trials: what was accepted is measured as a whole, and nobody edits for a trial that cannot be', async () => {
  const target = targetWith('quickens', 'max_trials = 1', () => [step('warmup'), step('agent'), step('judge'), step('decide', 'next = [{ to = "agent" }]')]);
  const status = await (await startRun(engine, target)).result();
  expect(status).toMatchObject({ state: 'done', error: null, round: 1, accepted: 1, speedup: { final: true }, steps: { failed: 0 } });
  expect(status.trials.map((trial) => `${trial.id} ${verdictOf(trial)}`)).toEqual(['r1-1 accepted faster']);
  expect(status.agents?.map(({ id }) => id)).toEqual(['r1-agent-1']);
  expect(status.warnings).toContain('The steps of round 1 ended early: nothing more is edited: the budget of one trial is used.');
});

it('the budget of tokens: an agent that may not be asked again is not sent back to its work', async () => {
  const target = targetWith('dear', '', () => [step('agent', 'next = [{ to = "agent", on = "fail" }]')]);
  const status = await (await startRun(engine, target)).result();
  expect(status).toMatchObject({ state: 'done', error: null, round: 1, trials: [] });
  // Twice 1500 tokens; a third time might not fit.
  expect(status.agents?.map(({ id, outcome, iterations, spent = false }) => [id, outcome, iterations, spent])).toEqual([['r1-agent-1', 'build-failed', 1, false], ['r1-agent-2', 'build-failed', 1, false], ['r1-agent-3', 'failed', 0, true]]);
  expect(status.warnings).toContainEqual(expect.stringMatching(/^The steps of round 1 ended early: the budget of tokens or money is used/));
});

it('the budget of wall time: a loop without an end is ended by it, also while it waits for a retry', async () => {
  const target = targetWith('dear', 'max_wall = "5s"', (outside) => [
    step('command', `name = "again"\ncommand = ${JSON.stringify(effect(outside, 'again'))}\nnext = [{ to = "again", when = "steps.again.count < 3" }]`),
    step('command', 'name = "later"\ncommand = "exit 1"\nretry = { attempts = 2, backoff = "1d" }'),
    step('command', `name = "never"\ncommand = ${JSON.stringify(effect(outside, 'never'))}`),
  ]);
  const status = await (await startRun(engine, target)).result();
  expect(status).toMatchObject({ state: 'done', error: null, round: 1, steps: { running: [] } });
  expect(target.effects()).not.toContain('never');
  expect(status.warnings).toContain('The steps of round 1 ended early: the budget of 5s of wall time is used.');
});
