import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { beginsAnew } from '../begins-anew.js';
import { identify, terminate, type ProcessId } from './process.js';

export interface ChildCommand {
  file: string;
  args: string[];
  env: NodeJS.ProcessEnv;
  cwd: string;
  /** File that stdout and stderr are appended to. The child writes by itself, so that a dead supervisor breaks no pipe. */
  log: string;
  /** Opens a channel that closes when the supervisor dies, however it dies. */
  channel: boolean;
}

/** How long a child must live for its earlier deaths to be forgotten. */
const settledMs = 30_000;

/** Restarts at once after a first death, then more and more patiently. */
export function restartDelayMs(deathsInARow: number): number {
  return deathsInARow <= 1 ? 0 : Math.min(250 * 2 ** (deathsInARow - 2), 15_000);
}

export interface ChildEvents {
  onStart: (id: ProcessId) => void;
  /** `deaths` in a row, this one included. */
  onDeath: (how: string, deaths: number) => void;
}

/** A child process that is started again whenever it dies, until `stop`. */
export class KeptChild {
  private child: ChildProcess | null = null;
  private timer: NodeJS.Timeout | null = null;
  private deaths = 0;
  private wanted = false;

  constructor(
    private readonly command: () => ChildCommand,
    private readonly events: ChildEvents,
  ) {}

  /** Does nothing when it is running or about to be started again. */
  start(): void {
    if (this.wanted) return;
    this.wanted = true;
    this.launch();
  }

  /** SIGTERM, and SIGKILL after the grace (milliseconds). The child is not started again. */
  async stop(graceMs: number): Promise<void> {
    this.wanted = false;
    if (this.timer) clearTimeout(this.timer);
    const id = this.child?.pid === undefined ? null : await identify(this.child.pid);
    if (id) await terminate(id, graceMs);
  }

  /** For a child that lives and does not answer: it is started again at once. */
  kill(): void {
    this.child?.kill('SIGKILL');
  }

  private launch(): void {
    const command = this.command();
    const [file, args] = dyingWithParent(command.file, command.args);
    const log = openSync(command.log, 'a');
    const child = spawn(file, args, { cwd: command.cwd, env: command.env, stdio: ['ignore', log, log, ...(command.channel ? (['ipc'] as const) : [])] });
    closeSync(log);
    this.child = child;
    const began = performance.now();
    let over = false;
    const end = (how: string): void => {
      if (over) return;
      over = true;
      this.child = null;
      this.deaths = performance.now() - began > settledMs ? 1 : this.deaths + 1;
      if (!this.wanted) return;
      this.timer = setTimeout(() => this.launch(), restartDelayMs(this.deaths));
      this.events.onDeath(how, this.deaths);
    };
    child.once('error', (error) => end(error.message));
    child.once('exit', (code, signal) => end(signal ? `killed by ${signal}` : code === beginsAnew ? 'it took too much memory, and begins anew' : `exit code ${code}`));
    const announce = async (pid: number): Promise<void> => {
      const id = await identify(pid);
      if (id && !over) this.events.onStart(id);
    };
    if (child.pid !== undefined) void announce(child.pid);
  }
}

let parentDeathSignal: boolean | undefined;

/** Where the system can, the kernel itself ends the child when the supervisor dies. Elsewhere the next supervisor does. */
function dyingWithParent(file: string, args: string[]): [string, string[]] {
  parentDeathSignal ??= process.platform === 'linux' && spawnSync('setpriv', ['--pdeathsig', 'TERM', 'true']).status === 0;
  return parentDeathSignal ? ['setpriv', ['--pdeathsig', 'TERM', file, ...args]] : [file, args];
}
