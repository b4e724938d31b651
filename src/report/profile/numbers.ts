/** A share of 0 to 1 as "12.3%", and as "0.04%" where it is small. */
export function percent(share: number): string {
  return `${share >= 0.1 || share === 0 ? (share * 100).toFixed(1) : Number((share * 100).toPrecision(2))}%`;
}

/** Nanoseconds as "1.25 ms". */
export function spanText(ns: number): string {
  const [unit, name] = ns >= 1e9 ? [1e9, 's'] : ns >= 1e6 ? [1e6, 'ms'] : [1e3, 'µs'];
  return `${Number((ns / unit).toPrecision(4))} ${name}`;
}
