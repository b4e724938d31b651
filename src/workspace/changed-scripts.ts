import { posix } from 'node:path';
import { commandTexts, readScripts, scriptNames, type CommandPlace } from './command-files.js';
import type { Repository } from './repository.js';

type Scripts = Readonly<Record<string, string>>;

/** What makes npm, yarn, pnpm or bun, or the shell before them, look at another package.json than that of the folder or one above it. */
const elsewhere = /(?:^|[\s;&|(])(?:cd|pushd|--prefix|--cwd|--dir|--filter|--recursive|--workspaces?|workspaces?|foreach|lerna|turbo|nx|npm_config_\w+)(?=[\s=]|$)|\s-(?:C|F|w|ws|r)(?=[\s=./]|$)/i;
const installs = /\b(?:npm|pnpm|bun)\s[^\n;&|]*\b(?:ci|i|install|add|rebuild)\b|\byarn\b/;

/**
 * Scripts of package.json that the commands run and another commit changes, adds or removes; with what they run in turn, and
 * what npm runs around them. Looked for beside a command and above it, and in every package.json where its text leads elsewhere.
 */
export async function changedScripts(repository: Repository, base: string, commit: string, commands: readonly CommandPlace[]): Promise<string[]> {
  const changed = await changedManifests(repository, base, commit);
  if (changed.size === 0) return [];
  const manifests = new Map<string, Scripts>();
  const paths = (await repository.listFiles(base)).filter(isManifest);
  for (const path of paths) manifests.set(path, await scriptsAt(repository, base, path));
  const workspaces = paths.length > 1 && (await hasWorkspaces(repository, base));
  const found = new Set<string>();
  for (const command of commands) {
    const texts = await commandTexts(repository, base, command);
    const near = new Set(manifestsAbove(command.cwd));
    const nearScripts = merged([...manifests].filter(([path]) => near.has(path)));
    const nearNames = namesIn(texts, nearScripts);
    const all = [...texts, ...[...nearNames].map((name) => nearScripts[name] ?? '')];
    const anywhere = all.some((text) => elsewhere.test(text) || (workspaces && installs.test(text)));
    const names = anywhere ? namesIn(texts, merged([...manifests])) : nearNames;
    for (const [path, differing] of changed) {
      if (!anywhere && !near.has(path)) continue;
      for (const name of differing) if (names.has(name)) found.add(path === 'package.json' ? name : `${name} of ${path}`);
    }
  }
  return [...found];
}

function isManifest(path: string): boolean {
  return posix.basename(path) === 'package.json' && !path.split('/').includes('node_modules');
}

/** The scripts that are not what they were, of each package.json that has any. */
async function changedManifests(repository: Repository, base: string, commit: string): Promise<Map<string, string[]>> {
  const changed = new Map<string, string[]>();
  for (const { path } of await repository.changedPaths(base, commit)) {
    if (!isManifest(path)) continue;
    const [before, after] = await Promise.all([scriptsAt(repository, base, path), scriptsAt(repository, commit, path)]);
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((name) => before[name] !== after[name]);
    if (names.length > 0) changed.set(path, names);
  }
  return changed;
}

function manifestsAbove(cwd: string): string[] {
  const folder = posix.normalize(cwd);
  const above = posix.dirname(folder);
  return [posix.join(folder, 'package.json'), ...(above === folder ? [] : manifestsAbove(above))];
}

/** The scripts of several package.json by name, one below the other where a name is there twice. */
function merged(manifests: readonly (readonly [string, Scripts])[]): Scripts {
  const all = new Map<string, string>();
  for (const [, scripts] of manifests) for (const [name, text] of Object.entries(scripts)) all.set(name, `${all.get(name) ?? ''}${text}\n`);
  return Object.fromEntries(all);
}

function namesIn(texts: readonly string[], scripts: Scripts): Set<string> {
  return new Set(texts.flatMap((text) => [...scriptNames(text, scripts)]));
}

/** An installation at the top runs the scripts of the workspaces too. */
async function hasWorkspaces(repository: Repository, commit: string): Promise<boolean> {
  if ((await repository.listFiles(commit)).includes('pnpm-workspace.yaml')) return true;
  return repository.readFileAt(commit, 'package.json').then((text) => text.includes('"workspaces"'), () => false);
}

async function scriptsAt(repository: Repository, commit: string, path: string): Promise<Scripts> {
  return repository.readFileAt(commit, path).then((text) => readScripts(text.toString('utf8')), () => ({}));
}
