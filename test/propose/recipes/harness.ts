import { inspect } from 'node:util';
import { runInThisContext } from 'node:vm';
import type { Candidate } from '../../../src/core/candidate.js';
import { applyEdits } from '../../../src/core/candidates/apply-edits.js';
import type { Finding } from '../../../src/core/finding.js';
import { sha256 } from '../../../src/propose/hash.js';
import { proposeRewrites } from '../../../src/propose/recipe-proposer.js';
import { recipes } from '../../../src/propose/recipes/registry.js';
import { functionKinds } from '../../../src/propose/javascript/syntax.js';
import { sourceFile } from '../../../src/propose/source/file.js';
import { nameOf } from '../../../src/propose/source/locate.js';
import { languageOf, parseSource, type Dialect } from '../../../src/propose/source/parse.js';
import { all, lineOf } from '../../../src/propose/source/tree.js';

export function findingAt(name: string, line: number, dialect: Dialect = 'javascript', file = 'code.js'): Finding {
  return { id: 'finding', category: 'hot-function', file, function: name, line, language: languageOf(dialect), selfShare: 0.4, totalShare: 0.6, hotLines: [], snippet: '', callSites: [], evidence: [] };
}

/** What the recipe offers for the function `f` of the source. */
export function offers(recipe: string, source: string, dialect: Dialect = 'javascript', name = 'f'): Candidate[] {
  const node = functionsOf(source, dialect).find((fn) => fn.name === name);
  if (node === undefined) throw new Error(`no function ${name} in the case`);
  return offersAt(recipe, source, dialect, name, node.line);
}

function offersAt(recipe: string, source: string, dialect: Dialect, name: string, line: number): Candidate[] {
  const chosen = recipes.filter((entry) => entry.name === recipe);
  if (chosen.length !== 1) throw new Error(`no recipe ${recipe}`);
  return proposeRewrites(sourceFile(source, dialect), findingAt(name, line, dialect), chosen);
}

/** What the recipe offers anywhere in the source: it must leave its own work alone. */
export function offersEverywhere(recipe: string, source: string, dialect: Dialect = 'javascript'): Candidate[] {
  return functionsOf(source, dialect).flatMap((fn) => offersAt(recipe, source, dialect, fn.name, fn.line));
}

function functionsOf(source: string, dialect: Dialect): { name: string; line: number }[] {
  const kinds = dialect === 'python' ? ['function_definition'] : functionKinds;
  return all(parseSource(source, dialect), ...kinds).map((node) => ({ name: nameOf(node) ?? '(anonymous)', line: lineOf(node) }));
}

export function applied(source: string, candidate: Candidate): string {
  if (candidate.change.kind !== 'edits') throw new Error('a recipe makes edits');
  return applyEdits(source, candidate.change.edits, sha256);
}

/** The last candidate: all rewrites of the function together where there are several. */
export function rewritten(recipe: string, source: string, dialect: Dialect = 'javascript'): string {
  const last = offers(recipe, source, dialect).at(-1);
  if (last === undefined) throw new Error(`${recipe} does not fire on:\n${source}`);
  return applied(source, last);
}

/** Holes, -0, NaN, key order and prototypes all show in the text. */
export function shown(value: unknown): string {
  return inspect(value, { depth: null, maxArrayLength: null, maxStringLength: null, sorted: false });
}

export interface Outcome {
  returned?: string;
  thrown?: string;
  argumentsAfter: string;
}

export function outcome(fn: (...args: unknown[]) => unknown, args: unknown[]): Outcome {
  try {
    const returned = shown(fn(...args));
    return { returned, argumentsAfter: shown(args) };
  } catch (error) {
    return { thrown: error instanceof Error ? `${error.name}: ${error.message}` : shown(error), argumentsAfter: shown(args) };
  }
}

/** A copy with holes, shared references and prototypes of plain data as they are. */
export function copyOf(value: unknown, seen = new Map<unknown, unknown>()): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Date || value instanceof RegExp) return value;
  const known = seen.get(value);
  if (known !== undefined) return known;
  const copy: unknown = Array.isArray(value) ? Array.from({ length: 0 }) : Object.create(Object.getPrototypeOf(value) as object | null);
  seen.set(value, copy);
  if (Array.isArray(value)) (copy as unknown[]).length = value.length;
  for (const key of Object.keys(value)) Object.defineProperty(copy, key, { value: copyOf((value as Record<string, unknown>)[key], seen), writable: true, enumerable: true, configurable: true });
  return copy;
}

/** The function `f` that the source defines. */
export function load(source: string): (...args: unknown[]) => unknown {
  return runInThisContext(`(() => {${source}\nreturn f;})()`) as (...args: unknown[]) => unknown;
}
