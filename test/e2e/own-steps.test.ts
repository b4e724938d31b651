import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { documented } from '../support/documented-steps.js';
import { isRunning } from '../support/is-running.js';
import { startRun } from './runs.js';
import { makeTarget, sharedEngine } from './shared.js';
import { effect } from './target.js';

const engine = sharedEngine();

/** Beside the type of the documentation two that hang or look around, and one that leaves what it must not. */
const more = `import { execFileSync, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
export async function hang({ told }) {
  spawn('sleep', ['4321.0625'], { stdio: 'inherit' });
  console.error('hanging in there');
  if (told !== undefined) writeFileSync(told, '');
  await new Promise(() => setInterval(() => {}, 1000));
}
export function look({ text, margin, all }, { input, paths, round, step, commit }) {
  writeFileSync('bench.js', 'process.exit(1);');
  return { text, margin, all, input, round, step, head: execFileSync('git', ['rev-parse', 'HEAD'], { cwd: paths.worktree, encoding: 'utf8' }).length, commit: commit.length, secret: process.env.PERFLOOP_HOME ?? null };
}
export function forge(settings, { set }) {
  set('draft', { commit: 'x' });
}
`;

const target = makeTarget((outside) => {
  const named = (type: string, name: string, rest = ''): string => `[[steps]]\ntype = "${type}"\nname = "${name}"\n${rest}\n`;
  const gate = [
    // The rate grows each time that it is read.
    named('command', 'rate', `command = "echo x >> ${outside}/rates; echo '{\\"QPS\\": '$(($(wc -l < ${outside}/rates) * 100))'}'"\noutput = "json"`),
    named('floor', 'floor', 'with = { metric = "QPS", least = 250, seen = "{{input}}" }\nnext = [{ to = "rate", on = "fail", when = "steps.floor.count < 5" }]'),
  ].join('');
  const steps = [
    named('pipeline', 'first', 'file = "steps/gate.toml"'),
    named('pipeline', 'second', 'file = "steps/gate.toml"'),
    named('look', 'look', 'with = { text = "{{input.passed}} by {{state.margin}} of {{steps.second.output.value}}", margin = "{{state.margin}}", all = ["{{input}}"] }'),
    named('command', 'told', `when = "steps.look.output.margin == 1.6 and steps[\\"first.floor\\"].count == 3"\ncommand = ${JSON.stringify(`node bench.js && ${effect(outside, 'told')}`)}`),
    // The quick one waits until the other one hangs.
    `[[steps]]\ntype = "race"\nname = "race"\n[[steps.steps]]\ntype = "hang"\nname = "late"\nwith = { told = "${outside}/hangs" }\n[[steps.steps]]\ntype = "command"\nname = "quick"\ncommand = "until test -e ${outside}/hangs; do sleep 0.1; done; ${effect(outside, 'quick')}"\n`,
    named('forge', 'forge', 'on_fail = "continue"'),
    named('hang', 'over', 'timeout = "2s"\non_fail = "continue"'),
    named('command', 'last', `command = ${JSON.stringify(effect(outside, 'last'))}`),
  ].join('');
  const types = ['floor', 'hang', 'look', 'forge'].map((type) => `[step_types.${type}]\nmodule = "tools/steps.mjs"\n`).join('');
  return { 'bench.js': 'console.log(1);\n', 'steps/gate.toml': gate, 'tools/steps.mjs': `${documented('// tools/steps.mjs')}${more}`, 'perfloop.toml': `[commands]\nbenchmark = "node bench.js"\n[loop]\nrounds = 1\n${types}${steps}` };
});

it('a run with steps of files and types of its own: functions run apart, pass values on, fail by their codes, and are killed', async () => {
  const run = await startRun(engine, target);
  // The run keeps its own plan.
  target.write({ 'steps/gate.toml': 'nonsense\n', 'tools/steps.mjs': 'throw new Error();\n' });
  const status = await run.result();
  expect(status).toMatchObject({ state: 'done', steps: { failed: 2, running: [] } });
  expect(target.effects()).toEqual(['told', 'quick', 'last']);
  expect(isRunning('4321.0625')).toBe(false);
  const rounds = join(engine.home.logs, status.run, 'round-01');
  const executions = readdirSync(rounds).sort().map((folder) => ({ folder: folder.slice(5), ...(JSON.parse(readFileSync(join(rounds, folder, 'step.json'), 'utf8')) as { output?: unknown; error?: { code: string; message: string } }) }));
  const of = (name: string): typeof executions => executions.filter(({ folder }) => folder === name);
  expect(of('first.floor').map(({ error, output }) => error?.code ?? output)).toEqual(['TOO_SLOW', 'TOO_SLOW', { passed: 'first.floor', value: 300 }]);
  expect(of('first.floor')[0]?.error?.message).toContain('QPS is 100, not 250');
  expect(of('second.floor').map(({ output }) => output)).toEqual([{ passed: 'second.floor', value: 400 }]);
  expect(of('look')[0]?.output).toEqual({ text: 'second.floor by 1.6 of 400', margin: 1.6, all: [{ passed: 'second.floor', value: 400 }], input: { passed: 'second.floor', value: 400 }, round: 1, step: { name: 'look', count: 1, attempt: 1 }, head: 41, commit: 40, secret: null });
  expect(of('forge')[0]?.error).toMatchObject({ code: 'PL_STEP_OUTPUT', message: expect.stringContaining('draft') });
  const late = readdirSync(rounds).find((folder) => folder.endsWith('-late')) ?? '';
  expect(readdirSync(join(rounds, late)).map((file) => (file.endsWith('.log') ? readFileSync(join(rounds, late, file), 'utf8') : '')).join('')).toContain('hanging in there');
});
