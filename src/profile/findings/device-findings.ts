import type { Finding } from '../../core/finding.js';
import type { Analysis } from '../rules/analyze.js';
import { Repository } from '../rules/place/repository.js';
import { languageOf } from '../../core/language.js';
import { snippet, sourceLines } from './source.js';

/**
 * The located findings about devices as a run's findings: of files that git tracks. Their shares are of the device's time. Host code
 * has its own, with callers and calls.
 */
export async function deviceFindings({ findings }: Analysis, worktree: string, trackedFiles: ReadonlySet<string>): Promise<Finding[]> {
  const repository = await Repository.open(worktree);
  const found: Finding[] = [];
  for (const { id, category, rule, title, severity, confidence, file, function: name, line, share, headroom_ms: headroomMs, evidence, notes } of findings) {
    if (!category.startsWith('C') || file === null || name === null || line === null || !trackedFiles.has(file)) continue;
    const lines = await sourceLines(worktree, file);
    if (lines === null) continue;
    const around = repository.around(file, line);
    const language = languageOf(file);
    found.push({
      id, category, file, function: name, line: around.line, language, selfShare: share, totalShare: share, hotLines: [{ line, share }],
      snippet: snippet(lines, { language, line: around.line, column: null }), callSites: [], evidence, rule, title, severity, confidence, headroomMs, notes,
    });
  }
  return found;
}
