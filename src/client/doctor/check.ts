import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** One thing that perfloop needs or can use. */
export interface Check {
  name: string;
  /** `fail`: perfloop does not work. `warn`: a part of it does not, or measures worse. */
  status: 'ok' | 'warn' | 'fail';
  found: string;
  neededFor: string;
  /** How to mend it; null when there is nothing to mend. */
  fix: string | null;
}

/** First line of what a program says, of stdout or stderr; null when it is not there or fails. */
export async function firstLineOf(program: string, args: string[]): Promise<string | null> {
  try {
    const { stdout, stderr } = await promisify(execFile)(program, args, { timeout: 20_000 });
    return (stdout.trim() || stderr.trim()).split('\n')[0]?.trim() ?? '';
  } catch {
    return null;
  }
}

/** Whether a dotted version is at least another one, by its numbers. */
export function atLeast(version: string, least: string): boolean {
  const numbers = (text: string): number[] => (text.match(/\d+/g) ?? []).map(Number);
  const [have, want] = [numbers(version), numbers(least)];
  for (const [index, number] of want.entries()) {
    const other = have[index] ?? 0;
    if (other !== number) return other > number;
  }
  return true;
}
