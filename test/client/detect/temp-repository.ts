import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { detectProject } from '../../../src/client/detect/detect.js';
import type { Detected, Project } from '../../../src/client/detect/model.js';

/** A real repository with these files tracked, and gone when the test ends. */
export function temporaryRepository(files: Record<string, string>, untracked: Record<string, string> = {}): string {
  const dir = mkdtempSync(join(tmpdir(), 'perfloop-detect-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  write(dir, files);
  execFileSync('git', ['init', '--quiet'], { cwd: dir });
  execFileSync('git', ['add', '--all', '--force'], { cwd: dir });
  write(dir, untracked);
  return dir;
}

export async function detected(files: Record<string, string>): Promise<Detected> {
  return detectProject(temporaryRepository(files));
}

export async function mainProject(files: Record<string, string>): Promise<Project> {
  const { main } = await detected(files);
  if (main === null) throw new Error('nothing was detected');
  return main;
}

function write(dir: string, files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
}
