import { mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ErrorCode } from '../../core/errors.js';
import type { Home } from '../../store/home.js';
import type { Build } from './package-paths.js';
import type { ProcessId } from './process.js';

/** With which a supervisor leaves when another one serves the home. */
export const lockedExitCode = 75;

export type EnginePart = 'server' | 'worker';

/** What `engine.json` holds while a supervisor lives. Only the supervisor writes it. */
export interface EngineState {
  v: 1;
  phase: 'starting-server' | 'starting-worker' | 'ready' | 'stopping';
  supervisor: ProcessId;
  server: ProcessId | null;
  worker: ProcessId | null;
  address: string;
  uiUrl: string;
  namespace: string;
  build: Build;
  /** Ids of the keys that its worker knows; absent in what an older perfloop wrote. */
  codecKeys?: string[];
  binary: string;
  /** Milliseconds since the epoch. */
  startedAt: number;
  /** Deaths in a row: back to 0 once the part has lived for a while. */
  deaths: Record<EnginePart, number>;
  /** What keeps the engine from being ready, in words. */
  problem: { code: ErrorCode; message: string; where?: string; fix?: string } | null;
}

/** Null when there is none, or it does not parse: a supervisor that lives writes it again. */
export function readState(home: Home): EngineState | null {
  try {
    const state = JSON.parse(readFileSync(home.engineFile, 'utf8')) as EngineState;
    return state.v === 1 ? state : null;
  } catch {
    return null;
  }
}

export function writeState(home: Home, state: EngineState): void {
  writeAtomically(home.engineFile, `${JSON.stringify(state, null, 2)}\n`);
}

export function removeState(home: Home): void {
  rmSync(home.engineFile, { force: true });
}

/** Readers see the old or the new content, never a part. */
export function writeAtomically(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, text);
  renameSync(temporary, file);
}

const useFile = (home: Home): string => join(home.locks, 'engine.used');

/** Every client says that it uses the engine, before it reads the state: the supervisor looks again after it has written `stopping`. */
export function touchEngine(home: Home): void {
  const file = useFile(home);
  const now = new Date();
  try {
    utimesSync(file, now, now);
  } catch {
    mkdirSync(home.locks, { recursive: true });
    writeFileSync(file, '');
  }
}

/** Milliseconds since the epoch; 0 when no client ever came. */
export function lastUse(home: Home): number {
  try {
    return statSync(useFile(home)).mtimeMs;
  } catch {
    return 0;
  }
}
