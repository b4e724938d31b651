import { closeSync, openSync, readdirSync, readSync, writeFileSync, writeSync } from 'node:fs';
import { tryFlock } from '../flock.js';
import { dropFolder } from './cool.js';
import { Job, startInSession } from './job.js';
import type { Order, Reply } from './messages.js';
import { loadSyscalls, type Syscalls } from './syscalls.js';

/**
 * The launcher: a small process that starts the commands of a target, one at a time, and waits for them. It does nothing
 * while one runs, so that both ends of the wall time are taken at once; and everything that a command leaves behind
 * becomes its child, so that nothing is missing from the usage, or from what is ended. It works without an event loop,
 * and ends when its stdin does and its last child has. Its arguments are the CPUs that it and all commands are bound to.
 */
function main(): void {
  const calls = load();
  if (calls === null) return;
  say({ type: 'ready' });
  let job: Job | null = null;
  let lock: number | null = null;
  for (let order = hear(); order !== null; order = hear()) {
    if (order.type === 'cool') say({ type: 'cooled', files: dropFolder(calls, order.folder) });
    else if (order.type === 'lock') {
      lock = openLocked(order.file);
      say({ type: 'locked', held: lock !== null });
    } else if (order.type === 'unlock') {
      if (lock !== null) closeSync(lock);
      lock = null;
      say({ type: 'unlocked' });
    } else if (order.type === 'prepare') {
      job = new Job(calls, order.stdin);
      say({ type: 'pipes', ...job.workerEnds });
    } else if (job === null) throw new Error(`${order.type} before prepare`);
    else if (order.type === 'start') run(job, order);
    else say({ type: 'settled', usage: job.settle() });
  }
  // The worker is gone. A lock that this process holds for a command must last as long as the command.
  while (calls.wait('any', true) !== null);
}

/** A description of its own, so that the lock lasts as long as this process wants it, even if the worker is killed. */
function openLocked(file: string): number | null {
  const descriptor = openSync(file, 'a');
  if (tryFlock(descriptor, 'shared') === true) return descriptor;
  closeSync(descriptor);
  return null;
}

function load(): Syscalls | null {
  try {
    const calls = loadSyscalls();
    calls.becomeSubreaper();
    preferAsVictim();
    const cpus = process.argv.slice(2).map(Number);
    if (cpus.length > 0) calls.setAffinity(cpus);
    // What the worker was given by whoever started it, and what is only held here, is none of a command's business.
    for (const descriptor of readdirSync('/proc/self/fd').map(Number)) if (descriptor > 2) calls.closeOnExec(descriptor);
    const leader = startInSession(calls, ['/bin/sh', '-c', 'exit 7'], [], [0, 1, 2]);
    if (calls.wait(leader, true)?.exitCode !== 7) throw new Error('a process could not be waited for');
    return calls;
  } catch (error) {
    say({ type: 'unavailable', why: textOf(error) === 'ENOENT' ? 'the program `setsid` (util-linux) is missing' : textOf(error) });
    return null;
  }
}

/** Where memory runs out, the kernel is to end what a command started, not the worker or the server; see proc(5). Inherited. */
function preferAsVictim(): void {
  try {
    writeFileSync('/proc/self/oom_score_adj', '500');
  } catch {
    // A container may not let it.
  }
}

function run(job: Job, order: Order & { type: 'start' }): void {
  try {
    const ending = job.run(order, (pid) => say({ type: 'started', pid }));
    say({ type: 'ended', ending });
  } catch (error) {
    say({ type: 'failed', why: textOf(error) });
  }
}

let unread = Buffer.alloc(0);

/** The next order; null when there will be none. */
function hear(): Order | null {
  const chunk = Buffer.alloc(65_536);
  for (;;) {
    const end = unread.indexOf('\n');
    if (end >= 0) {
      const line = unread.toString('utf8', 0, end);
      unread = unread.subarray(end + 1);
      return JSON.parse(line) as Order;
    }
    const bytes = readSync(0, chunk);
    if (bytes === 0) return null;
    unread = Buffer.concat([unread, chunk.subarray(0, bytes)]);
  }
}

/** A worker that was killed reads nothing any more. */
function say(reply: Reply): void {
  try {
    writeSync(1, `${JSON.stringify(reply)}\n`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
  }
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

main();
