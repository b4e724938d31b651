import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { protectedChanges } from '../../src/workspace/protected.js';
import { editableInPullRequests, protectedRules } from '../../src/workspace/protected-globs.js';
import { resolveCandidate } from '../../src/workspace/snapshot.js';
import { commitAllOf, prepared, userGit, userRepository, write } from './fixture.js';

/** What is said of a commit, made in a repository of the user: `kind why` by path. */
async function said(files: Record<string, string | Buffer>, change: (dir: string) => void, editable: readonly string[] = []): Promise<Record<string, string>> {
  const dir = userRepository(files);
  const { artifacts, repository, target, base } = await prepared(dir);
  change(dir);
  const staged = userGit(dir, 'diff', '--cached', '--name-only') !== '';
  if (staged) userGit(dir, 'commit', '-q', '-m', 'candidate');
  else commitAllOf(dir, 'candidate');
  const ref = await resolveCandidate({ dir, revision: 'HEAD', base: target.base, artifacts });
  await repository.ensureCommit(ref);
  const found = await protectedChanges(repository, base, ref.commit, protectedRules({ protected: [], editable: [...editable] }));
  return Object.fromEntries(found.map(({ path, kind, why }) => [path, `${kind}: ${why}`]));
}

const plain = { 'src/a.js': 'a\n', 'test/t.js': 't\n' };

test('a protected file is seen through renames, in both directions', async () => {
  const found = await said({ ...plain, 'src/fake.js': 'fake\n' }, (dir) => {
    renameSync(join(dir, 'test/t.js'), join(dir, 'src/t.js'));
    renameSync(join(dir, 'src/fake.js'), join(dir, 'test/other.js'));
  });
  expect(Object.keys(found).toSorted()).toEqual(['test/other.js', 'test/t.js']);
});

test('so it is where its folder becomes a symlink to another', async () => {
  const found = await said({ ...plain, 'src/fake/t.js': 'fake\n' }, (dir) => {
    rmSync(join(dir, 'test'), { recursive: true });
    symlinkSync('src/fake', join(dir, 'test'));
  });
  expect(found['test/t.js']).toMatch(/^protected/);
  // The tests of the base run all the same; who merges it would run others.
  expect(found['test']).toMatch(/^link: it is a symlink to "src\/fake", in the place of a test/);
});

test('symlinks out of the repository, to absolute paths and into git are refused; within it a person has to look', async () => {
  const found = await said(plain, (dir) => {
    mkdirSync(join(dir, 'src/deep'));
    symlinkSync('../../../etc/passwd', join(dir, 'src/deep/up.js'));
    symlinkSync('/etc/passwd', join(dir, 'src/absolute.js'));
    symlinkSync('..', join(dir, 'out'));
    symlinkSync('../a.js', join(dir, 'src/deep/within.js'));
  });
  expect(found).toEqual({
    'src/deep/up.js': 'refused: it is a symlink out of the repository, to "../../../etc/passwd"',
    'src/absolute.js': 'refused: it is a symlink out of the repository, to "/etc/passwd"',
    out: 'refused: it is a symlink out of the repository, to ".."',
    'src/deep/within.js': 'link: it is a symlink to "../a.js"',
  });
});

test('modes: an executable bit, on an old file and on a new one', async () => {
  const found = await said({ ...plain, 'test/run.sh': 'r\n' }, (dir) => {
    chmodSync(join(dir, 'src/a.js'), 0o755);
    chmodSync(join(dir, 'test/run.sh'), 0o755);
    write(dir, { 'src/new.sh': 'n\n' });
    chmodSync(join(dir, 'src/new.sh'), 0o755);
  });
  expect(found).toMatchObject({ 'src/a.js': 'mode: its mode changes from 100644 to 100755', 'src/new.sh': 'mode: it is a new executable' });
  expect(found['test/run.sh']).toMatch(/^protected/);
});

test('a submodule', async () => {
  const found = await said(plain, (dir) => {
    userGit(dir, 'update-index', '--add', '--cacheinfo', `160000,${userGit(dir, 'rev-parse', 'HEAD')},src/sub`);
  });
  expect(found).toEqual({ 'src/sub': 'link: it is a submodule' });
});

test('attributes, modules and ignore rules of git, at any depth', async () => {
  const found = await said(plain, (dir) => write(dir, { '.gitattributes': '*.js filter=x\n', 'src/.gitattributes': 'a text\n', '.gitmodules': 'm\n', 'src/.gitignore': 'x\n', '.githooks/pre-commit': 'x\n' }));
  expect(Object.keys(found).toSorted()).toEqual(expect.arrayContaining(['.gitattributes', 'src/.gitattributes', '.gitmodules', '.githooks/pre-commit'].toSorted()));
  for (const why of Object.values(found)) expect(why).toMatch(/^protected/);
});

test('names that look like others: letter case, look-alikes of other alphabets, invisible characters, trailing dots', async () => {
  const found = await said(plain, (dir) => {
    // Cyrillic: U+0430 in `src/а.js`, U+0435 in `tеst`; U+FF54 is a full-width t.
    write(dir, { 'src/\u0430.js': 'x\n', 't\u0435st/new.js': 'x\n', 'src/A.js': 'x\n', 'src/a\u200b.js': 'x\n', 'conf\uff54est.py': 'x\n', 'src/b.js.': 'x\n', 'src/c ': 'x\n', 'src/grün.js': 'x\n', 'src/данные.js': 'x\n' });
  });
  expect(found).toEqual({
    'src/\u0430.js': 'name: it differs from src/A.js only in characters that look alike',
    'src/A.js': expect.stringMatching(/^name: it differs from src\/.*\.js only in/) as string,
    'src/a\u200b.js': expect.stringMatching(/^name: /) as string,
    't\u0435st/new.js': expect.stringMatching(/^name: it differs from test only in characters that look alike/) as string,
    'conf\uff54est.py': expect.stringMatching(/^name: it looks like conftest\.py: /) as string,
    'src/b.js.': expect.stringMatching(/^name: /) as string,
    'src/c ': expect.stringMatching(/^name: /) as string,
  });
});

test('binaries: executables, libraries, modules, archives, compiled Python; no pictures, no text', async () => {
  const elf = Buffer.concat([Buffer.from('7f454c46020101', 'hex'), Buffer.alloc(60)]);
  const found = await said({ ...plain, 'data/old.bin': Buffer.from([1, 0, 2]) }, (dir) =>
    write(dir, {
      'src/fast.so': elf, 'tool': elf, 'src/addon.node': elf, 'src/a.wasm': Buffer.from('0061736d01000000', 'hex'), 'src/a.zip': Buffer.concat([Buffer.from('504b0304', 'hex'), Buffer.alloc(9)]), 'src/__pycache__/a.cpython-311.pyc': Buffer.from('a70d0d0a00000000', 'hex'),
      'data/old.bin': Buffer.from([1, 0, 3]), 'docs/picture.png': Buffer.from('89504e470d0a1a0a0000', 'hex'), 'src/table.dat': '1 2 3\n', 'src/mz.txt': 'MZ is text here\n', 'src/packed.txt': `${'Zm9yIGEgYnVpbGQgdG8gdW5wYWNrLCBhbmQgbm9ib2R5IHRvIHJlYWQ'.repeat(2)}\n`.repeat(30), 'src/prose.txt': 'Many words, none of them long. '.repeat(100),
    }));
  expect(found).toEqual({
    'src/fast.so': 'binary: it is an ELF executable or library', tool: 'binary: it is an ELF executable or library', 'src/addon.node': 'binary: it is an ELF executable or library', 'src/a.wasm': 'binary: it is a WebAssembly module',
    'src/a.zip': 'binary: it is a zip archive', 'src/__pycache__/a.cpython-311.pyc': 'binary: it is a binary file', 'data/old.bin': 'binary: it changes a binary file', 'src/packed.txt': 'binary: it is text that encodes something (base64 or hexadecimal)',
  });
});

test('Python files that stand before a module of the standard library, an installed package, a test framework or another module', async () => {
  const base = { 'pkg/__init__.py': '', 'pkg/core.py': 'import numba\nimport json\n', 'helper.py': '', 'names/one.py': '', 'src/app.py': '', 'bench/run.py': 'import pkg\n' };
  const found = await said(base, (dir) => write(dir, { 'json.py': '', 'src/random.py': '', 'numba/__init__.py': '', 'pytest.py': '', 'helper/__init__.py': '', 'names.py': '', 'app.py': '', 'pkg/json.py': '', 'pkg/fresh.py': '', 'fresh.py': '' }));
  expect(found).toEqual({
    'json.py': 'shadow: it stands before the module json of the standard library or of a test framework',
    'src/random.py': 'shadow: it stands before the module random of the standard library or of a test framework',
    'numba/__init__.py': 'shadow: it stands before the installed package numba',
    'pytest.py': 'shadow: it stands before the module pytest of the standard library or of a test framework',
    'helper/__init__.py': 'shadow: it stands before helper.py',
    'names.py': 'shadow: it stands beside the folder names',
    'app.py': 'shadow: it has the name of the module src/app.py',
  });
});

test('JavaScript files that an import without an ending finds before another, and packages', async () => {
  const base = { 'lib/work.js': '', 'lib/data.json': '{}', 'lib/parts/index.js': '', 'src/typed.js': '', 'lib/read': 'text' };
  const found = await said(base, (dir) => write(dir, { 'lib/data.js': '', 'lib/parts.js': '', 'lib/work': 'x', 'src/typed.ts': '', 'node_modules/left-pad/index.js': '', 'lib/work.json': '{}', 'lib/other.js': '' }));
  expect(found).toEqual({
    'lib/data.js': 'shadow: it is found before lib/data.json where that is imported without its ending',
    'lib/parts.js': 'shadow: it is found before lib/parts/index.js where that is imported without its ending',
    'lib/work': 'shadow: it is found before lib/work.js where that is imported without its ending',
    'src/typed.ts': 'shadow: it is found before src/typed.js where that is imported without its ending',
    'node_modules/left-pad/index.js': expect.stringMatching(/^protected: always/) as string,
  });
});

test('C and C++ headers of the system', async () => {
  const found = await said({ 'src/a.cpp': '#include <vector>\n' }, (dir) => write(dir, { 'src/vector': 'x\n', 'include/time.h': 'x\n', 'src/benchmark/benchmark.h': 'x\n', 'src/mine.h': 'x\n', 'src/vectors.h': 'x\n' }));
  expect(found).toEqual({
    'src/vector': 'shadow: it stands before the header <vector>',
    'include/time.h': 'shadow: it stands before the header <time.h>',
    'src/benchmark/benchmark.h': expect.stringMatching(/^protected/) as string,
  });
});

test('what steers the build is protected from proposers; a person may change it', async () => {
  const files = { 'src/a.rs': '', 'Cargo.toml': '[package]\n', 'go.mod': 'module x\n' };
  const change = (dir: string) => write(dir, { 'Cargo.toml': '[package]\n[profile.release]\noverflow-checks = false\n', 'go.mod': 'module x\nreplace y => ./z\n', 'vendor/y/y.go': '', '.cargo/config.toml': '', 'build.rs': '', 'tsconfig.json': '{}', Makefile: 'all:\n' });
  expect(Object.values(await said(files, change)).every((why) => why.startsWith('protected'))).toBe(true);
  expect(await said(files, change, editableInPullRequests)).toEqual({});
});
