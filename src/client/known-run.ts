import { existsSync } from 'node:fs';
import type { Client } from '@temporalio/client';
import { openStoreReader, type StoreReader } from '../store/reader.js';
import type { RunStatus } from '../core/status.js';
import { resolveConnection } from '../worker/connection.js';
import { databaseFile } from '../worker/engine/binary-version.js';
import type { CliContext } from './context.js';
import { isOver } from './events.js';
import { isRunId, isRunPrefix } from './run-id.js';
import { resolveRun, type RunIndex } from './resolve-run.js';
import { openSession, peekSession, type Session } from './session.js';

/** A run that was named on the command line, with what there is to read and to reach it. */
export interface KnownRun<S extends Session | null> {
  run: string;
  store: StoreReader | null;
  session: S;
}

/** Finds the run and connects, starting the local engine where that is needed; `use` gets both, and they are closed after it. */
export async function withRun<T>(context: CliContext, text: string, use: (known: KnownRun<Session>) => Promise<T>): Promise<T> {
  return await within(context, text, openSession, use);
}

/** The same without starting anything: the session is null where no server is there. */
export async function withStoredRun<T>(context: CliContext, text: string, use: (known: KnownRun<Session | null>) => Promise<T>): Promise<T> {
  return await within(context, text, peekSession, use);
}

/** The last status of a run that the store knows to be over: no server has more to say of it. */
export function endedRun(context: CliContext, text: string): RunStatus | null {
  const store = openStoreReader(context.home);
  try {
    const [run, ...others] = isRunPrefix(text) ? (store?.findRuns(text) ?? []) : [];
    const status = run === undefined || others.length > 0 ? null : (store?.runStatus(run) ?? null);
    return status !== null && isOver(status) ? status : null;
  } finally {
    store?.close();
  }
}

/** The last status of a run in the store of this home. Opened anew each time: the store may not exist yet when a following begins. */
export function storedStatus(context: CliContext, run: string): RunStatus | null {
  const store = openStoreReader(context.home);
  try {
    return store?.runStatus(run) ?? null;
  } finally {
    store?.close();
  }
}

async function within<S extends Session | null, T>(context: CliContext, text: string, connect: (context: CliContext) => Promise<S>, use: (known: KnownRun<S>) => Promise<T>): Promise<T> {
  const store = openStoreReader(context.home);
  let session: S | null = null;
  try {
    // A text that cannot be a run must not start an engine first, nor one that nobody can know.
    const unserved = neverServed(context);
    if (unserved || !isRunPrefix(text)) await resolveRun(text, { home: context.home.root, store, ...(unserved ? { onServer: async () => [] } : {}) });
    session = await connect(context);
    return await use({ run: await resolveRun(text, indexOf(context.home.root, store, session)), store, session });
  } finally {
    await session?.close();
    store?.close();
  }
}

/** Whether this home alone counts, and no engine ever served it: then all runs there are stand in the store. */
function neverServed({ connection, env, home }: CliContext): boolean {
  return resolveConnection({ ...connection, env }).local && !existsSync(databaseFile(home));
}

function indexOf(home: string, store: StoreReader | null, session: Session | null): RunIndex {
  if (session === null) return { home, store };
  const { client } = session;
  return {
    home,
    store,
    onServer: async (prefix) => {
      // The list lags behind a start; a whole id can be asked for itself.
      if (isRunId(prefix)) return (await exists(client, prefix)) ? [prefix] : [];
      const found: string[] = [];
      for await (const workflow of client.workflow.list({ query: `WorkflowId STARTS_WITH "${prefix}" AND WorkflowType IN ("run", "judge")`, pageSize: 20 })) {
        found.push(workflow.workflowId);
        if (found.length >= 10) break;
      }
      return found;
    },
  };
}

async function exists(client: Client, run: string): Promise<boolean> {
  const { WorkflowNotFoundError } = await import('@temporalio/client');
  try {
    await client.workflow.getHandle(run).describe();
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
