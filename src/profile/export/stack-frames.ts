import type { ProfileDatabase } from '../tools/open.js';

/** Frames of every stack by its id, the outermost first. */
export function stackFrames(db: ProfileDatabase): Map<number, number[]> {
  const stacks = new Map<number, number[]>();
  for (const [stack, frame] of db.prepare<[], [number, number]>('SELECT stack, frame FROM PERFLOOP_STACK_FRAMES ORDER BY stack, stackDepth DESC').raw().iterate() as Iterable<[number, number]>) {
    const known = stacks.get(stack);
    if (known === undefined) stacks.set(stack, [frame]);
    else known.push(frame);
  }
  return stacks;
}
