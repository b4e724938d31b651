import { spawn, type ChildProcess } from 'node:child_process';
import { constants, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Ending, Order, Reply, Usage } from './messages.js';

/** From the sources, tests run the compiled launcher. */
const script = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? '../../../dist/measure/launcher/main.js' : './main.js', import.meta.url));

export interface LaunchRequest {
  argv: string[];
  cwd: string;
  env: Record<string, string>;
  /** See `Invocation`. */
  gated: boolean;
  /** Whether there is something to read; else it is empty. */
  stdin: boolean;
}

/** A command that a launcher started. */
export interface Launched {
  /** Leads a session and a process group of its own. Null when the launcher was ended before it could tell. */
  pid: number | null;
  stdin: Socket | null;
  stdout: Socket;
  stderr: Socket;
  /** Null when the launcher was ended while the command ran: by the command, since nothing else knows it. */
  ended: Promise<Ending | null>;
  /** Asked once every process of the command is gone. */
  usage: () => Promise<Usage | null>;
}

/** The launcher is gone, and the command was not started. */
export class LauncherLost extends Error {}

/** A process that starts commands, one at a time. See main.ts. */
export class Launcher {
  readonly #heard: Reply[] = [];
  #hearing: ((reply: Reply | null) => void) | null = null;
  #gone = false;

  private constructor(private readonly child: ChildProcess & { stdin: Socket; stdout: Socket }) {
    // Errors of the pipes tell what the exit tells.
    child.stdin.on('error', () => undefined);
    child.on('error', () => undefined);
    createInterface(child.stdout).on('line', (line) => this.#tell(JSON.parse(line) as Reply)).on('close', () => {
      this.#gone = true;
      this.#tell(null);
    });
  }

  /**
   * Starts a launcher. It keeps the descriptors in `hold` open (a lock's) until its last command is gone, even when this
   * process is killed. `cpus`: those that all commands are bound to; none: as this process is. Gives a text that says why where there can be none.
   */
  static async open(hold: readonly number[], cpus: readonly number[] = []): Promise<Launcher | string> {
    if (process.platform !== 'linux') return `it takes Linux, and this is ${process.platform}`;
    // A session of its own: Ctrl-C in a terminal is for this process, which ends its commands in order.
    const child = spawn(process.execPath, [script, ...cpus.map(String)], { cwd: '/', env: { PATH: process.env['PATH'] ?? '' }, detached: true, stdio: ['pipe', 'pipe', 'ignore', ...hold] });
    const launcher = new Launcher(child as ChildProcess & { stdin: Socket; stdout: Socket });
    const reply = await launcher.#next();
    if (reply?.type === 'ready') return launcher;
    return reply?.type === 'unavailable' ? reply.why : 'the process that starts commands did not start itself';
  }

  /** The commands' ancestor: everything below it belongs to the command that runs. */
  get pid(): number {
    return this.child.pid ?? -1;
  }

  /** False once it is gone; then another has to be opened. */
  get usable(): boolean {
    return !this.#gone;
  }

  /** Throws what the system says when the command cannot be started, and LauncherLost when nothing was started. */
  async launch({ argv, cwd, env, gated, stdin }: LaunchRequest): Promise<Launched> {
    const pipes = await this.#ask({ type: 'prepare', stdin });
    if (pipes?.type !== 'pipes') throw new LauncherLost('the process that starts commands was ended');
    const streams = { stdin: pipes.stdin === null ? null : this.#open(pipes.stdin, 'write'), stdout: this.#open(pipes.stdout, 'read'), stderr: this.#open(pipes.stderr, 'read') };
    const started = await this.#ask({ type: 'start', argv, cwd, env, gated });
    if (started?.type === 'failed') {
      for (const stream of Object.values(streams)) stream?.destroy();
      throw new Error(started.why);
    }
    return { ...streams, pid: started?.type === 'started' ? started.pid : null, ended: this.#ended(), usage: () => this.#usage() };
  }

  /** Takes the files below a folder out of the page cache, and gives their number. */
  async cool(folder: string): Promise<number> {
    const reply = await this.#ask({ type: 'cool', folder });
    if (reply?.type !== 'cooled') throw new LauncherLost('the process that starts commands was ended');
    return reply.files;
  }

  /** Holds a lock file that this process holds shared: then the lock lasts until its command is gone, even when this process is killed. False: it cannot. */
  async lock(file: string): Promise<boolean> {
    const reply = await this.#ask({ type: 'lock', file });
    return reply?.type === 'locked' && reply.held;
  }

  async unlock(): Promise<void> {
    await this.#ask({ type: 'unlock' });
  }

  /** Keeps this process no longer from ending. */
  rest(): void {
    this.child.unref();
    this.child.stdin.unref();
    this.child.stdout.unref();
  }

  wake(): void {
    this.child.ref();
    this.child.stdin.ref();
    this.child.stdout.ref();
  }

  /** Returns when it is gone; `now`: also when a command of it cannot be ended. */
  async close(now = false): Promise<void> {
    const exited = this.child.exitCode !== null || this.child.signalCode !== null ? null : new Promise((resolve) => void this.child.once('exit', resolve));
    this.child.stdin.end();
    if (now) this.child.kill('SIGKILL');
    await exited;
  }

  async #ended(): Promise<Ending | null> {
    const reply = await this.#next();
    return reply?.type === 'ended' ? reply.ending : null;
  }

  async #usage(): Promise<Usage | null> {
    const reply = await this.#ask({ type: 'settle' });
    return reply?.type === 'settled' ? reply.usage : null;
  }

  /** Opened anew: the launcher closes its own when the command starts. */
  #open(descriptor: number, to: 'read' | 'write'): Socket {
    const mode = to === 'read' ? constants.O_RDONLY : constants.O_WRONLY;
    return new Socket({ fd: openSync(`/proc/${this.pid}/fd/${descriptor}`, mode | constants.O_NONBLOCK), readable: to === 'read', writable: to === 'write' });
  }

  async #ask(order: Order): Promise<Reply | null> {
    this.child.stdin.write(`${JSON.stringify(order)}\n`);
    return this.#next();
  }

  /** Null when the launcher is gone. */
  async #next(): Promise<Reply | null> {
    const heard = this.#heard.shift();
    if (heard !== undefined) return heard;
    if (this.#gone) return null;
    return new Promise((resolve) => {
      this.#hearing = resolve;
    });
  }

  #tell(reply: Reply | null): void {
    const hearing = this.#hearing;
    this.#hearing = null;
    if (hearing !== null) hearing(reply);
    else if (reply !== null) this.#heard.push(reply);
  }
}
