import { basename } from 'node:path';
import { PerfloopError } from '../../core/errors.js';
import type Database from '../../store/sqlite.js';
import { readCpuProfile } from './cpuprofile.js';
import { isPerfRecording, type ProfileKind } from './detect.js';
import { nsPerCount, readFolded } from './folded.js';
import type { ImportRequest } from './import.js';
import { readPerf } from './perf/perf.js';
import type { OnImportProgress } from './progress.js';
import { readPstats } from './pstats.js';
import { readHead } from './read-file.js';
import { callchainsViewSql, hostTablesSql, relativeTimesSql } from './schema.js';
import { readSpeedscope } from './speedscope.js';
import { ProfileWriter } from './writer.js';

/** Profiles of host code, of any number of threads and processes. Gives how many of the files hold something. */
export async function importHost(db: Database.Database, files: string[], kinds: ProfileKind[], { report, recordedAt }: { report: OnImportProgress; recordedAt: ImportRequest['recordedAt'] }): Promise<number> {
  db.exec(`BEGIN; ${hostTablesSql} ${callchainsViewSql}`);
  const writer = new ProfileWriter(db);
  const empty: PerfloopError[] = [];
  // One after the other: parsed, a profile takes many times its size in memory.
  for (const [index, file] of files.entries()) {
    report({ what: basename(file), done: index / files.length });
    try {
      await importThreads(writer, file, { kind: kinds[index] ?? 'v8', fallbackPid: index + 1, recordedAt, onPart: (part) => report({ what: basename(file), done: (index + part) / files.length }) });
    } catch (error) {
      if (!(error instanceof PerfloopError) || error.code !== 'PL_PROFILE_EMPTY') throw error;
      empty.push(error);
    }
  }
  if (empty.length === files.length && empty[0]) throw empty[0];
  db.exec(`${relativeTimesSql} COMMIT`);
  return files.length - empty.length;
}

async function importThreads(writer: ProfileWriter, file: string, { kind, fallbackPid, recordedAt, onPart }: { kind: ProfileKind; fallbackPid: number; recordedAt: ImportRequest['recordedAt']; onPart: (done: number) => void }): Promise<void> {
  if (kind === 'v8') return writer.sampled(readCpuProfile(file, fallbackPid));
  if (kind === 'cprofile') return writer.counted(readPstats(file, fallbackPid));
  if (kind === 'perf') {
    const { threads, notes } = await readPerf(file, { recording: isPerfRecording(readHead(file, 8)), ...(recordedAt === undefined ? {} : { recordedAt }), onPart });
    for (const thread of threads) writer.sampled(thread);
    for (const text of notes) writer.note(text);
    return;
  }
  for (const thread of kind === 'folded' ? readFolded(file, fallbackPid) : readSpeedscope(file, fallbackPid)) writer.sampled(thread);
  if (kind === 'folded') writer.note(`Folded stacks have counts and no times: each count is taken for ${nsPerCount / 1e6} ms, as py-spy takes samples unless it is told otherwise. Shares are right whatever it was.`);
}
