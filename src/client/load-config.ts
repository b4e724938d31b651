import { access, readFile } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import type { PlacedConfig } from '../core/config/parse.js';
import type { Config } from '../core/config/schema.js';
import { PerfloopError } from '../core/errors.js';
import type { CliContext } from './context.js';
import { parseWithStepFiles, readBelow } from '../workspace/step-files.js';

export const configName = 'perfloop.toml';

/** Reads the config that a flag names, or the `perfloop.toml` of the folder or of a folder above it. */
export async function loadConfig(context: Pick<CliContext, 'cwd'>, dir: string, file: string | undefined): Promise<Config> {
  return (await loadPlacedConfig(context, dir, file)).config;
}

/** The same, for who looks at more than its text. */
export async function loadPlacedConfig(context: Pick<CliContext, 'cwd'>, dir: string, file: string | undefined): Promise<PlacedConfig> {
  const path = file === undefined ? await nearestConfig(dir) : resolve(context.cwd, file);
  if (path === null) {
    throw new PerfloopError('PL_NO_CONFIG', `there is no ${configName}`, { where: dir, fix: `Write one with \`perfloop init ${shown(context, dir)}\`, or name one with --config FILE.` });
  }
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new PerfloopError('PL_CONFIG_UNREADABLE', 'the config cannot be read', { where: path, fix: 'Name a file that exists and can be read.', cause: error });
  }
  const root = await topOf(dirname(path));
  return parseWithStepFiles(text, shown(context, path), { config: relative(root, path).split(sep).join('/'), shown: (file) => shown(context, join(root, file)) }, readBelow(root));
}

/** The top of the repository that a folder is in; the folder itself where it is in none. */
export async function topOf(folder: string): Promise<string> {
  for (let at = folder; ; at = dirname(at)) {
    if (await exists(join(at, '.git'))) return at;
    if (dirname(at) === at) return folder;
  }
}

/** As short as it is clear. */
function shown(context: Pick<CliContext, 'cwd'>, path: string): string {
  const short = relative(context.cwd, path);
  return short.startsWith('..') ? path : short || '.';
}

/** The path of the `perfloop.toml` of a folder or of one above it, but not above the top of the repository. */
export async function nearestConfig(dir: string): Promise<string | null> {
  for (let at = dir; ; at = dirname(at)) {
    const path = join(at, configName);
    if (await exists(path)) return path;
    if (dirname(at) === at || (await exists(join(at, '.git')))) return null;
  }
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
