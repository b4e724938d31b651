import { nsPerCount } from '../../import/folded.js';
import type { HotFunction } from '../../tools/hot-functions.js';
import type { Asked } from '../asked.js';
import { Abstention } from '../rule.js';

/** Fewer samples of a cause may be one hiccup; our own choice, as all of these. */
export const leastSamples = 10;
/** With fewer, the 95% interval of a share spans a factor of two or more. */
const mediumSamples = 20;
const highSamples = 100;

/** Of the time that a share is of; null where time was measured, not sampled. */
export interface Sampled {
  /** Samples of the cause. */
  count: number;
  /** Samples of all of that time. */
  all: number;
}

/** SQL: how many samples rows of PERFLOOP_SAMPLES with their PERFLOOP_PROFILES are. Folded stacks hold counts; calls that cProfile or PyTorch recorded are no samples. */
export const samplesSql = `SUM(CASE WHEN kind = 'folded' THEN MAX(1, durationNs / ${nsPerCount}) WHEN kind NOT IN ('torch', 'cprofile') THEN 1 ELSE 0 END)`;

const countsSql = `
SELECT charged AS frame, category = 'idle' AS isIdle, ${samplesSql} AS count
FROM PERFLOOP_SAMPLES JOIN PERFLOOP_STACKS ON PERFLOOP_STACKS.id = stack JOIN PERFLOOP_PROFILES ON PERFLOOP_PROFILES.id = profile
GROUP BY charged, isIdle HAVING count > 0`;

/** Samples of busy code, in all and by what they are charged to, and of waiting. */
function counts(asked: Asked): { all: number; idle: number; frames: ReadonlyMap<number | null, number> } {
  return asked.once('samples', () => {
    const rows = asked.db.prepare<[], { frame: number | null; isIdle: 0 | 1; count: number }>(countsSql).all();
    const busy = rows.filter(({ isIdle }) => isIdle === 0);
    const sum = (of: typeof rows): number => of.reduce((total, { count }) => total + count, 0);
    return { all: sum(busy), idle: sum(rows) - sum(busy), frames: new Map(busy.map(({ frame, count }) => [frame, count])) };
  });
}

/** Throws an Abstention where so few samples were taken that none of them says anything. */
export function checkSamples(asked: Asked): void {
  const { all } = counts(asked);
  if (all > 0 && all < mediumSamples) throw new Abstention(`the profile holds only ${all} samples of busy code: profile a longer run`);
}

/** The same of samples of any kind: waits are shares of the time of all threads, waiting included. */
export function checkAllSamples(asked: Asked): void {
  const all = allSamples(asked);
  if (all > 0 && all < mediumSamples) throw new Abstention(`the profile holds only ${all} samples: profile a longer run`);
}

/** Samples of busy code and of waiting. */
export function allSamples(asked: Asked): number {
  const { all, idle } = counts(asked);
  return all + idle;
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
