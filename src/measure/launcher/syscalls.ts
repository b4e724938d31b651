import { constants } from 'node:os';
import { getSystemErrorName } from 'node:util';
import { loadKoffi } from '../koffi.js';
import type { Usage } from './messages.js';

/** `pid` ended. */
export interface Reaped extends Usage {
  pid: number;
  exitCode: number | null;
  signal: NodeJS.Signals | null;
}

/** The calls of the C library that Node has none for. Linux, glibc 2.29 or musl 1.1.24 and newer. */
export interface Syscalls {
  /** Orphans below this process become its children, so that nothing escapes it, and its wait. */
  becomeSubreaper(): void;
  /** Keeps a descriptor from what is started. */
  closeOnExec(descriptor: number): void;
  /** Binds this process, and what it starts, to CPUs. */
  setAffinity(cpus: readonly number[]): void;
  /** Tells the kernel that the pages of a file are not needed: those that are on the disk leave the page cache. */
  dropPages(descriptor: number): void;
  /** What is started from now on finds no keys of the user's session, nor any that an earlier command has left there; see keyctl(2). */
  joinFreshKeyring(): void;
  /** Read end and write end. Neither is inherited. */
  pipe(): [read: number, write: number];
  /**
   * posix_spawnp(3): shares the memory until the exec, so that it takes the same time however large the caller is. The
   * child leads a process group of its own, with default signals. Its descriptors from 0 on are `stdio`.
   */
  spawn(argv: readonly string[], env: readonly string[], stdio: readonly number[]): number;
  /** wait4(2) of one child, or of any; null when there is none, or, not `blocking`, none has ended. */
  wait(pid: number | 'any', blocking: boolean): Reaped | null;
}

const setProcessGroup = 0x02;
const setSignalDefaults = 0x04;
const setSignalMask = 0x08;
const pipeCloseOnExec = 0o2000000;
const setDescriptorFlags = 2;
const descriptorCloseOnExec = 1;
const prSetChildSubreaper = 36;
/** As large as the kernel's largest: 8192 CPUs. */
const cpuSetBytes = 1024;
const dontNeed = 4;
const withoutHanging = 1;
/** keyctl(2), which the C library has no call for. */
const keyctl: Partial<Record<NodeJS.Architecture, number>> = { x64: 250, arm64: 219 };
const joinSessionKeyring = 1;
/** More than any C library takes for posix_spawnattr_t, posix_spawn_file_actions_t and sigset_t. */
const opaqueBytes = 1024;

/** Throws when koffi does not load here, or the C library lacks a call. */
export function loadSyscalls(): Syscalls {
  const koffi = loadKoffi();
  const libc = koffi.load(null);
  const timeval = koffi.struct({ seconds: 'long', microseconds: 'long' });
  // musl keeps 16 longs in reserve, glibc has 14 and no reserve.
  koffi.struct('rusage', { user: timeval, system: timeval, peakKib: 'long', others: koffi.array('long', 13), reserve: koffi.array('long', 16) });
  const wait4 = libc.func('int wait4(int pid, _Out_ int *status, int options, _Out_ rusage *usage)');
  const prctl = libc.func('int prctl(int option, unsigned long value, unsigned long, unsigned long, unsigned long)');
  const fcntl = libc.func('int fcntl(int descriptor, int command, ...)');
  const schedSetAffinity = libc.func('int sched_setaffinity(int pid, size_t bytes, const void *mask)');
  const posixFadvise = libc.func('int posix_fadvise(int descriptor, int64_t offset, int64_t bytes, int advice)');
  const syscall = libc.func('long syscall(long number, ...)');
  const pipe2 = libc.func('int pipe2(_Out_ int *ends, int flags)');
  const sigfillset = libc.func('int sigfillset(void *set)');
  const sigemptyset = libc.func('int sigemptyset(void *set)');
  const attributesInit = libc.func('int posix_spawnattr_init(void *attributes)');
  const setFlags = libc.func('int posix_spawnattr_setflags(void *attributes, short flags)');
  const setDefaults = libc.func('int posix_spawnattr_setsigdefault(void *attributes, void *set)');
  const setMask = libc.func('int posix_spawnattr_setsigmask(void *attributes, void *set)');
  const actionsInit = libc.func('int posix_spawn_file_actions_init(void *actions)');
  const addDup = libc.func('int posix_spawn_file_actions_adddup2(void *actions, int from, int to)');
  const actionsDestroy = libc.func('int posix_spawn_file_actions_destroy(void *actions)');
  const spawnp = libc.func('int posix_spawnp(_Out_ int *pid, const char *file, void *actions, void *attributes, const char **argv, const char **envp)');

  const check = (result: number): void => {
    if (result !== 0) throw new Error(getSystemErrorName(-koffi.errno()));
  };
  const attributes = Buffer.alloc(opaqueBytes);
  const signals = Buffer.alloc(opaqueBytes);
  attributesInit(attributes);
  setFlags(attributes, setProcessGroup | setSignalDefaults | setSignalMask);
  sigfillset(signals);
  setDefaults(attributes, signals);
  sigemptyset(signals);
  setMask(attributes, signals);

  return {
    becomeSubreaper: () => check(prctl(prSetChildSubreaper, 1, 0, 0, 0) as number),
    closeOnExec: (descriptor) => void fcntl(descriptor, setDescriptorFlags, 'int', descriptorCloseOnExec),
    setAffinity(cpus) {
      const mask = Buffer.alloc(cpuSetBytes);
      for (const cpu of cpus) mask.writeUInt8(mask.readUInt8(cpu >> 3) | (1 << (cpu & 7)), cpu >> 3);
      check(schedSetAffinity(0, cpuSetBytes, mask) as number);
    },
    dropPages: (descriptor) => void posixFadvise(descriptor, 0, 0, dontNeed),
    joinFreshKeyring() {
      const number = keyctl[process.arch];
      // Where the kernel or a container refuses it, there are no keys to find either.
      if (number !== undefined) syscall(number, 'long', joinSessionKeyring, 'void *', null);
    },
    pipe() {
      const ends: [number, number] = [-1, -1];
      check(pipe2(ends, pipeCloseOnExec) as number);
      return ends;
    },
    spawn(argv, env, stdio) {
      const actions = Buffer.alloc(opaqueBytes);
      actionsInit(actions);
      for (const [to, from] of stdio.entries()) addDup(actions, from, to);
      const pid = [0];
      const failed = spawnp(pid, argv[0], actions, attributes, [...argv, null], [...env, null]) as number;
      actionsDestroy(actions);
      if (failed !== 0) throw new Error(getSystemErrorName(-failed));
      return pid[0] ?? 0;
    },
    wait(pid, blocking) {
      const status = [0];
      const used = {} as { user: Time; system: Time; peakKib: number };
      for (;;) {
        const reaped = wait4(pid === 'any' ? -1 : pid, status, blocking ? 0 : withoutHanging, used) as number;
        if (reaped > 0) return { pid: reaped, ...ending(status[0] ?? 0), cpuMs: ms(used.user) + ms(used.system), peakBytes: used.peakKib * 1024 };
        if (reaped === 0 || koffi.errno() === koffi.os.errno['ECHILD']) return null;
        if (koffi.errno() !== koffi.os.errno['EINTR']) check(reaped);
      }
    },
  };
}

interface Time {
  seconds: number;
  microseconds: number;
}

const ms = ({ seconds, microseconds }: Time): number => seconds * 1000 + microseconds / 1000;

const signalNames = new Map(Object.entries(constants.signals).map(([name, number]) => [number, name as NodeJS.Signals]));

/** As WIFEXITED and its kin read it, see wait(2). */
function ending(status: number): { exitCode: number | null; signal: NodeJS.Signals | null } {
  const signal = status & 0x7f;
  return signal === 0 ? { exitCode: (status >> 8) & 0xff, signal: null } : { exitCode: null, signal: signalNames.get(signal) ?? 'SIGKILL' };
}
