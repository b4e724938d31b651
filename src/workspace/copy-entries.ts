import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { PerfloopError } from '../core/errors.js';

/**
 * Copies files and folders, named by paths relative to `from`, to the same places below `to`: modes, times and symlinks
 * kept, sharing blocks with the original where the file system can, never hard links to it.
 */
export async function copyEntries(from: string, to: string, entries: readonly string[]): Promise<void> {
  const byFolder = new Map<string, string[]>();
  for (const entry of entries) byFolder.set(dirname(entry), [...(byFolder.get(dirname(entry)) ?? []), entry]);
  for (const [folder, ofFolder] of byFolder) {
    await mkdir(join(to, folder), { recursive: true });
    for (let start = 0; start < ofFolder.length; start += 500) await copy(ofFolder.slice(start, start + 500).map((entry) => join(from, entry)), join(to, folder));
  }
}

async function copy(sources: readonly string[], folder: string): Promise<void> {
  let failure = '';
  for (const flags of copyFlags()) {
    const result = await execa('cp', [...flags, '--', ...sources, `${folder}/`], { reject: false, stdin: 'ignore', env: { LC_ALL: 'C' } });
    if (result.exitCode === 0) return;
    failure = result.stderr || result.shortMessage || 'unknown';
    // Only an option that this cp does not know is a reason to try the next form.
    if (!/unrecognized option|illegal option|invalid option|unsupported|not supported/i.test(failure)) break;
  }
  const full = /No space left|Disk quota/i.test(failure);
  throw new PerfloopError(full ? 'PL_DISK_FULL' : 'PL_COPY_FAILED', `copying files failed: ${failure.split('\n').at(-1) ?? ''}`, { where: folder, fix: full ? 'Free some space on the disk and try again.' : 'Check that the folder can be written.', problems: failure.split('\n').slice(-5) });
}

function copyFlags(): string[][] {
  if (process.platform === 'linux') return [['-a', '--reflink=auto'], ['-a']];
  if (process.platform === 'darwin') return [['-a', '-c'], ['-a']];
  return [['-a']];
}
