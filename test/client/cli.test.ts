import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { main } from '../../src/client/main.js';
import type { Verdict } from '../../src/core/verdict/verdict.js';
import { homeFrom } from '../../src/store/home.js';
import { openStoreWriter } from '../../src/store/writer.js';
import type { RunStatus } from '../../src/core/status.js';
import { refusedTrial, sampleStatus, sampleTrial } from './sample-status.js';

// The command line as a process, for everything that needs no server. Runs what `npm run build` made.

const bin = fileURLToPath(new URL('../../bin/perfloop.js', import.meta.url));
let folder: string;
let env: NodeJS.ProcessEnv;

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

async function perfloop(args: string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}): Promise<Ended> {
  const child = spawn(process.execPath, [bin, ...args], { cwd: options.cwd ?? folder, env: { ...env, ...options.env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended: Ended = { code: null, stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (ended.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (ended.stderr += chunk.toString()));
  return await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ ...ended, code }));
  });
}

/** The same in this process, for what only reads its arguments: a process for each would take a while. */
async function here(args: string[]): Promise<Ended> {
  const ended: Ended = { code: null, stdout: '', stderr: '' };
  const catching = (name: 'stdout' | 'stderr') =>
    vi.spyOn(process[name], 'write').mockImplementation((chunk) => {
      ended[name] += String(chunk);
      return true;
    });
  const spies = [catching('stdout'), catching('stderr')];
  try {
    ended.code = await main(args);
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  return ended;
}

function record(home: string, statuses: RunStatus[]): void {
  const store = openStoreWriter(homeFrom({ PERFLOOP_HOME: home }).db);
  for (const { trials, decisions, ...header } of statuses) {
    store.recordRun(header);
    trials.forEach((trial, position) => store.recordTrial(header.run, position, trial));
    for (const decision of decisions) store.recordDecision(header.run, decision);
  }
  store.close();
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'perfloop-cli-'));
  const home = join(folder, 'home');
  await mkdir(home);
  env = { PATH: process.env['PATH'], HOME: folder, PERFLOOP_HOME: home, TEMPORAL_CONFIG_FILE: join(folder, 'none.toml') };
  const ended = { state: 'done' as const, doing: '', endedAt: 1_700_000_134_000 };
  const judgement = (run: string, verdict: Verdict): RunStatus => sampleStatus({ run, kind: 'judge', ...ended, startedAt: 1_600_000_000_000, trials: [sampleTrial({ id: 'candidate', verdict })] });
  const measured = { ratio: 1.01, ci95: [0.99, 1.03] as [number, number], pairs: 20, samples: 40, delta: 0.02 };
  record(home, [
    judgement('j-aaaaaaaa', { kind: 'accepted', measured, reasons: [{ code: 'faster', text: 'confirmed' }] }),
    judgement('j-bbbbbbbb', { kind: 'rejected', measured: null, reasons: [{ code: 'tests-failed', text: 'the tests fail' }] }),
    judgement('j-cccccccc', { kind: 'inconclusive', measured, reasons: [{ code: 'undecided', text: 'still undecided' }] }),
    judgement('j-dddddddd', { kind: 'quarantined', measured, reasons: [{ code: 'too-fast', text: 'a person looks first' }] }),
    sampleStatus({ run: 'r-aaaaaaaa', ...ended, trials: [sampleTrial(), refusedTrial()], warnings: ['the working tree is dirty'], decisions: [{ id: 'd1', trial: 'r1-1', approve: true, who: 'me@host', comment: 'reads well', at: 1_700_000_100_000 }] }),
    sampleStatus({ run: 'r-aaaabbbb', ...ended, startedAt: 1_690_000_000_000, target: { ...sampleStatus().target, name: 'other' }, trials: [], speedup: null, accepted: 0 }),
    sampleStatus({ run: 'r-ffffffff', ...ended, state: 'failed', startedAt: 1_680_000_000_000, trials: [], speedup: null, accepted: 0, error: { code: 'PL_BASE_RED', message: 'the tests fail at the base', where: 'npm test', fix: 'mend them' } }),
  ]);
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const verbs = ['init', 'run', 'agent-loop', 'attach', 'judge', 'approve', 'reject', 'pause', 'resume', 'stop', 'cancel', 'budget', 'runs', 'show', 'apply', 'report', 'wiki search', 'up', 'down', 'worker', 'doctor', 'steps', 'page', 'demo'];

describe('help', () => {
  it.each(verbs)('of %s has an example and says what --json does', async (verb) => {
    const { code, stdout } = await here([...verb.split(' '), '--help']);
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`Examples?:\n  \\$ perfloop ${verb === 'agent-loop' ? 'run' : verb}`));
    expect(stdout).toContain('--json');
  });

  it('lists every verb and the exit codes', async () => {
    const { code, stdout } = await perfloop(['--help']);
    expect(code).toBe(0);
    for (const verb of verbs.filter((verb) => verb !== 'agent-loop')) expect(stdout).toMatch(new RegExp(`^  ${verb.split(' ')[0]}\\b`, 'm'));
    expect(stdout).toContain('Exit codes: 0 done or accepted, 1 a bug, 2 bad input or refused, 3 rejected, 4 inconclusive, 5 quarantined');
    expect((await here([])).stdout).toBe(stdout.slice(0, stdout.indexOf('\nExample:')));
  });

  it('loads neither Temporal nor SQLite', async () => {
    const spy = join(folder, 'spy.mjs');
    await writeFile(spy, "import { registerHooks } from 'node:module'; import module from 'node:module';\nprocess.on('exit', () => { const loaded = Object.keys(module._cache ?? {}); if (loaded.some((name) => /@temporalio|better-sqlite3/.test(name))) process.exitCode = 99; });\n".replace("import { registerHooks } from 'node:module'; ", ''));
    const options = { env: { NODE_OPTIONS: `--import=${spy}` } };
    expect((await perfloop(['run', '--help'], options)).code).toBe(0);
    // That the spy sees what is loaded.
    expect((await perfloop(['runs'], options)).code).toBe(99);
  });
});

describe('--version', () => {
  it('prints the version of the package and nothing else', async () => {
    const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
    expect(await perfloop(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
    expect((await perfloop(['-V'])).stdout).toBe(`${version}\n`);
    expect((await perfloop(['--json', '--version'])).stdout).toBe(`${version}\n`);
  });
});

describe('a command line that is wrong', () => {
  it.each([
    [['rnus'], /error PL_USAGE: unknown verb 'rnus'[^]*did you mean runs\?/],
    [['runs', '--limt', '3'], /unknown option '--limt'\n {2}at: perfloop runs\n {2}fix: did you mean --limit\?/],
    [['wiki', 'serch'], /unknown verb 'serch'[^]*did you mean search\?/],
    [['wiki'], /a verb is missing/],
    [['approve', 'r-aaaa'], /missing required argument 'candidate'/],
    [['runs', 'too', 'many'], /too many arguments/],
    [['runs', '--limit', 'many'], /It must be a whole number from 1 up/],
    [['run', '--approval', 'always'], /Allowed choices are never, risky, each, final/],
    [['judge', '--min-gain', '2'], /It must be a fraction from 0 to 1/],
    [['judge', '--benchmark', 'x', '--config', 'y'], /--config and --benchmark exclude each other/],
    [['worker', '--tag', 'GPU'], /lower-case words joined by dots/],
    [['up', '--port', '70000'], /It must be a port/],
  ])('%s is refused with the way out', async (args, message) => {
    const { code, stdout, stderr } = await here(args);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\bat .*\.js:\d+/);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  it('is one JSON document on stdout with --json', async () => {
    const { code, stdout, stderr } = await perfloop(['runs', '--limt', '3', '--json']);
    expect({ code, stderr }).toEqual({ code: 2, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({ error: { code: 'PL_USAGE', message: "unknown option '--limt'", where: 'perfloop runs', fix: 'did you mean --limit? see `perfloop runs --help`' } });
  });
});

describe('runs and show', () => {
  it('list the runs of the home, newest first', async () => {
    const { code, stdout } = await perfloop(['runs']);
    expect(code).toBe(0);
    expect(stdout.split('\n').slice(1, 4).map((line) => line.slice(0, 10))).toEqual(['r-aaaaaaaa', 'r-aaaabbbb', 'r-ffffffff']);
    expect(stdout).toMatch(/r-aaaaaaaa {2}density-clustering {2}done .* 1\.420x/);
  });

  it('list only those of a target', async () => {
    const { runs } = JSON.parse((await perfloop(['runs', '--target', 'other', '--json'])).stdout) as { runs: { run: string }[] };
    expect(runs.map(({ run }) => run)).toEqual(['r-aaaabbbb']);
  });

  it('show verdicts with reasons, decisions, warnings, and what to do next', async () => {
    const { code, stdout } = await perfloop(['show', 'r-aaaaa']);
    expect(code).toBe(0);
    expect(stdout).toContain('accepted 1.420x (1.391 .. 1.447, 28 pairs): faster than asked, confirmed on rebuilt worktrees');
    expect(stdout).toContain('rejected 1.003x (0.991 .. 1.012, 10 pairs): no sign of the gain that is asked for');
    expect(stdout).toContain('r1-1 approved by me@host: reads well');
    expect(stdout).toContain('warning: the working tree is dirty');
    expect(stdout).toContain('perfloop apply r-aaaaaaaa  ');
  });

  it('show the error of a run that failed', async () => {
    expect((await perfloop(['show', 'r-f'])).stdout).toContain('error PL_BASE_RED: the tests fail at the base\n  at: npm test\n  fix: mend them');
  });

  it('give the whole status as JSON', async () => {
    const status = JSON.parse((await perfloop(['show', 'r-aaaaa', '--json'])).stdout) as RunStatus & { branch: string };
    expect(status).toMatchObject({ run: 'r-aaaaaaaa', state: 'done', branch: 'perfloop/r-aaaaaaaa' });
    expect(status.trials.map((trial) => trial.verdict?.kind)).toEqual(['accepted', 'rejected']);
  });

  it('refuse an ambiguous beginning with the matches, and an unknown one with the latest', async () => {
    const ambiguous = await perfloop(['show', 'r-aaaa']);
    expect(ambiguous.code).toBe(2);
    expect(ambiguous.stderr).toMatch(/PL_AMBIGUOUS_RUN[^]*- r-aaaaaaaa\n {2}- r-aaaabbbb\n/);
    const unknown = await perfloop(['show', 'r-zzzz']);
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toMatch(/PL_NO_SUCH_RUN[^]*- r-aaaaaaaa {2}density-clustering {2}done/);
  });

  it('say so in a home where nothing was ever run, and make none', async () => {
    const home = join(folder, 'absent');
    expect(await perfloop(['runs', '--json'], { env: { PERFLOOP_HOME: home } })).toEqual({ code: 0, stdout: '{\n  "runs": []\n}\n', stderr: '' });
    await expect(readFile(home)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('use no colours in a pipe', async () => {
    // oxlint-disable-next-line no-control-regex
    expect((await perfloop(['show', 'r-aaaaa'])).stdout).not.toMatch(/\u001b/);
  });
});

describe('a run that is over', () => {
  it.each([
    ['j-a', 0, { verdict: 'accepted', ratio: 1.01, ci95: [0.99, 1.03], pairs: 20, samples: 40, delta: 0.02, reasons: [{ code: 'faster', text: 'confirmed' }] }],
    ['j-b', 3, { verdict: 'rejected', ratio: null, ci95: null, pairs: 0, samples: 0 }],
    ['j-c', 4, { verdict: 'inconclusive' }],
    ['j-d', 5, { verdict: 'quarantined' }],
    ['r-aaaaa', 0, { state: 'done', branch: 'perfloop/r-aaaaaaaa' }],
    ['r-f', 2, { state: 'failed', error: { code: 'PL_BASE_RED' } }],
  ])('%s is told by attach without a server, with exit code %i', async (run, code, expected) => {
    const ended = await perfloop(['attach', run, '--json']);
    expect(ended).toMatchObject({ code, stderr: '' });
    expect(JSON.parse(ended.stdout)).toMatchObject(expected);
  });

  it('is told in words', async () => {
    expect((await perfloop(['attach', 'j-b'])).stdout).toMatch(/^rejected {2}density-clustering: .* against 8f3a2c1\n[^]*tests-failed: the tests fail\n/);
    expect((await perfloop(['attach', 'r-aaaaa'])).stdout).toContain('42.0% faster than the base: 1.420x (1.391 .. 1.447)');
  });

  it('takes no messages', async () => {
    for (const args of [['approve', 'r-aaaaa', 'r1-1'], ['reject', 'r-aaaaa', 'r1-1'], ['pause', 'r-aaaaa'], ['stop', 'r-aaaaa'], ['cancel', 'r-aaaaa'], ['budget', 'r-aaaaa', '--trials', '3']]) {
      const { code, stderr } = await perfloop(args);
      expect(code).toBe(2);
      expect(stderr).toContain('error PL_RUN_OVER: run r-aaaaaaaa is over (done)');
    }
  });

  it('has nothing to apply where nothing was accepted', async () => {
    expect((await perfloop(['apply', 'r-aaaab'])).stderr).toContain('PL_NO_RESULT: there is nothing to apply: r-aaaabbbb accepted nothing');
    expect((await perfloop(['apply', 'j-a'])).stderr).toContain('a judgement makes no commits');
  });

  it('has a report', async () => {
    const { code, stdout } = await perfloop(['report', 'r-aaaaa', '--out', 'out', '--json']);
    expect(code).toBe(0);
    const { html, opened } = JSON.parse(stdout) as { html: string; opened: null };
    expect({ html, opened }).toEqual({ html: join(folder, 'out', 'report.html'), opened: null });
    expect(await readFile(html, 'utf8')).toContain('r-aaaaaaaa');
  });
});

describe('a target that cannot be run', () => {
  it('is no folder, no repository, or has no commits or no config', async () => {
    const plain = join(folder, 'plain');
    await mkdir(plain);
    expect((await perfloop(['run', 'absent'])).stderr).toContain('PL_NO_SUCH_FOLDER');
    expect((await perfloop(['run', plain])).stderr).toContain('PL_NOT_A_REPOSITORY');
    await git(['init', '--quiet', plain]);
    const noConfig = await perfloop(['run', plain]);
    expect(noConfig.code).toBe(2);
    expect(noConfig.stderr).toMatch(/PL_NO_CONFIG[^]*perfloop init plain/);
    await writeFile(join(plain, 'perfloop.toml'), '[commands]\nbenchmark = "true"\n');
    expect((await perfloop(['run', plain])).stderr).toContain('PL_NO_COMMITS');
    await writeFile(join(plain, 'perfloop.toml'), '[loop]\nronds = 3\n');
    expect((await perfloop(['run', plain])).stderr).toMatch(/PL_CONFIG_INVALID[^]*plain\/perfloop\.toml:2: loop\.ronds[^]*rounds/);
    await writeFile(join(plain, 'perfloop.toml'), '');
    expect((await perfloop(['run', plain])).stderr).toContain('PL_CONFIG_NO_BENCHMARK');
  });
});

describe('init', () => {
  it('measures in a temporary clone, writes a config that parses, and never overwrites', async () => {
    const repo = join(folder, 'repo');
    await mkdir(repo);
    await writeFile(join(repo, 'package.json'), JSON.stringify({ name: 'x', scripts: { bench: 'node bench.js' } }));
    await writeFile(join(repo, 'bench.js'), "require('node:fs').writeFileSync('touched', ''); let s = 0; for (let i = 0; i < 1e6; i++) s += i;\n");
    await git(['init', '--quiet', repo]);
    await git(['-C', repo, 'add', '--all']);
    await git(['-C', repo, 'commit', '--quiet', '--message', 'start']);
    const first = await perfloop(['init', repo, '--json', '--samples', '6']);
    expect(first.code).toBe(0);
    const result = JSON.parse(first.stdout) as { file: string; measured: { minGain: number; samples: number } | null };
    expect(result.file).toBe(join(repo, 'perfloop.toml'));
    expect(result.measured?.samples).toBe(6);
    const text = await readFile(result.file, 'utf8');
    expect(text).toContain(`min_gain = ${result.measured?.minGain}`);
    await expect(readFile(join(repo, 'touched'))).rejects.toMatchObject({ code: 'ENOENT' });
    expect((await perfloop(['steps', repo])).stdout).toContain('from the config');
    const second = await perfloop(['init', repo]);
    expect(second.code).toBe(2);
    expect(second.stderr).toContain('PL_CONFIG_EXISTS');
    expect(await readFile(result.file, 'utf8')).toBe(text);
  });

  it('still writes a config where the benchmark does not work, and says why', async () => {
    const repo = join(folder, 'broken');
    await mkdir(repo);
    await writeFile(join(repo, 'package.json'), JSON.stringify({ name: 'x', scripts: { bench: 'node bench.js' } }));
    await writeFile(join(repo, 'bench.js'), 'process.exit(3)\n');
    await git(['init', '--quiet', repo]);
    await git(['-C', repo, 'add', '--all']);
    await git(['-C', repo, 'commit', '--quiet', '--message', 'start']);
    const { code, stdout } = await perfloop(['init', repo, '--quiet']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/not measured: .*benchmark/);
    expect(await readFile(join(repo, 'perfloop.toml'), 'utf8')).toContain('benchmark = "node bench.js"');
  });
});

async function git(args: string[]): Promise<void> {
  const child = spawn('git', ['-c', 'user.name=t', '-c', 'user.email=t@localhost', ...args], { stdio: 'ignore', env: { ...env, GIT_CONFIG_NOSYSTEM: '1' } });
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(`git ${args.join(' ')}: ${code}`))));
  });
}
