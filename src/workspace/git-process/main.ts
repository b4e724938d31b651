import type { FromStarter, ToStarter } from './messages.js';
import { runGit } from './run.js';

/** The starter: a small process that starts git for a large one. See starter.ts. It ends with its parent, and the gits with it, as they would as children of that. */
const running = new Map<number, AbortController>();

process.on('message', (message: ToStarter) => {
  if (message.type === 'cancel') running.get(message.id)?.abort();
  else void run(message);
});

// What is under way is of no use to anybody then, and in the way of the next worker.
process.on('disconnect', () => {
  for (const controller of running.values()) controller.abort();
});

async function run({ id, command }: ToStarter & { type: 'run' }): Promise<void> {
  const controller = new AbortController();
  running.set(id, controller);
  const end = await runGit(command, controller.signal);
  running.delete(id);
  // Nobody is told where the parent is gone.
  if (process.connected) process.send?.({ id, end } satisfies FromStarter, () => undefined);
}
