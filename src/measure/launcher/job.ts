import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import type { Ending, Order, Usage } from './messages.js';
import type { Reaped, Syscalls } from './syscalls.js';

/** One command, from its pipes to the usage of its last process. */
export class Job {
  /** Ends of the pipes that the worker opens through /proc; closed here when the command starts. */
  readonly workerEnds: { stdin: number | null; stdout: number; stderr: number };
  readonly #commandEnds: [number, number, number];
  readonly #usage: Usage = { cpuMs: 0, peakBytes: 0 };

  constructor(
    private readonly calls: Syscalls,
    withStdin: boolean,
  ) {
    const stdin = withStdin ? calls.pipe() : null;
    const stdout = calls.pipe();
    const stderr = calls.pipe();
    this.workerEnds = { stdin: stdin?.[1] ?? null, stdout: stdout[0], stderr: stderr[0] };
    this.#commandEnds = [stdin?.[0] ?? openSync('/dev/null', 'r'), stdout[1], stderr[1]];
  }

  /** Returns when the command itself has ended; throws when it could not be started. */
  run({ argv, cwd, env, gated }: Order & { type: 'start' }, onStarted: (pid: number) => void): Ending {
    const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
    const { stdin, stdout, stderr } = this.workerEnds;
    for (const end of [stdin, stdout, stderr]) if (end !== null) closeSync(end);
    process.chdir(cwd);
    try {
      this.calls.joinFreshKeyring();
      const gate = gated ? new Gate(this.calls) : null;
      let startedAt = process.hrtime.bigint();
      const leader = startInSession(this.calls, argv, variables, [...this.#commandEnds, ...(gate?.commandEnds ?? [])]);
      this.#closeEnds();
      onStarted(leader);
      if (gate !== null) startedAt = gate.open();
      for (;;) {
        const reaped = this.calls.wait('any', true);
        const wallMs = Number(process.hrtime.bigint() - startedAt) / 1e6;
        if (reaped === null) throw new Error('the command was waited for by another process');
        this.#add(reaped);
        if (reaped.pid === leader) return { exitCode: reaped.exitCode, signal: reaped.signal, wallMs, ...(gate?.prepared === false ? { unprepared: true } : {}) };
      }
    } finally {
      this.#closeEnds();
      // Not to keep a worktree busy.
      process.chdir('/');
    }
  }

  /** Reaps what else has ended, and gives the sum. */
  settle(): Usage {
    for (let reaped = this.calls.wait('any', false); reaped !== null; reaped = this.calls.wait('any', false)) this.#add(reaped);
    return this.#usage;
  }

  #closeEnds(): void {
    for (const end of this.#commandEnds.splice(0)) closeSync(end);
  }

  #add({ cpuMs, peakBytes }: Reaped): void {
    this.#usage.cpuMs += cpuMs;
    this.#usage.peakBytes = Math.max(this.#usage.peakBytes, peakBytes);
  }
}

/** Lets a command that was prepared begin, see `Invocation.gated`. */
class Gate {
  prepared = false;
  readonly #ready: [read: number, write: number];
  readonly #go: [read: number, write: number];

  constructor(calls: Syscalls) {
    this.#ready = calls.pipe();
    this.#go = calls.pipe();
  }

  get commandEnds(): [number, number] {
    return [this.#ready[1], this.#go[0]];
  }

  /** Returns when it begins, or has failed to be prepared: the time of then. */
  open(): bigint {
    for (const end of this.commandEnds) closeSync(end);
    // Also the end of what could not be prepared ends the read.
    this.prepared = readSync(this.#ready[0], Buffer.alloc(1)) > 0;
    const now = process.hrtime.bigint();
    closeSync(this.#go[1]);
    closeSync(this.#ready[0]);
    return now;
  }
}

/**
 * Starts a program as the leader of a session of its own, and gives its pid. It goes through setsid(1), which forks where it
 * leads a group: the kernel takes the memory of the process that forks for the peak of the one that it starts, and setsid
 * has 2 MB where this process has 50.
 */
export function startInSession(calls: Syscalls, argv: readonly string[], env: readonly string[], stdio: readonly number[]): number {
  calls.wait(calls.spawn(['setsid', ...argv], env, stdio), true);
  const leader = eldestChild();
  if (leader === null) throw new Error('setsid started nothing');
  return leader;
}

/** The child that runs for the longest: the command's leader, whatever it has orphaned by now. */
function eldestChild(): number | null {
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'latin1').split(' ').filter((pid) => pid !== '');
  const ages = children.map((pid) => ({ pid: Number(pid), start: startOf(pid) }));
  return ages.toSorted((a, b) => a.start - b.start || a.pid - b.pid)[0]?.pid ?? null;
}

/** In clock ticks since the boot: field 22 of proc(5) /proc/pid/stat, counted after the command name, which may hold anything. */
function startOf(pid: string): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
}
