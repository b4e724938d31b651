import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { makePrivateFolder, removePrivateFolder } from '../private-folder.js';
import { seenWorktrees } from './sandbox.js';
import { inSandbox, type Bounds } from './wrap.js';

/** Whether commands can be run in a sandbox on this host. */
export type SandboxSupport =
  | { works: true; version: string; /** Whether it can bound what is written to memory: from 0.7 on, where it is not setuid. */ bounds: boolean }
  | { works: false; why: string; /** How to get it. */ fix: string };

let found: Promise<SandboxSupport> | null = null;

/** Tried once a process, with every restriction that commands will be under. */
export function sandboxSupport(): Promise<SandboxSupport> {
  found ??= probe();
  return found;
}

async function probe(): Promise<SandboxSupport> {
  if (process.platform !== 'linux') return { works: false, why: 'bubblewrap needs Linux', fix: 'Run perfloop on Linux, or in a Linux virtual machine.' };
  const version = await said('bwrap', ['--version']);
  if (version.code === 'ENOENT') return { works: false, why: 'bubblewrap is not installed', fix: 'Install it: `apt-get install bubblewrap`, `dnf install bubblewrap`, `apk add bubblewrap` or `pacman -S bubblewrap`.' };
  const id = randomBytes(8).toString('hex');
  const own = await makePrivateFolder(id);
  try {
    const worktree = join(own.root, 'worktree');
    const home = join(own.root, 'home');
    await Promise.all([mkdir(worktree), mkdir(home)]);
    const sandbox = { worktree: { path: worktree, at: `${seenWorktrees}/${id}` }, git: null, home, trusted: false, network: false, hidden: [], readable: [], writable: [] };
    const tryWith = async (bounds?: Bounds): Promise<Said> => {
      const { argv, cwd, env } = inSandbox({ argv: ['/bin/sh', '-c', 'echo works > works && echo works'], cwd: worktree, env: { PATH: process.env['PATH'] ?? '' } }, sandbox, own, bounds);
      return said(argv[0] ?? '', argv.slice(1), { cwd, env });
    };
    const works = ({ code, stdout }: Said): boolean => code === 0 && stdout === 'works';
    const tried = await tryWith();
    // Older versions cannot, nor those that are setuid.
    if (works(tried)) return { works: true, version: version.stdout.replace(/^\w+ /, ''), bounds: works(await tryWith({ prelude: '', shmBytes: 2 ** 20 })) };
    const why = tried.stderr.split('\n').at(-1)?.replace(/^bwrap: /, '') ?? '';
    return { works: false, why: `bubblewrap does not work here: ${why === '' ? `it ended with ${tried.code}` : why}`, fix: fixOf(why) };
  } finally {
    await removePrivateFolder(id);
  }
}

/** By what bubblewrap says. */
function fixOf(why: string): string {
  if (/proc/i.test(why)) return 'In a container: start it with `--security-opt systempaths=unconfined` besides `seccomp=unconfined`, so that a fresh /proc can be mounted.';
  return 'Let this user make namespaces: `sysctl kernel.apparmor_restrict_unprivileged_userns=0` (Ubuntu 24.04 and later), `kernel.unprivileged_userns_clone=1` (older Debian) or `user.max_user_namespaces=10000` (RHEL); a container needs `--security-opt seccomp=unconfined --security-opt apparmor=unconfined`.';
}

interface Said {
  code: number | string;
  stdout: string;
  stderr: string;
}

async function said(program: string, args: string[], options: { cwd?: string; env?: Record<string, string> } = {}): Promise<Said> {
  return new Promise((resolve) => {
    execFile(program, args, { ...options, timeout: 20_000 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : (error.code ?? error.signal ?? 1), stdout: stdout.trim(), stderr: stderr.trim() });
    });
  });
}
