import { basename } from 'node:path';
import { openProfile } from '../../profile/tools/open.js';
import { writeProfilePage, type WrittenPage } from '../../report/profile/write.js';
import type { CliContext } from '../context.js';
import { progressLine } from '../progress-line.js';
import { besideProfile, freeFile } from '../output-file.js';
import { analyze, type AnalyzeOptions } from './analyze.js';

export interface PageOptions extends AnalyzeOptions {
  /** By default the profile's name with `.html`, where the command runs. */
  out?: string;
}

/** Writes the page of a profile, with what the rules find in it. */
export async function page(context: CliContext, { out, ...asked }: PageOptions): Promise<WrittenPage> {
  const title = basename(asked.profile);
  const file = out === undefined ? freeFile(context, title, '.html') : besideProfile(context, out, asked.profile);
  const { analysis, database } = await analyze(context, asked);
  const progress = progressLine(context);
  const db = openProfile(database);
  try {
    return await writeProfilePage({ db, title, findings: analysis, file, onProgress: (step, done) => progress.show(step, done) });
  } finally {
    progress.close();
    db.close();
  }
}
