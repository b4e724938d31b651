import type { Dirent } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { readdir, realpath } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { sandboxSchema, type Config } from '../core/config/schema.js';
import { PerfloopError } from '../core/errors.js';
import type { Target } from '../core/target.js';
import { sandboxSupport } from '../measure/sandbox/probe.js';
import { seenWorktrees, type Sandbox } from '../measure/sandbox/sandbox.js';
import { secretsOf } from '../measure/sandbox/secrets.js';
import { furnishHome } from '../measure/sandbox/tools-home.js';
import { linkedSources } from '../workspace/link.js';
import { homeOfWorktree } from '../workspace/open-worktree.js';
import { standInRepository } from '../workspace/stand-in.js';
import type { Worktree } from '../workspace/worktree.js';
import type { Dependencies } from './dependencies.js';
import { repositoryOf } from './ground.js';

/**
 * Who runs: `installing` (set-up) has the network and the user's home, because protected lock files decide what it does;
 * `proposing` is the user's own program and has the network; `measured` is everything else.
 */
export type Confined = 'installing' | 'proposing' | 'measured';

/** Files and folders of this host that a command sees or writes besides what the config says. */
export interface Besides {
  readable?: readonly string[];
  writable?: readonly string[];
}

/** Of a config of an earlier version, too. */
export const settingsOf = (config: Config): Config['sandbox'] => sandboxSchema.parse((config as Partial<Config>).sandbox);

/** Whether the commands of a target run in a sandbox here. Throws PL_SANDBOX where they must and cannot. */
export async function isSandboxed(config: Config): Promise<boolean> {
  const { mode } = settingsOf(config);
  if (mode === 'off') return false;
  const support = await sandboxSupport();
  if (!support.works && mode === 'require') throw new PerfloopError('PL_SANDBOX', `sandbox.mode is "require", and there can be no sandbox: ${support.why}`, { where: 'sandbox.mode', fix: support.fix });
  return support.works;
}

/** What a person should know where commands run without a sandbox although nobody asked for that. */
export async function unsandboxedNotes(config: Config): Promise<string[]> {
  if (settingsOf(config).mode === 'off' || (await isSandboxed(config))) return [];
  const support = await sandboxSupport();
  return support.works ? [] : [`The commands run without a sandbox: ${support.why}. They can use the network, read your keys, and leave files for later samples outside of the worktree. ${support.fix} Or accept it by \`sandbox.mode = "off"\`.`];
}

/** Where commands see the worktrees of a comparison: drawn once for all of them; null without a sandbox. */
export async function drawPlace(config: Config): Promise<string | null> {
  return (await isSandboxed(config)) ? randomBytes(8).toString('hex') : null;
}

/** The sandbox of a command in a worktree; undefined where there is none. */
export async function sandboxOf(deps: Dependencies, { target, config }: { target: Target; config: Config }, worktree: Worktree & { place?: string | null }, who: Confined, besides: Besides = {}): Promise<Sandbox | undefined> {
  if (!(await isSandboxed(config))) return undefined;
  const { network, readable, writable } = settingsOf(config);
  const usersHome = deps.env['HOME'] ?? homedir();
  const shown = [...readable.map((path) => inHome(path, usersHome)), ...(await linkedSources(worktree)), ...(besides.readable ?? [])];
  const written = [...writable.map((path) => inHome(path, usersHome)), ...(besides.writable ?? [])];
  const hidden = await hiddenFrom(deps, usersHome, who, [...shown, ...written]);
  const home = who === 'installing' ? null : homeOfWorktree(deps.home, worktree.id);
  if (home !== null) await furnishHome(home, usersHome, hidden, { go: await hasGo(worktree.path) });
  return {
    worktree: { path: worktree.path, at: worktree.place === null ? worktree.path : join(seenWorktrees, worktree.place ?? worktree.id) },
    git: await standInRepository(deps.home, await repositoryOf(deps, target), target.base.commit),
    home,
    trusted: who === 'installing',
    network: network || who !== 'measured',
    hidden,
    readable: shown,
    writable: written,
  };
}

async function hiddenFrom(deps: Dependencies, usersHome: string, who: Confined, shown: readonly string[]): Promise<string[]> {
  const paths = [deps.home.root, deps.home.artifacts, ...secretsOf(usersHome, { installing: who === 'installing' })];
  const real = await Promise.all(paths.map((path) => realpath(path).catch(() => null)));
  return [...new Set(real)].filter((path) => path !== null && !shown.includes(path)) as string[];
}

const inHome = (path: string, usersHome: string): string => (path.startsWith('~/') ? join(usersHome, path.slice(2)) : path);

/** Whether there is a module of Go, at the root or in a folder of it. */
async function hasGo(folder: string): Promise<boolean> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((): Dirent[] => []);
  if (entries.some(({ name }) => name === 'go.mod' || name === 'go.work')) return true;
  const below = await Promise.all(entries.filter((entry) => entry.isDirectory() && entry.name !== '.git').map(({ name }) => readdir(join(folder, name)).catch((): string[] => [])));
  return below.some((names) => names.includes('go.mod'));
}
