import { RE2JS } from 're2js';
import type { Finding } from '../../core/finding.js';
import { languageOf } from '../../core/language.js';
import { fullName } from '../../scan/outline/outline.js';
import type { Located } from '../../scan/resolve/definitions.js';
import { openSourceTree, type SourceTree } from '../../scan/source-tree.js';
import { callSites } from '../findings/call-sites.js';
import { findingId } from '../findings/finding-id.js';
import { tracked } from '../findings/findings.js';
import { shownLines, sourceLines } from '../findings/source.js';
import type { HotRow } from './hot-row.js';
import { placeOf } from './place.js';
import { printedRows } from './printed.js';

export interface PrintedRequest {
  worktree: string;
  /** What the command printed. */
  text: string;
  /** What printed it, for the evidence. */
  command: string;
  /** Regular expressions in RE2 syntax; functions whose name matches one are left out. */
  ignore: readonly string[];
  minShare: number;
  top: number;
}

export interface PrintedFindings {
  findings: Finding[];
  /** Functions that were printed. */
  rows: number;
  /** The hottest of them, as they were printed. */
  entries: HotRow[];
  leftOut: {
    ignored: number;
    /** Not defined in a file that git tracks. */
    outside: number;
    /** Defined in several files, so that nobody knows which one is meant. The hottest first. */
    ambiguous: { function: string; files: string[] }[];
  };
}

/** More of them nobody reads. */
const mostEntries = 1000;

/** The functions of the repository among those that a command printed, hottest first, as `findingsFrom` makes them of a profile. */
export async function printedFindings({ worktree, text, command, ignore, minShare, top }: PrintedRequest): Promise<PrintedFindings> {
  const rows = printedRows(text);
  const patterns = ignore.map((pattern) => RE2JS.compile(pattern));
  const [tree, trackedFiles] = [await openSourceTree(worktree), await tracked(worktree)];
  const found: PrintedFindings = { findings: [], rows: rows.length, entries: rows.slice(0, mostEntries), leftOut: { ignored: 0, outside: 0, ambiguous: [] } };
  for (const row of rows) {
    if (patterns.some((pattern) => pattern.matcher(row.function).find())) found.leftOut.ignored += 1;
    else if (row.share >= minShare && found.findings.length < top) await add(found, row);
  }
  return { ...found, findings: found.findings.toSorted((one, other) => other.selfShare - one.selfShare) };

  async function add({ findings, leftOut }: PrintedFindings, row: HotRow): Promise<void> {
    const place = placeOf(tree, row);
    if (place?.kind === 'several') leftOut.ambiguous.push({ function: row.function, files: place.files });
    else if (place === null || !trackedFiles.has(place.located.file)) leftOut.outside += 1;
    else merge(findings, await findingOf(tree, row, place.located, command));
  }
}

/** Instances of a template, and closures, are one function of the source. */
function merge(findings: Finding[], finding: Finding): void {
  const same = findings.find(({ id }) => id === finding.id);
  if (same === undefined) return void findings.push(finding);
  same.selfShare = Math.min(1, same.selfShare + finding.selfShare);
  same.totalShare = same.selfShare;
  if (same.samples !== undefined) same.samples += finding.samples ?? 0;
  same.evidence.push(...finding.evidence);
}

async function findingOf(tree: SourceTree, { share, samples }: HotRow, { file, symbol }: Located, command: string): Promise<Finding> {
  const { line, endLine } = symbol;
  const [name, category, language] = [fullName(symbol), 'H1', languageOf(file)];
  const sites = await callSites(tree.root, { name: symbol.name, language, firstFiles: [file] });
  return {
    id: findingId({ category, file, function: name, line }),
    category,
    file,
    function: name,
    line,
    language,
    selfShare: share,
    ...(samples === null ? {} : { samples }),
    // Nothing is known of what it calls.
    totalShare: share,
    hotLines: [],
    snippet: shownLines((await sourceLines(tree.root, file)) ?? [], line, endLine),
    callSites: sites.filter((site) => site.file !== file || site.line !== line),
    evidence: [{ tool: 'command', text: `\`${command}\` gives it ${(share * 100).toFixed(1)}% of the time${samples === null ? '' : `, ${samples} samples`}.` }],
  };
}
