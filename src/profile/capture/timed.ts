import { readFileSync } from 'node:fs';

/**
 * A shell before the words of the command, which writes when the command itself started and ended and what its exit code was:
 * a profiler around it has a start and an end of its own. It lives through signals, so that it sees the command's end.
 */
export function timedCommand(timesFile: string): string[] {
  return ['/bin/sh', '-c', 'trap : INT TERM; date +%s%N >"$0"; "$@"; code=$?; date +%s%N >>"$0"; echo "$code" >>"$0"; exit "$code"', timesFile];
}

/** Null where the command did not come to its end, or `date` knows no nanoseconds (macOS). */
export function readTimes(timesFile: string): { wallMs: number; exitCode: number } | null {
  let text: string;
  try {
    text = readFileSync(timesFile, 'utf8');
  } catch {
    return null;
  }
  const [, start, end, code] = /^(\d+)\n(\d+)\n(\d+)\n$/.exec(text) ?? [];
  if (start === undefined || end === undefined) return null;
  return { wallMs: Number(BigInt(end) - BigInt(start)) / 1e6, exitCode: Number(code) };
}
