import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { commitAll, git, unpack } from '../support/published.js';
import type { Replay } from './replays.js';

/** What is judged: `main` against each branch, and `faster` against `main`. */
export const branches = ['faster', 'no-op', 'formatted'] as const;

/**
 * A git repository in a new folder: `main` is the earlier version with a benchmark of ours, `faster` the later one with the
 * same benchmark; `no-op` adds comments to hot code, `formatted` blank lines to every file of its language.
 */
export async function makeReplay(name: string, replay: Replay, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await git(folder, 'init', '--quiet', '--initial-branch=main');
  await publish(name, replay, replay.from, folder);
  await commitAll(folder, `${replay.package} ${replay.from}`);
  await git(folder, 'checkout', '--quiet', '-b', 'faster');
  for (const entry of readdirSync(folder)) if (entry !== '.git') rmSync(join(folder, entry), { recursive: true });
  await publish(name, replay, replay.to, folder);
  await commitAll(folder, `${replay.package} ${replay.to}`);
  await git(folder, 'checkout', '--quiet', '-b', 'no-op', 'main');
  comment(join(folder, replay.hot), replay);
  await commitAll(folder, 'Comments');
  await git(folder, 'checkout', '--quiet', '-b', 'formatted', 'main');
  for (const file of filesOf(folder, replay)) loosen(file, replay);
  await commitAll(folder, 'Formatted');
  await git(folder, 'checkout', '--quiet', 'main');
}

async function publish(name: string, { registry, package: published, without }: Replay, version: string, folder: string): Promise<void> {
  await unpack(registry, published, version, folder);
  for (const part of without) rmSync(join(folder, part), { recursive: true, force: true });
  withoutScripts(join(folder, 'package.json'));
  cpSync(fileURLToPath(new URL(`targets/${name}`, import.meta.url)), folder, { recursive: true });
}

/** Scripts of the package's own development, which differ between versions, decide nothing here. */
function withoutScripts(file: string): void {
  if (!existsSync(file)) return;
  const { scripts: _scripts, devDependencies: _development, ...manifest } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  writeFileSync(file, `${JSON.stringify(manifest, null, 2)}\n`);
}

const marks = { javascript: '//', python: '#', 'c++': '//' } as const;
const endings = { javascript: /\.[cm]?js$/, python: /\.py$/, 'c++': /\.[ch](pp)?$/ } as const;

function comment(file: string, { language }: Replay): void {
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, `${marks[language]} Faster now.\n${text.trimEnd()}\n${marks[language]} This file was optimized for speed.\n`);
}

function filesOf(folder: string, { language }: Replay): string[] {
  const all = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return all.filter((path) => endings[language].test(path) && !/^(\.git|bench|node_modules)\//.test(path)).map((path) => join(folder, path));
}

/** Blank lines between statements: no token changes. Where a string may span lines, only at the top. */
function loosen(file: string, { language }: Replay): void {
  const text = readFileSync(file, 'utf8');
  if (language === 'python') writeFileSync(file, text.replaceAll(/\n(?=(?:def|class|import|from) )/g, '\n\n'));
  else writeFileSync(file, /`|R"/.test(text) ? `\n\n${text}` : text.replaceAll(/;\n/g, ';\n\n'));
}
