import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { PerfloopError } from '../core/errors.js';
import { detectProfileKind } from './import/detect.js';

/** A folder of more files was not made for the profiles of one program. */
const mostFiles = 5000;

/**
 * The profiles that a path stands for: itself, or those that lie in the folder, by name. Throws PL_PROFILE_EMPTY where a folder
 * holds none.
 */
export function profileFiles(path: string): string[] {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return [path];
  const entries = readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isFile() && !entry.name.startsWith('.'));
  if (entries.length > mostFiles) throw new PerfloopError('PL_PROFILE_MISSING', `The folder holds ${entries.length} files.`, { where: path, fix: 'Give a profile, or a folder that holds only the profiles of one program.' });
  const files = entries.map(({ name }) => join(path, name)).filter(isProfile).sort();
  if (files.length === 0) throw new PerfloopError('PL_PROFILE_EMPTY', 'The folder holds no profile.', { where: path, fix: 'Give the path of a profile, or of a folder with the profiles of the processes or ranks of one program.' });
  return files;
}

function isProfile(file: string): boolean {
  try {
    detectProfileKind(file);
    return true;
  } catch (error) {
    if (error instanceof PerfloopError) return false;
    throw error;
  }
}
