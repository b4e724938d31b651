import { readFileSync, statSync } from 'node:fs';
import { entry } from '../../tools/entry.js';

/** A longer file is generated. */
const largest = 2 * 2 ** 20;
/** The head of a function is at most so many lines above its first code. */
const mostAbove = 30;

/** Finds the heads of functions in sources, where those are on this machine: what a compiler notes is the line of the first code. */
export class HeaderLines {
  readonly #files = new Map<string, readonly string[]>();

  /** The line with the name and a bracket at or above a line of the function; that line itself where there is none. */
  of(file: string, name: string, line: number): number {
    const lines = entry(this.#files, file, () => linesOf(file));
    const head = new RegExp(`(?<![\\w$])${name.replaceAll('$', '\\$')}\\s*[<(]`);
    for (let at = line; at > 0 && at > line - mostAbove; at--) if (head.test(lines[at - 1] ?? '')) return at;
    return line;
  }

  /** Whether the file has such a line, as far as it is on this machine. */
  has(file: string, line: number): boolean {
    const { length } = entry(this.#files, file, () => linesOf(file));
    return length === 0 || line <= length;
  }
}

function linesOf(file: string): string[] {
  const stats = statSync(file, { throwIfNoEntry: false });
  return stats?.isFile() === true && stats.size <= largest ? readFileSync(file, 'utf8').split('\n') : [];
}
