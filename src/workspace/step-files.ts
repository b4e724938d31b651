import { constants } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { parsePlacedConfig, type PlacedConfig, wantedStepFiles } from '../core/config/parse.js';
import type { StepFiles } from '../core/config/step-files.js';
import type { Table } from '../core/config/table.js';
import type { FileAtRevision } from './read-at-revision.js';

/** Bytes. No file of steps is larger. */
const largestFile = 1_000_000;
/** Files of steps of one config. */
const mostFiles = 200;

export type ReadFile = (path: string) => Promise<{ text: string } | { problem: string }>;

/** A config with the files of steps that it names. `read` gives one by its path below the top of the repository; `overrides` as for `parsePlacedConfig`. */
export async function parseWithStepFiles(text: string, fileName: string, { config, shown }: Omit<StepFiles, 'texts'>, read: ReadFile, overrides: Table = {}): Promise<PlacedConfig> {
  const texts = new Map<string, { text: string } | { problem: string }>();
  const files: StepFiles = { config, shown, texts };
  for (let wanted = wantedStepFiles(text, files); wanted.length > 0; wanted = wantedStepFiles(text, files)) {
    for (const path of wanted) texts.set(path, texts.size < mostFiles ? await read(path) : { problem: `is one file of steps too many: at most ${mostFiles} are read` });
  }
  return parsePlacedConfig(text, fileName, files, overrides);
}

/** Reads below a folder, and nothing that a link leads out of it to. */
export function readBelow(root: string): ReadFile {
  return async (path) => {
    const [top, real] = await Promise.all([realpath(root), realpath(join(root, path)).catch(() => null)]);
    if (real === null) return { problem: 'does not exist' };
    if (!real.startsWith(top.endsWith(sep) ? top : `${top}${sep}`)) return { problem: 'is a link out of the repository' };
    // A pipe would be waited for.
    const file = await open(real, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: unknown) => error as NodeJS.ErrnoException);
    if (!('stat' in file)) return { problem: `cannot be read: ${file.code ?? file.message}` };
    try {
      const found = await file.stat();
      if (!found.isFile()) return { problem: 'is no file' };
      return found.size > largestFile ? tooLarge(found.size) : { text: await file.readFile('utf8') };
    } finally {
      await file.close();
    }
  };
}

/** Reads files of the commit that a config is from. */
export function readBeside({ beside }: Pick<FileAtRevision, 'beside'>): ReadFile {
  return async (path) => {
    const bytes = await beside(path);
    if (bytes === null) return { problem: 'is no file of the commit' };
    return bytes.length > largestFile ? tooLarge(bytes.length) : { text: bytes.toString('utf8') };
  };
}

function tooLarge(bytes: number): { problem: string } {
  return { problem: `has ${bytes} bytes; at most ${largestFile} are read` };
}
