import { plainValue, parseToml } from '../../core/config/toml.js';
import { PerfloopError } from '../../core/errors.js';
import { tableOf, type Table } from './json.js';
import type { Repository } from './repository.js';

/** A JSON or TOML file as a table. A broken one is as good as none, and `notes` says so. */
export async function readManifest(repository: Repository, path: string, notes: string[]): Promise<Table | null> {
  const text = await repository.read(path);
  if (text === null) return null;
  try {
    return tableOf(path.endsWith('.json') ? JSON.parse(text.replace(/^\uFEFF/, '')) : plainValue(parseToml(text, path)));
  } catch (error) {
    if (!(error instanceof SyntaxError) && !(error instanceof PerfloopError)) throw error;
    notes.push(`${path} cannot be read: ${error.message}.`);
    return {};
  }
}
