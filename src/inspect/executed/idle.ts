import type { Flag, FlagCode } from '../../core/flag.js';

/**
 * Flags of code that can only make a benchmark faster by being executed in it. The others act from elsewhere, or could be
 * what hides from a look at the execution.
 */
const needsExecution: ReadonlySet<FlagCode> = new Set(['cache', 'sleep', 'clock', 'environment', 'broad-catch', 'precision', 'seed', 'lazy', 'io', 'output', 'disabled-check', 'special-case', 'literal-table']);

const language = { v8: /\.[cm]?js$/, python: /\.py$/ } as const;

/** The files for which it is worth to look at what the benchmark executes. */
export function filesToWatch(flags: readonly Flag[]): string[] {
  return [...new Set(flags.filter((flag) => kindOf(flag) !== null).map(({ file }) => file))];
}

function kindOf({ code, file, line }: Flag): keyof typeof language | null {
  // What is too dense to be read acts when it is loaded.
  if (code !== 'binary' && (line === 0 || !needsExecution.has(code))) return null;
  return language.v8.test(file) ? 'v8' : language.python.test(file) ? 'python' : null;
}

/**
 * The flags, those marked whose line the benchmark did not execute. `built`: there is a build, so that a file that was
 * not loaded may still be part of what was.
 */
export function markIdle(flags: readonly Flag[], seen: { executed: (file: string) => ReadonlySet<number> | null; processes: { v8: number; python: number } }, built: boolean): Flag[] {
  return flags.map((flag) => {
    const kind = kindOf(flag);
    if (kind === null || seen.processes[kind] === 0) return flag;
    const lines = seen.executed(flag.file);
    const idle = lines === null ? !built : flag.line > 0 && !lines.has(flag.line);
    return idle ? { ...flag, executed: false } : flag;
  });
}
