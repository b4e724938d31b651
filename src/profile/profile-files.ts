import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { PerfloopError } from '../core/errors.js';
import { profileStat } from './import/read-file.js';

/** A folder of more files was not made for the profiles of one program. */
const mostFiles = 5000;

/**
 * The profiles that a path stands for: itself, or those that lie in the folder, by name. Throws PL_PROFILE_EMPTY where a folder
 * holds none.
 */
export async function profileFiles(path: string): Promise<string[]> {
  if (profileStat(path)?.isDirectory() !== true) return [path];
  const entries = readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isFile() && !entry.name.startsWith('.'));
  if (entries.length > mostFiles) throw new PerfloopError('PL_PROFILE_MISSING', `The folder holds ${entries.length} files.`, { where: path, fix: 'Give a profile, or a folder that holds only the profiles of one program.' });
  // Loaded here: who asks about a file that was imported before does not wait for it.
  const { detectProfileKind } = await import('./import/detect.js');
  const files = entries.map(({ name }) => join(path, name)).filter((file) => isProfile(file, detectProfileKind)).sort();
  if (files.length === 0) throw new PerfloopError('PL_PROFILE_EMPTY', 'The folder holds no profile.', { where: path, fix: 'Give the path of a profile, or of a folder with the profiles of the processes or ranks of one program.' });
  return files;
}

function isProfile(file: string, detect: (file: string) => unknown): boolean {
  try {
    detect(file);
    return true;
  } catch (error) {
    if (error instanceof PerfloopError) return false;
    throw error;
  }
}
