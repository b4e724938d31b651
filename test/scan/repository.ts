import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { askRepository } from '../../src/scan/tool.js';
import { openSourceTree } from '../../src/scan/source-tree.js';
import { toolNamed } from '../../src/tools/registry.js';

/** A folder with these files, for one test. */
export function repositoryOf(files: Record<string, string | Uint8Array>): string {
  const folder = mkdtempSync(join(tmpdir(), 'perfloop-scan-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

/** Asks one tool, checks that its rows and facts are what it declares, and gives the answer. */
export async function askIn(folder: string, name: string, input: object = {}) {
  const tool = await toolNamed(name);
  if (tool.target !== 'repository') throw new Error(`${name} asks no repository`);
  const answer = await askRepository(tool, await openSourceTree(folder), input);
  if (answer.abstained === null) {
    for (const row of answer.rows) tool.row.parse(row);
    tool.facts.parse(answer.facts);
  }
  return answer;
}

/** The rows as `a | b | c`, of the columns that are named. */
export async function rowsIn(folder: string, name: string, input: object, columns: readonly string[]): Promise<string[]> {
  const answer = await askIn(folder, name, { limit: 1000, ...input });
  if (answer.abstained !== null) throw new Error(answer.abstained);
  return (answer.rows as Record<string, unknown>[]).map((row) => columns.map((column) => String(row[column])).join(' | '));
}
