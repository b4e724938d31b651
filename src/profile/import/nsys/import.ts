import { rmSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { PerfloopError } from '../../../core/errors.js';
import Database from '../../../store/sqlite.js';
import type { OnImportProgress } from '../progress.js';
import { readHead } from '../read-file.js';
import { ProfileWriter } from '../writer.js';
import { copyForReading } from './copy.js';
import { writeNsys } from './nsys.js';
import { exportReport, nsysReportKind } from './report.js';
import { addSamples } from './samples.js';

/**
 * Imports an export of nsys, or a report that it is made of, into a fresh database. `copy`: where a copy of it may stand meanwhile.
 * `samples`: also makes functions of its samples of the CPU. Throws PL_PROFILE_MALFORMED, _NSYS, _EMPTY or _CHANGED, PL_NSYS_MISSING, PL_NSYS_FAILED.
 */
export async function importNsys(db: Database.Database, file: string, copy: string, report: OnImportProgress, { samples = true }: { samples?: boolean } = {}): Promise<void> {
  const kind = nsysReportKind(readHead(file, 64));
  report({ what: kind === null ? 'copying' : 'nsys export', done: 0 });
  const remove = kind === null ? copyOf(file, copy) : await exported(file, kind, copy);
  try {
    db.prepare('ATTACH ? AS source').run(copy);
    db.transaction(() => {
      const { notes, rows } = writeNsys(db, { file, onTable: (what, index, of) => report({ what, done: index / of }) });
      const writer = new ProfileWriter(db);
      for (const text of notes) writer.note(text);
      if (samples && 'COMPOSITE_EVENTS' in rows && 'SAMPLING_CALLCHAINS' in rows) addSamples(db, writer, basename(file));
      db.prepare("INSERT INTO META_DATA_EXPORT (name, value) VALUES ('PERFLOOP_FILE', ?)").run(basename(file));
    })();
    db.exec('DETACH source');
    db.pragma('optimize');
  } catch (error) {
    throw error instanceof Database.SqliteError && !/^SQLITE_(?:FULL|IOERR)/.test(error.code) ? unreadable(file, error) : error;
  } finally {
    remove();
  }
}

function copyOf(file: string, copy: string): () => void {
  checkLength(file);
  return copyForReading(file, copy);
}

async function exported(file: string, kind: 'report' | 'recording', sqlite: string): Promise<() => void> {
  const remove = (): void => rmSync(sqlite, { force: true });
  try {
    await exportReport(file, kind, sqlite);
    return remove;
  } catch (error) {
    remove();
    throw error;
  }
}

/** SQLite reads what is there of a file that was cut off, and fails in the middle. */
function checkLength(file: string): void {
  const head = readHead(file, 100);
  if (head.length < 100) throw new PerfloopError('PL_PROFILE_MALFORMED', 'The SQLite file ends within its head.', { where: file, fix: 'Export it again.' });
  const stored = head.readUInt16BE(16);
  const pageSize = stored === 1 ? 65_536 : stored;
  const pages = head.readUInt32BE(28);
  const { size } = statSync(file);
  if (pages * pageSize > size) throw new PerfloopError('PL_PROFILE_MALFORMED', `The SQLite file is cut off: it should have ${pages * pageSize} bytes and has ${size}.`, { where: file, fix: 'Copy it again, or export it again.' });
}

function unreadable(file: string, cause: InstanceType<typeof Database.SqliteError>): PerfloopError {
  return new PerfloopError('PL_PROFILE_MALFORMED', `The SQLite file cannot be read: ${cause.message}.`, { where: file, fix: 'Copy it again, or export it again with `nsys export --type sqlite`.', cause });
}
