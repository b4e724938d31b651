import { constants } from 'node:fs';
import { lstat, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Why there is no content: it is not there or no plain file; or it is longer than was asked for. */
export type NoContent = 'no-file' | 'too-large';

/**
 * Reads a file of which a command of the target may have made anything: a link, a folder, a pipe that nobody writes to, or
 * something without an end. Never waits for another process, and follows no link at the end of the path.
 */
export async function readPlainFile(path: string, mostBytes: number): Promise<Buffer | NoContent> {
  // Before it is opened: opening a device can do something.
  if ((await lstat(path).catch(() => null))?.isFile() !== true) return 'no-file';
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(() => null);
  if (file === null) return 'no-file';
  try {
    if (!(await file.stat()).isFile()) return 'no-file';
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of file.createReadStream({ autoClose: false }) as AsyncIterable<Buffer>) {
      bytes += chunk.byteLength;
      if (bytes > mostBytes) return 'too-large';
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } finally {
    await file.close();
  }
}

/** The files of a folder by their names. Null where one of them is no plain file, or they are more or larger than that altogether. */
export async function readPlainFolder(folder: string, most: { files: number; bytes: number }): Promise<{ name: string; content: Buffer }[] | null> {
  if ((await lstat(folder).catch(() => null))?.isDirectory() !== true) return null;
  const names = await readdir(folder);
  if (names.length > most.files) return null;
  const files: { name: string; content: Buffer }[] = [];
  let left = most.bytes;
  for (const name of names) {
    const content = await readPlainFile(join(folder, name), left);
    if (typeof content === 'string') return null;
    left -= content.byteLength;
    files.push({ name, content });
  }
  return files;
}
