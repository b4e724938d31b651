import type { Finding } from '../../core/finding.js';
import type { Analysis } from '../rules/analyze.js';
import type { AnalysisFinding } from '../rules/located.js';
import { Repository } from '../rules/place/repository.js';
import { languageOf } from '../../core/language.js';
import { snippet, sourceLines } from './source.js';

/** What findings of an analysis are placed in. */
export interface FindingGround {
  worktree: string;
  trackedFiles: ReadonlySet<string>;
  repository: Repository;
}

/**
 * The located findings about devices as a run's findings: of files that git tracks. Their shares are of the device's time. Host code
 * has its own, with callers and calls.
 */
export async function deviceFindings({ findings }: Analysis, worktree: string, trackedFiles: ReadonlySet<string>): Promise<Finding[]> {
  const ground = { worktree, trackedFiles, repository: await Repository.open(worktree) };
  const found: Finding[] = [];
  for (const finding of findings.filter(({ category }) => category.startsWith('C'))) {
    const located = await locatedFinding(finding, ground);
    if (located !== null) found.push(located);
  }
  return found;
}

/** A finding of an analysis as a run's; null for one whose line is not in a file that git tracks. */
export async function locatedFinding(finding: AnalysisFinding, { worktree, trackedFiles, repository }: FindingGround): Promise<Finding | null> {
  const { id, category, rule, title, severity, confidence, file, function: name, line, share, headroom_ms: headroomMs, evidence, notes } = finding;
  if (file === null || name === null || line === null || !trackedFiles.has(file)) return null;
  const lines = await sourceLines(worktree, file);
  if (lines === null) return null;
  const around = repository.around(file, line);
  const language = languageOf(file);
  return {
    id, category, file, function: name, line: around.line, language, selfShare: share, totalShare: share, hotLines: [{ line, share }],
    snippet: snippet(lines, { language, line: around.line, column: null }), callSites: [], evidence, rule, title, severity, confidence, headroomMs, notes,
  };
}
