import type { z } from 'zod';
import { PerfloopError, type ErrorCode } from '../errors.js';
import { issueText, problemsOf, type Problem } from './problems.js';
import type { FileProblem } from './step-files.js';
import type { TomlPlace } from './toml.js';

/** More than a person reads at once; a hostile file could bring as many as it has lines. */
const maxProblems = 50;

/** Where the value at a path stands. */
export type PlaceAt = (path: readonly PropertyKey[]) => TomlPlace;

/** What is checked: the file, as shown to people, and the error of one with problems. */
export interface Checked {
  where: string;
  code: ErrorCode;
  fix: string;
}

/** `more`: what a schema cannot say. `ofFiles`: problems of files that it names. */
export interface Checking extends Checked {
  placeAt: PlaceAt;
  more: readonly Problem[];
  ofFiles: readonly FileProblem[];
}

/** The value with defaults filled in. Throws `code` with every problem, one line each: `file:12: loop.ronds: unknown key; …`. */
export function checkedValue<S extends z.ZodObject>(schema: S, value: unknown, checking: Checking): z.output<S> {
  const parsed = schema.safeParse(value, { error: issueText });
  const found = [...(parsed.error?.issues ?? []).flatMap((issue) => problemsOf(issue, schema)), ...checking.more].map((problem) => placed(problem, value, checking.where, checking.placeAt));
  const problems = [...checking.ofFiles, ...found];
  if (parsed.success && problems.length === 0) return parsed.data;
  throw invalid(problems, checking);
}

export function placed(problem: Problem, value: unknown, where: string, placeAt: PlaceAt): FileProblem {
  const { line, file, above } = placeAt(problem.path);
  return { file: file ?? where, line, key: keyOf(problem, value, above), text: problem.text };
}

export function invalid(problems: readonly FileProblem[], { where, code, fix }: Checked): PerfloopError {
  // A file that is used twice has its mistakes once.
  const lines = [...new Set(inOrder(problems, where).map(({ file, line, key, text }) => `${line === null ? file : `${file}:${line}`}: ${key === '' ? '' : `${key}: `}${text}`))];
  return new PerfloopError(code, `${where} has ${lines.length === 1 ? 'one problem' : `${lines.length} problems`}`, {
    where,
    problems: lines.length > maxProblems ? [...lines.slice(0, maxProblems), `and ${lines.length - maxProblems} more`] : lines,
    fix,
  });
}

/** The file itself first, then each file of steps, by lines. */
function inOrder(problems: readonly FileProblem[], first: string): FileProblem[] {
  const files = [...new Set([first, ...problems.map(({ file }) => file)])];
  return problems.toSorted((one, other) => files.indexOf(one.file) - files.indexOf(other.file) || (one.line ?? 0) - (other.line ?? 0));
}

/** `metrics[0].pattern`, without the first parts of the path, which lead to a file. A command written as a string has no `run` of its own to point at. */
function keyOf({ path }: Problem, value: unknown, above: number): string {
  let text = '';
  let current: unknown = value;
  for (const [depth, part] of path.entries()) {
    if (typeof current === 'string') break;
    if (depth >= above) text += typeof part === 'number' ? `[${part}]` : `${text === '' ? '' : '.'}${String(part)}`;
    current = typeof current === 'object' && current !== null ? (current as Record<PropertyKey, unknown>)[part] : undefined;
  }
  return text;
}
