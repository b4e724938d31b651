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
import { tablesOf } from '../tools/tables.js';
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

/** `done` is a fraction, as far as it can be known before. */
export type OnExportProgress = (written: number, done: number) => void;

/** In characters. Many small pieces would take longer to hand on than to make. */
const batch = 1 << 16;

/**
 * Writes a profile for another tool, piece by piece, compressed where the name ends in .gz; the file is there once it is whole.
 * Throws PL_EXPORT_EMPTY where the profile holds nothing that the format has a place for, PL_EXPORT_WRITE where it cannot be written,
 * PL_INTERRUPTED where the signal came first.
 */
export async function exportProfile(db: ProfileDatabase, { format, file, signal, onProgress }: { format: ExportFormat; file: string; signal?: AbortSignal; onProgress?: OnExportProgress }): Promise<Exported> {
  refuseEmpty(db, format);
  const pieces = { perfetto: chromeTrace, chrome: chromeTrace, speedscope: () => speedscope(db, { name: basename(file) }), folded }[format](db);
  const partial = `${file}.${randomUUID()}.partial`;
  try {
    const expected = piecesOf(db, format);
    const source = Readable.from(batched(pieces, (written) => onProgress?.(written, Math.min(1, written / expected))), { objectMode: false });
    const target = createWriteStream(partial);
    const options = signal === undefined ? {} : { signal };
    if (file.endsWith('.gz')) await pipeline(source, createGzip(), target, options);
    else await pipeline(source, target, options);
    await rename(partial, file);
    return { file, format, bytes: (await stat(file)).size };
  } catch (cause) {
    if (signal?.aborted === true) throw new PerfloopError('PL_INTERRUPTED', 'interrupted; nothing of the file is left', { where: file, cause });
    throw new PerfloopError('PL_EXPORT_WRITE', `The file cannot be written: ${cause instanceof Error ? cause.message : String(cause)}.`, { where: file, fix: 'Name a file in a folder that is there, on a disk with room.', cause });
  } finally {
    // Where its folder is none, there is nothing to remove.
    await rm(partial, { force: true }).catch(() => undefined);
  }
}

function* batched(pieces: Iterable<string>, onBatch: (written: number) => void): Generator<string> {
  let held = '';
  let written = 0;
  for (const piece of pieces) {
    held += piece;
    written += 1;
    if (held.length < batch) continue;
    yield held;
    held = '';
    onBatch(written);
  }
  if (held !== '') yield held;
}

/** About how many pieces there will be: an arrow has two, and a copy moves the counter twice. */
function piecesOf(db: ProfileDatabase, format: ExportFormat): number {
  const weights: Record<string, number> = format === 'folded' ? { PERFLOOP_STACKS: 1 } : format === 'speedscope' ? { PERFLOOP_SAMPLES: 2 } : { CUPTI_ACTIVITY_KIND_KERNEL: 3, CUPTI_ACTIVITY_KIND_MEMCPY: 5, CUPTI_ACTIVITY_KIND_MEMSET: 3, CUPTI_ACTIVITY_KIND_RUNTIME: 1, OSRT_API: 1, NVTX_EVENTS: 1, PERFLOOP_SAMPLES: 2 };
  const there = tablesOf(db);
  const counts = Object.entries(weights).filter(([table]) => there.has(table)).map(([table, weight]) => weight * (db.prepare<[], number>(`SELECT COUNT(*) FROM ${table}`).pluck().get() ?? 0));
  return Math.max(1, counts.reduce((sum, count) => sum + count, 0));
}

function refuseEmpty(db: ProfileDatabase, format: ExportFormat): void {
  const isTrace = format === 'perfetto' || format === 'chrome';
  if (isTrace ? hasEvents(db) : hasRows(db, 'PERFLOOP_SAMPLES')) return;
  const why = isCounted(db) ? 'cProfile has no stacks and no times of calls, only totals' : isTrace ? 'it has no events with a time' : 'it has no samples of host code';
  throw new PerfloopError('PL_EXPORT_EMPTY', `The profile has nothing for ${format}: ${why}.`, { where: format, fix: isCounted(db) || isTrace ? 'Profile with a sampling profiler, such as py-spy, perf or V8\'s.' : 'Take --format perfetto, which has kernels, calls and ranges.' });
}
