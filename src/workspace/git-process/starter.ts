import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FromStarter, ToStarter } from './messages.js';
import type { GitCommand, GitEnd } from './run.js';

/** From the sources, tests run the compiled one. */
const script = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? '../../../dist/workspace/git-process/main.js' : './main.js', import.meta.url));

const lost: GitEnd = { exitCode: undefined, stdout: new Uint8Array(), stderr: new Uint8Array(), isCanceled: false, isMaxBuffer: false, code: 'the process that starts git was ended', signal: undefined };

/**
 * Starts git in a small process of its own. Node forks, and that copies the page tables of whoever does: 12 ms for a worker of
 * 300 MB and 29 ms for one of 600 MB, beside 4 ms for a small process, in which all else that the worker does stands still (two
 * cores, loaded; a worker that prepared runs was blocked for half of its time).
 */
export class GitStarter {
  #child: ChildProcess | null = null;
  #last = 0;
  readonly #waiting = new Map<number, { asked: ChildProcess; resolve: (end: GitEnd) => void }>();

  /** As `runGit`. Where the starter is ended, so is what it was asked for; the next call has another one. */
  async run(command: GitCommand, signal?: AbortSignal): Promise<GitEnd> {
    if (signal?.aborted === true) return { ...lost, isCanceled: true };
    const id = ++this.#last;
    const child = (this.#child ??= this.#start());
    const cancel = (): void => tell(child, { type: 'cancel', id });
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      return await new Promise<GitEnd>((resolve) => {
        this.#waiting.set(id, { asked: child, resolve });
        child.channel?.ref();
        tell(child, { type: 'run', id, command });
      });
    } finally {
      // One signal may serve many calls.
      signal?.removeEventListener('abort', cancel);
    }
  }

  /** The process, for who watches what a worker takes. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  #start(): ChildProcess {
    // A session of its own: Ctrl-C in a terminal is for this process, which ends its work in order.
    const child = fork(script, [], { serialization: 'advanced', detached: true, execArgv: [], env: { PATH: process.env['PATH'] ?? '' }, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    child.on('message', ({ id, end }: FromStarter) => this.#settle(id, end));
    const onGone = (): void => {
      if (this.#child === child) this.#child = null;
      for (const [id, { asked }] of this.#waiting) if (asked === child) this.#settle(id, lost);
    };
    child.on('error', onGone);
    child.on('disconnect', onGone);
    // Nothing waits for it but who has asked it.
    child.unref();
    child.channel?.unref();
    return child;
  }

  #settle(id: number, end: GitEnd): void {
    this.#waiting.get(id)?.resolve(end);
    this.#waiting.delete(id);
    if (this.#waiting.size === 0) this.#child?.channel?.unref();
  }
}

/** That it cannot be told anything any more, its end tells. */
function tell(child: ChildProcess, message: ToStarter): void {
  if (child.connected) child.send(message, () => undefined);
}
