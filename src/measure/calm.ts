import type { Pair } from '../core/sample.js';
import { isSetAside, isUnusual } from '../core/verdict/aside.js';
import { otherLoad } from './other-load.js';

/** A burst of other work that lasts longer is not waited for. */
const longestWaitMs = 5000;

/** What was seen before a pair, and decided before it is taken. */
export type Before = Pick<Pair, 'otherLoad' | 'aside'>;

/**
 * Looks at what other programs do before a pair. When it is more than usual, it waits for calm, as long as a pair takes at
 * most; after that the pair is taken all the same, and set aside as far as `isSetAside` allows.
 */
export async function awaitCalm(earlier: readonly Pair[], look: () => Promise<number | null> = otherLoad): Promise<Before> {
  const patience = Math.min(longestWaitMs, durationOf(earlier.at(-1)));
  const began = performance.now();
  for (;;) {
    const load = await look();
    if (load === null) return {};
    const outOfPatience = performance.now() - began >= patience;
    if (isUnusual(earlier, load) && !outOfPatience) continue;
    return isSetAside(earlier, load) ? { otherLoad: load, aside: true } : { otherLoad: load };
  }
}

function durationOf(pair: Pair | undefined): number {
  return pair === undefined ? 0 : pair.a.wallMs + pair.b.wallMs;
}
