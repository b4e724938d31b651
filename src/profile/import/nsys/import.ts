import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { PerfloopError } from '../../../core/errors.js';
import Database from '../../../store/sqlite.js';
import { readHead } from '../read-file.js';
import { copyForReading } from './copy.js';
import { writeNsys } from './nsys.js';
import { nsysTables } from './tables.js';

/**
 * Imports an export of nsys into a fresh database. `copy`: where a copy of it may stand meanwhile. Throws
 * PL_PROFILE_MALFORMED, _NSYS, _EMPTY or _CHANGED.
 */
export function importNsys(db: Database.Database, file: string, copy: string): void {
  checkLength(file);
  const remove = copyForReading(file, copy);
  try {
    db.prepare('ATTACH ? AS source').run(copy);
    db.transaction(() => {
      const { notes } = writeNsys(db, { file });
      const note = db.prepare('INSERT INTO PERFLOOP_NOTES (text) VALUES (?)');
      for (const text of notes) note.run(text);
      db.prepare("INSERT INTO META_DATA_EXPORT (name, value) VALUES ('PERFLOOP_FILE', ?)").run(basename(file));
    })();
    db.exec('DETACH source');
    db.pragma('optimize');
  } catch (error) {
    throw error instanceof Database.SqliteError ? unreadable(file, error) : error;
  } finally {
    remove();
  }
}

/** Counts the processes that events are of: an export names every process of the machine. */
export function profiledProcesses(db: Database.Database): string {
  const there = new Set(db.prepare<[], string>("SELECT name FROM sqlite_master WHERE type = 'table'").pluck().all());
  const parts = nsysTables.filter(({ name }) => there.has(name)).flatMap(({ name, columns, computed = {} }) => {
    if (columns.includes('globalPid') || 'globalPid' in computed) return name === 'PROCESSES' ? [] : [`SELECT globalPid AS pid FROM ${name}`];
    return columns.includes('globalTid') && name !== 'ThreadNames' ? [`SELECT globalTid & ~0xFFFFFF AS pid FROM ${name}`] : [];
  });
  return parts.length === 0 ? 'SELECT 0' : `SELECT COUNT(DISTINCT pid) FROM (${parts.join(' UNION ')})`;
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
  if (cause.code === 'SQLITE_FULL' || cause.code.startsWith('SQLITE_IOERR')) return new PerfloopError('PL_DISK_FULL', `The profile cannot be stored: ${cause.message}.`, { where: file, fix: 'Free some space on the disk and try again.', cause });
  return new PerfloopError('PL_PROFILE_MALFORMED', `The SQLite file cannot be read: ${cause.message}.`, { where: file, fix: 'Copy it again, or export it again with `nsys export --type sqlite`.', cause });
}
