import type { Flag } from '../core/flag.js';
import type { Repository } from '../workspace/repository.js';
import { analyse, isSource, type Analysis } from './analyse.js';
import { buildFlags, isBuildFile } from './build-files.js';
import { changedFiles, type ChangedFile } from './changed-files.js';
import type { Found } from './found.js';
import { whys } from './whys.js';

/** Larger ones are generated or bundled, and take minutes to read. In UTF-16 code units. */
const largestFile = 500_000;
/** So many bytes of changed source are read; a change of more is no patch. */
const mostText = 20_000_000;
const longestLine = 160;

interface Version {
  path: string;
  file: ChangedFile;
  lines: string[];
  analysis: Analysis;
}

/**
 * What a person has to look at in a change from one commit to another. Only added and changed lines count, and nothing
 * that the version before holds as often in the files that changed: what moved is not new. `skip`: files that are laid
 * over from the base, so that the change of them is never run. `commands`: every shell command that may run.
 */
export async function inspectChange(request: { repository: Pick<Repository, 'path' | 'readFileAt'>; base: string; commit: string; skip: (path: string) => boolean; commands: readonly string[] }): Promise<Flag[]> {
  const { repository, base, commit, skip, commands } = request;
  const files = (await changedFiles(base, commit, { cwd: repository.path, env: { GIT_DIR: repository.path } })).filter(({ path, binary }) => !skip(path) && (isSource(path) || isBuildFile(path)) && !binary);
  const flags: Flag[] = [];
  const before: Found[] = [];
  const after: Version[] = [];
  let text = 0;
  for (const file of files) {
    // One file takes up to a second; heartbeats go between.
    await new Promise((resolve) => void setImmediate(resolve));
    const now = (await repository.readFileAt(commit, file.path)).toString('utf8');
    const then = file.before === null ? '' : (await repository.readFileAt(base, file.before)).toString('utf8');
    if (isBuildFile(file.path)) flags.push(...buildFlags(file.path, file.before === null ? null : then, now, file.added, commands));
    if (!isSource(file.path)) continue;
    text += now.length;
    if (now.length > largestFile || text > mostText || isMinified(now, file)) {
      flags.push({ code: 'binary', file: file.path, line: 0, text: '', why: `it is too large or too dense to be looked at (${Math.ceil(now.length / 1000)} kB)` });
      continue;
    }
    const old = analyse(file.before ?? file.path, then, () => true);
    await new Promise((resolve) => void setImmediate(resolve));
    const analysis = analyse(file.path, now, (line) => file.added.has(line));
    before.push(...old.finds);
    after.push({ path: file.path, file, lines: now.split('\n'), analysis });
    flags.push(...fewerChecks(file, old, analysis), ...deferred(file, old, analysis, now.split('\n')));
  }
  return [...flags, ...newFinds(before, after)].toSorted((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line));
}

/** Minified code that is new: nobody reads that either. */
function isMinified(text: string, { added }: ChangedFile): boolean {
  const lines = text.split('\n');
  return [...added].some((line) => (lines[line - 1]?.length ?? 0) > 5000 && !/^\s*(?:["'`]|\w+\s*=\s*["'`]|\/\/[#@] sourceMappingURL)/.test(lines[line - 1] ?? ''));
}

/** Those on new lines, as many of each as there are more than before. */
function newFinds(before: readonly Found[], after: readonly Version[]): Flag[] {
  const keyOf = ({ code, key }: Found): string => `${code} ${key}`;
  const left = new Map<string, number>();
  for (const find of after.flatMap(({ analysis }) => analysis.finds)) left.set(keyOf(find), (left.get(keyOf(find)) ?? 0) + 1);
  for (const find of before) left.set(keyOf(find), (left.get(keyOf(find)) ?? 0) - 1);
  const flags: Flag[] = [];
  for (const { path, file, lines, analysis } of after) {
    const places = new Set<string>();
    for (const find of analysis.finds) {
      const line = find.lines.find((number) => file.added.has(number));
      const more = left.get(keyOf(find)) ?? 0;
      if (line === undefined || more <= 0) continue;
      left.set(keyOf(find), more - 1);
      if (places.has(`${find.code} ${line}`)) continue;
      places.add(`${find.code} ${line}`);
      flags.push({ code: find.code, file: path, line, text: shortened(lines[line - 1] ?? ''), why: find.why });
    }
  }
  return flags;
}

function fewerChecks(file: ChangedFile, old: Analysis, now: Analysis): Flag[] {
  const fewer = old.checks.length - now.checks.length;
  if (fewer <= 0) return [];
  const line = file.removed.find(({ from, to }) => old.checks.some((check) => check >= from && check <= to))?.after ?? 0;
  return [{ code: 'disabled-check', file: file.path, line, text: '', why: fewer === 1 ? 'an assertion that was there before is gone' : `${fewer} assertions that were there before are gone` }];
}

/** Functions whose caller now gets a generator or a promise. */
function deferred(file: ChangedFile, old: Analysis, now: Analysis, lines: readonly string[]): Flag[] {
  return [...now.deferred].flatMap(([name, { deferred: isDeferred, line }]): Flag[] => {
    const was = old.deferred.get(name);
    return was === undefined || was.deferred || !isDeferred ? [] : [{ code: 'lazy', file: file.path, line, text: shortened(lines[line - 1] ?? ''), why: whys.lazy }];
  });
}

function shortened(line: string): string {
  const text = line.trim();
  return text.length > longestLine ? `${text.slice(0, longestLine - 1)}…` : text;
}
