import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { reviewChange, type Review } from '../../src/activities/review-change.js';
import { filesToWatch } from '../../src/inspect/executed/idle.js';
import type { CommandPlace } from '../../src/workspace/command-files.js';
import { editableInPullRequests, protectedRules } from '../../src/workspace/protected-globs.js';
import { resolveCandidate } from '../../src/workspace/snapshot.js';
import { commitAllOf, prepared, userRepository, write } from '../workspace/fixture.js';

const files = { 'src/a.js': 'export const a = () => 1;\n', 'test/t.js': 't\n', 'package.json': '{ "scripts": { "test": "node --test" } }', 'Makefile': 'all:\n' };

async function reviewed(change: (dir: string) => void, commands: readonly (string | CommandPlace)[] = ['npm test'], before: Record<string, string> = files): Promise<{ proposer: Review; person: Review }> {
  const dir = userRepository(before);
  const { artifacts, repository, target, base } = await prepared(dir);
  change(dir);
  commitAllOf(dir, 'candidate');
  const ref = await resolveCandidate({ dir, revision: 'HEAD', base: target.base, artifacts });
  await repository.ensureCommit(ref);
  const of = (byPerson: boolean) => reviewChange(repository, { from: base, to: ref.commit, rules: protectedRules({ protected: [], editable: byPerson ? [...editableInPullRequests] : [] }), byPerson, commands: commands.map((command) => (typeof command === 'string' ? { run: command, cwd: '.' } : command)) });
  return { proposer: await of(false), person: await of(true) };
}

test('an ordinary change passes both ways, with its flags', async () => {
  const { proposer, person } = await reviewed((dir) => write(dir, { 'src/a.js': 'export const a = () => Date.now();\n' }));
  expect(proposer).toEqual({ refused: null, notes: [], flags: [expect.objectContaining({ code: 'clock', file: 'src/a.js', line: 1 })] });
  expect(person).toEqual(proposer);
});

test("a proposer's shadow, binary, link or build file is refused; a person's gets a flag beside those of the code", async () => {
  const { proposer, person } = await reviewed((dir) => {
    write(dir, { 'src/json.py': 'x = 1\n', 'src/fast.so': Buffer.from('7f454c4600', 'hex'), Makefile: 'CFLAGS = -DNDEBUG\nall:\n', 'src/a.js': 'export const a = () => process.env.CI;\n' });
    symlinkSync('a.js', join(dir, 'src/link.js'));
  });
  expect(proposer.refused).toMatch(/^It changes what must not change: .*Makefile \(.*\).*src\/fast\.so \(it is an ELF.*src\/json\.py \(it stands before.*src\/link\.js \(it is a symlink to "a\.js"\)/);
  expect(proposer.flags).toEqual([]);
  expect(person.refused).toBeNull();
  expect(person.flags.map(({ code, file }) => `${code} ${file}`).toSorted()).toEqual(['binary src/fast.so', 'build Makefile', 'environment src/a.js', 'link src/link.js', 'shadow src/json.py', 'sniffing src/a.js']);
});

test("a person's tests are laid over with the base's, and said to be; a change of nothing else is refused", async () => {
  const { person } = await reviewed((dir) => write(dir, { 'test/t.js': 'weaker\n', 'src/a.js': 'export const a = () => 2;\n' }));
  expect(person).toMatchObject({ refused: null, flags: [], notes: [expect.stringMatching(/^Measured and tested with the base's version of test\/t\.js \(/) as string] });
  const alone = await reviewed((dir) => write(dir, { 'test/t.js': 'weaker\n' }));
  expect(alone.person.refused).toMatch(/^Nothing of it would be measured/);
});

test('a changed npm script and a symlink out of the repository are refused for a person too', async () => {
  const script = await reviewed((dir) => write(dir, { 'package.json': '{ "scripts": { "test": "true" } }', 'src/a.js': 'export const a = () => 2;\n' }));
  expect(script.person.refused).toBe('It changes the npm script test, which the commands run.');
  const link = await reviewed((dir) => {
    rmSync(join(dir, 'src/a.js'));
    symlinkSync('/etc/hostname', join(dir, 'src/a.js'));
  });
  expect(link.person.refused).toMatch(/it is a symlink out of the repository/);
});

test('scripts count that the commands run, with those around them and of an installation; others do not', async () => {
  const change = (dir: string) => write(dir, { 'package.json': '{ "scripts": { "test": "node --test", "lint": "x", "pretest": "node warm.js", "postinstall": "node fetch.js" } }', 'src/a.js': 'export const a = () => 2;\n' });
  expect((await reviewed(change, ['node bench.js'])).person.refused).toBeNull();
  expect((await reviewed(change, ['npm test'])).person.refused).toBe('It changes the npm script pretest, which the commands run.');
  expect((await reviewed(change, ['npm ci', 'node bench.js'])).person.refused).toBe('It changes the npm script postinstall, which the commands run.');
});

test('a script counts of the package.json beside a command or above it, and of any where the command leads elsewhere', async () => {
  const change = (dir: string) => write(dir, { 'packages/a/package.json': '{ "scripts": { "test": "true", "bench": "node b.js" } }', 'src/a.js': 'export const a = () => 2;\n' });
  const refusedFor = async (command: string | CommandPlace, root = files['package.json']) => (await reviewed(change, [command], { ...files, 'package.json': root, 'packages/a/package.json': '{ "scripts": { "test": "node --test", "bench": "node b.js" } }', 'packages/a/x/y.js': 'y\n', 'go.sh': 'cd packages/a\nnpm test\n' })).person.refused;
  const text = 'It changes the npm script test of packages/a/package.json, which the commands run.';
  expect(await refusedFor({ run: 'npm test', cwd: 'packages/a' })).toBe(text);
  expect(await refusedFor({ run: 'npm test', cwd: './packages/a/x/' })).toBe(text);
  for (const command of ['npm --prefix packages/a test', 'npm test --workspace=packages/a', 'npm test -w a', 'cd packages/a && npm test', "sh -c 'cd packages/a && npm test'", 'sh go.sh', 'yarn workspace a test', 'pnpm --filter a test']) expect(await refusedFor(command), command).toBe(text);
  expect(await refusedFor('npm run all', '{ "scripts": { "all": "npm test --workspaces" } }')).toBe(text);
  expect(await refusedFor('npm test')).toBeNull();
  expect(await refusedFor({ run: 'npm run bench', cwd: 'packages/a' })).toBeNull();
}, 60_000);

test('an installation runs scripts of the workspaces too', async () => {
  const change = (dir: string) => write(dir, { 'packages/a/package.json': '{ "scripts": { "postinstall": "node x.js" } }', 'src/a.js': 'export const a = () => 2;\n' });
  const packages = { ...files, 'packages/a/package.json': '{}' };
  expect((await reviewed(change, ['npm ci'], packages)).person.refused).toBeNull();
  expect((await reviewed(change, ['npm ci'], { ...packages, 'package.json': '{ "workspaces": ["packages/*"] }' })).person.refused).toBe('It changes the npm script postinstall of packages/a/package.json, which the commands run.');
});

const manyFlags = (files: number): Record<string, string> => Object.fromEntries(Array.from({ length: files }, (_, n) => [`src/f${n}.js`, `export const f${n} = () => process.env.A${n};\n`]));

test('no flag is left out before it is known which lines are executed, not even many of one kind in one file', async () => {
  const { proposer } = await reviewed((dir) => write(dir, { ...manyFlags(30), 'src/z.js': Array.from({ length: 9 }, (_, n) => `export const z${n} = () => process.env.Z${n};\n`).join('') }));
  expect(proposer.flags).toHaveLength(39);
  expect(proposer.flags.filter(({ file }) => file === 'src/z.js')).toHaveLength(9);
});

test('more flags than can be handed on are a flag themselves, which counts whatever is executed', async () => {
  const { proposer } = await reviewed((dir) => write(dir, { 'src/many.js': Object.values(manyFlags(320)).join('') }));
  expect(proposer.flags).toHaveLength(301);
  expect(proposer.flags[0]).toMatchObject({ code: 'many', why: expect.stringContaining('20 more') as string });
  expect(filesToWatch(proposer.flags.slice(0, 1))).toEqual([]);
});
