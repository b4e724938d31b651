import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Client } from '@temporalio/client';
import { afterAll, beforeAll, expect, vi } from 'vitest';
import type { RunInput } from '../../src/core/inputs.js';
import type { RunStatus } from '../../src/core/status.js';
import { jobProcesses } from '../../src/measure/processes.js';
import { homeFrom, type Home } from '../../src/store/home.js';
import { connectClient, plainSettings } from '../../src/worker/connection.js';
import { ensureEngine } from '../../src/worker/engine/engine.js';
import { packageRoot } from '../../src/worker/engine/package-paths.js';
import { isAlive } from '../../src/worker/engine/process.js';
import { readState, type EngineState } from '../../src/worker/engine/state.js';
import { stopEngine } from '../../src/worker/engine/stop.js';
import type { CountingTarget } from './counting-target.js';
import { heldGit, type HeldGit } from './held-git.js';
import { branchOf, journalsOf, worktreesOf } from './home-files.js';
import { ended, startOf, type Ended } from './loop-runs.js';

/** Long, so that only what never happens fails: the machine may be busy. */
export const patience = { timeout: 120_000, interval: 25 } as const;

/** perfloop with an engine of its own and the real worker, shared by the tests of a file. */
export interface Loop {
  home: Home;
  env: NodeJS.ProcessEnv;
  client(): Client;
  state(): EngineState;
  start(target: CountingTarget, more?: Pick<RunInput, 'mostEvents'>): Promise<string>;
  judge(target: CountingTarget): Promise<string>;
  status(run: string): Promise<RunStatus>;
  ended(run: string): Promise<Ended>;
  /** Gives the pid that the signal (SIGKILL unless told) went to. */
  kill(part: 'worker' | 'server' | 'supervisor', signal?: NodeJS.Signals): Promise<number>;
  /** The attempt that each open activity of a workflow is in. */
  attempts(run: string): Promise<number[]>;
  /** Process ids of the engine, without what commands of targets started. */
  processes(): Promise<number[]>;
  /** Runs the command line as a process. */
  cli(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }>;
  /** The git of the engine. */
  git: HeldGit;
  worktrees(): string[];
  /** The journals of a run's samples: the text by file name. */
  journals(run: string): Map<string, string>;
  /** The result branch of a run. */
  branch(run: string): string | null;
}

/** Registers what starts it before the tests of a file and ends it after them. */
export function sharedLoop(options: { env?: NodeJS.ProcessEnv } = {}): Loop {
  const root = mkdtempSync(join(tmpdir(), 'perfloop-faults-'));
  const git = heldGit(root);
  const env: NodeJS.ProcessEnv = { ...withoutPerfloop(process.env), PATH: git.path, PERFLOOP_HOME: join(root, 'home'), PERFLOOP_IDLE_MS: '600000', PERFLOOP_JOB: root, ...options.env };
  const home = homeFrom(env);
  let client: Client | null = null;

  const state = (): EngineState => {
    const found = readState(home);
    if (!found) throw new Error(`no ${home.engineFile}`);
    return found;
  };
  const connected = (): Client => {
    if (client === null) throw new Error('the loop has not started');
    return client;
  };

  beforeAll(async () => {
    const engine = await ensureEngine({ home, env });
    client = await connectClient(plainSettings(engine, 'perfloop'), { patienceMs: 60_000 });
  }, 180_000);

  afterAll(async () => {
    await client?.connection.close();
    await stopEngine(home).catch(() => false);
    const processes = async () => await jobProcesses({ group: null, marker: root });
    for (const { pid } of await processes()) killIfThere(pid);
    await vi.waitUntil(async () => (await processes()).length === 0, { timeout: 30_000 });
    rmSync(root, { recursive: true, force: true });
  }, 90_000);

  return {
    home,
    env,
    client: connected,
    state,
    start: async (target, more = {}) => await startOf(connected(), plainSettings(state(), 'perfloop'), home, target, 'run', more),
    judge: async (target) => await startOf(connected(), plainSettings(state(), 'perfloop'), home, target, 'judge'),
    status: async (run) => await connected().workflow.getHandle(run).query<RunStatus>('status'),
    ended: async (run) => await ended(connected(), home, run),
    async kill(part, signal = 'SIGKILL') {
      // Between a death and its notice the state names the dead one.
      const alive = async () => {
        const id = readState(home)?.[part];
        return id != null && (await isAlive(id)) ? id.pid : null;
      };
      await expect.poll(alive, patience).not.toBeNull();
      const pid = state()[part]?.pid as number;
      process.kill(pid, signal);
      return pid;
    },
    processes: async () => (await jobProcesses({ group: null, marker: root })).map(({ pid }) => pid),
    attempts: async (run) => ((await connected().workflow.getHandle(run).describe()).raw.pendingActivities ?? []).map(({ attempt }) => attempt ?? 1),
    cli: async (...args) => await cli(env, args),
    git,
    worktrees: () => worktreesOf(home),
    journals: (run) => journalsOf(home, run),
    branch: (run) => branchOf(home, run),
  };
}

/** A process may end by itself meanwhile. */
export function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    expect(error).toMatchObject({ code: 'ESRCH' });
  }
}

async function cli(env: NodeJS.ProcessEnv, args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  try {
    return { code: 0, ...(await promisify(execFile)(process.execPath, [join(packageRoot, 'bin', 'perfloop.js'), ...args], { env, timeout: 170_000 })) };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, stdout, stderr };
  }
}

/** Nothing of it points to the user's home or server. */
export function withoutPerfloop(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('TEMPORAL_') && (!name.startsWith('PERFLOOP_') || name === 'PERFLOOP_TEMPORAL_BIN')));
}
