import { basename, resolve } from 'node:path';
import { cachedProfile } from '../../profile/cached.js';
import { openProfile } from '../../profile/tools/open.js';
import { writeProfilePage, type WrittenPage } from '../../report/profile/write.js';
import { note, type CliContext } from '../context.js';

/** Writes the page of a profile, by default beside where the command runs: its name with `.html`. */
export async function page(context: CliContext, { profile, out }: { profile: string; out?: string }): Promise<WrittenPage> {
  const file = resolve(context.cwd, profile);
  const db = openProfile(await cachedProfile(context.home, file, { onImport: () => note(context, 'importing the profile (once)') }));
  try {
    return await writeProfilePage({ db, title: basename(file), findings: null, file: resolve(context.cwd, out ?? `${basename(file)}.html`) });
  } finally {
    db.close();
  }
}
