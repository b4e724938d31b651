import { Launcher } from './launcher.js';

/** As many as a host has slots. */
const most = 8;
/** So long they wait for the next command. */
const idleMs = 10_000;

/** Launchers without a command, and when each is closed. Starting one takes a Node, and the fork of this large process. */
const idle = new Map<Launcher, NodeJS.Timeout>();

/**
 * A launcher for one command, which holds the lock file `lockFile` shared, as this process does: an idle one, or a new one. Null where it can
 * hold none; then one is opened with the descriptor of the lock.
 */
export async function borrowLauncher(lockFile: string): Promise<Launcher | null> {
  for (let launcher = takeIdle(); launcher !== null; launcher = takeIdle()) {
    if (await launcher.lock(lockFile)) return launcher;
    await launcher.close(true);
  }
  const opened = await Launcher.open([]);
  if (typeof opened === 'string') return null;
  if (await opened.lock(lockFile)) return opened;
  await opened.close();
  return null;
}

/** Gives one back that has no process of a command any more. */
export async function returnLauncher(launcher: Launcher): Promise<void> {
  await launcher.unlock();
  if (!launcher.usable || idle.size >= most) return launcher.close();
  launcher.rest();
  idle.set(launcher, setTimeout(() => {
    idle.delete(launcher);
    void launcher.close();
  }, idleMs).unref());
}

/** For the end of this process; they would end with it, a moment later. */
export async function closeIdleLaunchers(): Promise<void> {
  const closing: Promise<void>[] = [];
  for (let launcher = takeIdle(); launcher !== null; launcher = takeIdle()) closing.push(launcher.close());
  await Promise.all(closing);
}

function takeIdle(): Launcher | null {
  const [launcher] = [...idle.keys()].slice(-1);
  if (launcher === undefined) return null;
  clearTimeout(idle.get(launcher));
  idle.delete(launcher);
  launcher.wake();
  return launcher;
}
