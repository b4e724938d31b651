import { readlinkSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe } from 'vitest';
import type { CommandResult } from '../../src/measure/command.js';
import { runCommand } from '../../src/measure/run-command.js';
import { sandboxSupport } from '../../src/measure/sandbox/probe.js';
import type { Sandbox } from '../../src/measure/sandbox/sandbox.js';
import { secretsOf } from '../../src/measure/sandbox/secrets.js';
import { furnishHome } from '../../src/measure/sandbox/tools-home.js';
import { temporaryFolder } from './support.js';

const support = await sandboxSupport();

/** Runs where there can be a sandbox, and says so where there can be none. */
export const describeSandboxed: (name: string, tests: () => void) => void = support.works ? describe : (name, tests) => describe.skip(`${name} (skipped: ${support.why})`, tests);

/** In front of what would be the end of this machine's processes, were there no sandbox. */
export const onlyWithin = process.platform === 'linux' ? `[ "$(readlink /proc/self/ns/pid)" != "${readlinkSync('/proc/self/ns/pid')}" ]` : 'false';

export interface Confined {
  worktree: string;
  /** A home of a user, with what `files` says. */
  usersHome: string;
  sandbox: Sandbox;
  /** Runs a shell command in the worktree; `more` is laid over the sandbox. */
  run: (command: string, more?: Partial<Sandbox>, env?: Record<string, string>) => Promise<CommandResult>;
}

export async function confined(files: Record<string, string> = {}): Promise<Confined> {
  const folder = await temporaryFolder();
  const [worktree, usersHome, home] = [join(folder, 'worktree'), join(folder, 'user'), join(folder, 'home')];
  await Promise.all([worktree, usersHome, join(folder, 'perfloop')].map((path) => mkdir(path)));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(usersHome, name)), { recursive: true });
    await writeFile(join(usersHome, name), text);
  }
  const hidden = [join(folder, 'perfloop'), ...secretsOf(usersHome, { installing: false })];
  await furnishHome(home, usersHome, hidden, { go: true });
  // Temporary folders lie below /tmp, which a sandbox has of its own.
  const sandbox: Sandbox = { worktree: { path: worktree, at: '/run/build/0123456789abcdef' }, git: null, home, trusted: false, network: false, hidden, readable: [usersHome], writable: [] };
  return {
    worktree,
    usersHome,
    sandbox,
    run: (command, more = {}, env = {}) => runCommand({ command, cwd: worktree, env: { PATH: process.env['PATH'] ?? '', ...env }, timeoutMs: 60_000, sandbox: { ...sandbox, ...more } }),
  };
}
