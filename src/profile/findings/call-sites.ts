import { execa } from 'execa';
import type { Language } from '../../core/candidate.js';
import type { CallSite } from '../../core/finding.js';

const extensions: Record<Language, string[]> = {
  javascript: ['js', 'mjs', 'cjs', 'jsx', 'ts', 'mts', 'cts', 'tsx'],
  typescript: ['js', 'mjs', 'cjs', 'jsx', 'ts', 'mts', 'cts', 'tsx'],
  python: ['py'],
  cpp: ['cc', 'hh', 'cpp', 'hpp', 'cxx', 'hxx', 'ipp', 'h', 'cu', 'cuh'],
  rust: ['rs'],
  go: ['go'],
  other: [],
};
const most = 10;
/** A longer line is minified code. */
const longestLine = 300;

/**
 * Places in tracked files where something of that name is called, found by text, at most 10; `firstFiles` come first. Another
 * function of the same name is not told apart.
 */
export async function callSites(worktree: string, { name, language, firstFiles }: { name: string; language: Language; firstFiles: string[] }): Promise<CallSite[]> {
  if (extensions[language].length === 0) return [];
  const escaped = name.replace(/\$/g, '[$]');
  const { stdout } = await execa('git', ['grep', '-z', '-n', '-I', '-E', '-e', `(^|[^A-Za-z0-9_$])${escaped}[[:space:]]*\\(`, '--', ...extensions[language].map((extension) => `*.${extension}`)], {
    cwd: worktree,
    reject: false,
    maxBuffer: 8 * 2 ** 20,
  });
  const sites = stdout.split('\n').flatMap((row) => {
    const [file, line, text] = row.split('\0');
    if (file === undefined || line === undefined || text === undefined || text.length > longestLine) return [];
    return isCall(text, name) ? [{ file, line: Number(line), text: text.trim() }] : [];
  });
  const rank = ({ file }: CallSite): number => (firstFiles.includes(file) ? 0 : 1);
  return sites.sort((a, b) => rank(a) - rank(b) || a.file.localeCompare(b.file, 'en') || a.line - b.line).slice(0, most);
}

/** Not its definition, not a comment. */
function isCall(text: string, name: string): boolean {
  const escaped = name.replace(/\$/g, '\\$');
  if (/^\s*(\/\/|\*|\/\*|#)/.test(text)) return false;
  if (new RegExp(`\\b(function\\*?|def|fn|func)\\s+${escaped}\\s*\\(`).test(text)) return false;
  // In C++ a type stands before the name that is defined, at the start of a line.
  if (new RegExp(`^(?!\\s*(?:return|else|case|throw|co_return|co_await|co_yield)\\b)[\\w:<>,&*\\s]*[\\w>&*]\\s+[&*]*(?:\\w+::)*${escaped}\\s*\\(`).test(text) && !/[=;]\s*$/.test(text)) return false;
  return !new RegExp(`^\\s*((static|async|get|set|public|private|protected|override)\\s+|\\*\\s*)*${escaped}\\s*\\(.*\\)\\s*(:[^{;]+)?\\{\\s*$`).test(text);
}
