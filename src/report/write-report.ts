import { join } from 'node:path';
import { PerfloopError } from '../core/errors.js';
import type { RunStatus } from '../core/status.js';
import type { ArtifactStore } from '../store/artifacts.js';
import { writeFileAtomic } from '../store/atomic-file.js';
import type { ReportExtra } from './data.js';
import { reportHtml } from './html/page.js';
import { reportJson } from './json.js';
import { loadReport } from './load.js';
import { reportMarkdown } from './markdown.js';

/** Paths of what was written. */
export interface WrittenReport {
  html: string;
  markdown: string;
  json: string;
}

/**
 * Writes `report.html`, `report.md` and `report.json` into a folder, which is made. A run that goes on gets a report of
 * what there is so far; an artifact that cannot be read is named in its place. Throws PL_REPORT_UNWRITABLE.
 */
export async function writeReport(input: { status: RunStatus; artifacts: ArtifactStore; folder: string; extra?: ReportExtra }): Promise<WrittenReport> {
  const { folder } = input;
  const data = await loadReport(input);
  const paths: WrittenReport = { html: join(folder, 'report.html'), markdown: join(folder, 'report.md'), json: join(folder, 'report.json') };
  try {
    await writeFileAtomic(paths.html, reportHtml(data));
    await writeFileAtomic(paths.markdown, reportMarkdown(data));
    await writeFileAtomic(paths.json, `${JSON.stringify(reportJson(data, paths.html), null, 2)}\n`);
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new PerfloopError('PL_REPORT_UNWRITABLE', `the report cannot be written: ${code}`, { where: path ?? folder, fix: 'Name another folder with --out, or free some space.', cause: error });
  }
  return paths;
}
