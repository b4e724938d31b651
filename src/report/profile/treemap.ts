import type { ProfileDatabase } from '../../profile/tools/open.js';
import { hasTable } from '../../profile/tools/tables.js';
import { familyNames, kernelTone, type Tone } from './tones.js';

/** A kernel in the treemap; place and size are parts of the whole, 0 to 1. */
export interface KernelBox extends Box {
  name: string;
  tone: Tone;
  count: number;
  ms: number;
  share: number;
}

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Treemap {
  kernels: KernelBox[];
  families: { tone: Tone; name: string; share: number }[];
}

/** Width by height of the map on a screen. */
export const treemapAspect = 2.9;

const sql = `
SELECT COALESCE(short.value, whole.value, '(unnamed)') AS name, COALESCE(whole.value, '') AS whole, COUNT(*) AS count, SUM("end" - start) / 1e6 AS ms
FROM CUPTI_ACTIVITY_KIND_KERNEL LEFT JOIN StringIds AS whole ON whole.id = demangledName LEFT JOIN StringIds AS short ON short.id = shortName
GROUP BY demangledName, shortName ORDER BY ms DESC`;

/** Kernels beyond these are one box of their family. */
const mostKernels = 80;

/** Kernels by family and name, as large as their time; null where none were captured. `aspect`: width by height of the whole. */
export function treemapOf(db: ProfileDatabase, aspect: number): Treemap | null {
  if (!hasTable(db, 'CUPTI_ACTIVITY_KIND_KERNEL')) return null;
  const all = db.prepare<[], { name: string; whole: string; count: number; ms: number }>(sql).all().map((one) => ({ ...one, tone: kernelTone(one.name, one.whole) }));
  const total = all.reduce((sum, { ms }) => sum + ms, 0);
  if (total === 0) return null;
  const least = all[mostKernels]?.ms ?? 0;
  const families = [...new Set(all.map(({ tone }) => tone))].map((tone) => {
    const kernels = all.filter((one) => one.tone === tone);
    return { tone, ms: kernels.reduce((sum, { ms }) => sum + ms, 0), kernels };
  }).sort((a, b) => b.ms - a.ms);
  const kernels = squarified(families, { x: 0, y: 0, width: aspect, height: 1 }).flatMap(({ item: { tone, kernels: of }, box }) => {
    const shown = of.filter(({ ms }) => ms > least);
    const rest = of.filter(({ ms }) => ms <= least);
    const sum = (what: 'ms' | 'count'): number => rest.reduce((to, one) => to + one[what], 0);
    const items = [...shown, ...(rest.length === 0 ? [] : [{ name: `${rest.length} more`, tone, count: sum('count'), ms: sum('ms') }])];
    return squarified(items, box).map(({ item, box: { x, y, width, height } }) => ({ name: item.name, tone, count: item.count, ms: item.ms, share: item.ms / total, x: x / aspect, y, width: width / aspect, height }));
  });
  return { kernels, families: families.map(({ tone, ms }) => ({ tone, name: familyNames[tone] ?? tone, share: ms / total })) };
}

/** Fills a box with boxes as large as `ms`, each as square as can be (Bruls, Huizing, van Wijk: Squarified Treemaps, 2000). */
export function squarified<T extends { ms: number }>(items: readonly T[], within: Box): { item: T; box: Box }[] {
  const placed: { item: T; box: Box }[] = [];
  let rest = items.filter(({ ms }) => ms > 0).sort((a, b) => b.ms - a.ms);
  let { x, y, width, height } = within;
  while (rest.length > 0) {
    const scale = (width * height) / rest.reduce((sum, { ms }) => sum + ms, 0);
    const side = Math.min(width, height);
    let taken = 1;
    while (taken < rest.length && worst(rest.slice(0, taken + 1), scale, side) <= worst(rest.slice(0, taken), scale, side)) taken += 1;
    const row = rest.slice(0, taken);
    const area = row.reduce((sum, { ms }) => sum + ms, 0) * scale;
    const thick = side > 0 ? area / side : 0;
    let along = 0;
    for (const item of row) {
      const long = thick > 0 ? (item.ms * scale) / thick : 0;
      placed.push({ item, box: width >= height ? { x, y: y + along, width: thick, height: long } : { x: x + along, y, width: long, height: thick } });
      along += long;
    }
    if (width >= height) [x, width] = [x + thick, Math.max(0, width - thick)];
    else [y, height] = [y + thick, Math.max(0, height - thick)];
    rest = rest.slice(taken);
  }
  return placed;
}

/** How far the least square box of a row is from a square; 1 is one. */
function worst(row: readonly { ms: number }[], scale: number, side: number): number {
  const areas = row.map(({ ms }) => ms * scale);
  const sum = areas.reduce((all, area) => all + area, 0);
  return Math.max((side * side * Math.max(...areas)) / (sum * sum), (sum * sum) / (side * side * Math.min(...areas)));
}
