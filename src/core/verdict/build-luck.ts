/**
 * Two builds of one commit differ in speed by where their code, their stack and their files come to lie, for as long as they
 * last. Where there are too few builds to see how much, it is taken to be this: the standard deviation of ln.
 */
const assumed = 0.015;

/** The signs of so many builds can make a p-value that a confirmation accepts at its first look: 2^-8 is 0.0039. */
export const fewestBuilds = 8;

/**
 * How much faster than asked a candidate has to be when each side was built only so often: 2.05 standard deviations of what
 * luck can make of the mean difference of the builds, which passes it 2 times in 100. Natural log.
 */
export function buildAllowance(builds: number): number {
  return 2.05 * assumed * Math.sqrt(2 / builds);
}
