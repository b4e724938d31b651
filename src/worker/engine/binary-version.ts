import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Home } from '../../store/home.js';
import { writeAtomically } from './state.js';

/** The release of the Temporal CLI that perfloop downloads or builds. */
export const pinnedVersion = '1.5.1';

/** The file name of a release in a home's `temporal/bin`. */
export const binaryName = (version: string): string => `temporal-${version}`;

export type Probe = { ok: true; /** As it calls itself. */ version: string; /** Of the server in it: what the database depends on. */ server: string } | { ok: false; reason: string };

/** Runs `temporal --version`: proves that the file is whole and made for this machine. */
export async function probeBinary(path: string): Promise<Probe> {
  try {
    const { stdout } = await promisify(execFile)(path, ['--version'], { timeout: 20_000 });
    const match = /^temporal version (\S+) \(Server ([^,)]+)/m.exec(stdout);
    if (!match) return { ok: false, reason: `\`${path} --version\` says "${stdout.trim().slice(0, 80)}", which is not the Temporal CLI` };
    return { ok: true, version: match[1] ?? '', server: match[2] ?? '' };
  } catch (error) {
    return { ok: false, reason: `\`${path} --version\` fails: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}` };
  }
}

/** Which server made the home's database: later ones must be of the same version. */
export interface DatabaseRecord {
  server: string;
  /** File name of the binary that made it. */
  binary: string;
}

export const databaseFile = (home: Home): string => join(home.temporal, 'temporal.db');

const recordFile = (home: Home): string => `${databaseFile(home)}.json`;

/** Null while there is no database. */
export function databaseRecord(home: Home): DatabaseRecord | null {
  try {
    return JSON.parse(readFileSync(recordFile(home), 'utf8')) as DatabaseRecord;
  } catch {
    return null;
  }
}

export function recordDatabase(home: Home, record: DatabaseRecord): void {
  writeAtomically(recordFile(home), `${JSON.stringify(record)}\n`);
}
