/** A function as a command of the user's prints it. */
export interface HotRow {
  /** As printed, without marks of the profiler. */
  function: string;
  /** As printed; null where it is not. */
  file: string | null;
  line: number | null;
  /** Self time by the whole time, 0 to 1. */
  share: number;
  samples: number | null;
}

/** Rows of one function as one: a profiler prints it once for each thread or program. */
export function summed(rows: readonly HotRow[]): HotRow[] {
  const sums = new Map<string, HotRow>();
  for (const row of rows) {
    const key = [row.function, row.file, row.line].join('\0');
    const sum = sums.get(key);
    if (sum === undefined) sums.set(key, { ...row });
    else {
      sum.share = Math.min(1, sum.share + row.share);
      sum.samples = sum.samples === null || row.samples === null ? null : sum.samples + row.samples;
    }
  }
  return [...sums.values()].sort((one, other) => other.share - one.share);
}
