import { lstatSync, realpathSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { PerfloopError } from '../core/errors.js';
import type { CliContext } from './context.js';

/** An output file as an absolute path. Throws PL_OUTPUT_IS_PROFILE where it would be written over the profile, or a file of its folder. */
export function besideProfile(context: CliContext, out: string, profile: string): string {
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

/** A name that nothing has yet, as an absolute path: `a.html`, or `a-2.html` and so on. `placesOf`: all that a file of that name can come to. */
export function freeFile(context: CliContext, stem: string, ending: string, placesOf: (file: string) => readonly string[] = (file) => [file]): string {
  for (let number = 1; ; number++) {
    const file = resolve(context.cwd, `${stem}${number === 1 ? '' : `-${number}`}${ending}`);
    if (placesOf(file).every((place) => lstatSync(place, { throwIfNoEntry: false }) === undefined)) return file;
  }
}

export function unwritable(file: string, error: unknown): PerfloopError {
  return new PerfloopError('PL_OUTPUT_UNWRITABLE', `the result cannot be written: ${(error as NodeJS.ErrnoException).code ?? String(error)}`, { where: file, fix: 'Name a file that can be written.', cause: error });
}
