import { randomInt } from 'node:crypto';

/** Name of the variable that holds the seed for inputs that are made up. */
export const seedName = 'PERFLOOP_SEED';

/** Larger than a page: the stack of the program moves across page and cache-set boundaries. */
export const layoutSizes = 8192;

/** A secret seed that any generator of random numbers takes, as text. Always of ten digits: the size of the environment moves the stack. */
export function drawSeed(): string {
  return String(randomInt(1_000_000_000, 2 ** 31));
}

/**
 * The environment of a command that runs the target's code: tests, checks and samples get the same variables, so that none
 * of them tells what it is run for, nor on which side. Besides `env` these are the seed for inputs; one for the hashes of
 * Python, from which the order of its sets follows, and which must not tell two sides apart; and padding of `layoutSeed`
 * bytes.
 */
export function runEnvironment(env: Record<string, string>, { seed = drawSeed(), layoutSeed = 0 }: { seed?: string; layoutSeed?: number } = {}): Record<string, string> {
  return { PYTHONHASHSEED: seed, ...env, [seedName]: seed, PERFLOOP_LAYOUT: 'x'.repeat(layoutSeed % layoutSizes) };
}
