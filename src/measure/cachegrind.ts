import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { programOutput } from './program-output.js';

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

/** Instructions of all processes that wrote into the folder; null where one of them could not be counted. */
export async function countedInstructions(folder: string): Promise<number | null> {
  const logs = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), 'latin1')));
  const counts = logs.map((log) => /^==\d+== I +refs: +([\d,]+)$/m.exec(log)?.[1]?.replaceAll(',', ''));
  if (counts.length === 0 || counts.includes(undefined)) return null;
  return counts.reduce((sum, count) => sum + Number(count), 0);
}

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
