// Records real histories of every workflow into test/histories, for test/workflows/replay.test.ts:
//   npm run build && npx tsx scripts/record-histories.ts
// or only those of some scenarios: … scripts/record-histories.ts tests judgements
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fleetApply, fleetStatus, fleetSteer, type FleetState } from '../src/client/verbs/fleet.js';
import { fleetAttach, fleetSweep, steerSweep, type SweepFollowed } from '../src/client/verbs/fleet-sweep.js';
import type { KnownHost } from '../src/worker/known-hosts.js';
import { hosts as listHosts, steerHost } from '../src/client/verbs/hosts.js';
import { acknowledgeAlert, fleetAlerts } from '../src/client/verbs/fleet-alerts.js';
import { judge } from '../src/client/verbs/judge.js';
import { learn } from '../src/client/verbs/learn.js';
import { rollBack } from '../src/client/verbs/rollback.js';
import { watchOnce } from '../src/client/verbs/watch.js';
import { messageNames } from '../src/core/messages.js';
import type { SweepStatus } from '../src/core/fleet/sweep.js';
import { openQuestions } from '../src/core/run/questions.js';
import type { RunStatus } from '../src/core/status.js';
import { packageRoot } from '../src/worker/engine/package-paths.js';
import { setUpEngine, type TestEngine } from '../test/e2e/engine.js';
import { startRun, type StartedRun } from '../test/e2e/runs.js';
import { seedRuns } from '../test/support/seeded-fleet.js';
import { historyToPlain } from '../test/workflows/history-file.js';
import { createTarget, makesFast, proposer, scoredProgram, scoreScript, waiting, type Target } from '../test/e2e/target.js';

const folder = join(packageRoot, 'test', 'histories');
/** Larger ones would make the repository heavy. */
const mostBytes = 300_000;
const targets: Target[] = [];

/** One function is made fast, another only gets a comment: one candidate is accepted and the other refused. */
const fastOrComment = `if (name === 'alpha') { ${makesFast} } else { write(text + '// faster\\n'); console.log(\`a comment on \${name}\`); }`;

function target(name: string, body: string, config: string, functions: Record<string, number> = { alpha: 40, beta: 30 }): Target {
  const made = createTarget((outside) => scoredProgram(functions, `[target]\nname = "${name}"\n[propose]\nrecipes = false\nscript = "node ${proposer(outside, body)}"\n${config}`));
  targets.push(made);
  return made;
}

async function twoRounds(engine: TestEngine): Promise<void> {
  const status = await (await startRun(engine, target('two-rounds', fastOrComment, '[loop]\nrounds = 2'))).result();
  expectThat(status, status.accepted === 1 && status.round === 2);
  await record(engine, 'run', 'two-rounds', status.run);
  await record(engine, 'trial', 'accepted', `${status.run}/${trialThat(status, 'accepted')}`);
  await record(engine, 'trial', 'refused', `${status.run}/${trialThat(status, 'rejected')}`);
}

/** What is accepted is profiled, and the next round takes that profile. */
async function profiled(engine: TestEngine): Promise<void> {
  const status = await (await startRun(engine, target('profiled', fastOrComment, '[loop]\nrounds = 2'))).result();
  expectThat(status, status.accepted === 1 && status.round === 2 && status.trials.some(({ profile }) => profile !== undefined));
  await record(engine, 'run', 'profiled', status.run);
}

/** A number in a file becomes a patch, and a variable of the environment advice. */
async function knobs(engine: TestEngine): Promise<void> {
  const declared = ['[propose]\nrecipes = false\n[propose.knobs]\nkinds = ["declared"]\nsamples = 60\n[loop]\nrounds = 1\n[approval]\nmode = "never"', '[[knobs]]\nname = "wait"\nfile = "src/alpha.js"\npattern = "const ms = ([0-9]+)"\nchoices = [2, 40]', '[[knobs]]\nname = "pace"\nenv = "PACE"\nchoices = [1, 2]'];
  const made = createTarget(() => ({ ...scoredProgram({ alpha: 40 }, declared.join('\n')), 'bench/score.sh': scoreScript.replace('total=20', 'total=$((20 + ${PACE:-30}))') }));
  targets.push(made);
  const status = await (await startRun(engine, made)).result();
  expectThat(status, status.accepted === 1 && status.knobs?.advice.length === 1);
  await record(engine, 'run', 'knobs', status.run);
}

/** One approval comes early, one late, one rejection, by update and by signal; the run is paused and resumed before. */
async function approvals(engine: TestEngine): Promise<void> {
  const run = await startRun(engine, target('approvals', makesFast, '[loop]\nrounds = 1\n[approval]\nmode = "each"', { alpha: 40, beta: 30, gamma: 20 }));
  const update = (candidate: string, approve: boolean) => run.handle.executeUpdate(messageNames.decide, { args: [run.decide(candidate, approve)] });
  await run.handle.executeUpdate(messageNames.setBudget, { args: [{ v: 1, maxTrials: 50 }] });
  await run.handle.signal(messageNames.pause);
  await run.until('it is paused', (status) => status.state === 'paused');
  await run.handle.signal(messageNames.resume);
  await run.until('the first waits', (status) => status.trials.some((trial) => trial.id === 'r1-1' && trial.state === 'awaiting-approval'));
  await update('r1-1', true);
  await run.until('the others wait', (status) => status.state === 'awaiting-approval' && status.accepted === 1);
  await update('r1-3', false);
  await run.handle.signal(messageNames.decide, run.decide('r1-2', true));
  const status = await run.result();
  expectThat(status, status.accepted === 2);
  await record(engine, 'run', 'approvals', status.run);
  await record(engine, 'trial', 'confirmed-afresh', `${status.run}/r1-2c`);
}

/** What a client hands in. */
async function lessons(engine: TestEngine): Promise<void> {
  const status = await (await startRun(engine, target('learned', fastOrComment, '[loop]\nrounds = 1\nablation = false'))).result();
  const { trials } = await learn(engine.context, { run: status.run });
  expectThat(status, trials === 2);
  for await (const { workflowId } of engine.client.workflow.list({ query: 'WorkflowType = "keepLessons"' })) await record(engine, 'keepLessons', 'of-trials', workflowId);
}

/** Nobody can be told, as no address is set: what failed is a workflow of its own. */
async function told(engine: TestEngine): Promise<void> {
  const status = await (await startRun(engine, target('told', makesFast, '[loop]\nrounds = 1\n[[notify]]\nkind = "slack"\nurl = "$NOT_SET"\n[[steps]]\ntype = "noop"', { alpha: 1 }))).result();
  const id = `notify/${status.run}.finished`;
  await engine.client.workflow.getHandle(id).result().catch(() => undefined);
  await record(engine, 'run', 'told', status.run);
  await record(engine, 'notification', 'not-set', id);
}

async function finalApproval(engine: TestEngine): Promise<void> {
  const run = await startRun(engine, target('final-approval', makesFast, '[loop]\nrounds = 1\n[approval]\nmode = "final"\ntimeout = "1s"\non_timeout = "approve"', { alpha: 40 }));
  const status = await run.result();
  expectThat(status, status.decisions.length === 1);
  await record(engine, 'run', 'final-approval-timeout', status.run);
}

async function endings(engine: TestEngine): Promise<void> {
  const slow = target('cancelled', makesFast, '[loop]\nrounds = 1', { alpha: 500 });
  const cancelled = await startRun(engine, slow);
  await cancelled.until('a trial samples', (status) => status.trials[0]?.state === 'confirming');
  await cancelled.handle.cancel();
  await failed(cancelled, 'cancelled');
  await record(engine, 'run', 'cancelled', cancelled.id);
  await record(engine, 'trial', 'cancelled', `${cancelled.id}/r1-1`);

  const stopped = await startRun(engine, slow);
  await stopped.until('a trial samples', (status) => status.trials[0]?.state === 'confirming');
  await stopped.handle.signal(messageNames.stop, { v: 1, who: 'recorder' });
  await record(engine, 'run', 'stopped', (await stopped.result()).run);

  const red = target('red', makesFast, '');
  red.write({ 'perfloop.toml': '[commands]\nbenchmark = "sh bench/score.sh"\ntest = "exit 1"\n' });
  red.commit('Red');
  const refused = await startRun(engine, red);
  await failed(refused, 'failed');
  await record(engine, 'run', 'base-red', refused.id);
}

async function judgements(engine: TestEngine): Promise<void> {
  const judged = target('judged', makesFast, '');
  judged.write({ 'src/alpha.js': 'const ms = 2;\n' });
  for (const [name, base] of [['accepted', 'HEAD'], ['rejected', 'faster']] as const) {
    if (name === 'rejected') {
      judged.git('checkout', '--quiet', '-b', 'faster');
      judged.commit('Faster');
      judged.write({ 'README': 'faster still\n' });
    }
    const { status } = await judge(engine.context, { repo: judged.dir, base, candidate: 'WORKTREE' });
    if (status === null) throw new Error('the judgement was left');
    expectThat(status, status.trials[0]?.verdict?.kind === name);
    await record(engine, 'judge', name, status.run);
  }
}

/** The tests fail once at the candidate and once at the champion: each runs a second time. */
async function tests(engine: TestEngine): Promise<void> {
  const flaky = target('flaky', makesFast, '');
  const script = `echo x >> ${flaky.outside}/runs\nresult="ok 1 - flaky"\ncase $(wc -l < ${flaky.outside}/runs | tr -d " ") in 2 | 3) result="not $result";; esac\nprintf 'TAP version 13\\n%s\\n1..1\\n' "$result"\ncase "$result" in not*) exit 1;; esac\n`;
  flaky.write({ 'test/flaky.sh': script, 'perfloop.toml': readFileSync(join(flaky.dir, 'perfloop.toml'), 'utf8').replace('[commands]', '[commands]\ntest = "sh test/flaky.sh"') });
  flaky.commit('Tests');
  flaky.write({ 'src/alpha.js': 'const ms = 2;\n' });
  const { status } = await judge(engine.context, { repo: flaky.dir, base: 'HEAD', candidate: 'WORKTREE' });
  if (status === null) throw new Error('the judgement was left');
  expectThat(status, status.trials[0]?.verdict?.kind === 'accepted' && status.warnings.some((text) => text.includes('flaky')));
  await record(engine, 'trial', 'flaky-tests', `${status.run}/candidate`);
}

/** Two candidates are accepted whose output and functions are compared: each with its champion, both together with the base. */
async function compared(engine: TestEngine): Promise<void> {
  const config = '[commands.check]\nrun = "echo the same"\n[[cases]]\nentry = "src/beta.js#beta"\nargs = ["int"]\ncount = 2\n[loop]\nrounds = 1\nablation = false';
  const status = await (await startRun(engine, target('compared', makesFast, config, { alpha: 40, gamma: 30, beta: 0 }))).result();
  expectThat(status, status.accepted === 2);
  await record(engine, 'run', 'compared', status.run);
  await record(engine, 'trial', 'compared', `${status.run}/${trialThat(status, 'accepted')}`);
}

/** Screening on two builds of each side, confirmation on eight. */
async function builds(engine: TestEngine): Promise<void> {
  const built = target('builds', makesFast, '');
  const sequential = readFileSync(join(built.dir, 'perfloop.toml'), 'utf8').replace(/protocol = "fixed"\nwarmups = 0\nruns = 6\nbuilds = 1\n/, '');
  built.write({ 'perfloop.toml': sequential });
  built.commit('The schedule of several builds');
  built.write({ 'src/alpha.js': 'const ms = 2;\n' });
  const { status } = await judge(engine.context, { repo: built.dir, base: 'HEAD', candidate: 'WORKTREE' });
  if (status === null) throw new Error('the judgement was left');
  expectThat(status, (status.trials[0]?.verdict?.measured?.builds ?? 1) >= 8);
  await record(engine, 'judge', 'builds', status.run);
  await record(engine, 'trial', 'builds', `${status.run}/candidate`);
}

/** One build of the candidate is unlucky, so that the first look at eight does not decide and four more are made. */
async function growing(engine: TestEngine): Promise<void> {
  const grown = target('growing', makesFast, '');
  const build = `out=1\nif grep -q 'ms = 2;' src/alpha.js; then\n  echo x >> ${grown.outside}/builds\n  if [ $(wc -l < ${grown.outside}/builds) -eq 6 ]; then out=2; fi\nfi\nmkdir -p out && echo $out > out/luck\n`;
  const score = scoreScript.replace('1000000 / total', '1000000 / total / $(cat out/luck)');
  const config = readFileSync(join(grown.dir, 'perfloop.toml'), 'utf8').replace(/protocol = "fixed"\nwarmups = 0\nruns = 6\nbuilds = 1\n/, '').replace('[commands]', '[commands]\nbuild = "sh build.sh"');
  grown.write({ 'build.sh': build, 'bench/score.sh': score, 'perfloop.toml': config });
  grown.commit('Builds with luck');
  grown.write({ 'src/alpha.js': 'const ms = 2;\n' });
  const { status } = await judge(engine.context, { repo: grown.dir, base: 'HEAD', candidate: 'WORKTREE' });
  if (status === null) throw new Error('the judgement was left');
  expectThat(status, status.trials[0]?.verdict?.kind === 'accepted' && (status.trials[0].verdict.measured?.builds ?? 1) > 8);
  await record(engine, 'trial', 'growing', `${status.run}/candidate`);
}

/** A final measurement of two builds of each side. */
async function finalBuilds(engine: TestEngine): Promise<void> {
  const built = target('final-builds', makesFast, '[loop]\nrounds = 1\nablation = false');
  built.write({ 'perfloop.toml': readFileSync(join(built.dir, 'perfloop.toml'), 'utf8').replace('builds = 1', 'builds = 2') });
  built.commit('Two builds');
  const status = await (await startRun(engine, built)).result();
  expectThat(status, status.final?.measured.builds === 2);
  await record(engine, 'run', 'final-builds', status.run);
}

/** What was approved is too good to believe on the new champion, so that it is asked about again; then the benchmark breaks, and the final measurement has no numbers. */
async function quarantinedAfresh(engine: TestEngine): Promise<void> {
  const together = target('quarantined-afresh', makesFast, '[loop]\nrounds = 1\nablation = false\n[approval]\nmode = "each"', { alpha: 100, beta: 97 });
  together.write({ 'bench/score.sh': `if [ -e ${together.outside}/broken ]; then exit 1; fi\n${scoreScript.replace('total=20', 'total=3')}` });
  together.commit('A benchmark that can break');
  const run = await startRun(engine, together);
  const waits = (id: string) => run.until(`${id} waits`, ({ trials, state }) => state === 'awaiting-approval' && trials.some((trial) => trial.id === id && trial.state === 'awaiting-approval'));
  await waits('r1-2');
  for (const id of ['r1-1', 'r1-2']) await run.handle.signal(messageNames.decide, run.decide(id, true));
  await waits('r1-2c');
  writeFileSync(join(together.outside, 'broken'), '');
  await run.handle.signal(messageNames.decide, run.decide('r1-2c', false));
  const status = await run.result();
  expectThat(status, status.accepted === 1 && status.final === null);
  await record(engine, 'run', 'quarantined-afresh', status.run);
}

/** A round with two steps `execute`, one trial each. */
async function executedTwice(engine: TestEngine): Promise<void> {
  const twice = ['profile', 'analyze', 'optimize', 'execute'];
  const steps = ['type = "warmup"', ...twice.map((type) => `type = "${type}"`), ...twice.map((type) => `type = "${type}"\nname = "${type}-again"`)];
  const status = await (await startRun(engine, target('executed-twice', makesFast, `[loop]\nrounds = 1\nablation = false\ncandidates_per_round = 1\n${steps.map((step) => `[[steps]]\n${step}\n`).join('')}`))).result();
  expectThat(status, status.trials.map(({ id }) => id).join(' ') === 'r1-1 r1-2');
  await record(engine, 'run', 'executed-twice', status.run);
}

/** Two agents: one is told of a failed build and then passes, one edits nothing. Another one writes their tasks. */
async function agents(engine: TestEngine): Promise<void> {
  const edits = target('agents', makesFast, '', { alpha: 40 });
  writeFileSync(join(edits.outside, 'agent.sh'), `if grep -q 'did not pass'; then echo 'exports.alpha = () => 2; const ms = 2;' > src/alpha.js; else echo '= =' > src/alpha.js; fi\necho 'Alpha does not wait'\n`);
  const agent = (name: string, run: string): string => `[agents.${name}]\ncommand = ["sh", "-c", ${JSON.stringify(run)}]\n`;
  const config = readFileSync(join(edits.dir, 'perfloop.toml'), 'utf8').replace(/\[propose\]\n.*\n.*\n/, `[loop]\nrounds = 1\n[propose]\nrecipes = false\norchestrator = "thinks"\n`).replace('[commands]', '[commands]\nbuild = "node --check src/alpha.js"');
  edits.write({ 'perfloop.toml': `${config}\n${agent('edits', `sh ${edits.outside}/agent.sh`)}${agent('idle', 'cat')}${agent('thinks', 'cat > /dev/null; echo Wait less')}` });
  edits.commit('Agents');
  const status = await (await startRun(engine, edits)).result();
  expectThat(status, status.accepted === 1 && status.agents?.map(({ outcome, iterations }) => `${outcome} ${iterations}`).join(' ') === 'passed 2 unchanged 1');
  await record(engine, 'run', 'agents', status.run);
  await record(engine, 'agentAttempt', 'second-iteration', `${status.run}/r1-edits-1`);
  await record(engine, 'agentAttempt', 'idle', `${status.run}/r1-idle-1`);
}

/** Steps that form a graph: branches, a race with a loser, a retry, a jump back, a skipped step. */
async function graph(engine: TestEngine): Promise<void> {
  const made = createTarget((outside) => scoredProgram({ alpha: 1 }, `[target]\nname = "graph"\n[loop]\nrounds = 1\n${[
    stepText('count', `echo x >> ${outside}/count; grep -c x ${outside}/count`, 'output = "json"\nneeds = []\nnext = [{ to = "count", when = "steps.count.output < 2" }]'),
    stepText('skipped', 'true', 'needs = ["count"]\nwhen = "steps.count.output < 2"'),
    '[[steps]]\ntype = "parallel"\nname = "both"\nneeds = ["count"]\n',
    stepText('flaky', `echo x >> ${outside}/flaky; test $(grep -c x ${outside}/flaky) -ge 2`, 'retry = { attempts = 2, backoff = "50ms" }', 'steps.steps'),
    stepText('steady', 'true', '', 'steps.steps'),
    '[[steps]]\ntype = "race"\nname = "race"\nneeds = ["both", "skipped"]\n',
    stepText('slow', 'exec sleep 600', '', 'steps.steps'),
    stepText('quick', `while [ ! -e ${outside}/flaky ]; do sleep 0.02; done; sleep 0.5`, '', 'steps.steps'),
    stepText('last', 'true', 'needs = ["race"]'),
  ].join('')}`));
  targets.push(made);
  const status = await (await startRun(engine, made)).result();
  const { done, left, failed: bad, executions } = status.steps ?? {};
  expectThat(status, done === 5 && left === 2 && bad === 0 && executions === 7);
  await record(engine, 'run', 'graph', status.run);
}

/** A graph that goes on in new executions, with what its steps left. */
async function graphContinued(engine: TestEngine): Promise<void> {
  const steps = Array.from({ length: 6 }, (_, index) => stepText(`s${index}`, `echo ${index}`, `output = "json"\nneeds = [${index < 2 ? '' : `"s${index - 2}"`}]${index < 2 ? '' : `\nwhen = "steps.s${index - 2}.output == ${index - 2}"`}`));
  const status = await (await startRun(engine, target('graph-continued', '', `[loop]\nrounds = 1\n${steps.join('')}`, { alpha: 1 }), { mostEvents: 40 })).result();
  expectThat(status, status.steps?.done === 6);
  await record(engine, 'run', 'graph-continued', status.run);
}

/** A chain and a graph that are paused until nothing goes on, and resumed. */
async function paused(engine: TestEngine): Promise<void> {
  for (const [name, steps] of [['paused', '[[steps]]\ntype = "noop"\n'], ['graph-paused', `${stepText('first', 'sleep 2', 'needs = []')}${stepText('second', 'true', 'needs = ["first"]')}`]] as const) {
    const run = await startRun(engine, target(name, '', `[loop]\nrounds = 1\n${steps}`, { alpha: 1 }));
    await run.handle.signal(messageNames.pause);
    await run.until('nothing goes on', (status) => status.budget.askingSince !== undefined);
    await run.handle.signal(messageNames.resume);
    const status = await run.result();
    expectThat(status, status.state === 'done' && (status.budget.askingMs ?? 0) > 0);
    await record(engine, 'run', name, status.run);
  }
}

/** A function of a module of the target's, which throws at first, in a pipeline of a file. */
async function ownSteps(engine: TestEngine): Promise<void> {
  const config = `[loop]\nrounds = 1\n[step_types.own]\nmodule = "tools/own.mjs"\n[[steps]]\ntype = "pipeline"\nname = "gate"\nfile = "steps/gate.toml"\n`;
  const made = createTarget(() => ({
    ...scoredProgram({ alpha: 1 }, config),
    'steps/gate.toml': '[[steps]]\ntype = "own"\nwith = { text = "told {{input}}" }\nnext = [{ to = "own", on = "fail" }]\n[[steps]]\ntype = "own"\nname = "again"\nwith = { text = "{{state.told}}" }\n',
    'tools/own.mjs': "export function own({ text }, { step, set }) {\n  if (step.name === 'gate.own' && step.count === 1) throw Object.assign(new Error('not yet'), { code: 'NOT_YET' });\n  set('told', `${text}!`);\n  return { text };\n}\n",
  }));
  targets.push(made);
  const status = await (await startRun(engine, made)).result();
  expectThat(status, status.steps?.done === 2 && status.steps.executions === 3);
  await record(engine, 'run', 'own-steps', status.run);
}

/** Two steps ask at once, one of them again after a rejection, while the run goes on in new executions; nobody answers the last one. */
async function asked(engine: TestEngine): Promise<void> {
  const approve = (name: string, more: string, table = 'steps'): string => `[[${table}]]\ntype = "approve"\nname = "${name}"\n${more}\n`;
  const steps = ['[[steps]]\ntype = "parallel"\nname = "both"\n', approve('left', 'on_reject = "continue"', 'steps.steps'), approve('right', 'question = "Round {{input.round}}?"\nretry = { attempts = 2, backoff = "50ms" }', 'steps.steps'), approve('last', 'timeout = "1s"\non_timeout = "approve"')];
  const run = await startRun(engine, target('asked', '', `[loop]\nrounds = 1\n${steps.join('')}`, { alpha: 1 }), { mostEvents: 1 });
  const open = (status: RunStatus): string => openQuestions(status).map(({ id }) => id).sort().join(' ');
  await run.until('both wait', (status) => status.state === 'awaiting-approval' && open(status) === 'left right');
  await run.handle.executeUpdate(messageNames.decide, { args: [run.decide('right', false)] });
  await run.until('right waits again', (status) => open(status) === 'left right@2');
  await run.handle.signal(messageNames.decide, run.decide('right', true));
  await run.handle.executeUpdate(messageNames.decide, { args: [run.decide('left', false)] });
  const status = await run.result();
  expectThat(status, status.decisions.map(({ trial, approve: yes }) => `${trial} ${yes}`).join(' ') === 'right false right@2 true left false last true');
  await record(engine, 'run', 'asked', status.run);
}

const stepText = (name: string, command: string, more: string, table = 'steps'): string => `[[${table}]]\ntype = "command"\nname = "${name}"\ncommand = ${JSON.stringify(command)}\n${more}\n`;

/** A draft is accepted with the words of whoever explains that; a second one is overruled. */
async function explained(engine: TestEngine): Promise<void> {
  const step = (type: string, more = ''): string => `[[steps]]\ntype = "${type}"\n${more}\n`;
  const made = createTarget((outside) => {
    const agent = (name: string, program: string): string => {
      const file = join(outside, `${name}.mjs`);
      writeFileSync(file, program);
      return `[agents.${name}]\ncommand = ["node", ${JSON.stringify(file)}]\n`;
    };
    const edits = (name: string): string => agent(name, `import { readFileSync, writeFileSync } from 'node:fs';\nconst file = 'src/${name}.js';\nwriteFileSync(file, readFileSync(file, 'utf8').replace(/const ms = \\d+/, 'const ms = 2'));\nconsole.log('${name} waits less');\n`);
    const says = `import { readFileSync } from 'node:fs';\nconst decision = readFileSync(0, 'utf8').includes('src/beta.js | 2 +-') ? 'drop' : 'accept';\nconsole.log(JSON.stringify({ explanation: 'It waits less.', commit_message: 'Wait less', decision }));\n`;
    const rest = (of: string): string => [step('agent', `name = "edit-${of}"\nagent = "${of}"`), step('judge', `name = "judge-${of}"`), step('decide', `name = "decide-${of}"\nexplain = "critic"\nmay_overrule = true\ntimeout = "10m"`)].join('');
    return scoredProgram({ alpha: 12, beta: 10 }, `[target]\nname = "explained"\n[loop]\nrounds = 1\nablation = false\n[approval]\nmode = "never"\n${edits('alpha')}${edits('beta')}${agent('critic', says)}${step('warmup')}${rest('alpha')}${rest('beta')}`);
  });
  targets.push(made);
  const status = await (await startRun(engine, made)).result();
  expectThat(status, status.accepted === 1 && status.trials.length === 2 && status.trials[1]?.explained?.overruled === true);
  await record(engine, 'run', 'explained', status.run);
}

/** A host that is drained and serves again. */
async function hosts(engine: TestEngine): Promise<void> {
  const until = async (state: KnownHost['state']): Promise<KnownHost> => {
    for (;;) {
      const [known] = (await listHosts(engine.context)).hosts;
      if (known?.state === state) return known;
    }
  };
  const { queue, host } = await until('serving');
  await steerHost(engine.context, 'drain', host, 'to record it');
  await until('drained');
  await steerHost(engine.context, 'undrain', host, '');
  await until('serving');
  await record(engine, 'host', 'drained', queue);
}

/** A run of a fleet, and one that fails: it asks whether its schedule is to be paused. */
async function fleet(engine: TestEngine): Promise<void> {
  const made = target('fleet', fastOrComment, '[loop]\nrounds = 1\n[[steps]]\ntype = "noop"');
  const file = join(engine.home.root, 'fleet.toml');
  writeFileSync(file, `[fleet]\nname = "recorded"\n[[targets]]\nname = "done"\nrepository = "${made.dir}"\n[[targets]]\nname = "failed"\nrepository = "${made.dir}"\nbranch = "none"\n`);
  await fleetApply(engine.context, file, { force: false });
  await fleetSteer(engine.context, 'run', file, [], '');
  for (const name of ['done', 'failed']) {
    let last: FleetState['last'] = null;
    while (last === null || last.state === 'running') last = (await fleetStatus(engine.context, file)).targets.find(({ target: of }) => of === name)?.last ?? null;
    await record(engine, 'fleetRun', name, last.workflow);
  }
}

/** A run of a fleet that judges again what the one before had accepted, while nobody proposes anything. */
async function rechecked(engine: TestEngine): Promise<void> {
  const made = target('rechecked', makesFast, '[loop]\nrounds = 1\nablation = false\n', { alpha: 40 });
  const file = join(engine.home.root, 'fleet.toml');
  const night = async (overrides: string): Promise<RunStatus> => {
    writeFileSync(file, `[fleet]\nname = "rechecked"\n[[targets]]\nname = "scored"\nrepository = "${made.dir}"\n${overrides}`);
    await fleetApply(engine.context, file, { force: false });
    const { sweep: ended } = await fleetSweep(engine.context, { file, names: ['scored'], open: 1, detach: false, show: () => undefined });
    const outcome = ended?.ended[0]?.outcome;
    if (outcome?.kind !== 'completed' || outcome.run === null) throw new Error(`the run of the fleet did not complete: ${JSON.stringify(ended)}`);
    return engine.client.workflow.getHandle(outcome.run).query<RunStatus>(messageNames.status);
  };
  const first = await night('');
  expectThat(first, first.accepted === 1);
  const second = await night('overrides.propose.script = "true"\n');
  expectThat(second, second.accepted === 1 && second.trials[0]?.candidate.proposer === 'recheck' && second.reused?.patches?.run === first.run);
  await record(engine, 'run', 'rechecked-in-order', second.run);
}

/** A look that finds which of four commits made a branch slower. */
async function watched(engine: TestEngine): Promise<void> {
  const made = target('watched', fastOrComment, '', { alpha: 30 });
  const commit = (file: string, text: string, message: string): void => {
    made.write({ [file]: text });
    made.commit(message);
  };
  commit('one.txt', '1', 'Note one');
  commit('two.txt', '2', 'Note two');
  commit('src/alpha.js', waiting('alpha', 60), 'Wait longer');
  commit('three.txt', '3', 'Note three');
  const ended = await watchOnce(engine.context, { repository: made.dir, from: '~4' });
  const [regression] = ended.kind === 'ended' ? ended.result.regressions : [];
  if (regression?.bad.subject !== 'Wait longer' || regression.step?.answer !== 'slower') throw new Error(`not what this is a record of: ${JSON.stringify(ended, null, 1)}`);
  for await (const { workflowId } of engine.client.workflow.list({ query: 'WorkflowType = "watch"' })) await record(engine, 'watch', 'regression', workflowId);
  await record(engine, 'trial', 'only-speed', `${regression.step.run}/candidate`);
}

/** A sweep in executions as short as can be, of a run that completes and one that fails; one that is paused, resumed and stopped, and cancels its run. */
async function sweep(engine: TestEngine): Promise<void> {
  const made = target('sweep', fastOrComment, '[loop]\nrounds = 1\n[[steps]]\ntype = "noop"');
  const file = join(engine.home.root, 'fleet.toml');
  writeFileSync(file, `[fleet]\nname = "swept"\n[[targets]]\nname = "done"\nrepository = "${made.dir}"\n[[targets]]\nname = "failed"\nrepository = "${made.dir}"\nbranch = "none"\n[[targets]]\nname = "held"\nrepository = "${made.dir}"\noverrides.steps = [{ type = "approve", name = "hold" }]\n`);
  await fleetApply(engine.context, file, { force: false });
  const swept = async (names: string[], more: { mostEvents?: number; detach?: boolean }): Promise<SweepFollowed> => fleetSweep(engine.context, { file, names, open: 1, detach: false, show: () => undefined, ...more });
  const status = async (): Promise<SweepStatus | null> => (await fleetStatus(engine.context, file)).sweep;
  const expectSweep = (found: SweepStatus | null, holds: boolean): void => {
    if (!holds) throw new Error(`the sweep went another way than was to be recorded: ${JSON.stringify(found, null, 1)}`);
  };
  const { sweep: ended } = await swept(['done', 'failed'], { mostEvents: 1 });
  expectSweep(ended, ended?.counts.completed === 1 && ended.counts.failed === 1);
  await record(engine, 'fleet', 'continued', 'perfloop/fleet/swept');
  await record(engine, 'fleetRun', 'swept', 'perfloop/fleet/swept/done/sweep');
  const began = Date.now();
  await swept(['held', 'done'], { detach: true });
  for (let now = await status(); now?.running.length !== 1; now = await status());
  await steerSweep(engine.context, 'pause', file);
  await steerSweep(engine.context, 'resume', file);
  await steerSweep(engine.context, 'stop', file, { cancelRuns: true });
  const { sweep: stopped } = await fleetAttach(engine.context, file, () => undefined);
  expectSweep(stopped, stopped?.state === 'stopped' && stopped.counts.other === 1);
  await record(engine, 'fleet', 'stopped', 'perfloop/fleet/swept', began);
}

/** Every execution under the id, in the order of continue-as-new; with `since`, a time in milliseconds, those that began from then on. */
async function record(engine: TestEngine, type: string, name: string, workflowId: string, since = 0): Promise<void> {
  const executions: { runId: string; at: number }[] = [];
  for await (const { runId, startTime } of engine.client.workflow.list({ query: `WorkflowId = "${workflowId}"` })) if (startTime.getTime() >= since) executions.push({ runId, at: startTime.getTime() });
  executions.sort((one, other) => one.at - other.at);
  if (executions.length === 0) throw new Error(`the server does not list ${workflowId}`);
  for (const [index, { runId }] of executions.entries()) {
    const history = await engine.client.workflow.getHandle(workflowId, runId).fetchHistory();
    // An event a line: small, and a change can be read.
    const events = (withoutPlaces(historyToPlain(history)) as { events: unknown[] }).events.map((event) => JSON.stringify(event));
    const text = `{"events":[\n${events.join(',\n')}\n]}\n`;
    const file = `${type}.${name}${executions.length > 1 ? `-${index + 1}` : ''}.json`;
    if (text.length > mostBytes) throw new Error(`${file} would have ${text.length} bytes`);
    writeFileSync(join(folder, file), text);
    console.log(`${file}: ${history.events?.length ?? 0} events, ${text.length} bytes`);
  }
}

/** Names of this machine and of its temporary folders say nothing to others; payloads hold them in base64. */
function withoutPlaces(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((entry) => withoutPlaces(entry));
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, withoutPlaces(entry, name)]));
  if (typeof value !== 'string') return value;
  return key === 'data' ? Buffer.from(plainText(Buffer.from(value, 'base64').toString('utf8'))).toString('base64') : plainText(value);
}

function plainText(text: string): string {
  return text.replaceAll(`@${hostname()}`, '@host').replaceAll(packageRoot, '/perfloop').replaceAll(new RegExp(`${tmpdir()}/perfloop-(e2e|target)-\\w+`, 'g'), '/tmp/$1');
}

async function failed(run: StartedRun, state: string): Promise<void> {
  await run.result().then(() => null, () => null);
  const status = await run.status();
  expectThat(status, status.state === state);
}

function trialThat(status: RunStatus, kind: string): string {
  const found = status.trials.find((trial) => trial.verdict?.kind === kind);
  if (found === undefined) throw new Error(`no trial was ${kind}`);
  return found.id;
}

/** A history of something else than what its name says would test nothing. */
function expectThat(status: RunStatus, holds: boolean): void {
  if (!holds) throw new Error(`the run went another way than was to be recorded: ${JSON.stringify(status, null, 1)}`);
}

mkdirSync(folder, { recursive: true });
/** An alert is raised, acknowledged, and cleared by a wider bound. */
async function alerted(engine: TestEngine): Promise<void> {
  const file = join(engine.home.root, 'alerted.toml');
  const apply = async (alerts: string) => {
    writeFileSync(file, `[fleet]\nname = "alerted"\n${alerts}[[targets]]\nname = "none"\nrepository = "/nowhere"\n`);
    await fleetApply(engine.context, file, { force: false });
  };
  const until = async (kind: string) => {
    while (!(await fleetAlerts(engine.context, file).catch(() => ({ told: [] }))).told.some((told) => told.kind === kind));
  };
  await apply('[alerts]\nevery = "1s"\nmoney_per_day = 1\n');
  await until('raised');
  await acknowledgeAlert(engine.context, file, 'money', 'expected');
  await apply('[alerts]\nevery = "1s"\nmoney_per_day = 10\n');
  await until('cleared');
  await apply('');
  const id = 'perfloop/alerts/alerted';
  while ((await engine.client.workflow.getHandle(id).describe()).status.name === 'RUNNING');
  await record(engine, 'alerts', 'cleared', id);
}

/** A person takes back what a run accepted. */
async function rolledBack(engine: TestEngine): Promise<void> {
  const { run, patches } = await rollBack(engine.context, { run: 'r-accepted', trials: [], undo: false, why: 'the build takes an hour' });
  if (patches.length !== 1) throw new Error('nothing was rolled back');
  for await (const { workflowId } of engine.client.workflow.list({ query: 'WorkflowType = "rollback"' })) if (workflowId.startsWith(run)) await record(engine, 'rollback', 'by-hand', workflowId);
}

const scenarios = { twoRounds, profiled, knobs, approvals, lessons, finalApproval, endings, judgements, tests, compared, builds, growing, finalBuilds, quarantinedAfresh, executedTwice, agents, graph, graphContinued, paused, ownSteps, asked, explained, fleet, sweep, rechecked, hosts, alerted, watched, told, rolledBack };
const only = process.argv.slice(2);
if (only.length === 0) for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) rmSync(join(folder, file));
const setUp = setUpEngine({ USER: 'recorder' });
// What `alerted` and `rolledBack` are about.
seedRuns(setUp.home, [{ run: 'r-dear', fleet: 'alerted', startedAt: Date.now(), endedAt: Date.now(), dollars: 3 }, { run: 'r-accepted', fleet: 'rolled-back', startedAt: 1, endedAt: 2, accepted: [{ at: 1 }] }]);
try {
  const engine: TestEngine = { ...setUp, ...(await setUp.start()) };
  for (const [name, scenario] of Object.entries(scenarios)) if (only.length === 0 || only.includes(name)) await scenario(engine);
} finally {
  await setUp.stop();
  for (const made of targets) made.remove();
}
