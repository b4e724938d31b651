import { readFile } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import { PerfloopError } from '../../core/errors.js';
import { parseFleet, type Fleet } from '../../core/fleet/parse.js';
import type { CliContext } from '../context.js';

export const fleetFileName = 'fleet.toml';

/** Reads a fleet file. Throws PL_NO_FLEET where there is none. */
export async function readFleet(context: CliContext, file = fleetFileName): Promise<Fleet> {
  const path = resolve(context.cwd, file);
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new PerfloopError('PL_NO_FLEET', 'the fleet file cannot be read', { where: path, fix: 'Name it, or write one: docs/fleet.md has an example.', cause: error });
  });
  const short = relative(context.cwd, path);
  return parseFleet(text, { file: short.startsWith('..') ? path : short, absolute: (relativePath) => resolve(dirname(path), relativePath) });
}

/** The targets of those names, all without names. Throws PL_FLEET_NO_TARGET. */
export function targetsNamed(fleet: Fleet, names: readonly string[]): Fleet['targets'] {
  const missing = names.find((name) => !fleet.targets.some((target) => target.name === name));
  if (missing !== undefined) throw new PerfloopError('PL_FLEET_NO_TARGET', `the fleet ${fleet.name} has no target ${missing}`, { where: missing, fix: `It has ${fleet.targets.slice(0, 30).map(({ name }) => name).join(', ')}.` });
  return names.length === 0 ? fleet.targets : fleet.targets.filter(({ name }) => names.includes(name));
}
