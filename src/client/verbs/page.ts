import { basename, resolve } from 'node:path';
import { cachedProfile } from '../../profile/cached.js';
import { analyzeInThread } from '../../profile/rules/in-thread.js';
import { openProfile } from '../../profile/tools/open.js';
import { writeProfilePage, type WrittenPage } from '../../report/profile/write.js';
import type { CliContext } from '../context.js';
import { importWatch } from '../import-watch.js';
import { progressLine } from '../progress-line.js';

export interface PageOptions {
  profile: string;
  /** The profiled program's sources, in which findings are located. */
  repo?: string;
  /** By default the profile's name with `.html`, where the command runs. */
  out?: string;
}

/** Writes the page of a profile, with what the rules find in it. */
export async function page(context: CliContext, { profile, repo, out }: PageOptions): Promise<WrittenPage> {
  const file = resolve(context.cwd, profile);
  const database = await cachedProfile(context.home, file, importWatch(context));
  const progress = progressLine(context);
  const db = openProfile(database);
  try {
    progress.show('asking the rules', 0);
    const findings = await analyzeInThread({ database, file: profile, repo: repo === undefined ? null : resolve(context.cwd, repo) });
    return await writeProfilePage({ db, title: basename(file), findings, file: resolve(context.cwd, out ?? `${basename(file)}.html`), onProgress: (step, done) => progress.show(step, done) });
  } finally {
    progress.close();
    db.close();
  }
}
