import { describe, expect, it } from 'vitest';
import { defaultConfig, parseConfig, requireBenchmark, validateConfig } from '../../../src/core/config/parse.js';
import { PerfloopError } from '../../../src/core/errors.js';
import { errorOf, problemsOf } from './problems-of.js';

describe('parseConfig', () => {
  it('fills in every default of an empty file, durations in milliseconds', () => {
    const config = parseConfig('', 'perfloop.toml');
    expect(config).toEqual(defaultConfig());
    expect(config.loop).toEqual({ rounds: 3, plateau: 1, max_trials: 100, max_wall: 8 * 3_600_000, candidates_per_round: 8, trials_at_once: 'auto', ablation: true });
    expect(config.approval).toEqual({ mode: 'risky', timeout: 7 * 86_400_000, on_timeout: 'reject' });
    expect(config.verdict.min_gain).toBe(0.02);
    expect(config.target).toMatchObject({ base: 'HEAD', link: [] });
    expect(config.machine.tag).toBe('cpu');
    expect(config.commands).toEqual({});
  });

  it('reads a command as a string or as a table', () => {
    const { commands } = parseConfig('commands.test = "npm test"\n[commands.benchmark]\nrun = "node b.js"\ncwd = "packages/a"\nenv = { MODE = "fast", TOKEN = "$CI_TOKEN" }\ntimeout = 90', 'perfloop.toml');
    expect(commands.test).toEqual({ run: 'npm test', cwd: '.', env: {}, timeout: 600_000 });
    expect(commands.benchmark).toEqual({ run: 'node b.js', cwd: 'packages/a', env: { MODE: 'fast', TOKEN: '$CI_TOKEN' }, timeout: 90_000 });
  });

  it.each([
    ['"250ms"', 250],
    ['"1h30m"', 5_400_000],
    ['"1.5s"', 1500],
    ['90', 90_000],
    ['0.5', 500],
    ['"365d"', 365 * 86_400_000],
  ])('reads the duration %s', (written, ms) => {
    expect(parseConfig(`loop.max_wall = ${written}`, 'perfloop.toml').loop.max_wall).toBe(ms);
  });

  it('reads dotted keys, inline tables, windows line ends and a byte order mark', () => {
    const config = parseConfig('\uFEFFloop.rounds = 5\r\nverdict = { min_gain = 0.1 }\r\n[[metrics]]\r\nname = "ops"\r\npattern = \'(\\d+) ops\'\r\ngoal = "max"\r\n', 'perfloop.toml');
    expect(config.loop.rounds).toBe(5);
    expect(config.verdict.min_gain).toBe(0.1);
    expect(config.metrics[0]).toMatchObject({ name: 'ops', pattern: String.raw`(\d+) ops`, goal: 'max', match: 'only', primary: false });
  });

  it('reports all errors at once, in the order of the file, each with line, key and what is allowed', () => {
    const text = `[loop]
ronds = 3
max_wall = "soon"

[commands]
test = 7
bench = "x"

[[metrics]]
name = "time"
goal = "mn"
`;
    const error = errorOf(text);
    expect(error.code).toBe('PL_CONFIG_INVALID');
    expect(error.message).toBe('perfloop.toml has 5 problems');
    expect(error.problems).toEqual([
      'perfloop.toml:2: loop.ronds: unknown key; did you mean rounds? allowed: rounds, plateau, max_trials, max_wall, candidates_per_round, trials_at_once, max_steps, baseline, round_timeout, ablation',
      'perfloop.toml:3: loop.max_wall: must be a duration such as "90s", "10m" or "1h30m", or a number of seconds, got "soon"',
      'perfloop.toml:6: commands.test: expected a shell command: a string, or a table with `run`',
      'perfloop.toml:7: commands.bench: unknown key; did you mean benchmark? allowed: build, test, smoke, benchmark, profile, check',
      'perfloop.toml:11: metrics[0].goal: expected one of min, max; got the string "mn"; did you mean min?',
    ]);
  });

  it('names the file it was given', () => {
    expect(errorOf('a = 1', '/srv/x/perfloop.toml').problems[0]).toMatch(/^\/srv\/x\/perfloop\.toml:1: a: unknown key/);
  });
});

describe('validateConfig', () => {
  it('holds a value to the same rules, without lines', () => {
    expect(validateConfig({ commands: { benchmark: 'x' } }, 'command line').commands.benchmark?.run).toBe('x');
    expect(() => validateConfig({ metrics: [{ name: 'm', pattern: 'x' }] }, 'command line')).toThrow(PerfloopError);
    try {
      validateConfig({ metrics: [{ name: 'm', pattern: 'x' }] }, 'command line');
    } catch (error) {
      expect((error as PerfloopError).problems).toEqual(['command line: metrics[0].pattern: has no group: put the number into parentheses, such as `time: ([0-9.]+) ms`']);
    }
  });
});

describe('requireBenchmark', () => {
  it('gives the benchmark, or says how to name one', () => {
    expect(requireBenchmark(parseConfig('commands.benchmark = "x"', 'perfloop.toml'))).toMatchObject({ name: null, command: { run: 'x' } });
    expect(requireBenchmark(parseConfig('[[benchmarks]]\nname = "parse"\nrun = "x"', 'perfloop.toml'))).toMatchObject({ name: 'parse', command: { run: 'x' } });
    expect(() => requireBenchmark(defaultConfig())).toThrow(expect.objectContaining({ code: 'PL_CONFIG_NO_BENCHMARK' }));
  });
});

describe('a wrong value', () => {
  it.each([
    ['loop.rounds = "x"', 'loop.rounds: expected a number, got the string "x"'],
    ['loop.plateau = 1.5', 'loop.plateau: expected a whole number, got 1.5'],
    ['loop = 3', 'loop: expected a table, got 3'],
    ['approval.mode = 2020-01-01', 'approval.mode: expected one of never, risky, each, final; got a date'],
    ['verdict.min_gain = nan', 'verdict.min_gain: expected a number, got nan'],
    ['verdict.min_gain = 2', 'verdict.min_gain: must be at most 1, got 2'],
    ['verdict.runs = 2', 'verdict.runs: must be at least 6, got 2'],
    ['propose.recipes = "yes"', 'propose.recipes: expected true or false, got the string "yes"'],
    ['propose.script = ["a"]', 'propose.script: expected a shell command: a string, or a table with `run`'],
    ['target.lockfiles = "a"', 'target.lockfiles: expected a list, got the string "a"'],
    ['target.name = ""', 'target.name: must not be empty'],
    ['target.name = "a\\u001bb"', 'target.name: must not hold control characters'],
    ['target.base = "--upload-pack=x"', 'target.base: is not a revision: it must not start with `-` or hold control characters'],
    ['target.base = "a..b"', 'target.base: must be one revision, not a range (`..`)'],
    ['machine.tag = "GPU"', 'machine.tag: must be lower-case words joined by dots, such as cpu or gpu.h100'],
    ['approval.timeout = "400d"', 'approval.timeout: must be from 1ms to 365d, got "400d"'],
    ['approval.timeout = -1', 'approval.timeout: must be from 1ms to 365d, got -1'],
    ['approval.timeout = true', 'approval.timeout: must be a duration such as "90s", "10m" or "1h30m", or a number of seconds'],
    ['commands.test = { run = "x", timeout = "8d" }', 'commands.test.timeout: must be at most 7d'],
    ['commands.test = ""', 'commands.test: must not be empty'],
    ['commands.test = "  "', 'commands.test: must not be empty'],
    ['commands.test = {}', 'commands.test.run: is missing; expected a string'],
    ['commands.test = "a\\u0000b"', 'commands.test: must not hold a NUL character'],
    ['[metrics]\nname = "x"', 'metrics: expected a list of tables: write [[metrics]], with two brackets, above each'],
    ['[[metrics]]', 'metrics[0].name: is missing; expected a string'],
    ['[[metrics]]\nname = "1"', 'metrics[0].name: must start with a letter and hold at most 60 letters, digits, _ @ . - or spaces'],
    ['[[steps]]', 'steps[0].type: is missing; expected one of warmup, profile, analyze, optimize, execute, learn, command'],
    ['profile.ignore = ["("]', 'profile.ignore[0]: is not a regular expression in RE2 syntax: missing closing ): `(`'],
  ])('%s', (text, problem) => {
    expect(problemsOf(text)).toEqual([expect.stringMatching(/^perfloop\.toml:\d: /)]);
    expect(problemsOf(text)[0]).toContain(`: ${problem}`);
  });
});

describe('an unknown key', () => {
  it.each([
    ['maxtrials = 3', 'maxtrials: unknown key; allowed: target, commands'],
    ['targt.base = "x"', 'targt: unknown key; did you mean target?'],
    ['rounds = 3', 'rounds: unknown key here; did you mean loop.rounds?'],
    ['loop.max-wall = 3', 'loop.max-wall: unknown key; did you mean max_wall?'],
    ['commands.build = { run = "x", tmeout = 3 }', 'commands.build.tmeout: unknown key; did you mean timeout? allowed: run, cwd, env, timeout'],
    ['[[metrics]]\nname = "x"\nregex = "a"', 'metrics[0].regex: unknown key; allowed: name, source, pattern'],
    ['[[metrics]]\nname = "x"\n[metrics.deep.er]\na = 1', 'metrics[0].deep: unknown key'],
  ])('%s', (text, problem) => {
    expect(problemsOf(text)[0]).toContain(problem);
  });
});

describe('a path', () => {
  it.each(['/etc/passwd', 'C:\\x', '\\\\host\\share', '../x', 'a/../../x', '~/data'])('%s is refused wherever a path is taken', (path) => {
    const written = JSON.stringify(path);
    expect(problemsOf(`commands.test = { run = "x", cwd = ${written} }\ntarget = { link = [${written}], protected = [${written}], editable = [${written}], lockfiles = [${written}] }`)).toHaveLength(5);
  });

  it('may be the root as a working folder, but not as a link; nor may .git be linked', () => {
    expect(parseConfig('commands.test = { run = "x", cwd = "." }', 'f').commands.test?.cwd).toBe('.');
    expect(problemsOf('target.link = [".", "./.git/hooks", "data..old"]')).toHaveLength(2);
  });
});

describe('env', () => {
  it('refuses what is no name, and shell syntax that would not be expanded', () => {
    const problems = problemsOf('[commands.test]\nrun = "x"\n[commands.test.env]\n"A B" = "x"\nC = "$(id)"\nD = "${HOME}"\nE = "$1"\nF = 3\nOK = "$HOME"\nALSO = "a$b"');
    expect(problems.map((problem) => problem.split(': ', 2).join(': '))).toEqual(['A B', 'C', 'D', 'E', 'F'].map((key, position) => `perfloop.toml:${position + 4}: commands.test.env.${key}`));
  });
});
