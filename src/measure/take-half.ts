import { loadavg } from 'node:os';
import type { Pair, Sample } from '../core/sample.js';
import type { Before } from './calm.js';
import type { Launcher } from './launcher/launcher.js';
import { countingOutput, digestOf } from './pair-output.js';
import { inRandomOrder, sampleOf, takeSide, type PairAndFiles, type PairRequest, type TakenSide } from './take-pair.js';

/**
 * A pair whose champion side is that of an earlier one, with the same seed: only the candidate is executed. Null where what
 * that prints is not to the letter what the champion printed then: only beside the champion can it be told what that means.
 * `onDropped` gets the sample then, since what it left counts all the same.
 */
export async function takeHalf(request: PairRequest, earlier: Pair, launcher: Launcher | null, index: number, before: Before, onDropped: (sample: Sample) => void = () => {}): Promise<PairAndFiles | null> {
  const { stage, benchmarks, output, sides } = request;
  const { seed } = earlier;
  if (seed === undefined) return null;
  const load = loadavg()[0] ?? 0;
  const at = Date.now();
  const taken: TakenSide = new Map();
  for (const benchmark of inRandomOrder(benchmarks)) taken.set(benchmark.name, await takeSide(request, launcher, benchmark, 'b', seed));
  const { left: _left, ...a } = earlier.a;
  const pair: Pair = { stage, index, order: 'ab', a, b: sampleOf(request, taken), ...(request.device === undefined ? {} : { device: request.device }), load, at, seed, shared: true, ...before };
  if (!pair.b.ok || pair.b.left?.written !== undefined) delete pair.aside;
  if (!pair.b.ok || !output) return { pair, touched: false };
  const outputDigest = digestOf(countingOutput(new Map(benchmarks.map(({ name }) => [name, taken.get(name)?.stdout ?? ''])), sides.b.worktree, output));
  if (outputDigest !== a.outputDigest || earlier.printed === undefined) {
    onDropped(pair.b);
    return null;
  }
  return { pair: { ...pair, b: { ...pair.b, outputDigest }, printed: earlier.printed.kind === 'nothing' ? { kind: 'nothing' } : { kind: 'same' } }, touched: false };
}
