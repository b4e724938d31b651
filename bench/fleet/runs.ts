import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { StepConfig } from '../../src/core/config/steps-schema.js';
import { messageNames, type Decide } from '../../src/core/messages.js';
import type { RunStatus } from '../../src/core/status.js';
import Database from '../../src/store/sqlite.js';
import type { Home } from '../../src/store/home.js';
import { noopInput } from '../support/noop-run.js';

/** The step at which a run asks a person. */
const gate = 'gate';

/** A run of so many steps, one after another, that do nothing on a host; the first may ask a person instead. It goes on by itself. */
export async function startNoopRun(client: Client, run: string, steps: number, { asks = false } = {}): Promise<void> {
  const nameOf = (index: number): string => (asks && index === 0 ? gate : `step-${index + 1}`);
  const planned = Array.from({ length: steps }, (_, index): StepConfig => ({ type: asks && index === 0 ? 'approve' : 'noop', name: nameOf(index), enabled: true, needs: index === 0 ? [] : [nameOf(index - 1)] }));
  await client.workflow.start('run', { taskQueue: 'perfloop', workflowId: run, args: [noopInput(planned, run)] });
}

/** Once the run waits at its first step for a person. */
export async function waitsForPerson(client: Client, run: string): Promise<void> {
  const handle = client.workflow.getHandle(run);
  while ((await client.withDeadline(Date.now() + 30_000, () => handle.query<RunStatus>(messageNames.status))).state !== 'awaiting-approval') await sleep(100);
}

/** Approves what the run waits for: there and back, in milliseconds. */
export async function approved(client: Client, run: string): Promise<number> {
  const asked = performance.now();
  const decide: Decide = { v: 1, decisionId: run, candidate: gate, approve: true, who: 'bench', comment: '' };
  await client.withDeadline(Date.now() + 30_000, () => client.workflow.getHandle(run).executeUpdate(messageNames.decide, { args: [decide] }));
  return performance.now() - asked;
}

export interface Completed {
  started: number;
  /** By the server and by the store alike. */
  done: number;
  /** Runs of which a step is recorded twice as done, or that the server began more than once. */
  twice: number;
  /** Neither done nor twice. */
  lost: string[];
}

/** Waits for the end of each run, then holds the server's word against the store's. */
export async function completed(client: Client, home: Home, runs: readonly string[], steps: number): Promise<Completed> {
  const ends = new Map<string, number>();
  for (const run of runs) await client.workflow.getHandle(run).result().catch(() => undefined);
  for await (const { workflowId, status } of client.workflow.list({ query: "WorkflowType = 'run'" })) if (status.name === 'COMPLETED') ends.set(workflowId, (ends.get(workflowId) ?? 0) + 1);
  // The list is a moment late.
  for (const run of runs) if (!ends.has(run) && (await client.workflow.getHandle(run).describe()).status.name === 'COMPLETED') ends.set(run, 1);
  const db = new Database(home.db, { readonly: true });
  const states = new Map(db.prepare<[], { id: string; state: string }>('SELECT id, state FROM runs').all().map(({ id, state }) => [id, state]));
  const times = new Map(db.prepare<[], { run: string; done: number; steps: number }>("SELECT run, count(*) AS done, count(DISTINCT step) AS steps FROM times WHERE step <> '' AND status = 'done' GROUP BY run").all().map((row) => [row.run, row]));
  db.close();
  const twice = runs.filter((run) => (ends.get(run) ?? 0) > 1 || (times.get(run)?.done ?? 0) > steps);
  const done = runs.filter((run) => ends.get(run) === 1 && states.get(run) === 'done' && times.get(run)?.done === steps && times.get(run)?.steps === steps);
  return { started: runs.length, done: done.length, twice: twice.length, lost: runs.filter((run) => !done.includes(run) && !twice.includes(run)) };
}
