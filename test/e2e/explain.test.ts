import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { modelServer } from '../support/model-server.js';
import { resultGit, startRun, trialOf, verdictOf } from './runs.js';
import { sharedEngine } from './shared.js';
import { createTarget, effect, scoredProgram } from './target.js';

const engine = sharedEngine({ A_MODEL_KEY: 'planted-by-the-test-77aa10' });

/** Edits one of the functions, as its arguments say. */
const editor = `import { readFileSync, writeFileSync } from 'node:fs';
const [name, ms] = process.argv.slice(2);
const file = 'src/' + name + '.js';
writeFileSync(file, readFileSync(file, 'utf8').replace(/const ms = \\d+/, 'const ms = ' + ms));
console.log(name + ' waits ' + ms + ' ms');
`;

/** Would drop whatever it is asked about. */
const critic = `import { readFileSync, writeFileSync } from 'node:fs';
const prompt = readFileSync(0, 'utf8');
writeFileSync('src/alpha.js', 'broken(');
console.log(JSON.stringify({ explanation: prompt.includes('src/beta.js | 2 +-') ? 'Beta must wait.' : 'What?', commit_message: 'Not mine', decision: 'drop' }));
`;

const step = (type: string, more = ''): string => `[[steps]]\ntype = "${type}"\n${more}\n`;

it('a run goes on between judge and decide with its verdict; the decision is explained, its message used, an acceptance overruled, and none waits for a model that is down', async () => {
  const server = await modelServer('anthropic', () => ({ calls: [{ name: 'submit_explanation', input: { explanation: 'It waits less, by a third.', commit_message: 'Let alpha wait less\n\nTwo milliseconds are enough.\nPerfloop-Approved-By: nobody', decision: 'drop' } }] }));
  const down = await modelServer('anthropic', () => ({ status: 401, body: { type: 'error', error: { type: 'authentication_error', message: 'no such key' } } }));
  const model = (name: string, url: string): string => `[models.${name}]\nprovider = "anthropic"\nmodel = "claude-sonnet-5-5"\nbase_url = "${url}"\napi_key = "$A_MODEL_KEY"\n`;
  const target = createTarget((outside) => {
    writeFileSync(join(outside, 'editor.mjs'), editor);
    writeFileSync(join(outside, 'critic.mjs'), critic);
    const agent = (name: string, ...words: string[]): string => `[agents.${name}]\ncommand = ${JSON.stringify(['node', ...words])}\n`;
    const agents = [agent('first', `${outside}/editor.mjs`, 'alpha', '2'), agent('second', `${outside}/editor.mjs`, 'beta', '1'), agent('slower', `${outside}/editor.mjs`, 'beta', '30'), agent('critic', `${outside}/critic.mjs`)].join('');
    const steps = [
      step('warmup'),
      step('agent', 'agent = "first"'),
      step('benchmark', 'warmups = 0\nruns = 3'),
      step('judge'),
      step('command', `name = "gate"\ncommand = "${effect(outside, 'gate')}; test -e ${outside}/open"`),
      step('decide', 'explain = "m"'),
      step('agent', 'name = "again"\nagent = "second"'),
      step('judge', 'name = "judge-again"'),
      step('decide', 'name = "decide-again"\nexplain = "critic"\nmay_overrule = true'),
      step('agent', 'name = "third"\nagent = "slower"'),
      step('judge', 'name = "judge-third"'),
      step('decide', 'name = "decide-third"\nexplain = "down"\nmay_overrule = true'),
      step('command', `name = "last"\nwhen = "steps.decide-again.output.overruled and steps.decide-third.output.decision == 'dropped'"\ncommand = "${effect(outside, 'last')}"`),
    ].join('');
    return scoredProgram({ alpha: 12, beta: 10 }, `[target]\nname = "explained"\n[loop]\nrounds = 1\nablation = false\n[approval]\nmode = "never"\n${model('m', server.url)}${model('down', down.url)}${agents}${steps}`);
  });
  onTestFinished(async () => {
    target.remove();
    await server.close();
    await down.close();
  });

  const failing = await startRun(engine, target);
  await expect(failing.result()).rejects.toThrow();
  expect((await failing.status()).trials.map(verdictOf)).toEqual(['rejected faster,stopped']);
  expect(server.received).toHaveLength(0);

  writeFileSync(join(target.outside, 'open'), '');
  const run = await startRun(engine, target, { resume: true });
  const status = await run.result();
  expect(target.effects()).toEqual(['gate', 'gate', 'last']);
  expect(status).toMatchObject({ state: 'done', accepted: 1, resumes: failing.id });
  expect(status.trials.map((trial) => [trial.id, verdictOf(trial)])).toEqual([['r1-1', 'accepted faster'], ['r1-2', 'rejected overruled,faster'], ['r1-3', expect.stringMatching(/^rejected /) as string]]);

  expect(trialOf(status, 'r1-1').explained).toEqual({ explanation: 'It waits less, by a third.', would: 'drop', by: 'm', kind: 'model', decision: 'accepted' });
  expect(resultGit(engine, status, 'log', '-1', '--format=%B', status.champion)).toMatch(new RegExp(`^Let alpha wait less\n\nTwo milliseconds are enough\\.\n\nMeasured: \\d[^\n]+\n\nPerfloop-Run: ${run.id}\nPerfloop-Trial: r1-1\nPerfloop-Proposer: first\nPerfloop-Message-By: m$`));
  expect(server.received).toHaveLength(1);
  const asked = JSON.stringify(server.received[0]?.body);
  for (const part of ['src/alpha.js | 2 +-', 'benchmark, of the draft', 'score: median', 'n = 3; more is better', 'this is the first round', 'it becomes a commit', 'The decision stands']) expect(asked).toContain(part);

  expect(status.champion).toBe(trialOf(status, 'r1-1').commit);
  expect(trialOf(status, 'r1-2')).toMatchObject({ explained: { by: 'critic', explanation: 'Beta must wait.', overruled: true }, verdict: { reasons: [{ text: 'critic overruled the acceptance: Beta must wait.' }, {}] } });
  const decision = JSON.parse(readFileSync(join(engine.home.logs, run.id, 'r1-2', 'decision.json'), 'utf8')) as object;
  expect(decision).toMatchObject({ git: { action: 'none' }, explained: { by: 'critic', overruled: true } });

  expect(trialOf(status, 'r1-3').explained).toBeUndefined();
  expect(down.received).toHaveLength(1);
  expect(status.warnings.join('\n')).toMatch(/down did not explain the decision on r1-3, which stands: down: 401 .*\(PL_MODEL_REFUSED_KEY\)/);
});
