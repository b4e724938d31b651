import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { endJob } from './end-job.js';
import { removePrivateFolder } from './private-folder.js';
import { hostLife, jobProcesses, processStart, type ProcessInfo } from './processes.js';

const processRef = z.object({ pid: z.int().positive(), start: z.string() });

const entrySchema = z.object({
  v: z.literal(1),
  id: z.string().regex(/^[0-9a-f]{8,64}$/),
  name: z.string(),
  /** The boot (and process namespace) in which the pids mean something. */
  life: z.string(),
  worker: processRef,
  /** Leader of the job's process group; null until it has started. */
  leader: processRef.nullable(),
});

type JobEntry = z.infer<typeof entrySchema>;

/** A job that a killed worker left and that was ended. */
export interface Reaped {
  id: string;
  name: string;
  /** Processes that were found alive. */
  processes: number;
}

/** The journal entry of a job that runs. */
export interface JournaledJob {
  started(leader: number): Promise<void>;
  ended(): Promise<void>;
}

/**
 * Notes a job before it is started: from then on `reapJobs` finds it, by its marker alone until `started` names the
 * leader. Not fsynced: whatever takes the page cache from us takes the processes too.
 */
export async function journalJob(folder: string, id: string, name: string): Promise<JournaledJob> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, `${id}.json`);
  const entry: JobEntry = { v: 1, id, name, life: await hostLife(), worker: { pid: process.pid, start: (await processStart(process.pid)) ?? '' }, leader: null };
  await replace(file, entry);
  return {
    async started(pid) {
      const start = await processStart(pid);
      if (start !== null) await replace(file, { ...entry, leader: { pid, start } });
    },
    ended: () => rm(file, { force: true }),
  };
}

/**
 * Ends what killed workers left running and waits until it is gone; for a worker that starts. Jobs of living workers
 * stay. A process is only ended when it carries the job's marker, or is in the group of the very leader that the journal
 * names (same pid, same start time, same boot): a pid that was used again is safe.
 */
export async function reapJobs(folder: string): Promise<Reaped[]> {
  const life = await hostLife();
  const reaped: Reaped[] = [];
  for (const name of await readdir(folder).catch(() => [])) {
    const file = join(folder, name);
    if (!name.endsWith('.json')) continue;
    const entry = await readEntry(file);
    // Of another boot nothing is left. Nor of a damaged entry: they are renamed into place, so only a power loss damages one.
    if (entry?.life === life) {
      if (await isAlive(entry.worker)) continue;
      const processes = await endLeftOvers(entry);
      if (processes === 'stuck') continue;
      if (processes > 0) reaped.push({ id: entry.id, name: entry.name, processes });
    }
    if (entry !== null) await removePrivateFolder(entry.id);
    await rm(file, { force: true });
  }
  return reaped;
}

async function endLeftOvers(entry: JobEntry): Promise<number | 'stuck'> {
  const group = entry.leader !== null && (await isAlive(entry.leader)) ? entry.leader.pid : null;
  const job = { group, marker: entry.id };
  const found: ProcessInfo[] = await jobProcesses(job);
  const { stuck } = await endJob(job, { graceMs: 500 });
  return stuck.length > 0 ? 'stuck' : found.length;
}

async function isAlive(one: { pid: number; start: string }): Promise<boolean> {
  return (await processStart(one.pid)) === one.start;
}

async function readEntry(file: string): Promise<JobEntry | null> {
  try {
    const parsed = entrySchema.safeParse(JSON.parse(await readFile(file, 'utf8')));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

async function replace(file: string, entry: JobEntry): Promise<void> {
  await writeFile(`${file}.new`, JSON.stringify(entry));
  await rename(`${file}.new`, file);
}
