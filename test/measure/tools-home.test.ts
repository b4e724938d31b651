import { existsSync, lstatSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { furnishHome } from '../../src/measure/sandbox/tools-home.js';
import { temporaryFolder } from './support.js';

async function furnished(files: string[], more: { hidden?: string[]; go?: boolean } = {}) {
  const root = await temporaryFolder();
  const [usersHome, folder] = [join(root, 'user'), join(root, 'home')];
  await mkdir(usersHome);
  for (const name of files) {
    await mkdir(dirname(join(usersHome, name)), { recursive: true });
    await writeFile(join(usersHome, name), `of the user: ${name}\n`);
  }
  const furnish = () => furnishHome(folder, usersHome, (more.hidden ?? []).map((name) => join(usersHome, name)), { go: more.go ?? false });
  await furnish();
  return { usersHome, folder, furnish, at: (name: string) => join(folder, name) };
}

const isLink = (path: string): boolean => lstatSync(path).isSymbolicLink();

test('what programs share is a folder with links below, all else is a link', async () => {
  const { at } = await furnished(['.gitconfig', '.cargo/registry/x', '.cache/pip/x', '.config/git/config', '.local/share/pnpm/x', '.local/bin/tool']);
  expect(['.gitconfig', '.cargo', '.cache/pip', '.config/git', '.local/share/pnpm', '.local/bin'].filter((name) => !isLink(at(name)))).toEqual([]);
  expect(['.cache', '.config', '.local', '.local/share'].filter((name) => isLink(at(name)))).toEqual([]);
  expect(readFileSync(at('.cargo/registry/x'), 'utf8')).toBe('of the user: .cargo/registry/x\n');
});

test('what is hidden is left out, and caches that their programs must write begin empty', async () => {
  const { folder, at } = await furnished(['.ssh/id', '.config/gh/hosts.yml', '.config/other/x', '.cache/uv/x', 'notes'], { hidden: ['.ssh', '.config/gh'] });
  expect(readdirSync(folder).sort()).toEqual(['.cache', '.config', 'notes']);
  expect(readdirSync(at('.config'))).toEqual(['other']);
  expect(readdirSync(at('.cache'))).toEqual([]);
});

test('repeated, it adds what is new in the user\'s home and leaves what programs have put here', async () => {
  const { usersHome, at, furnish } = await furnished(['.cargo/x']);
  writeFileSync(at('.newtool'), 'of a program\n');
  await mkdir(join(usersHome, '.rustup'));
  await writeFile(join(usersHome, '.newtool'), 'of the user\n');
  await furnish();
  expect(isLink(at('.rustup'))).toBe(true);
  expect(readFileSync(at('.newtool'), 'utf8')).toBe('of a program\n');
});

test('where Go is built, it finds what was built before and can add to it', async () => {
  const files = ['.cache/go-build/ab/abcd-a', '.cache/go-build/ab/abcd-d', '.cache/go-build/README'];
  const { at, usersHome } = await furnished(files, { go: true });
  expect(readFileSync(at('.cache/go-build/ab/abcd-a'), 'utf8')).toContain('of the user');
  writeFileSync(at('.cache/go-build/ab/new-a'), 'built here');
  expect(existsSync(join(usersHome, '.cache/go-build/ab/new-a'))).toBe(false);
});

test('where no Go is built, the cache of Go begins empty', async () => {
  const { at } = await furnished(['.cache/go-build/ab/abcd-a', '.cache/pip/x']);
  expect(readdirSync(at('.cache'))).toEqual(['pip']);
});

test('a user without a home has an empty one', async () => {
  const root = await temporaryFolder();
  await furnishHome(join(root, 'home'), join(root, 'nowhere'), [], { go: true });
  expect(readdirSync(join(root, 'home'))).toEqual([]);
});

test('a link that a command has put in the place of a shared folder is replaced, and nothing is written through it', async () => {
  const { usersHome, folder, at, furnish } = await furnished(['.cache/pip/x', '.config/git/config']);
  const victim = join(folder, '..', 'victim');
  await mkdir(victim);
  rmSync(at('.cache'), { recursive: true });
  symlinkSync(victim, at('.cache'));
  await furnish();
  expect(readdirSync(victim)).toEqual([]);
  expect([isLink(at('.cache')), isLink(at('.cache/pip'))]).toEqual([false, true]);
  expect(readdirSync(join(usersHome, '.cache'))).toEqual(['pip']);
});
