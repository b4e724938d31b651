import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { WorkflowFailedError, type Client } from '@temporalio/client';
import { afterAll, beforeAll, expect, vi } from 'vitest';
import { newRunId } from '../../src/client/run-id.js';
import { startWorkflow } from '../../src/client/start.js';
import type { Candidate } from '../../src/core/candidate.js';
import type { RunStatus } from '../../src/core/status.js';
import type { Config } from '../../src/core/config/schema.js';
import { jobProcesses } from '../../src/measure/processes.js';
import { openArtifacts } from '../../src/store/artifacts.js';
import { homeFrom, type Home } from '../../src/store/home.js';
import { openStoreReader } from '../../src/store/reader.js';
import { connectClient, plainSettings, type ConnectionSettings } from '../../src/worker/connection.js';
import { ensureEngine } from '../../src/worker/engine/engine.js';
import { packageRoot } from '../../src/worker/engine/package-paths.js';
import { isAlive } from '../../src/worker/engine/process.js';
import { readState, type EngineState } from '../../src/worker/engine/state.js';
import { stopEngine } from '../../src/worker/engine/stop.js';
import { resolveCandidate, resolveTarget } from '../../src/workspace/snapshot.js';
import { branchIn, type CountingTarget } from './counting-target.js';

/** Long, so that only what never happens fails: the machine may be busy. */
export const patience = { timeout: 60_000, interval: 25 } as const;

export interface Ended {
  run: string;
  /** Of the workflow: `COMPLETED`, `FAILED`, `CANCELLED`. */
  execution: string;
  /** What the store says. */
  status: RunStatus | null;
  /** The stable code of what the workflow failed with. */
  code: string | null;
}

/** perfloop with an engine of its own and the real worker, shared by the tests of a file. */
export interface Loop {
  home: Home;
  env: NodeJS.ProcessEnv;
  client(): Client;
  state(): EngineState;
  start(target: CountingTarget): Promise<string>;
  judge(target: CountingTarget): Promise<string>;
  status(run: string): Promise<RunStatus>;
  ended(run: string): Promise<Ended>;
  /** SIGKILL. Gives the pid that was killed. */
  kill(part: 'worker' | 'server' | 'supervisor'): Promise<number>;
  /** Process ids of the engine, without what commands of targets started. */
  processes(): Promise<number[]>;
  /** Runs the command line as a process. */
  cli(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }>;
  /** From the `from`th one on, each git of the worker whose arguments hold this text waits, until `releaseGit`. */
  holdGit(text: string, from?: number): void;
  releaseGit(): void;
  heldGits(): number;
  worktrees(): string[];
  /** The journals of a run's samples: the text by file name. */
  journals(run: string): Map<string, string>;
  /** The result branch of a run. */
  branch(run: string): string | null;
}

/** Registers what starts it before the tests of a file and ends it after them. */
export function sharedLoop(options: { env?: NodeJS.ProcessEnv } = {}): Loop {
  const root = mkdtempSync(join(tmpdir(), 'perfloop-faults-'));
  const gitGate = join(root, 'git-gate');
  const gitLog = join(root, 'git-log');
  const path = wrapGit(join(root, 'bin'), gitGate, gitLog);
  const env: NodeJS.ProcessEnv = { ...withoutPerfloop(process.env), PATH: path, PERFLOOP_HOME: join(root, 'home'), PERFLOOP_IDLE_MS: '600000', PERFLOOP_JOB: root, ...options.env };
  const home = homeFrom(env);
  let client: Client | null = null;
  let gitsBefore = 0;

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
    for (const { pid } of await processes()) process.kill(pid, 'SIGKILL');
    await vi.waitUntil(async () => (await processes()).length === 0, { timeout: 30_000 });
    rmSync(root, { recursive: true, force: true });
  }, 90_000);

  return {
    home,
    env,
    client: connected,
    state,
    start: async (target) => await startOf(connected(), plainSettings(state(), 'perfloop'), home, target, 'run'),
    judge: async (target) => await startOf(connected(), plainSettings(state(), 'perfloop'), home, target, 'judge'),
    status: async (run) => await connected().workflow.getHandle(run).query<RunStatus>('status'),
    ended: async (run) => await ended(connected(), home, run),
    async kill(part) {
      // Between a death and its notice the state names the dead one.
      const alive = async () => {
        const id = readState(home)?.[part];
        return id != null && (await isAlive(id)) ? id.pid : null;
      };
      await expect.poll(alive, patience).not.toBeNull();
      const pid = state()[part]?.pid as number;
      process.kill(pid, 'SIGKILL');
      return pid;
    },
    processes: async () => (await jobProcesses({ group: null, marker: root })).map(({ pid }) => pid),
    cli: async (...args) => await cli(env, args),
    holdGit(text, from = 1) {
      writeFileSync(gitLog, '');
      gitsBefore = from - 1;
      writeFileSync(gitGate, `${from} ${text}`);
    },
    releaseGit: () => rmSync(gitGate, { force: true }),
    heldGits: () => Math.max(0, readFileSync(gitLog, 'utf8').split('\n').length - 1 - gitsBefore),
    worktrees: () => worktreesOf(home),
    journals: (run) => journalsOf(home, run),
    branch: (run) => readdirOrEmpty(home.repos).map((name) => branchIn(join(home.repos, name), run)).find((commit) => commit !== null) ?? null,
  };
}

/** Starts a run of the target's base, or a judgement of its branch `faster`. Gives the id. */
export async function startOf(client: Client, settings: ConnectionSettings, home: Home, counting: CountingTarget, kind: 'run' | 'judge', config: Config = counting.config): Promise<string> {
  const artifacts = openArtifacts(home.artifacts);
  const { target, warnings } = await resolveTarget({ dir: counting.dir, revision: 'main', artifacts });
  const run = newRunId(kind);
  const common = { v: 1 as const, run, target, config, queuePrefix: settings.queuePrefix, who: 'a test', warnings };
  const session = { client, settings, uiUrl: null, hold: () => async () => undefined, close: async () => undefined };
  if (kind === 'run') {
    await startWorkflow(session, { kind, input: common });
    return run;
  }
  const revision = 'faster';
  const commit = await resolveCandidate({ dir: counting.dir, revision, base: target.base, artifacts });
  const candidate: Candidate = { id: commit.commit.slice(0, 12), proposer: 'judge', recipe: null, title: revision, rationale: '', findingId: null, file: '', line: 0, language: 'other', share: null, change: { kind: 'commit', commit } };
  const patch = await artifacts.put('json', JSON.stringify(candidate));
  await startWorkflow(session, { kind, input: { ...common, candidate: commit, candidateRevision: revision, patch } });
  return run;
}

/** Waits for the end of a workflow, also while its server is away. */
export async function ended(client: Client, home: Home, run: string): Promise<Ended> {
  const handle = client.workflow.getHandle(run);
  const execution = async () =>
    await client.withDeadline(Date.now() + 5000, async () => await handle.describe()).then(
      ({ status }) => status.name,
      () => 'AWAY',
    );
  await expect.poll(execution, { timeout: 150_000, interval: 100 }).toMatch(/COMPLETED|FAILED|CANCELLED|TERMINATED|TIMED_OUT/);
  const code = await handle.result().then(
    () => null,
    (error: unknown) => codeOf(error),
  );
  const store = openStoreReader(home);
  try {
    return { run, execution: await execution(), status: store?.runStatus(run) ?? null, code };
  } finally {
    store?.close();
  }
}

function codeOf(error: unknown): string {
  const cause = error instanceof WorkflowFailedError ? error.cause : error;
  return cause instanceof Error && 'type' in cause ? String(cause.type) : String(cause);
}

/** The worktrees that are left, and git's own records of them. */
export function worktreesOf(home: Home): string[] {
  const folders = readdirOrEmpty(home.worktrees).filter((name) => !name.startsWith('.'));
  const hidden = ['.keys', '.state', '.trash'].flatMap((name) => readdirOrEmpty(join(home.worktrees, name)).map((entry) => `${name}/${entry}`));
  const known = readdirOrEmpty(home.repos).flatMap((repository) => readdirOrEmpty(join(home.repos, repository, 'worktrees')));
  return [...folders, ...hidden, ...known];
}

export function journalsOf(home: Home, run: string): Map<string, string> {
  const folder = join(home.logs, run);
  const files = (readdirSync(folder, { recursive: true }) as string[]).filter((name) => name.endsWith('.jsonl'));
  return new Map(files.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

/** A git before the real one on the PATH that can be held. */
function wrapGit(folder: string, gate: string, log: string): string {
  mkdirSync(folder, { recursive: true });
  const outer = process.env['PATH'] ?? '';
  const script = `#!/bin/sh
if [ -e '${gate}' ]; then
  read -r from text < '${gate}'
  case "$*" in *"$text"*)
    echo >> '${log}'
    if [ "$(wc -l < '${log}')" -ge "$from" ]; then while [ -e '${gate}' ]; do sleep 0.02; done; fi ;;
  esac
fi
PATH='${outer.replaceAll("'", String.raw`'\''`)}'
exec git "$@"
`;
  writeFileSync(join(folder, 'git'), script);
  chmodSync(join(folder, 'git'), 0o755);
  return `${folder}:${outer}`;
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

function readdirOrEmpty(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
