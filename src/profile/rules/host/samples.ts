import { nsPerCount } from '../../import/folded.js';
import type { HotFunction } from '../../tools/hot-functions.js';
import type { Asked } from '../asked.js';
import { Abstention } from '../rule.js';

/** Fewer samples of a cause may be one hiccup; our own choice, as all of these. */
export const leastSamples = 10;
/** With fewer, the 95% interval of a share spans a factor of two or more. */
const mediumSamples = 20;
const highSamples = 100;

/** Of the busy time; null where time was measured, not sampled. */
export interface Sampled {
  /** Samples of the cause. */
  count: number;
  /** Samples of all busy code. */
  all: number;
}

/** Folded stacks hold counts; calls that cProfile or PyTorch recorded are no samples. */
const countsSql = `
SELECT charged AS frame, SUM(CASE kind WHEN 'folded' THEN MAX(1, durationNs / ${nsPerCount}) ELSE 1 END) AS count
FROM PERFLOOP_SAMPLES JOIN PERFLOOP_STACKS ON PERFLOOP_STACKS.id = stack JOIN PERFLOOP_PROFILES ON PERFLOOP_PROFILES.id = profile
WHERE category <> 'idle' AND kind NOT IN ('torch', 'cprofile') GROUP BY charged`;

function counts(asked: Asked): { all: number; frames: ReadonlyMap<number | null, number> } {
  return asked.once('samples', () => {
    const rows = asked.db.prepare<[], { frame: number | null; count: number }>(countsSql).all();
    return { all: rows.reduce((sum, { count }) => sum + count, 0), frames: new Map(rows.map(({ frame, count }) => [frame, count])) };
  });
}

/** Throws an Abstention where so few samples were taken that none of them says anything. */
export function checkSamples(asked: Asked): void {
  const { all } = counts(asked);
  if (all > 0 && all < mediumSamples) throw new Abstention(`the profile holds only ${all} samples of busy code: profile a longer run`);
}

/** How many samples say that a function spends this share of the busy time on one cause. */
export function sampledOf(asked: Asked, hot: Pick<HotFunction, 'frame' | 'selfShare' | 'collectorShare' | 'calls'>, share: number): Sampled | null {
  const { all, frames } = counts(asked);
  const ofFrame = frames.get(hot.frame) ?? 0;
  if (ofFrame === 0 || hot.calls !== null) return null;
  // A function's samples are split among its causes by their time.
  const part = Math.min(1, share / Math.max(hot.selfShare + hot.collectorShare, Number.MIN_VALUE));
  return { count: Math.round(ofFrame * part), all };
}

/** Whether samples are enough to say that a share is at least so large. */
export function isEnough(sampled: Sampled | null, least: number): boolean {
  return sampled === null || (sampled.count >= leastSamples && wilsonLower(sampled) >= least);
}

export function confidenceBy(sampled: Sampled | null): 'low' | 'medium' | 'high' {
  if (sampled === null || sampled.count >= highSamples) return 'high';
  return sampled.count >= mediumSamples ? 'medium' : 'low';
}

/** The lower end of the 95% interval of a share (Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", 1927). */
export function wilsonLower({ count, all }: Sampled): number {
  const z = 1.96;
  const share = count / all;
  return (share + z ** 2 / (2 * all) - z * Math.sqrt((share * (1 - share)) / all + z ** 2 / (4 * all ** 2))) / (1 + z ** 2 / all);
}
