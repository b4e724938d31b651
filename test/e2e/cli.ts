import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { packageRoot } from '../../src/worker/engine/package-paths.js';
import type { TestEngine } from './engine.js';

export interface CliEnded {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface CliProcess {
  pid: number;
  ended: Promise<CliEnded>;
  /** Both streams so far. */
  output(): string;
}

/** Starts `perfloop ARGS` as a user does. */
export function startCli(engine: TestEngine, args: readonly string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}): CliProcess {
  const child = spawn(process.execPath, [join(packageRoot, 'bin', 'perfloop.js'), ...args], { cwd: options.cwd ?? engine.home.root, env: { ...engine.env, ...options.env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const out = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (out.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (out.stderr += chunk.toString()));
  return {
    pid: child.pid ?? -1,
    output: () => `${out.stdout}${out.stderr}`,
    ended: new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve({ code, ...out }));
    }),
  };
}

export const cli = async (engine: TestEngine, args: readonly string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}): Promise<CliEnded> => await startCli(engine, args, options).ended;

/** The one JSON document that `--json` promises. Throws with all that was printed when there is none. */
export function jsonOf({ stdout, stderr }: CliEnded): unknown {
  try {
    return JSON.parse(stdout);
  } catch (error) {
    throw new Error(`not one JSON document on stdout:\n${stdout}\nstderr:\n${stderr}`, { cause: error });
  }
}
