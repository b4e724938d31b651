import { lstatSync, realpathSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { PerfloopError } from '../core/errors.js';
import type { CliContext } from './context.js';

/**
 * Where something made of a profile goes, as an absolute path: what was asked for, else a name of its own beside what is there
 * already. Throws PL_OUTPUT_IS_PROFILE where that would write over the profile, or a file of its folder.
 */
export function outputFile(context: CliContext, { out, stem, ending, profile }: { out: string | undefined; /** Of the default name. */ stem: string; ending: string; profile: string }): string {
  if (out === undefined) return freeName(resolve(context.cwd, stem), ending);
  const file = resolve(context.cwd, out);
  const recording = realOf(resolve(context.cwd, profile));
  const there = realOf(file);
  const isInside = there !== null && recording !== null && !relative(recording, there).startsWith('..');
  if (!isInside) return file;
  throw new PerfloopError('PL_OUTPUT_IS_PROFILE', 'That would write over the profile itself.', { where: file, fix: 'Name another file.' });
}

/** Null where nothing is there. */
function realOf(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}

/** `a.html`, or `a-2.html` and so on where that is taken. */
function freeName(stem: string, ending: string): string {
  for (let number = 2, free = `${stem}${ending}`; ; number++) {
    if (lstatSync(free, { throwIfNoEntry: false }) === undefined) return free;
    free = `${stem}-${number}${ending}`;
  }
}
