import { chmodSync, existsSync, lstatSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { protectedFromCommands } from '../../src/workspace/command-files.js';
import { commitAll } from '../../src/workspace/commit-worktree.js';
import { git } from '../../src/workspace/git.js';
import { protectedChanges } from '../../src/workspace/protected.js';
import { protectedRules, protectionOf } from '../../src/workspace/protected-globs.js';
import { overlayProtected } from '../../src/workspace/protected-overlay.js';
import { resolveCandidate } from '../../src/workspace/snapshot.js';
import { addWorktree, excludeFromCommits } from '../../src/workspace/worktree.js';
import { commitAllOf, prepared, temporaryFolder, userGit, userRepository, write } from './fixture.js';

const none = { protected: [], editable: [] };

describe('protectionOf', () => {
  const why = protectionOf(protectedRules(none));

  test.each([
    'test/a.js', 'packages/x/tests/data.json', 'src/__tests__/a.ts', 'src/a.test.ts', 'src/a.spec.tsx', 'lib/test_a.py', 'lib/a_test.go', 'conftest.py', 'pkg/conftest.py', 'TEST/a.js', 'Bench/run.js',
    'bench/run.js', 'benchmarks/deep/x.py', 'src/a.bench.ts', 'bench.js', 'benches/x.rs', 'package.json', 'packages/x/package.json', 'package-lock.json', 'yarn.lock', 'requirements-dev.txt', 'pyproject.toml',
    '.github/workflows/ci.yml', '.gitlab-ci.yml', 'perfloop.toml', '.gitignore', 'src/.gitattributes', '.gitmodules', 'node_modules/x/index.js', 'vitest.config.ts', 'sitecustomize.py', 'src/evil.pth',
    'Makefile', 'lib/CMakeLists.txt', 'cmake/flags.cmake', 'Cargo.toml', 'crates/a/build.rs', '.cargo/config.toml', 'rust-toolchain.toml', 'go.mod', 'go.work', 'vendor/github.com/x/y.go', 'tsconfig.json', 'packages/a/tsconfig.build.json', '.babelrc', 'webpack.config.js', 'setup.cfg', 'pom.xml',
    'pdm.lock', 'pixi.lock', 'pixi.toml', 'deno.lock', 'flake.lock', 'flake.nix', 'mix.lock', 'pubspec.lock', 'app/gradle.lockfile', 'packages.lock.json', 'Package.resolved', 'bun.lock', 'Cargo.lock', 'poetry.lock', 'uv.lock', 'Gemfile.lock', 'composer.lock', 'Pipfile.lock', 'any.lock',
    'uv.toml', 'poetry.toml', 'hatch.toml', 'MANIFEST.in', '.pnpmfile.cjs', 'jest.setup.js', 'src/setupTests.js', 'vitest.setup.ts', '.envrc', '.env', 'packages/a/.env.test', 'packages/a/perfloop.toml',
  ])('protects %s', (path) => expect(why(path)).toBeTypeOf('string'));

  test.each(['src/a.js', 'lib/index.ts', 'contest.py', 'src/latest.js', 'src/attest.py', 'src/testify.go', 'src/benchwarmer.js', 'src/builder.rs', 'src/makefile.js', 'src/vendors.py', 'README.md', 'src/special/x.js', 'src/perfect.js', 'src/lock.js', 'src/env.js', 'src/setup.js', 'src/lockfile.ts', 'src/uv.js'])('leaves %s to candidates', (path) =>
    expect(why(path)).toBeUndefined());

  test('makes exceptions for editable files, but not for what is named or belongs to git', () => {
    const rules = protectedRules({ protected: ['src/secret/', 'bench/fixed.js'], editable: ['bench', '.gitignore', 'perf.js'] }, [{ path: 'perf.js', command: 'benchmark' }, { path: 'run.js', command: 'test' }]);
    const of = protectionOf(rules);
    expect(of('bench/run.js')).toBeUndefined();
    expect(of('perf.js')).toBeUndefined();
    expect(of('bench/fixed.js')).toContain('target.protected');
    expect(of('src/secret/a/b.js')).toContain('target.protected');
    expect(of('.gitignore')).toContain('always');
    expect(of('RUN.js')).toBe('the test command runs it');
  });
});

describe('protectedChanges', () => {
  test('names everything that a candidate may not do', async () => {
    const dir = userRepository({ 'src/a.js': '1\n', 'src/run.sh': 's\n', 'src/b.js': 'b\n', 'test/t.js': 't\n', 'bench/run.js': 'r\n', 'lib/x.js': 'x\n' });
    const { artifacts, repository, target, base } = await prepared(dir);
    write(dir, { 'src/a.js': '2\n', 'src/A.js': 'twin\n', 'LIB/new.js': 'twin folder\n', 'test/added.js': 'x\n', 'src/fine.js': 'x\n', 'bench/run.js': 'less\n', 'src/ctrl\u0007.js': 'x' });
    chmodSync(join(dir, 'src/run.sh'), 0o755);
    rmSync(join(dir, 'src/b.js'));
    symlinkSync('/etc/passwd', join(dir, 'src/b.js'));
    rmSync(join(dir, 'test/t.js'));
    userGit(dir, 'add', '-A');
    userGit(dir, 'update-index', '--add', '--cacheinfo', `160000,${base},src/sub`);
    userGit(dir, 'commit', '-q', '-m', 'candidate');
    const ref = await resolveCandidate({ dir, revision: 'HEAD', base: target.base, artifacts });
    await repository.ensureCommit(ref);
    const found = await protectedChanges(repository, base, ref.commit, protectedRules(none));
    expect(Object.fromEntries(found.map(({ path, why }) => [path, why]))).toEqual({
      'LIB/new.js': 'it differs from lib only in letter case',
      'bench/run.js': expect.stringContaining('benchmark'),
      'src/A.js': 'it differs from src/a.js only in letter case',
      'src/b.js': 'it is a symlink out of the repository, to "/etc/passwd"',
      'src/ctrl\u0007.js': 'the path holds a control character',
      'src/run.sh': 'its mode changes from 100644 to 100755',
      'src/sub': 'it is a submodule',
      'test/added.js': expect.any(String),
      'test/t.js': expect.any(String),
    });
  });

  test('sees a path with `..` or `.git` in a tree that git itself would not check out', async () => {
    const { repository, base } = await prepared(userRepository({ 'a.js': '1\n' }));
    const options = { cwd: repository.path };
    const blob = await git(['hash-object', '-w', '--stdin'], { ...options, input: 'x' });
    const evil = async (name: string, within: string) => git(['mktree'], { ...options, input: `040000 tree ${within}\t${name}\n` });
    const inner = await git(['mktree'], { ...options, input: `100644 blob ${blob}\tx.js\n` });
    for (const name of ['..', '.git', '.GIT']) {
      const commit = await git(['commit-tree', await evil(name, inner), '-p', base, '-m', 'x'], options);
      expect((await protectedChanges(repository, base, commit, protectedRules(none))).map(({ path }) => path)).toContain(`${name}/x.js`);
    }
  });

  test('allows a plain change, an addition and a deletion', async () => {
    const dir = userRepository({ 'src/a.js': '1\n', 'src/b.js': '1\n' });
    const { artifacts, repository, target, base } = await prepared(dir);
    write(dir, { 'src/a.js': '2\n', 'src/ü new.js': '1\n' });
    rmSync(join(dir, 'src/b.js'));
    commitAllOf(dir, 'candidate');
    const ref = await resolveCandidate({ dir, revision: 'HEAD', base: target.base, artifacts });
    await repository.ensureCommit(ref);
    expect(await protectedChanges(repository, base, ref.commit, protectedRules(none))).toEqual([]);
  });
});

describe('overlayProtected', () => {
  const rules = protectedRules(none);

  test("lays the base's files over what a candidate committed and what was done on disk", async () => {
    const dir = userRepository({ 'src/a.js': '1\n', 'test/t.js': 't\n', 'test/run.sh': 'r\n', 'bench/deep/run.js': 'r\n', 'package.json': '{}\n', '.gitignore': 'ignored/\n' });
    chmodSync(join(dir, 'test/run.sh'), 0o755);
    commitAllOf(dir, 'executable');
    const { home, repository, base } = await prepared(dir);
    const clean = await addWorktree({ repository, commit: base, home });
    expect(await overlayProtected(clean, base, rules)).toEqual([]);

    const maker = await addWorktree({ repository, commit: base, home });
    write(maker.path, { 'src/a.js': '2\n', 'test/t.js': 'weaker\n', 'test/conftest.py': 'skip\n' });
    const worktree = await addWorktree({ repository, commit: await commitAll(maker, 'candidate', 0), home });
    const outside = temporaryFolder();
    write(outside, { 'run.js': 'fast\n', 'precious.js': 'p\n' });
    rmSync(join(worktree.path, 'bench/deep'), { recursive: true });
    symlinkSync(outside, join(worktree.path, 'bench/deep'));
    chmodSync(join(worktree.path, 'test/run.sh'), 0o644);
    rmSync(join(worktree.path, 'package.json'));
    write(worktree.path, { 'package.json/x': 'x', 'test/new.test.js': 'x', 'ignored/test/out.txt': 'o', 'node_modules/dep/index.js': 'd', 'bench/made.o': 'o' });
    await excludeFromCommits(worktree, ['bench/made.o']);
    const mended = await overlayProtected(worktree, base, rules);
    expect(mended.sort()).toEqual(['bench/deep/run.js', 'package.json', 'test/conftest.py', 'test/new.test.js', 'test/run.sh', 'test/t.js']);
    const shown = (root: string) => ['bench/deep/run.js', 'package.json', 'test/run.sh', 'test/t.js'].map((path) => [path, lstatSync(join(root, path)).mode, readFileSync(join(root, path), 'utf8')]);
    expect(shown(worktree.path)).toEqual(shown(clean.path));
    expect(readdirSync(join(worktree.path, 'test')).sort()).toEqual(['run.sh', 't.js']);
    expect(readFileSync(join(worktree.path, 'src/a.js'), 'utf8')).toBe('2\n');
    expect(readFileSync(join(worktree.path, 'test/t.js'), 'utf8')).toBe('t\n');
    expect(lstatSync(join(worktree.path, 'bench/deep')).isDirectory()).toBe(true);
    expect(lstatSync(join(worktree.path, 'test/run.sh')).mode & 0o777).toBe(0o755);
    expect(existsSync(join(worktree.path, 'bench/made.o')) && existsSync(join(worktree.path, 'node_modules/dep/index.js')) && existsSync(join(worktree.path, 'ignored/test/out.txt'))).toBe(true);
    expect(readdirSync(outside).sort()).toEqual(['precious.js', 'run.js']);
    expect(readFileSync(join(outside, 'run.js'), 'utf8')).toBe('fast\n');
  });

  test('never removes through a symlink', async () => {
    const { home, repository, base } = await prepared(userRepository({ 'src/a.js': '1\n' }));
    const maker = await addWorktree({ repository, commit: base, home });
    write(maker.path, { 'tests/added.js': 'x\n' });
    const worktree = await addWorktree({ repository, commit: await commitAll(maker, 'candidate', 0), home });
    const outside = temporaryFolder();
    write(outside, { 'added.js': 'precious\n' });
    rmSync(join(worktree.path, 'tests'), { recursive: true });
    symlinkSync(outside, join(worktree.path, 'tests'));
    await overlayProtected(worktree, base, rules);
    expect(readFileSync(join(outside, 'added.js'), 'utf8')).toBe('precious\n');
  });
});

describe('protectedFromCommands', () => {
  test('finds the files that the commands start', async () => {
    const scripts = { test: 'mocha ./check.js', pretest: 'node prepare', bench: 'npm run bench:all', 'bench:all': 'node "tools/run all.js" --size=10' };
    const { repository, base } = await prepared(
      userRepository({ 'package.json': JSON.stringify({ scripts }), 'check.js': '', 'prepare.js': '', 'tools/run all.js': '', 'src/main.js': '', 'pkg/speed/__main__.py': '', 'sub/perf.js': '', 'sub/data.json': '', 'smoke.sh': '', Makefile: '', 'src/build.js': '' }),
    );
    const command = (run: string, cwd = '.') => ({ run, cwd, env: {}, timeout: 1000 });
    const found = await protectedFromCommands(repository, base, {
      test: command('npm test && make check'),
      benchmark: command('npm run bench'),
      profile: command('NODE_ENV=production node --cpu-prof ./perf.js --input=data.json', 'sub'),
      smoke: command('cd sub; ../smoke.sh >/dev/null'),
      check: command("python3 -m pkg.speed | sort"),
    });
    expect(found.sort((a, b) => a.path.localeCompare(b.path))).toEqual([
      { path: 'check.js', command: 'test' },
      { path: 'Makefile', command: 'test' },
      { path: 'pkg/speed/__main__.py', command: 'check' },
      { path: 'prepare.js', command: 'test' },
      { path: 'smoke.sh', command: 'smoke' },
      { path: 'sub/data.json', command: 'profile' },
      { path: 'sub/perf.js', command: 'profile' },
      { path: 'tools/run all.js', command: 'benchmark' },
    ]);
  });

  test('finds nothing where a command names no file of the base', async () => {
    const { repository, base } = await prepared(userRepository({ 'src/a.js': '', 'package.json': 'not json' }));
    expect(await protectedFromCommands(repository, base, { test: { run: 'npm test || pytest /etc/passwd ../x', cwd: '.', env: {}, timeout: 1 } })).toEqual([]);
  });
});
