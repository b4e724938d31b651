import type { Outside, Pair } from '../sample.js';
import { median } from '../stats/summary.js';
import { countedPairs } from './aside.js';
import { measuredOf, unknownInterval } from './measured.js';
import { pairDifference, valueOf, type MetricRule } from './metrics.js';
import type { Fact, Verdict } from './verdict.js';
import { gainText, intervalText, pairsText, percentText } from './words.js';

/** A smaller change of memory is not worth a line. */
const memoryWorthALine = 0.01;

/** What the pairs show besides the verdict. It explains; it decides nothing. `decide` gives the verdict of any pairs. */
export function factsOf(pairs: readonly Pair[], metrics: readonly MetricRule[], verdict: Verdict, decide: (pairs: readonly Pair[]) => Verdict): Fact[] {
  const last = countedPairs(lastStage(pairs));
  return [cpuTime(last, verdict), memory(last), ...heldUp(pairs), shared(pairs), setAside(pairs, metrics, verdict, decide)].filter((fact) => fact !== null);
}

function shared(pairs: readonly Pair[]): Fact | null {
  const screened = pairs.filter(({ stage }) => stage === 'screen');
  const count = screened.filter((pair) => pair.shared === true).length;
  return count === 0 ? null : { code: 'shared', text: `${count} of ${pairsText(screened.length)} of screening compare with samples of the champion that were taken for an earlier candidate of the round` };
}

function lastStage(pairs: readonly Pair[]): Pair[] {
  const stage = pairs.at(-1)?.stage;
  return pairs.filter((pair) => pair.stage === stage);
}

function cpuTime(pairs: readonly Pair[], { measured }: Verdict): Fact | null {
  const change = changeOf(pairs, 'cpu');
  if (change === null) return null;
  const [low] = change.interval;
  const spreadOut = measured !== null && measured.ci95[0] > 1 && low > 0;
  return { code: 'cpu-time', text: `CPU time of all processes: ${change.text}${spreadOut ? '; there is not less work, more of it runs side by side' : ''}` };
}

function memory(pairs: readonly Pair[]): Fact | null {
  const change = changeOf(pairs, 'memory');
  if (change === null) return null;
  const [low, high] = change.interval;
  const certain = low > 0 || high < 0;
  return certain && Math.abs(change.fraction) >= memoryWorthALine ? { code: 'memory', text: `peak memory: ${change.text}` } : null;
}

interface Change {
  /** Of the champion's; negative is less. */
  fraction: number;
  interval: [number, number];
  /** `1.02 s to 508 ms, -50.2% (95% interval -52.0 to -48.1%)`. */
  text: string;
}

function changeOf(pairs: readonly Pair[], source: 'cpu' | 'memory'): Change | null {
  const rule: MetricRule = { name: source, source, goal: 'min', primary: true, weight: 1, maxRegression: 0, floor: null, ceiling: null, unit: '', pattern: null, match: 'only' };
  const usable = pairs.filter((pair) => pairDifference(pair, [rule]) !== null);
  const { ratio, ci95 } = measuredOf(usable, [rule], 0, 0);
  if (usable.length === 0 || ci95 === unknownInterval) return null;
  const typical = (side: 'a' | 'b'): string => amountText(source, median(usable.map((pair) => valueOf(pair[side], rule) ?? 0)));
  const fraction = 1 / ratio - 1;
  const interval: [number, number] = [1 / ci95[1] - 1, 1 / ci95[0] - 1];
  return { fraction, interval, text: `${typical('a')} to ${typical('b')}, ${signed(fraction)} (95% interval ${signed(interval[0]).slice(0, -1)} to ${signed(interval[1])})` };
}

function amountText(source: 'cpu' | 'memory', amount: number): string {
  if (source === 'memory') return amount >= 1e9 ? `${(amount / 1e9).toPrecision(3)} GB` : `${(amount / 1e6).toPrecision(3)} MB`;
  return amount >= 1000 ? `${(amount / 1000).toPrecision(3)} s` : `${amount.toPrecision(3)} ms`;
}

const signed = (fraction: number): string => `${fraction >= 0.0005 ? '+' : ''}${percentText(fraction)}`;

const hindrances = [
  { key: 'throttledMs', text: "the container's CPU quota" },
  { key: 'overheated', text: 'the heat of the processor' },
] as const satisfies { key: keyof Outside; text: string }[];

/** What the machine did to the samples themselves is an outcome of their side, and repeats nothing. */
function heldUp(pairs: readonly Pair[]): Fact[] {
  return hindrances.flatMap(({ key, text }): Fact[] => {
    const of = (side: 'a' | 'b'): number => pairs.filter((pair) => (pair[side][key] ?? 0) > 0).length;
    const [champion, candidate] = [of('a'), of('b')];
    return champion + candidate === 0 ? [] : [{ code: 'throttled', text: `${text} slowed down ${champion} of the champion's ${pairs.length} runs and ${candidate} of the candidate's` }];
  });
}

function setAside(pairs: readonly Pair[], metrics: readonly MetricRule[], verdict: Verdict, decide: (pairs: readonly Pair[]) => Verdict): Fact | null {
  const aside = pairs.length - countedPairs(pairs).length;
  if (aside === 0) return null;
  const all = pairs.map(({ aside: _aside, ...pair }) => pair);
  const { kind, reasons } = decide(all);
  const { ratio, ci95, pairs: count } = measuredOf(lastStage(all), metrics, 0, 0);
  const stopped = reasons[0]?.code === 'stopped';
  const same = kind === verdict.kind ? `the verdict is ${kind} too` : stopped ? 'they would not have decided yet' : `the verdict would be ${kind}`;
  return { code: 'set-aside', text: `${aside} of ${pairsText(pairs.length)} began while other programs wanted the machine, were set aside before they were taken, and repeated; with them ${same}: ${gainText(ratio)} (${intervalText(count, ci95)}) over ${pairsText(count)}` };
}
