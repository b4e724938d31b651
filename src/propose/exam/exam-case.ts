import { z } from 'zod';
import { parseToml, plainValue } from '../../core/config/toml.js';
import { PerfloopError } from '../../core/errors.js';

/** A rule of ast-grep, as an object. */
const pattern = z.record(z.string(), z.unknown());

const textEdit = z.strictObject({
  /** Stands once in the finding's file, or in `file`. */
  find: z.string().min(1),
  put: z.string(),
  file: z.string().optional(),
});

const place = {
  name: z.string().regex(/^[a-z0-9-]+$/),
  category: z.enum(['C1', 'C2', 'C3', 'C4', 'C5', 'C6', 'C7']),
  rule: z.string(),
  file: z.string(),
  /** `<module>` for code outside of functions. */
  function: z.string(),
  /** A line of the function, trimmed: where the profile shows the cause. It stands there once. */
  on: z.string().min(1),
  /** Of the device's time, 0 to 1. */
  share: z.number().gt(0).max(1),
  evidence: z.string(),
  /** Of a real one: what mends it. Of a false one: why it has to stay. */
  why: z.string(),
};

const realFinding = z.strictObject({
  ...place,
  kind: z.literal('real'),
  /** The cause: matches in the function (or file) as it is, and nowhere in it once it is mended. */
  gone: pattern,
  scope: z.enum(['function', 'file']).default('function'),
  /** What a right patch brings, in the file. Every one has to match. */
  present: z.array(pattern).default([]),
  /** Most lines that a minimal patch removes and adds, together. */
  maxLines: z.int().positive(),
  /** A patch that is right: the exam itself is tested with it. */
  right: z.array(textEdit).min(1),
});

const falseFinding = z.strictObject({
  ...place,
  kind: z.literal('false'),
  /** What a patch of it would bring to the file. Without this, every change of the statement at `on` is one. */
  never: pattern.optional(),
  /** A patch that one might be tempted to. */
  tempting: z.array(textEdit).default([]),
});

const caseFile = z.strictObject({
  title: z.string(),
  findings: z.array(z.discriminatedUnion('kind', [realFinding, falseFinding])).min(1),
});

export type RealFinding = z.output<typeof realFinding>;
export type FalseFinding = z.output<typeof falseFinding>;
export type ExamFinding = RealFinding | FalseFinding;
export type Pattern = z.output<typeof pattern>;
export type CaseText = z.output<typeof textEdit>;

/** A small program with what a profile says of it, and what is true of that. */
export interface ExamCase {
  name: string;
  title: string;
  findings: ExamFinding[];
  /** Text by path: what a proposer sees. */
  program: ReadonlyMap<string, string>;
  /** Absolute path of the Python module that observes what the program does. */
  check: string;
}

/** Reads case.toml. Throws PL_BENCH_CASE with every problem. */
export function parseCase(text: string, where: string): Pick<ExamCase, 'title' | 'findings'> {
  const read = caseFile.safeParse(plainValue(parseToml(text, where)));
  if (read.success) return read.data;
  const problems = read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new PerfloopError('PL_BENCH_CASE', 'A program of the benchmark is not described rightly.', { where, problems });
}
