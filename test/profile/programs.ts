import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { captureProfile, type Capture, type CaptureRequest } from '../../src/profile/capture/capture.js';
import { importProfile } from '../../src/profile/import/import.js';
import { openProfile, type ProfileDatabase } from '../../src/profile/tools/open.js';
import { commandEnvironment } from '../../src/measure/command-environment.js';
import { runCommand } from '../../src/measure/run-command.js';
import { onTestFinished } from 'vitest';

/** Whether this machine has a Python 3 to test with. */
export const hasPython = ((): boolean => {
  try {
    return execFileSync('python3', ['-c', 'import cProfile, sys; print(sys.version_info >= (3, 7))'], { encoding: 'utf8' }).trim() === 'True';
  } catch {
    return false;
  }
})();

export function writeFiles(folder: string, files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

/** Commits everything in the folder to a new repository. */
export function commitAll(folder: string): void {
  const git = (...args: string[]): void => void execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.org', '-c', 'commit.gpgsign=false', ...args], { cwd: folder });
  git('init', '-q');
  git('add', '-A');
  git('commit', '-q', '-m', 'Programs');
}

/** Profiles a command in `cwd` for real; the output lies in `cwd`.profile. */
export async function capture(command: string, { cwd, kind = 'hooks', env = {} }: { cwd: string; kind?: CaptureRequest['kind']; env?: Record<string, string> }): Promise<Capture> {
  return captureProfile({
    kind,
    command: { command, cwd, env: { ...commandEnvironment(), ...env }, timeoutMs: 100_000 },
    outDir: join(dirname(cwd), 'out of the way', 'profile'),
    runCommand,
  });
}

/** Imports profiles and opens the result, which is closed after the test. */
export async function imported(files: string[], folder: string): Promise<ProfileDatabase> {
  const database = join(folder, 'profile.sqlite');
  await importProfile({ files, kind: 'auto', database });
  const db = openProfile(database);
  onTestFinished(() => void db.close());
  return db;
}
