import { applyEdits } from '../../../src/core/candidates/apply-edits.js';
import type { Candidate } from '../../../src/core/candidate.js';
import { examineFinding, type Examination } from '../../../src/propose/examine.js';
import { sha256 } from '../../../src/propose/hash.js';
import { recipes } from '../../../src/propose/recipes/registry.js';
import { sourceFile } from '../../../src/propose/source/file.js';
import { textSources } from '../../../src/propose/torch/sources.js';
import { findingAt } from '../recipes/harness.js';

/** A program with a finding, true or false. */
export interface TorchCase {
  /** By file, or that of `train.py`. */
  source: string | Record<string, string>;
  /** `at` is a part of the line that the finding names, in `file` (the first one where absent); `text` its evidence. */
  finding: { function: string; at: string; category: string; rule?: string; file?: string; text?: string };
}

export interface Firing extends TorchCase {
  /** The lines that the patch takes away and adds, as `-old` and `+new`, indentation and all; `@ file` in front of those of another file. */
  patch: string[];
  /** Python that runs with the program's files beside it and sets `result`; the same before and after, or nearly so. Imports it as it likes. */
  run?: string;
  /** Largest relative difference of numbers in `result`; 0 where absent: the same bit for bit. */
  tolerance?: number;
  /** Least version of PyTorch that can run it. */
  torch?: [number, number];
}

export interface Leaving extends TorchCase {
  /** What the recipe says; absent where it sees nothing like its case. */
  because?: RegExp;
}

export interface TorchCases {
  fires: Record<string, Firing>;
  leaves: Record<string, Leaving>;
}

export function filesOf({ source }: TorchCase): Record<string, string> {
  return typeof source === 'string' ? { 'train.py': source } : source;
}

export function examined(recipe: string, entry: TorchCase, files = filesOf(entry)): Examination {
  const chosen = recipes.filter(({ name }) => name === recipe);
  if (chosen.length !== 1) throw new Error(`no recipe ${recipe}`);
  const file = entry.finding.file ?? Object.keys(files)[0] ?? '';
  const source = files[file] ?? '';
  const line = source.split('\n').findIndex((text) => text.includes(entry.finding.at)) + 1;
  const { category, rule, text } = entry.finding;
  const found = findingAt(entry.finding.function, Math.max(line, 1), 'python', file);
  const finding = { ...found, category, ...(rule === undefined ? {} : { rule }), ...(text === undefined ? {} : { evidence: [{ tool: rule ?? category, text }] }) };
  return examineFinding({ file: sourceFile(source, 'python'), finding, chosen, sources: textSources(files) });
}

/** The files after a candidate. */
export function patched(files: Record<string, string>, { change }: Candidate): Record<string, string> {
  if (change.kind !== 'edits') throw new Error('a recipe makes edits');
  return Object.fromEntries(Object.entries(files).map(([file, text]) => [file, applyEdits(text, change.edits.filter((edit) => edit.file === file), sha256)]));
}

/** The lines that differ, as in `Firing.patch`. */
export function lineDiff(before: Record<string, string>, after: Record<string, string>): string[] {
  return Object.keys(before).flatMap((file, i) => {
    const lines = changedLines((before[file] ?? '').split('\n'), (after[file] ?? '').split('\n'));
    return lines.length > 0 && i > 0 ? [`@ ${file}`, ...lines] : lines;
  });
}

/** By the longest common subsequence. */
function changedLines(a: string[], b: string[]): string[] {
  const common = Array.from({ length: a.length + 1 }, () => Array.from({ length: b.length + 1 }, () => 0));
  const at = (i: number, j: number): number => common[i]?.[j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--) for (let j = b.length - 1; j >= 0; j--) (common[i] as number[])[j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const out: string[] = [];
  for (let i = 0, j = 0; i < a.length || j < b.length; ) {
    if (i < a.length && j < b.length && a[i] === b[j]) [i, j] = [i + 1, j + 1];
    else if (i < a.length && (j >= b.length || at(i + 1, j) >= at(i, j + 1))) out.push(`-${a[i++] ?? ''}`);
    else out.push(`+${b[j++] ?? ''}`);
  }
  return out;
}
