import { mkdir, open, readFile, rename, stat, truncate, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PerfloopError } from '../core/errors.js';

/** What was measured, safe from a crash. */
export interface Journal<Entry> {
  /** What an earlier attempt had measured. */
  entries: Entry[];
  /** Returns when the entry is on the disk. */
  append(entry: Entry): Promise<void>;
  close(): Promise<void>;
}

/** An entry of a line of JSON; null where it is none that may stand at this place, from 0. */
type Parse<Entry> = (line: string, place: number) => Entry | null;

/**
 * Opens a journal: a line of JSON for the header and one for each entry, fsynced. A last line that a crash has torn is
 * dropped. A journal with another header, or one that is damaged elsewhere, is renamed to `<file>.aside-<n>`.
 * Throws PL_SAMPLE_JOURNAL when it cannot be written.
 */
export async function openJournal<Entry extends object>(path: string, header: object, parse: Parse<Entry>): Promise<Journal<Entry>> {
  await mkdir(dirname(path), { recursive: true });
  const found = await readJournal(path, header, parse);
  if (found === 'foreign') await setAside(path);
  const entries = found === 'foreign' || found === 'absent' ? [] : found.entries;
  if (found !== 'foreign' && found !== 'absent') await truncate(path, found.bytes);
  const file = await open(path, 'a');
  const journal: Journal<Entry> = { entries, append: (entry) => appendLine(file, path, entry), close: () => file.close() };
  if (found === 'foreign' || found === 'absent') {
    await appendLine(file, path, header);
    await syncFolder(dirname(path));
  }
  return journal;
}

async function readJournal<Entry>(path: string, header: object, parse: Parse<Entry>): Promise<{ entries: Entry[]; bytes: number } | 'absent' | 'foreign'> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  const [first, ...lines] = whole.split('\n').slice(0, -1);
  // A header that was never finished has nothing after it.
  if (first === undefined) return text === '' ? 'absent' : 'foreign';
  if (first !== JSON.stringify(header)) return 'foreign';
  const entries: Entry[] = [];
  for (const line of lines) {
    const entry = parse(line, entries.length);
    if (entry === null) return 'foreign';
    entries.push(entry);
  }
  return { entries, bytes: Buffer.byteLength(whole) };
}

async function setAside(path: string): Promise<void> {
  for (let n = 1; ; n++) {
    const aside = `${path}.aside-${String(n)}`;
    if (await stat(aside).catch(() => null)) continue;
    await rename(path, aside);
    return;
  }
}

async function appendLine(file: FileHandle, path: string, value: object): Promise<void> {
  try {
    await file.appendFile(`${JSON.stringify(value)}\n`);
    await file.datasync();
  } catch (cause) {
    throw new PerfloopError('PL_SAMPLE_JOURNAL', `A sample could not be written: ${cause instanceof Error ? cause.message : String(cause)}`, {
      where: path,
      fix: 'Free some space on the disk of PERFLOOP_HOME; the run goes on with the pair it was at.',
      cause,
    });
  }
}

/** So that the new file's name survives a power loss too. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
