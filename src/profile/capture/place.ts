import { existsSync } from 'node:fs';
import { access, constants, copyFile, mkdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { PerfloopError } from '../../core/errors.js';
import { importProfileInThread } from '../import/in-thread.js';

/** Where a profile goes: absolute, and whether what is there may be replaced. */
export interface ProfilePlace {
  out: string;
  replaces: boolean;
}

/** Several files become this database, and lie in this folder. */
function severalOf(out: string): { database: string; folder: string } {
  const stem = out.replace(/(?:\.trace)?\.json\.gz$|\.[^./]+$/, '');
  return { database: `${stem}.sqlite`, folder: `${stem}.files` };
}

/** What a profile of that name can come to: itself, or the database and the folder of several. */
export function placesOf(out: string): string[] {
  const { database, folder } = severalOf(out);
  return [...new Set([out, database, folder])];
}

/** Before the command ran for nothing. Throws PL_PROFILE_OUT, and PL_PROFILE_EXISTS where something would be replaced. */
export async function checkPlace({ out, replaces }: ProfilePlace): Promise<void> {
  const folder = dirname(out);
  const refuse = (why: string, cause?: unknown): PerfloopError => new PerfloopError('PL_PROFILE_OUT', `The profile cannot be written: ${why}.`, { where: out, fix: 'Name a file in a folder that is there and that you may write: --out FILE.', cause });
  const isFolder = async (path: string): Promise<boolean> => (await stat(path).catch(() => null))?.isDirectory() === true;
  if (await isFolder(out)) throw refuse('that is a folder');
  if (!(await isFolder(folder))) throw refuse(`there is no folder ${folder}`);
  try {
    await access(folder, constants.W_OK);
  } catch (cause) {
    throw refuse((cause as Error).message, cause);
  }
  const taken = placesOf(out).find((path) => existsSync(path));
  if (taken !== undefined && !replaces) throw new PerfloopError('PL_PROFILE_EXISTS', `There is ${basename(taken)} already, which the profile could replace.`, { where: taken, fix: 'Name another file with --out FILE, or replace it with --force.' });
}

/**
 * One file stays as it is; several become one database, and lie beside it. Gives the profile. Throws PL_DISK_FULL or PL_PROFILE_OUT
 * where that fails with the files still where they were, and what the import throws, with the files beside the database.
 */
export async function keepProfile(files: readonly string[], out: string, say: (text: string) => void): Promise<string> {
  const { database, folder } = severalOf(out);
  const [first] = files;
  if (first !== undefined && files.length === 1 && extname(out) !== '.sqlite') {
    await move(first, out).catch((cause: unknown) => {
      throw notKept(cause, out, dirname(first));
    });
    return out;
  }
  const kept = files.map((file) => join(folder, basename(file)));
  try {
    await mkdir(folder, { recursive: true });
    for (const [i, file] of files.entries()) await move(file, kept[i] as string);
  } catch (cause) {
    throw notKept(cause, folder, dirname(first ?? folder));
  }
  say(`importing ${kept.length} ${kept.length === 1 ? 'profile' : 'profiles'} into one`);
  try {
    await importProfileInThread({ files: kept, kind: 'auto', database });
  } catch (error) {
    if (error instanceof PerfloopError) throw new PerfloopError(error.code, error.message, { ...error.toJSON(), problems: [...error.problems, `The recording is kept in ${folder}`], cause: error });
    throw error;
  }
  return database;
}

/** A recording that could not be brought to its place, and stays where it was made. */
export class NotKept extends PerfloopError {}

export function notKept(cause: unknown, where: string, recording: string): NotKept {
  const { code, message } = cause as NodeJS.ErrnoException;
  const isFull = code === 'ENOSPC' || code === 'EDQUOT';
  return new NotKept(isFull ? 'PL_DISK_FULL' : 'PL_PROFILE_OUT', `The profile cannot be written: ${isFull ? 'the disk is full' : message}. The recording is kept in ${recording}`, {
    where,
    fix: `${isFull ? 'Free some space' : 'Choose a folder that you may write'}, and move the recording there; remove ${recording} when it is not needed.`,
    cause,
  });
}

/** Also to another file system, where the file has its name only once it is whole. */
async function move(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    const part = `${to}.part`;
    try {
      await copyFile(from, part);
      await rename(part, to);
    } finally {
      await rm(part, { force: true });
    }
  }
}
