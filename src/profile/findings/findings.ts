import { realpath } from 'node:fs/promises';
import { execa } from 'execa';
import type { Finding } from '../../core/finding.js';
import { languageOf } from '../../core/language.js';
import { callers } from '../tools/callers.js';
import { hotFunctions, type HotFunction } from '../tools/hot-functions.js';
import type { ProfileDatabase } from '../tools/open.js';
import { profileRoot } from '../tools/profile-root.js';
import { repositoryPath } from '../tools/repository.js';
import { Asked } from '../rules/asked.js';
import { hotSuspect } from '../rules/host/rules.js';
import { callSites } from './call-sites.js';
import { evidenceOf } from './evidence.js';
import { findingId } from './finding-id.js';
import { identifier, locate, snippet, sourceLines } from './source.js';

export interface FindingsRequest {
  /** A checkout of the profiled commit; the profile may have been recorded in another. */
  worktree: string;
  ignore: string[];
  minShare: number;
  top: number;
}

/**
 * The hottest functions in files that git tracks, each with its evidence, its source and its callers; hottest first. One finding
 * a function. A function that is not in the worktree's file is left out: it was another version that was profiled.
 */
export async function findingsFrom(db: ProfileDatabase, { worktree, ignore, minShare, top }: FindingsRequest): Promise<Finding[]> {
  const trackedFiles = await tracked(worktree);
  const root = profileRoot(db, { here: [worktree, await realpath(worktree)], trackedFiles });
  if (root === null) return [];
  const asked = new Asked(db, 'the profile', root);
  const findings: Finding[] = [];
  // Generated files are in the repository's folder but not in git: a patch cannot change them.
  for (const hot of hotFunctions(db, { root, ignore, minShare, top: -1 })) {
    if (findings.length === top) break;
    if (!trackedFiles.has(hot.file)) continue;
    const finding = await findingOf(asked, { hot, worktree, root });
    if (finding) findings.push(finding);
  }
  return findings;
}

async function findingOf(asked: Asked, { hot, worktree, root }: { hot: HotFunction; worktree: string; root: string }): Promise<Finding | null> {
  const { db } = asked;
  const { file, function: name, selfShare, totalShare } = hot;
  const lines = await sourceLines(worktree, file);
  const line = lines && locate(lines, { name, line: hot.line });
  if (!lines || line === null) return null;

  const language = languageOf(file);
  const calledBy = callers(db, hot);
  asked.sources = new Map([[file, lines]]);
  const facts = asked.factsOf(hot);
  const { cause, suspect } = hotSuspect(asked, facts);
  const { category } = cause;
  const evidence = evidenceOf({ hot, via: facts.via, callers: calledBy, summary: asked.host }, cause);
  const shift = line - hot.line;
  if (shift !== 0) evidence.push({ tool: 'source', text: `The profile has it at line ${hot.line}; the source was translated before it ran, so that lines of the profile are off.` });
  const word = identifier(name);
  const firstFiles = calledBy.flatMap(({ module }) => repositoryPath(module, root) ?? []);
  return {
    id: findingId({ category, file, function: name, line }),
    category,
    file,
    function: name,
    line,
    language,
    selfShare,
    totalShare,
    hotLines: shift === 0 ? hot.hotLines.filter((hotLine) => hotLine.line <= lines.length) : [],
    snippet: snippet(lines, { language, line, column: shift === 0 ? hot.column : null }),
    callSites: word === null ? [] : (await callSites(worktree, { name: word, language, firstFiles })).filter((site) => site.file !== file || site.line !== line),
    evidence,
    rule: cause.rule,
    title: suspect.title,
    severity: suspect.severity,
    confidence: suspect.confidence,
    headroomMs: suspect.headroomMs,
    notes: suspect.notes ?? [],
  };
}

/** Files that git tracks, relative to the worktree. */
export async function tracked(worktree: string): Promise<Set<string>> {
  const { stdout } = await execa('git', ['ls-files', '-z'], { cwd: worktree, maxBuffer: 256 * 2 ** 20 });
  return new Set(stdout.split('\0').filter((file) => file !== ''));
}
