import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeTarget, sharedEngine } from './shared.js';
import { resultGit, startRun, verdictOf } from './runs.js';
import { effect, scoredProgram } from './target.js';

const engine = sharedEngine();

/** Edits alpha: \`fixes\` breaks it at first, and mends it when it is told of the log; \`slows\` lets it wait longer. */
const program = `import { readFileSync, writeFileSync } from 'node:fs';
const [kind] = process.argv.slice(2);
const prompt = readFileSync(0, 'utf8');
const text = readFileSync('src/alpha.js', 'utf8');
const told = prompt.includes('alpha is BROKEN on line 7');
const wait = (ms, after = '') => writeFileSync('src/alpha.js', text.replace(/const ms = \\d+;.*/, 'const ms = ' + ms + ';' + after));
if (kind === 'slows') wait(20);
else if (!told) wait(2, ' // BROKEN');
else if (text.includes('BROKEN')) wait(3);
console.log(told ? 'Alpha waits three milliseconds' : 'Alpha waits otherwise');
`;

const step = (type: string, more = ''): string => `[[steps]]\ntype = "${type}"\n${more}\n`;

describe('a draft', () => {
  const target = makeTarget((outside) => {
    writeFileSync(join(outside, 'agent.mjs'), program);
    const agents = ['fixes', 'slows'].map((kind) => `[agents.${kind}]\ncommand = ["node", "${outside}/agent.mjs", "${kind}"]\n`).join('');
    const steps = [
      step('warmup'),
      step('agent', 'agent = "fixes"'),
      step('test'),
      step('smoke', 'next = [{ to = "agent", on = "fail", when = "steps.smoke.count < 3" }]'),
      step('check'),
      step('command', `name = "mine"\ncommand = "grep -rq 'ms = 3' src && ${effect(outside, 'mine')}"`),
      step('judge'),
      step('decide'),
      step('command', `name = "after"\nwhen = "steps.decide.output.decision == 'accepted' and steps.judge.output.ratio > 1"\ncommand = "grep -rq 'ms = 3' src && ${effect(outside, 'accepted')}"`),
      step('agent', 'name = "again"\nagent = "slows"'),
      step('judge', 'name = "judge-again"'),
      step('decide', 'name = "decide-again"'),
      step('command', `name = "last"\nwhen = "steps.decide-again.output.decision == 'dropped'"\ncommand = "grep -rq 'ms = 3' src && ${effect(outside, 'dropped')}"`),
    ].join('');
    const files = scoredProgram({ alpha: 12, beta: 1 }, `[target]\nname = "draft"\n[loop]\nrounds = 1\nablation = false\n[approval]\nmode = "never"\n${agents}${steps}`);
    const commands = `build = "node --check src/alpha.js"\ntest = "node test/check.js"\nsmoke = "sh test/smoke.sh"\ncheck = "echo same"\n`;
    return { ...files, 'test/smoke.sh': "if grep -rq BROKEN src; then echo 'alpha is BROKEN on line 7' >&2; exit 1; fi\n", 'perfloop.toml': (files['perfloop.toml'] ?? '').replace('[commands]\n', `[commands]\n${commands}`) };
  });

  it('goes back to its agent with the log of what failed, is judged and accepted; one that is slower is dropped', async () => {
    const run = await startRun(engine, target);
    const status = await run.result();
    expect(status).toMatchObject({ state: 'done', accepted: 1, steps: { failed: 0, done: 13 } });
    expect(status.trials.map((trial) => [trial.id, trial.candidate.proposer, verdictOf(trial).split(' ')[0]])).toEqual([['r1-1', 'fixes', 'accepted'], ['r1-2', 'slows', 'rejected']]);
    expect(status.agents?.map(({ id, agent, outcome }) => [id, agent, outcome])).toEqual([['r1-again-1', 'slows', 'passed'], ['r1-agent-1', 'fixes', 'passed'], ['r1-agent-2', 'fixes', 'passed']]);
    expect(target.effects()).toEqual(['mine', 'accepted', 'dropped']);
    expect(resultGit(engine, status, 'show', `${status.champion}:src/alpha.js`)).toMatch(/const ms = 3;$/m);
    expect(resultGit(engine, status, 'log', '-1', '--format=%s', status.champion)).toContain('three milliseconds');
  });
});
