import { join } from 'node:path';
import { readPlainFolder } from '../workspace/plain-file.js';
import { programOutput } from './program-output.js';

/** A log is a few hundred bytes. */
const mostLogs = { files: 10_000, bytes: 32 << 20 };

let there: Promise<boolean> | null = null;

/** Whether valgrind is on this machine. Found out once. */
export async function hasValgrind(): Promise<boolean> {
  there ??= programOutput('valgrind', ['--version']).then((text) => text?.startsWith('valgrind-') === true);
  return there;
}

/**
 * A shell command under cachegrind, which executes every process of it on a processor of its own making and counts the
 * instructions, some 20 to 50 times slower. Each process writes a file into the folder.
 */
export function underCachegrind(run: string, folder: string): string {
  const options = ['--tool=cachegrind', '--cache-sim=no', '--branch-sim=no', '--cachegrind-out-file=/dev/null', '--trace-children=yes', `--log-file=${join(folder, '%p')}`];
  return `exec valgrind ${options.map(quoted).join(' ')} /bin/sh -c ${quoted(run)}`;
}

/**
 * Instructions of all processes that wrote into the folder; null where one of them could not be counted, or the target left
 * something else there.
 */
export async function countedInstructions(folder: string): Promise<number | null> {
  const logs = await readPlainFolder(folder, mostLogs);
  if (logs === null) return null;
  const counts = logs.map(({ content }) => /^==\d+== I +refs: +([\d,]+)$/m.exec(content.toString('latin1'))?.[1]?.replaceAll(',', ''));
  if (counts.length === 0 || counts.includes(undefined)) return null;
  return counts.reduce((sum, count) => sum + Number(count), 0);
}

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
