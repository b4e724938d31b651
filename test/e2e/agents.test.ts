import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AgentIteration } from '../../src/core/agent/attempt.js';
import { messageNames } from '../../src/core/messages.js';
import type { RunStatus } from '../../src/core/status.js';
import { openArtifacts } from '../../src/store/artifacts.js';
import { readState } from '../../src/worker/engine/state.js';
import { makeTarget, sharedEngine } from './shared.js';
import { startRun, verdictOf } from './runs.js';
import { scoredProgram } from './target.js';

// Command-line agents as plain programs: what each does follows from its argument. The whole loop with a real engine.

const key = `sk-${randomBytes(12).toString('hex')}`;
/** The home of the user who runs perfloop. */
const usersHome = mkdtempSync(join(tmpdir(), 'perfloop-user-'));
const engine = sharedEngine({ AGENT_TEST_KEY: key, HOME: usersHome });
afterAll(() => rmSync(usersHome, { recursive: true, force: true }));

/** Edits like an agent: `only` what its first argument says. Notes each start outside of the worktree. */
const program = (outside: string): string => `import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { execFileSync, spawn } from 'node:child_process';
import { homedir } from 'node:os';
const [kind] = process.argv.slice(2);
const prompt = readFileSync(0, 'utf8');
const starts = () => readFileSync('${outside}/starts', 'utf8').split('\\n').filter((line) => line === kind).length;
appendFileSync('${outside}/starts', kind + '\\n');
const edit = (name, from, to) => writeFileSync('src/' + name + '.js', readFileSync('src/' + name + '.js', 'utf8').replace(from, to));
const told = prompt.includes('Your last edit did not pass');
switch (kind) {
  case 'works':
    edit('alpha', /const ms = \\d+/, 'const ms = 2');
    console.log('# Alpha waits no longer\\nNobody listens.');
    break;
  case 'third-time':
    // In the end the same as \`works\`, so that both are one candidate.
    if (!told) edit('alpha', 'const ms = ', 'const ms = = ');
    else if (readFileSync('src/alpha.js', 'utf8').includes('= = 3')) edit('alpha', '= = 3', '= 2');
    else if (prompt.includes('SyntaxError')) edit('alpha', /= = \\d+/, '= = 3');
    console.log('alpha at last');
    break;
  case 'never':
    edit('gamma', 'return ms', 'return String(ms)');
    console.log('still text');
    break;
  case 'protected':
    edit('gamma', /const ms = \\d+/, 'const ms = 2');
    writeFileSync('bench/main.js', '// nothing to do\\n');
    console.log('The benchmark does less');
    break;
  case 'hangs':
    spawn('sleep', ['86399'], { stdio: 'ignore' }).unref();
    process.on('SIGTERM', () => {});
    setInterval(() => {}, 1000);
    break;
  case 'tells':
    // In two writes, so that the key is cut in two; and as other programs write it.
    console.log(Buffer.from(process.env.KEY).toString('base64'), encodeURIComponent(process.env.KEY), JSON.stringify(process.env));
    process.stderr.write(process.env.KEY.slice(0, 9));
    setTimeout(() => { process.stderr.write(process.env.KEY.slice(9) + '\\n'); console.log('the key is ' + process.env.KEY); }, 100);
    break;
  case 'writes':
    edit('delta', 'return ms', 'return ms; // ' + process.env.KEY);
    break;
  case 'gated':
    appendFileSync('${outside}/seen', JSON.stringify({ told, alpha: readFileSync('src/alpha.js', 'utf8'), home: homedir(), login: existsSync(homedir() + '/.agent/auth.json') }) + '\\n');
    edit('alpha', /const ms = \\d*;/, told ? 'const ms = 2;' : 'const ms = ;');
    while (told && existsSync('${outside}/gate')) execFileSync('sleep', ['0.05']);
    console.log('gated');
    break;
  case 'dear': {
    // Tells what it used as codex does, and never builds.
    edit('alpha', 'const ms = ', 'const ms = = ');
    const events = [{ type: 'thread.started' }, { type: 'item.completed', item: { type: 'agent_message', text: 'dear' } }, { type: 'turn.completed', usage: { input_tokens: 1400, cached_input_tokens: 0, output_tokens: 100 } }];
    for (const event of events) console.log(JSON.stringify(event));
    break;
  }
  case 'breaks':
    edit('alpha', 'const ms = ', 'const ms = = ');
    while (existsSync('${outside}/held')) execFileSync('sleep', ['0.05']);
    break;
  case 'idle':
    console.log('All is fast.\\nReally.');
    break;
  case 'thinks':
    edit('alpha', 'const ms', 'const lost = 1; const ms');
    console.log('Let alpha wait two milliseconds. ' + (prompt.includes('Write a task') ? 'Asked well.' : ''));
    break;
  case 'obeys':
    if (prompt.includes('Let alpha wait two milliseconds. Asked well.')) edit('alpha', /const ms = \\d+/, 'const ms = 2');
    console.log('As I was told');
    break;
}
`;

function agentsTarget(config: (agent: (kind: string, more?: string) => string) => string, functions: Record<string, number>) {
  return makeTarget((outside) => {
    mkdirSync(outside, { recursive: true });
    writeFileSync(join(outside, 'agent.mjs'), program(outside));
    const agent = (kind: string, more = ''): string => `[agents.${kind}]\ncommand = ["node", "${outside}/agent.mjs", "${kind}"]\nenv = { KEY = "$AGENT_TEST_KEY" }\n${more}\n`;
    const commands = 'build = "node --check src/alpha.js"\ntest = "node test/check.js"\n';
    const files = scoredProgram(functions, `[target]\nname = "agents"\n[loop]\nrounds = 1\nablation = false\n[approval]\nmode = "never"\n[propose]\nrecipes = false\nagents_at_once = 7\n${config(agent)}`);
    return { ...files, 'perfloop.toml': (files['perfloop.toml'] ?? '').replace('[commands]\n', `[commands]\n${commands}`) };
  });
}

const iterationsOf = async (status: RunStatus, agent: string): Promise<AgentIteration[]> => {
  const attempt = status.agents?.find((one) => one.agent === agent);
  if (attempt === undefined) throw new Error(`no attempt of ${agent}`);
  return openArtifacts(engine.home.artifacts).getJson<AgentIteration[]>(attempt.record);
};
const textOf = async (ref: AgentIteration['log']): Promise<string> => (await openArtifacts(engine.home.artifacts).get(ref)).toString('utf8');

describe('seven agents side by side', () => {
  const target = agentsTarget((agent) => ['works', 'third-time', 'never', 'protected', 'tells', 'writes'].map((kind) => agent(kind)).join('') + agent('hangs', 'timeout = "2s"'), { alpha: 40, beta: 30, gamma: 20, delta: 12 });
  let status: RunStatus;
  const trialBy = (proposer: string) => {
    const found = status.trials.find(({ candidate }) => candidate.proposer === proposer);
    return found === undefined ? null : `${found.candidate.title}: ${verdictOf(found)}`;
  };
  const attemptOf = (agent: string) => status.agents?.find((one) => one.agent === agent);

  beforeAll(async () => {
    status = await (await startRun(engine, target)).result();
  });

  it('one whose edit works is judged as any other candidate', () => {
    expect(status.trials).toHaveLength(2);
    expect(status.trials.map(verdictOf)).toContainEqual('accepted faster');
    expect(attemptOf('works')).toMatchObject({ outcome: 'passed', iterations: 1, unsafe: false });
  });

  it('one that fails the build twice is told of it, and passes', async () => {
    expect(attemptOf('third-time')).toMatchObject({ outcome: 'passed', text: 'alpha at last' });
    const iterations = await iterationsOf(status, 'third-time');
    expect(iterations.map(({ outcome }) => outcome)).toEqual(['build-failed', 'build-failed', 'passed']);
    const [first, second] = await Promise.all(iterations.map(({ prompt }) => textOf(prompt)));
    expect(first).toContain('(src/alpha.js:');
    expect(first).not.toContain('did not pass');
    expect(second).toContain('The build command fails');
    expect(second).toContain('SyntaxError: Unexpected token');
    expect(second).toContain('+const ms = = 40;');
  });

  it('one that never passes gives up, and says why', async () => {
    expect(trialBy('never')).toBeNull();
    expect((await iterationsOf(status, 'never')).map(({ outcome }) => outcome)).toEqual(['tests-failed', 'unchanged']);
    expect(status.warnings).toContainEqual(expect.stringMatching(/^never gave up after 2 iterations: The tests fail/));
  });

  it('one that touches protected files is refused with the reason', async () => {
    expect(trialBy('protected')).toBe('The benchmark does less: rejected protected');
    expect((await iterationsOf(status, 'protected'))[0]?.text).toContain('bench/main.js');
  });

  it('one that hangs is ended with all that it started', async () => {
    expect(attemptOf('hangs')).toMatchObject({ outcome: 'unchanged', text: 'hangs was stopped after 2s (agents.hangs.timeout).' });
    expect(sleeping()).toEqual([]);
  });

  it('the key of one that tells it is in nothing that is kept', async () => {
    const [iteration] = await iterationsOf(status, 'tells');
    const log = await textOf(iteration?.log as AgentIteration['log']);
    expect(log).toContain('the key is [redacted]');
    expect(log).toContain('"KEY":"[redacted]"');
    expect(attemptOf('writes')).toMatchObject({ outcome: 'leaked', iterations: 3 });
    expect(attemptOf('writes')?.text).toContain('src/delta.js');
    const spellings = [key, Buffer.from(key).toString('base64').replace(/=+$/, '')];
    expect(filesBelow(engine.home.root).filter((file) => spellings.some((spelling) => readFileSync(file).includes(spelling)))).toEqual([]);
  });
});

it('goes on at the iteration in hand after the worker is killed; a task is written by another agent; each finds its login in a home of its own', async () => {
  const target = agentsTarget((agent) => `orchestrator = "thinks"\n${agent('gated', 'login = ["~/.agent"]')}${agent('obeys', 'tries = 2')}${agent('thinks')}${['warmup', 'profile', 'analyze', 'optimize'].map((type) => `[[steps]]\ntype = "${type}"\n`).join('')}`, { alpha: 40, beta: 30 });
  mkdirSync(join(usersHome, '.agent'));
  writeFileSync(join(usersHome, '.agent', 'auth.json'), '{}');
  writeFileSync(join(target.outside, 'gate'), '');
  const run = await startRun(engine, target);
  const seen = (): { told: boolean; alpha: string; home: string; login: boolean }[] => (existsSync(join(target.outside, 'seen')) ? readFileSync(join(target.outside, 'seen'), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as never) : []);
  await expect.poll(() => seen().length, { timeout: 60_000 }).toBe(2);
  process.kill(readState(engine.home)?.worker?.pid ?? 0, 'SIGKILL');
  await expect.poll(() => seen().length, { timeout: 60_000 }).toBe(3);
  rmSync(join(target.outside, 'gate'));
  const status = await run.result();
  // The second iteration began twice, both times with what the first one left.
  expect(seen().map(({ told, alpha }) => [told, /const ms = .*/.exec(alpha)?.[0]])).toEqual([[false, 'const ms = 40;'], [true, 'const ms = ;'], [true, 'const ms = ;']]);
  for (const { home, login: found } of seen()) expect([found, home]).toEqual([true, expect.not.stringMatching(new RegExp(`^${usersHome}/?$`))]);
  expect((status.agents ?? []).map(({ id, outcome, iterations }) => [id, outcome, iterations])).toEqual([['r1-gated-1', 'passed', 2], ['r1-obeys-1', 'passed', 1], ['r1-obeys-2', 'passed', 1]]);
  const [iteration] = await iterationsOf(status, 'obeys');
  expect(await textOf(iteration?.prompt as AgentIteration['prompt'])).toContain('Let alpha wait two milliseconds.');
  // What its task cost, and which prompts it was made of, is kept with it.
  expect(iteration?.prompts).toEqual({ agent: 2 });
  expect(status.agents?.[1]?.writer).toMatchObject({ agent: 'thinks', problem: '', prompts: { orchestrator: 2 } });
});

it('a person who stops the run does not wait for an agent; one that has used the budget is not asked again; one that breaks off keeps what it did', async () => {
  const target = agentsTarget((agent) => `${agent('hangs', 'timeout = "1h"')}${agent('idle')}${agent('dear', 'max_iterations = 9')}${agent('breaks', 'login = ["~/.other"]')}[budget]\ntokens = 4000\nmoney = 5.0\n`, { alpha: 10 });
  const login = join(usersHome, '.other');
  writeFileSync(login, '{}');
  writeFileSync(join(target.outside, 'held'), '');
  const run = await startRun(engine, target);
  await expect.poll(() => existsSync(join(target.outside, 'starts')) && readFileSync(join(target.outside, 'starts'), 'utf8').includes('breaks'), { timeout: 60_000 }).toBe(true);
  // Its second iteration cannot begin.
  rmSync(login);
  rmSync(join(target.outside, 'held'));
  await run.until('three have ended', ({ agents = [] }) => ['dear', 'idle', 'breaks'].every((name) => agents.some(({ agent }) => agent === name)));
  await run.handle.signal(messageNames.stop, { v: 1, who: 'a test' });
  const status = await run.result();
  expect(status).toMatchObject({ state: 'done', trials: [] });
  expect(status.warnings).toContain('idle proposed nothing: It edited nothing, and says: All is fast.');
  expect(status.agents?.find(({ agent }) => agent === 'breaks')).toMatchObject({ outcome: 'failed', iterations: 1, text: expect.stringMatching(/~\/\.other, which is not there \(PL_AGENT_LOGIN\)$/) as string });
  expect((await iterationsOf(status, 'breaks')).map(({ outcome }) => outcome)).toEqual(['build-failed']);
  expect(status.warnings).toContainEqual(expect.stringMatching(/^breaks broke off after one iteration: an agent is to find/));
  // Twice 1500 tokens; a third time might not fit.
  expect(status.agents?.find(({ agent }) => agent === 'dear')).toMatchObject({ outcome: 'build-failed', iterations: 2, spent: true, usage: { inputTokens: 2800, outputTokens: 200 } });
  expect(status.warnings).toContainEqual(expect.stringMatching(/^dear was not asked again after 2 iterations, since the budget of the run is used: The build command fails/));
  expect(status.warnings).toContainEqual(expect.stringMatching(/^The budget of \$5 does not bound dear: it does not say what it costs/));
  expect(readFileSync(join(engine.home.logs, status.run, 'spending.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as { by?: string; what: string; tokens: number }).filter(({ by, what }) => what === 'begin' && by === 'agent dear').map(({ tokens }) => tokens)).toEqual([1, 1500]);
  expect(sleeping()).toEqual([]);
});

/** What `hangs` started. */
function sleeping(): string[] {
  return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && commandLineOf(pid).startsWith('sleep\x0086399'));
}

function commandLineOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)).filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true);
}
