/** What follows on a line counts for no result. */
const longestLine = 4000;

// oxlint-disable-next-line no-control-regex -- terminal escapes are what is removed
const escapes = /\u001B(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001B]*)/g;

/** The lines of an output without colours; long ones are cut. */
export function linesOf(output: string): string[] {
  return output.split('\n').map((line) => {
    const cut = line.length > longestLine ? line.slice(0, longestLine) : line;
    return (cut.includes('\u001B') ? cut.replaceAll(escapes, '') : cut).replace(/\r$/, '');
  });
}

/** Every number before a known word in `3 passed, 1 skipped`; null when there is anything else. */
export function countsInWords(text: string, separator: string, words: Readonly<Record<string, 'passed' | 'failed' | 'skipped' | null>>): { passed: number; failed: number; skipped: number } | null {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const part of text.split(separator)) {
    const match = /^(\d{1,9}) ([a-z ]{1,40})$/.exec(part.trim());
    const outcome = words[match?.[2] ?? ''];
    if (match === null || outcome === undefined) return null;
    if (outcome !== null) counts[outcome] += Number(match[1]);
  }
  return counts;
}
