import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { rawPath } from './raw-path.js';

/** Why a path of a change may not be touched at all, whatever is there; undefined when it may. */
export function unsafePath(path: string): string | undefined {
  if (path === '' || path.startsWith('/') || /^[A-Za-z]:/.test(path)) return 'is not relative to the repository root';
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u001F\u007F]/.test(path)) return 'holds a control character';
  if (path.includes('\\')) return 'holds a backslash';
  if (path.includes('\uFFFD')) return 'is not valid UTF-8';
  const parts = path.split('/');
  if (parts.some((part) => part === '..' || part === '.' || part === '')) return 'leaves the repository, or is not in its plain form';
  // Git itself takes `.git ` or `.GIT` for its folder on some file systems.
  if (parts.some((part) => /^(\.git|git~1)[. ]*$/i.test(part.normalize('NFKC').replaceAll(/\p{Cf}/gu, '')))) return "lies in git's own folder";
  return undefined;
}

/** Why the folders above a path cannot be trusted to lie in `folder`; undefined when they are plain folders, or missing. */
export async function unsafeParent(folder: string, path: string): Promise<string | undefined> {
  const parts = path.split('/');
  for (let depth = 1; depth < parts.length; depth += 1) {
    const parent = parts.slice(0, depth).join('/');
    const found = await lstat(rawPath(join(folder, parent))).catch(() => undefined);
    if (found === undefined) return undefined;
    if (found.isSymbolicLink()) return `goes through the symlink ${parent}`;
    if (!found.isDirectory()) return `goes through ${parent}, which is no folder`;
  }
  return undefined;
}

/** Why the place of a path in a folder cannot be written as a plain file; undefined when it can. A missing file is fine. */
export async function unsafePlace(folder: string, path: string): Promise<string | undefined> {
  const parent = await unsafeParent(folder, path);
  if (parent !== undefined) return parent;
  const found = await lstat(join(folder, path)).catch(() => undefined);
  if (found === undefined || found.isFile()) return undefined;
  return found.isSymbolicLink() ? 'is a symlink' : 'is not a regular file';
}
