import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds package.json: the same for the sources and for the compiled files. */
export const packageRoot = findRoot(dirname(fileURLToPath(import.meta.url)));

export const supervisorScript = join(packageRoot, 'dist', 'worker', 'engine', 'supervisor.js');
export const workerScript = join(packageRoot, 'dist', 'worker', 'main.js');
/** A worker of workflows alone. */
export const workflowsScript = join(packageRoot, 'dist', 'worker', 'workflows-main.js');

function findRoot(from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (folder === dirname(folder)) throw new Error(`no package.json above ${from}`);
  }
}

/** Which code an engine runs: an engine started before an upgrade or a rebuild is replaced by the next command. */
export interface Build {
  version: string;
  root: string;
  /** Newest modification of a compiled file, milliseconds since the epoch. */
  builtAt: number;
}

export function currentBuild(): Build {
  const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string };
  return { version, root: packageRoot, builtAt: newestIn(join(packageRoot, 'dist')) };
}

function newestIn(folder: string): number {
  let newest = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile() && entry.name.endsWith('.js')) newest = Math.max(newest, statSync(join(entry.parentPath, entry.name)).mtimeMs);
  }
  return newest;
}

/** Two installations of one version share an engine; a rebuilt checkout or another version does not. */
export function sameBuild(a: Build, b: Build): boolean {
  return a.version === b.version && (a.root !== b.root || a.builtAt === b.builtAt);
}
