/** Largest natural-log gain from code that takes this share of the time (Amdahl's law); infinite when unknown. */
export function amdahlCap(share: number | null): number {
  return share === null || share >= 1 ? Infinity : -Math.log1p(-Math.max(0, share));
}
