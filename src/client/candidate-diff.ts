import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { applyEdits } from '../core/candidates/apply-edits.js';
import type { SpanEdit } from '../core/candidate.js';
import { sha256 } from '../propose/hash.js';
import { gitResult } from '../workspace/git.js';

/** What edits do to the files of a repository, as a unified diff. The repository is only read. */
export async function diffOfEdits(root: string, edits: readonly SpanEdit[]): Promise<string> {
  const scratch = await mkdtemp(join(tmpdir(), 'perfloop-diff-'));
  try {
    for (const file of new Set(edits.map((edit) => edit.file))) {
      const before = await readFile(join(root, file), 'utf8');
      const after = applyEdits(before, edits.filter((edit) => edit.file === file), sha256);
      for (const [side, text] of [['a', before], ['b', after]] as const) {
        await mkdir(dirname(join(scratch, side, file)), { recursive: true });
        await writeFile(join(scratch, side, file), text);
      }
    }
    // Exits with 1 where they differ.
    const { stdout } = await gitResult(['diff', '--no-index', '--no-color', '--no-prefix', '--unified=2', '--', 'a', 'b'], { cwd: scratch });
    return stdout.toString('utf8');
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
