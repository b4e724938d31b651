import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { TrialSummary } from '../../src/core/status.js';
import { hookReceiver } from '../support/hook-receiver.js';
import { modelServer } from '../support/model-server.js';
import { freePort, scrapeUntil, sumOf } from '../support/scrape.js';
import { historyToPlain } from '../workflows/history-file.js';
import { cli, jsonOf } from './cli.js';
import { startRun, verdictOf } from './runs.js';
import { makeTarget, sharedEngine } from './shared.js';
import { effect, scoredProgram, scoreScript } from './target.js';

// Secrets in every place that a user may give them, told by everybody who gets them; then everything that is left is searched.

const planted = (name: string): string => `${name}-"${randomBytes(9).toString('base64')}"/+ä`;
const secrets = {
  /** Given to nobody: in the environment of the worker alone. */
  AWS_SECRET_ACCESS_KEY: planted('aws'),
  STEP_TOKEN: planted('step'),
  /** Its name says nothing, the one that it is given under does. */
  GIVEN: planted('given'),
  BENCH_TOKEN: planted('bench'),
  TEST_TOKEN: planted('test'),
  AGENT_KEY: planted('agent'),
  MODEL_KEY: `model-${randomBytes(12).toString('base64url')}`,
  PROXY_PASSWORD: `proxy-${randomBytes(8).toString('hex')}`,
  REMOTE_PASSWORD: `remote-${randomBytes(8).toString('hex')}`,
  /** Part of an address that takes messages. */
  HOOK_PATH: `hook-${randomBytes(9).toString('base64url')}`,
  TELEMETRY: `telemetry-${randomBytes(9).toString('base64url')}`,
  LOGIN: `${randomBytes(6).toString('hex')}/${randomBytes(6).toString('hex')}`,
};
const { PROXY_PASSWORD, REMOTE_PASSWORD, HOOK_PATH, TELEMETRY, LOGIN, ...ofEnvironment } = secrets;
const usersHome = mkdtempSync(join(tmpdir(), 'perfloop-user-'));
const { told: notified, env: { HOOK = '', HOOK_KEY = '' } } = await hookReceiver();
const metrics = `127.0.0.1:${await freePort()}`;
const engine = sharedEngine({ ...ofEnvironment, TEAM_WEBHOOK: `${HOOK}${HOOK_PATH}`, HOOK_KEY, OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${TELEMETRY}`, PERFLOOP_METRICS: metrics, HOME: usersHome, HTTPS_PROXY: `http://me:${PROXY_PASSWORD}@127.0.0.1:9` });
afterAll(() => rmSync(usersHome, { recursive: true, force: true }));

/** Prints the variable in pieces that end within it, and as other programs would write it. */
const telling = (name: string): string => `const secret = process.env.${name};
const bytes = Buffer.from(secret);
console.log(JSON.stringify({ secret }), encodeURIComponent(secret), bytes.toString('hex'), bytes.toString('base64'), bytes.toString('base64url'), Buffer.from('ada:' + secret + '\\n').toString('base64'));
process.stderr.write(bytes.subarray(0, 7));
setTimeout(() => { process.stderr.write(bytes.subarray(7)); console.error('\\nError: ' + secret); process.exitCode = Number(process.argv[2] ?? 0); }, 50);
`;

const target = makeTarget((outside) => {
  writeFileSync(join(outside, 'agent.mjs'), `import { readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
const [name, ms] = process.argv.splice(2, 2);
const file = 'src/' + name + '.js';
writeFileSync(file, readFileSync(file, 'utf8').replace(/const ms = \\d+/, 'const ms = ' + ms));
console.log(name + ' waits less, says ' + process.env.AGENT_KEY + ' of ' + readFileSync(homedir() + '/.agent', 'utf8'));
${telling('AGENT_KEY')}`);
  /** What the worker alone needs, told as programs tell it that got it all the same. */
  const ofWorker = 'CHAT = "$TEAM_WEBHOOK", SIGNED = "$HOOK_KEY", SENT = "$OTEL_EXPORTER_OTLP_HEADERS"';
  const step = (type: string, more = ''): string => `[[steps]]\ntype = "${type}"\n${more}\n`;
  const command = (name: string, run: string, more = ''): string => step('command', `name = "${name}"\ncommand = { run = ${JSON.stringify(run)}, env = { STEP_TOKEN = "$STEP_TOKEN", API_TOKEN = "$GIVEN", ${ofWorker} } }\n${more}`);
  const agent = (name: string, ...words: string[]): string => `[agents.${name}]\ncommand = ${JSON.stringify(['node', `${outside}/agent.mjs`, ...words])}\nenv = { AGENT_KEY = "$AGENT_KEY" }\nlogin = ["~/.agent"]\n`;
  const steps = [
    step('warmup'),
    command('peeks', `cat /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n'; ${effect(outside, 'peeks')}`),
    command('tells', `node tell.js && ${effect(outside, 'tells')}`),
    command('gives', 'node -e "console.log(JSON.stringify({ said: process.env.API_TOKEN, kept: process.env.STEP_TOKEN, chat: process.env.CHAT, key: process.env.SIGNED, sent: process.env.SENT, token: process.env.SENT.split(/%20/)[1] }))"', 'output = "json"'),
    command('fails', `node tell.js 3; code=$?; ${effect(outside, 'fails')}; exit $code`, 'on_fail = "continue"'),
    step('agent', 'agent = "faster"'),
    step('benchmark', 'warmups = 0\nruns = 2'),
    step('judge'),
    step('decide', 'explain = "m"'),
    step('agent', 'name = "again"\nagent = "breaks"'),
    step('judge', 'name = "judge-again"'),
    step('decide', 'name = "decide-again"\nexplain = "m"'),
  ].join('');
  const files = scoredProgram({ alpha: 12, beta: 10 }, `[target]\nname = "secrets"\nsetup = "echo \\"$HTTPS_PROXY\\" >&2; ${effect(outside, 'setup')}"\n[tests]\nformat = "tap"\n[loop]\nrounds = 1\nablation = false\n[approval]\nmode = "never"\n[[notify]]\nkind = "webhook"\nurl = "$TEAM_WEBHOOK"\nsecret = "$HOOK_KEY"\nevents = ["accepted", "finished"]\n[models.m]\nprovider = "anthropic"\nmodel = "claude-sonnet-5-5"\nbase_url = "MODEL_URL"\napi_key = "$MODEL_KEY"\n${agent('faster', 'alpha', '2')}${agent('breaks', 'beta', '1')}${steps}`);
  const benchmark = 'benchmark = { run = "sh bench/score.sh", env = { BENCH_TOKEN = "$BENCH_TOKEN" } }\ntest = { run = "node test/tap.js", env = { TEST_TOKEN = "$TEST_TOKEN" } }\n';
  return {
    ...files,
    'tell.js': telling('STEP_TOKEN'),
    'test/tap.js': "console.log('TAP version 13\\n1..1\\nok 1 - with ' + process.env.TEST_TOKEN);\n",
    // Says it in every sample, and in the error of one that fails: that of the second agent's change.
    'bench/score.sh': `printf '%s\\n' "$BENCH_TOKEN" >&2\nif grep -q 'ms = 1;' src/beta.js; then echo "no license for $BENCH_TOKEN"; exit 4; fi\n${scoreScript}`,
    'perfloop.toml': (files['perfloop.toml'] ?? '').replace('benchmark = "sh bench/score.sh"\n', benchmark),
  };
});

/** Everything that would give a secret away; found without what perfloop itself finds them by. */
function told(bytes: Buffer): string[] {
  const text = bytes.toString('latin1');
  return Object.entries({ ...secrets, HOOK_KEY }).flatMap(([name, secret]) => {
    const utf8 = Buffer.from(secret);
    // The middle of the base64, whatever stands before it.
    const inBase64 = [0, 1, 2].map((before) => Buffer.concat([Buffer.alloc(before), utf8]).toString('base64').slice(4, -4));
    const forms = [secret, JSON.stringify(secret).slice(1, -1), JSON.stringify(JSON.stringify(secret)).slice(3, -3), encodeURIComponent(secret), utf8.toString('hex'), ...inBase64, ...inBase64.map((form) => form.replaceAll('+', '-').replaceAll('/', '_')), secret.replaceAll('&', '&amp;').replaceAll('"', '&quot;')];
    return forms.some((form) => text.includes(Buffer.from(form).toString('latin1'))) ? [name] : [];
  });
}

const filesBelow = (folder: string): string[] => readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)).filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true);

/** Bytes are base64 in the JSON of a history; payloads are JSON within. */
function payloadsOf(value: unknown): Buffer[] {
  if (Array.isArray(value)) return value.flatMap(payloadsOf);
  if (typeof value !== 'object' || value === null) return typeof value === 'string' ? [Buffer.from(value)] : [];
  return Object.entries(value).flatMap(([key, entry]) => (key === 'data' && typeof entry === 'string' ? [Buffer.from(entry, 'base64')] : payloadsOf(entry)));
}

it('no secret is in any store, log, artifact, history, report or answer, whoever told it', async () => {
  const server = await modelServer('anthropic', ({ headers }) => ({ calls: [{ name: 'submit_explanation', input: { explanation: `The key ${String(headers['x-api-key'])} reads well.`, commit_message: `Faster by ${String(headers['x-api-key'])}`, decision: 'keep' } }] }));
  try {
    writeFileSync(join(usersHome, '.agent'), JSON.stringify({ user: 'me', access_token: LOGIN }));
    target.git('remote', 'add', 'origin', `https://me:${REMOTE_PASSWORD}@git.example.org/secrets.git`);
    target.write({ 'perfloop.toml': readFileSync(join(target.dir, 'perfloop.toml'), 'utf8').replace('MODEL_URL', server.url) });
    target.commit('The address of the model');

    const run = await startRun(engine, target);
    const status = await run.result();
    // All of them were told.
    expect(target.effects().toSorted()).toEqual(['fails', 'peeks', 'setup', 'tells']);
    expect(status.trials.map((trial: TrialSummary) => verdictOf(trial))).toEqual(['accepted faster', expect.stringMatching(/^rejected /)]);
    expect(server.received.length).toBeGreaterThan(0);
    expect(JSON.stringify(status)).toContain('[redacted');
    const logs = filesBelow(join(engine.home.logs, run.id)).map((file) => readFileSync(file, 'utf8')).join('\n');
    expect(logs.split('[redacted').length).toBeGreaterThan(20);

    const answers: Record<string, string> = {};
    for (const args of [['show', run.id, '--json'], ['show', run.id, '--why'], ['runs', '--json'], ['report', run.id, '--json'], ['verdict', run.id, '--json'], ['apply', run.id, '--json'], ['steps', '--run', run.id, '--json'], ['judge', '--base', 'nowhere', '--json']]) {
      const { stdout, stderr } = await cli(engine, args, { cwd: target.dir });
      answers[args.join(' ')] = `${stdout}${stderr}`;
    }
    expect(answers[`report ${run.id} --json`]).toContain('report.html');
    const branch = execFileSync('git', ['log', '--all', '--format=%B', '-p'], { cwd: target.dir, encoding: 'utf8' });

    // Of the candidate, whose title the agent told its key in, and of the end.
    await expect.poll(() => notified.map(({ event }) => event).toSorted(), { timeout: 60_000 }).toEqual(['accepted', 'finished']);
    expect(notified.every(({ signed }) => signed)).toBe(true);
    await scrapeUntil(metrics, 'the end of the run', (series) => sumOf(series, 'perfloop_runs_total') >= 1);
    const page = await (await fetch(`http://${metrics}/metrics`)).text();

    const found = [
      ...filesBelow(engine.home.root).map((file) => [file.slice(engine.home.root.length), told(readFileSync(file))] as const),
      ...Object.entries({ ...answers, branch, page, notified: JSON.stringify(notified), status: JSON.stringify(status) }).map(([what, text]) => [what, told(Buffer.from(text))] as const),
    ];
    let executions = 0;
    for await (const { workflowId, runId } of engine.client.workflow.list()) {
      executions += 1;
      const history = await engine.client.workflow.getHandle(workflowId, runId).fetchHistory();
      found.push([`history of ${workflowId}`, told(Buffer.concat(payloadsOf(historyToPlain(history)).flatMap((payload) => [payload, Buffer.from('\n')])))]);
    }
    expect(executions).toBeGreaterThan(2);
    expect(found.length).toBeGreaterThan(60);
    expect(found.filter(([, names]) => names.length > 0)).toEqual([]);
    expect(jsonOf(await cli(engine, ['show', run.id, '--json']))).toMatchObject({ run: run.id, state: 'done' });
  } finally {
    await server.close();
  }
});
