/** A linear axis over natural-log ratios or metric values. */
export interface Scale {
  low: number;
  high: number;
  /** 0 at `low`, 1 at `high`; outside of that where the value is. */
  at(value: number): number;
}

export function scaleOf(low: number, high: number): Scale {
  const width = high - low;
  return { low, high, at: (value) => (width > 0 ? (value - low) / width : 0.5) };
}

/**
 * The scale that shows these values, and `always` whatever it is, with a margin. Values far outside (three interquartile
 * ranges beyond a quartile) do not stretch it: one stalled sample would press all others into a line.
 */
export function robustScale(values: readonly number[], always: readonly number[], margin = 0.08): Scale {
  const sorted = values.toSorted((a, b) => a - b);
  const quartile = (p: number) => sorted[Math.round((sorted.length - 1) * p)] ?? 0;
  const reach = 3 * (quartile(0.75) - quartile(0.25)) || Infinity;
  const inside = sorted.filter((value) => value >= quartile(0.25) - reach && value <= quartile(0.75) + reach);
  const shown = [...inside, ...always].filter(Number.isFinite);
  const low = Math.min(...shown);
  const high = Math.max(...shown);
  const pad = (high - low) * margin || Math.abs(low) * 0.01 || 0.01;
  return shown.length === 0 ? scaleOf(-0.01, 0.01) : scaleOf(low - pad, high + pad);
}

export interface Tick {
  value: number;
  label: string;
}

/** Round ticks on an axis of natural-log ratios: in percent, or in times where the axis goes beyond 2.5. */
export function ratioTicks({ low, high }: Scale, wanted: number): Tick[] {
  if (high > Math.log(2.5) || low < -Math.log(2.5)) {
    const steps = high - low > Math.log(30) ? [1] : high - low > Math.log(6) ? [1, 2, 5] : [1, 1.5, 2, 3, 4, 5, 6, 8];
    const ticks: Tick[] = [];
    for (let power = Math.floor(low / Math.LN10); power <= Math.ceil(high / Math.LN10); power++) {
      for (const step of steps) {
        const ratio = step * 10 ** power;
        if (Math.log(ratio) >= low && Math.log(ratio) <= high) ticks.push({ value: Math.log(ratio), label: `${Number(ratio.toPrecision(2))}×` });
      }
    }
    return ticks;
  }
  return roundSteps(Math.expm1(low) * 100, Math.expm1(high) * 100, wanted).map((percent) => ({ value: Math.log1p(percent / 100), label: percent === 0 ? '0' : `${percent > 0 ? '+' : '−'}${Math.abs(percent)}%` }));
}

/** Multiples of 1, 2 or 5 times a power of ten within the bounds, about as many as wanted. */
export function roundSteps(low: number, high: number, wanted: number): number[] {
  const rough = (high - low) / wanted;
  if (!(rough > 0) || !Number.isFinite(rough)) return [];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5].find((multiple) => multiple * power >= rough) ?? 10) * power;
  const steps: number[] = [];
  for (let i = Math.ceil(low / step); i * step <= high; i++) steps.push(Number((i * step).toPrecision(12)) + 0);
  return steps;
}

/** A part of the width as an SVG length, so that a plot fits any screen while its text keeps its size. */
export function percentOf(part: number): string {
  return `${Number((part * 100).toFixed(2))}%`;
}
