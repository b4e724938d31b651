import { createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { PerfloopError } from '../../core/errors.js';
import { hasRows, isCounted } from '../tools/host/support.js';
import type { ProfileDatabase } from '../tools/open.js';
import { chromeTrace, hasEvents } from './chrome.js';
import { folded } from './folded.js';
import { speedscope } from './speedscope.js';

/** Perfetto opens traces of Chrome's format. */
export const exportFormats = ['perfetto', 'chrome', 'speedscope', 'folded'] as const;
export type ExportFormat = (typeof exportFormats)[number];

export interface Exported {
  file: string;
  format: ExportFormat;
  bytes: number;
}

/** In characters. Many small pieces would take longer to hand on than to make. */
const batch = 1 << 16;

/**
 * Writes a profile for another tool, piece by piece, compressed where the name ends in .gz; the file is there once it is whole.
 * Throws PL_EXPORT_EMPTY where the profile holds nothing that the format has a place for, PL_EXPORT_WRITE where it cannot be written.
 */
export async function exportProfile(db: ProfileDatabase, { format, file, signal }: { format: ExportFormat; file: string; signal?: AbortSignal }): Promise<Exported> {
  refuseEmpty(db, format);
  const pieces = { perfetto: chromeTrace, chrome: chromeTrace, speedscope: () => speedscope(db, { name: basename(file) }), folded }[format](db);
  const partial = `${file}.${randomUUID()}.partial`;
  try {
    const source = Readable.from(batched(pieces), { objectMode: false });
    const target = createWriteStream(partial);
    const options = signal === undefined ? {} : { signal };
    if (file.endsWith('.gz')) await pipeline(source, createGzip(), target, options);
    else await pipeline(source, target, options);
    await rename(partial, file);
    return { file, format, bytes: (await stat(file)).size };
  } catch (cause) {
    if (cause instanceof PerfloopError || signal?.aborted) throw cause;
    throw new PerfloopError('PL_EXPORT_WRITE', `The file cannot be written: ${cause instanceof Error ? cause.message : String(cause)}.`, { where: file, fix: 'Name a file in a folder that is there, on a disk with room.', cause });
  } finally {
    // Where its folder is none, there is nothing to remove.
    await rm(partial, { force: true }).catch(() => undefined);
  }
}

function* batched(pieces: Iterable<string>): Generator<string> {
  let held = '';
  for (const piece of pieces) {
    held += piece;
    if (held.length < batch) continue;
    yield held;
    held = '';
  }
  if (held !== '') yield held;
}

function refuseEmpty(db: ProfileDatabase, format: ExportFormat): void {
  const isTrace = format === 'perfetto' || format === 'chrome';
  if (isTrace ? hasEvents(db) : hasRows(db, 'PERFLOOP_SAMPLES')) return;
  const why = isCounted(db) ? 'cProfile has no stacks and no times of calls, only totals' : isTrace ? 'it has no events with a time' : 'it has no samples of host code';
  throw new PerfloopError('PL_EXPORT_EMPTY', `The profile has nothing for ${format}: ${why}.`, { where: format, fix: isCounted(db) || isTrace ? 'Profile with a sampling profiler, such as py-spy, perf or V8\'s.' : 'Take --format perfetto, which has kernels, calls and ranges.' });
}
