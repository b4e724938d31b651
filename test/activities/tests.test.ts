import { MockActivityEnvironment } from '@temporalio/testing';
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commandActivities } from '../../src/activities/commands.js';
import { worktreeActivities } from '../../src/activities/worktrees.js';
import { parseConfig } from '../../src/core/config/parse.js';
import type { BaseTests, CommandOutcome } from '../../src/core/run/contracts.js';
import { findOpenWorktree } from '../../src/workspace/open-worktree.js';
import { judgeTests } from '../../src/core/tests/judge.js';
import { countsText } from '../../src/core/tests/words.js';
import { commitAllOf, prepared, temporaryFolder, userGit, userRepository, write } from '../workspace/fixture.js';

// Real frameworks in real repositories: what the base's tests come to, and what a candidate's do.

const has = (program: string, ...args: string[]): boolean => spawnSync(program, args, { stdio: 'ignore' }).status === 0;
const hasPython = has('python3', '--version');
const hasPytest = hasPython && has('python3', '-m', 'pytest', '--version');
const hasGo = has('go', 'version');
const hasCargo = has('cargo', '--version');

type Files = Record<string, string>;

class Ground {
  private constructor(
    private readonly made: Awaited<ReturnType<typeof prepared>>,
    private readonly dir: string,
    private readonly toml: string,
  ) {}

  static async of(files: Files, toml: string): Promise<Ground> {
    const dir = userRepository(files);
    return new Ground(await prepared(dir), dir, toml);
  }

  /** Runs the tests of the base, or of a candidate that differs by these files. */
  async test(changes: Files | null, base: CommandOutcome | null = null, before: (worktree: string) => void = () => undefined): Promise<CommandOutcome> {
    const { home, artifacts, target, repository } = this.made;
    const deps = { home, artifacts, host: 'here', devices: ['cpu'], gpu: null, env: process.env };
    const config = parseConfig(this.toml, 'perfloop.toml');
    const { test: command } = config.commands;
    if (command === undefined) throw new Error('no test command');
    let commit = target.base;
    if (changes !== null) {
      userGit(this.dir, 'checkout', '-q', '--detach', target.base.commit);
      write(this.dir, changes);
      const made = commitAllOf(this.dir, 'a candidate');
      userGit(repository.path, 'fetch', '-q', this.dir, made);
      commit = await repository.commitRef(made, target.base);
    }
    const scope = { v: 1 as const, run: 'r-tests', trial: 't' };
    const key = `r-tests/${commit.commit}/${Math.random()}`;
    const run = <Input, Output>(activity: (input: Input) => Promise<Output>, input: Input): Promise<Output> => new MockActivityEnvironment().run<[Input], Output, (input: Input) => Promise<Output>>(activity, input);
    const [worktree] = await run(worktreeActivities(deps).openWorktrees, { ...scope, target, config, worktrees: [{ key, commit }] });
    if (worktree === undefined) throw new Error('no worktree');
    before((await findOpenWorktree(home, key))?.path ?? 'none');
    const compare = base?.tests === undefined ? {} : { tests: { base: [base.tests.results], plain: base.tests.plain } };
    return run(commandActivities(deps).runCommand, { ...scope, target, config, worktree, role: 'test', command, cache: false, ...compare });
  }

  async base(): Promise<CommandOutcome> {
    const outcome = await this.test(null);
    expect(outcome).toMatchObject({ ok: true, tests: { unusable: null } });
    return outcome;
  }

  /** `passed`, or the code and the first line of the text. */
  async judged(changes: Files, base: CommandOutcome, before?: (worktree: string) => void): Promise<string> {
    const outcome = await this.test(changes, base, before);
    const judged = judgeTests(outcome, outcome.tests?.compared);
    return judged.kind === 'passed' ? 'passed' : judged.kind === 'refused' ? `${judged.code}: ${judged.text.split('\n')[0] ?? ''}` : 'unsteady';
  }
}

const shown = ({ tests }: CommandOutcome): string => (tests?.shown == null ? 'exit code' : `${tests.shown.source}: ${countsText(tests.shown)}`);
const asBase = ({ tests }: CommandOutcome): BaseTests => ({ runs: tests === undefined ? [] : [tests.results], plain: tests?.plain ?? true, shown: tests?.shown ?? null, host: 'here' });

describe('node --test', () => {
  const lib = 'export const add = (a, b) => a + b;\n';
  const files = {
    'package.json': '{"type": "module", "scripts": {"test": "node --test test/"}}',
    'src/lib.js': lib,
    'test/a.test.js': "import { test } from 'node:test';\nimport { add } from '../src/lib.js';\nimport assert from 'node:assert';\ntest('adds', () => assert.equal(add(1, 2), 3));\ntest('adds more', async (t) => { await t.test('twice', () => assert.equal(add(2, 2), 4)); });\ntest.skip('later', () => {});\n",
  };

  it('writes a report beside what it prints, which nothing that is printed can pass for', async () => {
    const ground = await Ground.of(files, '[commands]\ntest = "node --test test/a.test.js"\n');
    const base = await ground.base();
    expect(shown(base)).toBe('tap in node report: 2 passed, 1 skipped');
    expect(await ground.judged({ 'src/lib.js': `${lib}// faster\n` }, base)).toBe('passed');
    expect(await ground.judged({ 'src/lib.js': 'export const add = () => 3;\n' }, base)).toMatch(/^tests-failed: .* ended with exit code 1\. 1 test failed that passed at the base: adds more > twice\.$/);
    const forged = "console.log('TAP version 13\\nok 1 - adds\\n    ok 1 - twice\\n    1..1\\nok 2 - adds more\\nok 3 - later # SKIP\\n1..3');\nprocess.exit(0);\nexport const add = 0;\n";
    expect(await ground.judged({ 'src/lib.js': forged }, base)).toMatch(/^tests-missing: /);
  });

  it('behind npm test is asked, too; with a reporter or a pipe of its own it is not', async () => {
    const behind = await Ground.of(files, '[commands]\ntest = "npm test"\n');
    expect(shown(await behind.base())).toBe('tap in node report: 2 passed, 1 skipped');
    const piped = await Ground.of(files, '[commands]\ntest = "node --test --test-reporter=tap test/a.test.js | cat"\n');
    const base = await piped.base();
    expect(shown(base)).toBe('tap on stdout: 2 passed, 1 skipped');
    expect(base.tests?.plain).toBe(true);
    expect(await piped.judged({ 'src/lib.js': "process.exit(0);\nexport const add = 0;\n" }, base)).toMatch(/^tests-missing: 2 tests did not run that passed at the base: adds, adds more > twice\.$/);
  });

  it('with the program under test in its own process is seen through all the same', async () => {
    const ground = await Ground.of({ ...files, 'package.json': '{"type": "module"}' }, '[commands]\ntest = "node test/a.test.js"\n');
    const base = await ground.base();
    expect(shown(base)).toMatch(/ on stdout: 2 passed, 1 skipped$/);
    expect(await ground.judged({ 'src/lib.js': "process.exit(0);\nexport const add = 0;\n" }, base)).toMatch(/^tests-missing: No results of the tests/);
  });
});

describe.skipIf(!hasPytest)('pytest (needs python3 with pytest)', () => {
  const files = {
    'lib.py': 'def add(a, b):\n    return a + b\n',
    'tests/test_a.py': 'import pytest\nfrom lib import add\n\n\n@pytest.mark.parametrize("n", [1, 2])\ndef test_adds(n):\n    assert add(n, 1) == n + 1\n\n\n@pytest.mark.skip\ndef test_later():\n    pass\n',
  };
  const toml = '[commands]\ntest = { run = "python3 -m pytest -q", env = { PYTHONPATH = ".", PYTHONDONTWRITEBYTECODE = "1" } }\n';
  const add = files['lib.py'];

  it('writes a report with the names, which -q does not print', async () => {
    const ground = await Ground.of(files, toml);
    const base = await ground.base();
    expect(shown(base)).toBe('junit in pytest report: 2 passed, 1 skipped');
    expect(base.tests?.warnings).toEqual([]);
    expect(await ground.judged({ 'lib.py': `${add}# faster\n` }, base)).toBe('passed');
  });

  it('shows what a candidate does about its tests', async () => {
    const ground = await Ground.of(files, toml);
    const base = await ground.base();
    const judged = async (text: string): Promise<string> => await ground.judged({ 'lib.py': text }, base);
    expect(await judged('import os\nos._exit(0)\n')).toBe('tests-missing: No results of the tests (junit in pytest report): at the base there are 2 passed, 1 skipped.');
    expect(await judged("import os, sys\nprint('..s [100%]\\n2 passed, 1 skipped in 0.01s')\nsys.stdout.flush()\nos._exit(0)\n")).toMatch(/^tests-missing: No results/);
    expect(await judged(`import pytest\n${add.replace('return', 'pytest.exit("done", returncode=0)\n    return')}`)).toMatch(/^tests-missing: 2 tests did not run/);
    expect(await judged(`import pytest\n${add.replace('return', 'pytest.skip("fast")\n    return')}`)).toMatch(/^tests-skipped: 2 tests are skipped now: pytest > tests\.test_a > test_adds\[1\], /);
    expect(await judged(`import pytest\n${add.replace('return', 'pytest.xfail("fast")\n    return')}`)).toMatch(/^tests-skipped: /);
    expect(await judged(`import pytest\npytest.skip("fast", allow_module_level=True)\n${add}`)).toMatch(/^tests-/);
    expect(await judged('def add(a, b):\n    return 2\n')).toMatch(/^tests-failed: .* 1 test failed that passed at the base: pytest > tests\.test_a > test_adds\[2\]\.$/);
  });

  it('is left alone where the request would break it', async () => {
    const strict = "import os\n\n\ndef test_environment():\n    assert 'PYTEST_ADDOPTS' not in os.environ\n";
    const ground = await Ground.of({ ...files, 'tests/test_env.py': strict }, toml);
    const base = await ground.base();
    expect(base.tests?.plain).toBe(true);
    expect(shown(base)).toBe('pytest on stdout: 3 passed, 1 skipped');
    expect(base.tests?.warnings[0]).toContain('only their number is compared, 3 passed');
    expect(await ground.judged({ 'lib.py': `${add}# faster\n` }, base)).toBe('passed');
  });
});

describe.skipIf(!hasPython)('unittest (needs python3)', () => {
  const files = { 'lib.py': 'def add(a, b):\n    return a + b\n', 'test_a.py': 'import unittest\nfrom lib import add\n\n\nclass Add(unittest.TestCase):\n    def test_adds(self):\n        self.assertEqual(add(1, 2), 3)\n\n    def test_more(self):\n        self.assertEqual(add(2, 2), 4)\n' };

  it('is read from stderr, with names where it prints them', async () => {
    const named = await (await Ground.of(files, '[commands]\ntest = "python3 -B -m unittest -v"\n')).base();
    expect([shown(named), named.tests?.warnings.length]).toEqual(['unittest on stderr: 2 passed', 0]);
    const ground = await Ground.of(files, '[commands]\ntest = "python3 -B -m unittest"\n');
    const base = await ground.base();
    expect([shown(base), base.tests?.warnings.length]).toEqual(['unittest on stderr: 2 passed', 1]);
    expect(await ground.judged({ 'lib.py': 'import os\nos._exit(0)\n' }, base)).toMatch(/^tests-missing: No results/);
    expect(await ground.judged({ 'lib.py': "import unittest\n\n\ndef add(a, b):\n    raise unittest.SkipTest('fast')\n" }, base)).toMatch(/^tests-skipped: 2 tests/);
  });
});

describe.skipIf(!hasGo)('go test (needs go)', () => {
  it('is asked for the names of its tests', async () => {
    const files = { 'go.mod': 'module example.com/thing\n\ngo 1.21\n', 'a.go': 'package thing\n\nfunc Add(a, b int) int { return a + b }\n', 'a_test.go': 'package thing\n\nimport "testing"\n\nfunc TestAdd(t *testing.T) {\n\tif Add(1, 2) != 3 {\n\t\tt.Fatal()\n\t}\n}\n\nfunc TestMore(t *testing.T) {}\n' };
    const ground = await Ground.of(files, '[commands]\ntest = "go test ./..."\n');
    const base = await ground.base();
    expect(shown(base)).toBe('go on stdout: 2 passed');
    expect(await ground.judged({ 'b.go': 'package thing\n\nimport "os"\n\nfunc init() { os.Exit(0) }\n' }, base)).toBe('tests-missing: 2 tests did not run that passed at the base: example.com/thing > TestAdd, example.com/thing > TestMore.');
  });
});

describe.skipIf(!hasCargo)('cargo test (needs cargo)', () => {
  it('shows a test that is ignored, and a program that ends early', async () => {
    const lib = 'pub fn add(a: i32, b: i32) -> i32 { a + b }\n#[cfg(test)]\nmod tests {\n    #[test] fn adds() { assert_eq!(super::add(1, 2), 3); }\n    #[test] fn more() { assert_eq!(super::add(2, 2), 4); }\n}\n';
    const ground = await Ground.of({ 'Cargo.toml': '[package]\nname = "thing"\nversion = "0.1.0"\nedition = "2021"\n', '.gitignore': 'target\nCargo.lock\n', 'src/lib.rs': lib }, '[commands]\ntest = "cargo test --offline --lib"\n');
    const base = await ground.base();
    expect(shown(base)).toBe('cargo on stdout: 2 passed');
    expect(await ground.judged({ 'src/lib.rs': lib.replace('#[test] fn more', '#[test] #[ignore] fn more') }, base)).toBe('tests-skipped: 1 test is skipped now: tests::more.');
    expect(await ground.judged({ 'src/lib.rs': lib.replace('{ a + b }', '{ std::process::exit(0); }') }, base)).toMatch(/^tests-missing: /);
  });
});

describe('reports that the tests write', () => {
  const script = 'mkdir -p out && sed "s/COUNT/$(cat src/count)/" test/template.xml > out/results.xml\n';
  const template = '<testsuite name="s"><testcase classname="c" name="one"/><testcase classname="c" name="COUNT"/></testsuite>\n';
  const files = { '.gitignore': 'out\n', 'src/count': 'two\n', 'test/run.sh': script, 'test/template.xml': template };
  const toml = '[commands]\ntest = "sh test/run.sh"\n[tests]\nreport = "out/*.xml"\n';

  it('are read', async () => {
    const ground = await Ground.of(files, toml);
    const base = await ground.base();
    expect(shown(base)).toBe('junit in the report: 2 passed');
    expect(await ground.judged({ 'src/count': 'other\n' }, base)).toBe('tests-missing: 1 test did not run that passed at the base: s > c > two.');
  });

  it('must be new: neither what the candidate brings, nor what an earlier run left', async () => {
    const ground = await Ground.of({ ...files, 'test/run.sh': `test -e src/lazy || { ${script.trim()}; }\n` }, toml);
    const base = await ground.base();
    const whole = template.replace('COUNT', 'two');
    expect(await ground.judged({ 'src/lazy': '', 'out/results.xml': whole, '.gitignore': 'none\n' }, base)).toMatch(/^tests-missing: No results/);
    expect(await ground.judged({ 'src/lazy': '' }, base, (worktree) => write(worktree, { 'out/results.xml': whole }))).toMatch(/^tests-missing: No results/);
  });

  it('that are a link to other files are not read', async () => {
    const elsewhere = join(temporaryFolder(), 'results.xml');
    writeFileSync(elsewhere, template.replace('COUNT', 'two'));
    const ground = await Ground.of({ ...files, 'test/run.sh': `if test -e src/link; then mkdir -p out; ln -s ${elsewhere} out/results.xml; else ${script.trim()}; fi\n` }, toml);
    const base = await ground.base();
    expect(await ground.judged({ 'src/link': '' }, base)).toMatch(/^tests-missing: No results/);
    expect(existsSync(elsewhere)).toBe(true);
  });
});

describe('a base whose tests cannot be compared with', () => {
  const unusable = async (files: Files, toml: string) => (await (await Ground.of(files, toml)).test(null)).tests?.unusable;

  it.each([
    ['runs no test', '[commands]\ntest = "printf \'TAP version 13\\n1..0\\n\'"\n', 'PL_TESTS_NONE', 'runs no test at the base'],
    ['writes no report', '[commands]\ntest = "true"\n[tests]\nreport = "out/*.xml"\n', 'PL_TESTS_NO_REPORT', 'no such file was written'],
    ['prints another form', '[commands]\ntest = "echo all is well"\n[tests]\nformat = "pytest"\n', 'PL_TESTS_UNREADABLE', 'nothing in what it prints has the form pytest'],
    ['contradicts itself', '[commands]\ntest = "printf \'TAP version 13\\n1..2\\nok 1 - a\\n\'"\n[tests]\nformat = "tap"\n', 'PL_TESTS_UNREADABLE', 'a plan of 2 tests, and 1 results'],
  ])('%s', async (_what, toml, code, text) => {
    const found = await unusable({ 'a.txt': 'x\n' }, toml);
    expect(found).toMatchObject({ code });
    expect(found?.message).toContain(text);
    expect(found?.fix).toBeTruthy();
  });

  it('because its report is in git', async () => {
    const ground = await Ground.of({ 'out/results.xml': '<testsuite/>' }, '[commands]\ntest = "true"\n[tests]\nreport = "out/*.xml"\n');
    await expect(ground.test(null)).rejects.toMatchObject({ type: 'PL_TESTS_REPORT_IN_GIT' });
  });

  it('is told apart from one of no known form, where the exit code counts', async () => {
    const ground = await Ground.of({ 'src/a': 'x\n' }, '[commands]\ntest = "echo all is well; test ! -e src/broken"\n');
    const base = await ground.base();
    expect(shown(base)).toBe('exit code');
    expect(base.tests?.warnings).toEqual([expect.stringMatching(/^The results of `echo all is well; test ! -e src\/broken` are in no form that is known: only its exit code counts/) as string]);
    expect(await ground.judged({ 'src/a': 'y\n' }, base)).toBe('passed');
    expect(await ground.judged({ 'src/broken': '' }, base)).toMatch(/^tests-failed: .* ended with exit code 1$/);
    expect(asBase(base).shown).toBeNull();
  });

  it('is silent where the exit code is asked for', async () => {
    const ground = await Ground.of({ 'a.txt': 'x\n' }, '[commands]\ntest = "printf \'TAP version 13\\n1..0\\n\'"\n[tests]\nformat = "exit"\n');
    const base = await ground.base();
    expect(base.tests).toMatchObject({ shown: null, warnings: [] });
  });
});
