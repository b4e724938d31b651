import { cpSync, existsSync, lstatSync, readdirSync, readlinkSync, realpathSync } from 'node:fs';
import { delimiter, isAbsolute, join, relative } from 'node:path';
import type { PrivateFolder } from '../private-folder.js';
import { seenHome, seenRepository, type Sandbox } from './sandbox.js';

/** A program to start. */
export interface Invocation {
  argv: string[];
  cwd: string;
  env: Record<string, string>;
  /**
   * It writes to descriptor 3 when all is prepared, and begins when descriptor 4 is closed: so that a clock which starts in
   * between does not see the making of a sandbox.
   */
  gated: boolean;
}

/** What else a sandbox bounds. */
export interface Bounds {
  /** Commands of a shell that come before the program, see `ulimits`. */
  prelude: string;
  /** `/dev/shm`; null: what the kernel lets it have, half of the memory. */
  shmBytes: number | null;
}

const unbounded: Bounds = { prelude: '', shmBytes: null };
/** What may be written to each of the other places that are memory: settings and sockets. */
const smallBytes = 16 * 2 ** 20;

/** A program behind the gate, which a shell opens from within; see `Invocation.gated`. */
export function behindGate(prelude: string, argv: readonly string[]): string[] {
  return ['/bin/sh', '-c', `${prelude}echo >&3; exec 3>&-; read -r go <&4; exec 4<&-; exec "$@"`, 'sh', ...argv];
}

/** What a sandbox has of its own: nothing of the host's that lies there is seen from within. */
const ownFolders = ['/tmp', '/var/tmp', '/run'];
/** What of /run programs cannot do without: name resolution. */
const keptOfRun = ['/run/systemd/resolve'];
/** Links in /run by which NixOS finds every program. */
const linksInRun = ['/run/current-system', '/run/opengl-driver'];
const gpus = /^(nvidia.*|kfd|dri|dxg|accel.*)$/;
/** The loader would heed them in bubblewrap itself, which does not see what they name. */
const ofTheLoader = /^LD_/;

/** How a program is run in a sandbox by bubblewrap. What is to be hidden or shown and does not exist is left out. */
export function inSandbox({ argv, cwd, env }: Omit<Invocation, 'gated'>, sandbox: Sandbox, own: PrivateFolder, { prelude, shmBytes }: Bounds = unbounded): Invocation {
  const { worktree, git, home } = sandbox;
  const seen = Object.entries({ ...env, TMPDIR: '/tmp', ...(home === null ? {} : { HOME: seenHome }) }).filter(([name]) => name !== 'XDG_RUNTIME_DIR');
  const flags = [
    '--unshare-user', '--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try', '--cap-drop', 'ALL',
    ...(sandbox.network ? [] : ['--unshare-net']),
    sandbox.trusted ? '--bind' : '--ro-bind', '/', '/',
    '--dev', '/dev', ...gpuDevices(), ...sharedMemory(shmBytes), '--proc', '/proc', ...kernelSettings(), ...memory('/run', shmBytes), ...linksInRun.flatMap(sameLink),
    ...ownFolders.filter((path) => path !== '/run' && existsSync(path)).flatMap((path) => ['--bind', own.temporary, path]),
    ...laidOver(sandbox, activated(env), own, shmBytes),
    '--bind', worktree.path, worktree.at,
    ...(git === null ? [] : [...repository(git.folder, sandbox, own), '--ro-bind', git.gitFile, join(worktree.at, '.git')]),
    ...(home === null ? [] : ['--bind', home, seenHome]),
    ...seen.filter(([name]) => ofTheLoader.test(name)).flatMap(([name, value]) => ['--setenv', name, value]),
    '--chdir', join(worktree.at, relative(worktree.path, cwd)),
  ];
  return { argv: ['bwrap', ...flags, '--', ...behindGate(prelude, argv)], cwd: '/', gated: true, env: Object.fromEntries(seen.filter(([name]) => !ofTheLoader.test(name))) };
}

/** A set-up may write into a copy: what installs git hooks must not fail. */
function repository(folder: string, { trusted }: Sandbox, own: PrivateFolder): string[] {
  if (!trusted) return ['--ro-bind', folder, seenRepository];
  const copy = join(own.root, 'repository');
  cpSync(folder, copy, { recursive: true });
  return ['--bind', copy, seenRepository];
}

function gpuDevices(): string[] {
  return readdirSync('/dev').filter((name) => gpus.test(name)).flatMap((name) => ['--dev-bind', `/dev/${name}`, `/dev/${name}`]);
}

/** Of /dev itself, which is memory too, nothing else can be written. */
function sharedMemory(bytes: number | null): string[] {
  return bytes === null ? [] : ['--size', String(bytes), '--tmpfs', '/dev/shm', '--remount-ro', '/dev'];
}

/** An empty folder in memory. */
function memory(path: string, shmBytes: number | null): string[] {
  return [...(shmBytes === null ? [] : ['--size', String(smallBytes)]), '--tmpfs', path];
}

function sameLink(path: string): string[] {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true ? ['--symlink', readlinkSync(path), path] : [];
}

/** The kernel lets user 0 write its settings, also without any capability. */
function kernelSettings(): string[] {
  return process.getuid?.() === 0 ? ['--ro-bind', '/proc/sys', '/proc/sys'] : [];
}

/** What is hidden and what is shown, by real paths: what lies deeper is laid over what lies above it. */
function laidOver({ hidden, readable, writable }: Sandbox, needed: readonly string[], own: PrivateFolder, shmBytes: number | null): string[] {
  const layers = new Map<string, string[]>();
  for (const path of hidden) layer(path, (real) => (lstatSync(real).isDirectory() ? memory(real, shmBytes) : ['--ro-bind', own.empty, real]));
  for (const path of [...keptOfRun, ...needed, ...readable]) layer(path, (real) => ['--ro-bind', real, real]);
  for (const path of writable) layer(path, (real) => ['--bind', real, real]);
  return [...layers].sort(([a], [b]) => depth(a) - depth(b)).flatMap(([, options]) => options);

  function layer(path: string, options: (real: string) => string[]): void {
    const real = realPath(path);
    if (real !== null) layers.set(real, options(real));
  }
}

const depth = (path: string): number => path.split('/').length;

/** Programs and environments that the user has activated out of a temporary folder. */
function activated(env: Record<string, string>): string[] {
  const named = [...(env['PATH'] ?? '').split(delimiter), env['VIRTUAL_ENV'] ?? '', env['CONDA_PREFIX'] ?? ''];
  return [...new Set(named)].filter((path) => isAbsolute(path) && ownFolders.some((folder) => path.startsWith(`${folder}/`)));
}

function realPath(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}
