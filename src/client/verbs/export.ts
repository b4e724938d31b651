import { basename, resolve } from 'node:path';
import { cachedProfile } from '../../profile/cached.js';
import { exportProfile, type Exported, type ExportFormat } from '../../profile/export/export.js';
import { openProfile } from '../../profile/tools/open.js';
import type { CliContext } from '../context.js';
import { detachOnSignals } from '../follow.js';
import { importWatch } from '../import-watch.js';
import { besideProfile, freeFile } from '../output-file.js';
import { progressLine } from '../progress-line.js';

export interface ExportOptions {
  profile: string;
  format?: ExportFormat;
  /** By default the profile's name with the ending of the format, where the command runs. */
  out?: string;
}

const endings: Record<ExportFormat, string> = { perfetto: '.trace.json.gz', chrome: '.trace.json.gz', speedscope: '.speedscope.json', folded: '.folded.txt' };

/** Writes a profile for another tool. */
export async function exportVerb(context: CliContext, { profile, format, out }: ExportOptions): Promise<Exported> {
  const file = resolve(context.cwd, profile);
  const wanted = format ?? formatOf(out);
  const target = out === undefined ? freeFile(context, basename(file).replace(/\.gz$/, '').replace(/\.[^.]+$/, ''), endings[wanted]) : besideProfile(context, out, profile);
  const database = await cachedProfile(context.home, file, importWatch(context));
  const progress = progressLine(context);
  const { signal, release } = detachOnSignals();
  const db = openProfile(database);
  try {
    return await exportProfile(db, { format: wanted, signal, onProgress: (written, done) => progress.show(`written ${written.toLocaleString('en-US')} pieces, ${Math.floor(done * 100)}%`, done), file: target });
  } finally {
    progress.close();
    release();
    db.close();
  }
}

/** By the ending of the file that is asked for. */
function formatOf(out = ''): ExportFormat {
  const name = out.replace(/\.gz$/, '');
  if (name.endsWith('.speedscope.json')) return 'speedscope';
  return /\.(folded|collapsed|txt)$/.test(name) ? 'folded' : 'perfetto';
}
