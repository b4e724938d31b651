import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { git, gitResult } from '../workspace/git.js';

/** Folders that hold no source of the repository's own, where no .gitignore says so. */
const skippedFolders = new Set(['.git', '.hg', '.svn', 'node_modules', 'bower_components', '__pycache__', '.venv', 'venv', '.tox', '.nox', '.mypy_cache', '.pytest_cache', '.cache', 'site-packages', 'build', 'dist', 'out', 'target', '.next', 'coverage']);

/** More is no repository. */
const mostFiles = 200_000;

export interface Listing {
  /** Relative to the folder, with `/`, in order of code units. */
  paths: string[];
  /** Where the list comes from. */
  from: 'git' | 'folder';
  /** Whether there are more than are listed. */
  cut: boolean;
}

/**
 * The files below a folder that are its own: in a git repository what git tracks or would add, so that .gitignore holds;
 * elsewhere all but the folders of dependencies and builds. Links are listed but by nobody followed.
 */
export async function listFiles(folder: string): Promise<Listing> {
  const inGit = await gitResult(['rev-parse', '--is-inside-work-tree'], { cwd: folder, settings: 'user' }).catch(() => null);
  if (inGit?.exitCode === 0 && inGit.stdout.toString('utf8').trim() === 'true') {
    const paths = (await git(['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate'], { cwd: folder, settings: 'user' })).split('\0').filter((path) => path !== '');
    // A folder that git ignores, such as a package in node_modules, was named by somebody who means it.
    if (paths.length > 0) return listing(paths, 'git');
  }
  const paths: string[] = [];
  const waiting = [''];
  for (let at = waiting.pop(); at !== undefined && paths.length <= mostFiles; at = waiting.pop()) {
    for (const entry of entriesOf(join(folder, at))) {
      const path = at === '' ? entry.name : `${at}/${entry.name}`;
      if (entry.isFile() || entry.isSymbolicLink()) paths.push(path);
      else if (entry.isDirectory() && !skippedFolders.has(entry.name)) waiting.push(path);
    }
  }
  return listing(paths, 'folder');
}

function listing(paths: string[], from: Listing['from']): Listing {
  return { paths: paths.sort().slice(0, mostFiles), from, cut: paths.length > mostFiles };
}

/** Nothing of a folder that may not be read. */
function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
