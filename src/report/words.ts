import { intervalText } from '../core/verdict/words.js';

/** Four significant digits below a thousand, else whole with separators. */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) return '?';
  return Math.abs(value) >= 1000 ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(4)));
}

/** Numbers of one column with the same digits after the point: four significant ones for the largest. */
export function columnText(values: readonly number[]): (value: number) => string {
  const largest = Math.max(...values.map(Math.abs).filter(Number.isFinite), 0);
  const digits = largest === 0 ? 0 : Math.min(12, Math.max(0, 3 - Math.floor(Math.log10(largest))));
  if (largest >= 1e15 || (largest > 0 && largest < 1e-6)) return numberText;
  return (value) => (Number.isFinite(value) ? value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits }) : '?');
}

export function quantityText(value: number, unit: string): string {
  return unit === '' ? numberText(value) : `${numberText(value)} ${unit}`;
}

/** "850 ms", "12 s", "2 min 14 s", "3 h 5 min". */
export function durationText(ms: number): string {
  if (!Number.isFinite(ms)) return '?';
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${Number((ms / 1000).toPrecision(2))} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A change of a number by a factor: "+12.3%", "−4.0%", and "×3.20" from twice on. */
export function changeText(factor: number): string {
  if (!Number.isFinite(factor)) return '?';
  if (factor >= 2) return `×${factor.toPrecision(3)}`;
  const percent = ((factor - 1) * 100).toFixed(1);
  if (Number(percent) === 0) return '±0.0%';
  return `${factor > 1 ? '+' : '−'}${percent.replace('-', '')}%`;
}

/** Fewer than two pairs give no interval; its bounds are then 0 and the largest number. */
export function isKnown([low, high]: readonly [number, number]): boolean {
  return low > 0 && high < Number.MAX_VALUE && Number.isFinite(high);
}

/** "95% interval 10.1 to 14.2%". */
export function knownIntervalText(ci95: readonly [number, number]): string {
  return intervalText(isKnown(ci95) ? 2 : 0, ci95);
}

/** "+10.1 to +14.2%" without the name, for tables. */
export function shortIntervalText(ci95: readonly [number, number]): string {
  return isKnown(ci95) ? `${changeText(ci95[0])} to ${changeText(ci95[1])}` : 'no interval';
}

export function countText(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`;
}

export function bytesText(bytes: number): string {
  if (bytes < 1e6) return `${Math.ceil(bytes / 1e3)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

/** The first part of a text that may be of any length. */
export function clip(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most)}…`;
}

export function shortCommit(commit: string): string {
  return commit.slice(0, 10);
}
