import { basename, resolve } from 'node:path';
import type { Analysis } from '../profile/rules/analyze.js';
import { writeFileAtomic } from '../store/atomic-file.js';
import { currentBuild } from '../worker/engine/package-paths.js';
import { note, type CliContext } from './context.js';
import { jsonText } from './json-text.js';
import { besideProfile, unwritable } from './output-file.js';
import { plain } from './style.js';

export type AnalysisForm = 'words' | 'json' | 'md' | 'html' | 'sarif';

export interface Told {
  analysis: Analysis;
  form: AnalysisForm;
  /** A file in place of stdout. */
  out: string | undefined;
  /** The profiled program's sources. */
  repo: string | undefined;
  /** Of the profile; a page needs it. */
  database?: string;
}

/** Prints an analysis in the form that was asked for, or writes it to a file. Throws PL_OUTPUT_IS_PROFILE and PL_OUTPUT_UNWRITABLE. */
export async function tellAnalysis(context: CliContext, told: Told): Promise<void> {
  const text = await textOf(context, told);
  if (told.out === undefined) {
    context.stdout.write(text);
    return;
  }
  const file = besideProfile(context, told.out, told.analysis.profile.file);
  await writeFileAtomic(file, text).catch((error: unknown) => {
    throw unwritable(file, error);
  });
  if (context.json) context.stdout.write(jsonText({ written: file, findings: told.analysis.findings.length }));
  else note(context, `wrote ${file}`);
}

async function textOf(context: CliContext, { analysis, form, out, repo, database }: Told): Promise<string> {
  switch (form) {
    case 'json':
      return jsonText(analysis);
    case 'md':
      return (await import('../report/analysis/markdown.js')).analysisMarkdown(analysis);
    case 'sarif': {
      const { analysisSarif } = await import('../report/analysis/sarif.js');
      return jsonText(analysisSarif(analysis, { version: currentBuild().version, repo: repo === undefined ? null : resolve(context.cwd, repo) }));
    }
    case 'html':
      return page(analysis, database ?? '');
    case 'words':
      break;
  }
  const { printAnalysis } = await import('./print/analyze.js');
  return `${printAnalysis(analysis, out === undefined ? context.style : plain)}\n`;
}

async function page(analysis: Analysis, database: string): Promise<string> {
  const [{ profilePage }, { openProfile }] = await Promise.all([import('../report/profile/write.js'), import('../profile/tools/open.js')]);
  const db = openProfile(database);
  try {
    return profilePage({ db, title: basename(analysis.profile.file), findings: analysis }).text;
  } finally {
    db.close();
  }
}
