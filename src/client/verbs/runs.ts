import { openStoreReader } from '../../store/reader.js';
import type { RunHeader } from '../../store/writer.js';
import type { CliContext } from '../context.js';
import { isOver } from '../events.js';
import { peekSession } from '../session.js';

/** A run as the store has it, with what of it is rolled back, and how the server ended it where it could not say so itself, such as `terminated`; else null. */
export type ListedRun = RunHeader & { endedOnServer: string | null };

const answerMs = 2000;

/**
 * The latest runs of this home, newest first, from the store. `target` is a name or an id. A server is asked, where one is up,
 * for runs alone that the store does not know to be over: one that was terminated there wrote no end.
 */
export async function runs(context: CliContext, options: { limit: number; target?: string }): Promise<{ runs: ListedRun[] }> {
  const headers = stored(context, options);
  const ends = await endsOnServer(context, headers.filter((header) => !isOver(header)).map(({ run }) => run));
  return { runs: headers.map((header) => ({ ...header, endedOnServer: ends.get(header.run) ?? null })) };
}

function stored(context: CliContext, options: { limit: number; target?: string }): RunHeader[] {
  const store = openStoreReader(context.home);
  try {
    if (store === null) return [];
    return store.listRuns(options).map((header) => {
      const rolledBack = header.accepted === 0 ? [] : store.rollbacks.rolledBack(header.run);
      return rolledBack.length === 0 ? header : { ...header, rolledBack };
    });
  } finally {
    store?.close();
  }
}

async function endsOnServer(context: CliContext, open: readonly string[]): Promise<Map<string, string>> {
  const session = open.length === 0 ? null : await peekSession(context);
  if (session === null) return new Map();
  const { client } = session;
  try {
    const described = await client.withDeadline(Date.now() + answerMs, () => Promise.all(open.map(async (run) => ({ run, how: await client.workflow.getHandle(run).describe().then(({ status }) => status.name, () => null) }))));
    // One that is completed recorded its end, or is about to.
    return new Map(described.flatMap(({ run, how }) => (how === 'TERMINATED' || how === 'TIMED_OUT' || how === 'FAILED' ? [[run, how.toLowerCase().replace('_', ' ')]] : [])));
  } finally {
    await session.close();
  }
}
