import { mkdir, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeTree } from '../workspace/remove-tree.js';

/** What one execution of a command has for itself; nothing of it is left for the next one. */
export interface PrivateFolder {
  root: string;
  /** Its temporary files. */
  temporary: string;
  /** A file without bytes. */
  empty: string;
}

export async function makePrivateFolder(id: string): Promise<PrivateFolder> {
  const folder = privateFolder(id);
  await mkdir(folder.temporary, { recursive: true, mode: 0o700 });
  await (await open(folder.empty, 'w')).close();
  return folder;
}

/** Also of a job that a killed worker left. */
export async function removePrivateFolder(id: string): Promise<void> {
  await removeTree(privateFolder(id).root);
}

function privateFolder(id: string): PrivateFolder {
  const root = join(tmpdir(), id);
  return { root, temporary: join(root, 'tmp'), empty: join(root, 'empty') };
}
