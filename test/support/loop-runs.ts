import { WorkflowFailedError, type Client } from '@temporalio/client';
import { expect } from 'vitest';
import { newRunId } from '../../src/client/run-id.js';
import { startWorkflow } from '../../src/client/start.js';
import type { Candidate } from '../../src/core/candidate.js';
import type { RunInput } from '../../src/core/inputs.js';
import type { RunStatus } from '../../src/core/status.js';
import { artifactsOf } from '../../src/store/artifacts-of.js';
import type { Home } from '../../src/store/home.js';
import { openStoreReader } from '../../src/store/reader.js';
import type { ConnectionSettings } from '../../src/worker/connection.js';
import { resolveCandidate, resolveTarget } from '../../src/workspace/snapshot.js';
import type { CountingTarget } from './counting-target.js';

/** How a run ended. */
export interface Ended {
  run: string;
  /** Of the workflow: `COMPLETED`, `FAILED`, `CANCELLED`. */
  execution: string;
  /** What the store says. */
  status: RunStatus | null;
  /** The stable code of what the workflow failed with. */
  code: string | null;
}

/** Starts a run of the target's base, or a judgement of its branch `faster`. Gives the id. */
export async function startOf(client: Client, settings: ConnectionSettings, home: Home, counting: CountingTarget, kind: 'run' | 'judge', more: Pick<RunInput, 'mostEvents'> = {}): Promise<string> {
  const artifacts = artifactsOf(home);
  const { target, warnings } = await resolveTarget({ dir: counting.dir, revision: 'main', artifacts });
  const run = newRunId(kind);
  const common = { v: 1 as const, run, target, config: counting.config, queuePrefix: settings.queuePrefix, who: 'a test', warnings };
  const session = { client, settings, uiUrl: null, hold: () => async () => undefined, close: async () => undefined };
  if (kind === 'run') {
    await startWorkflow(session, { kind, input: { ...common, ...more } });
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
