import { writeFile } from 'node:fs/promises';
import type { Finding } from '../core/finding.js';
import type { Scope } from '../core/run/contracts.js';
import type { Dependencies } from './dependencies.js';
import { logPath } from './ground.js';

/** Writes into the folder of the step what the profile has, and what is left of that to work on, for people to compare. */
export async function writeEntries(deps: Dependencies, scope: Scope, raw: readonly object[], findings: readonly Finding[]): Promise<void> {
  const filtered = findings.map(({ function: name, file, line, selfShare, totalShare, samples, category }) => ({ function: name, file, line, category, selfShare, totalShare, ...(samples === undefined ? {} : { samples }) }));
  for (const [name, entries] of [['entries-raw.json', raw], ['entries-filtered.json', filtered]] as const) await writeFile(await logPath(deps, scope, name), `${JSON.stringify(entries, null, 2)}\n`);
}
