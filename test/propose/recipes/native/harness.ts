import { expect } from 'vitest';
import { execa } from 'execa';
import type { Candidate } from '../../../../src/core/candidate.js';
import { nativeNameOf } from '../../../../src/propose/native/names.js';
import { proposeRewrites } from '../../../../src/propose/recipe-proposer.js';
import { recipes } from '../../../../src/propose/recipes/registry.js';
import { sourceFile } from '../../../../src/propose/source/file.js';
import { hasGrammar, parseSource, type NativeDialect } from '../../../../src/propose/source/parse.js';
import { all, lineOf } from '../../../../src/propose/source/tree.js';
import { applied, findingAt } from '../harness.js';

export interface NativeCase {
  /** Defines `f`. */
  source: string;
  /** Statements of the language that call `f` with what `r`, a generator of values, gives, and return a text. */
  call: string;
}

export interface NativeCases {
  fires: NativeCase[];
  leaves: Record<string, string>;
}

const functionKinds = { cpp: ['function_definition'], rust: ['function_item'], go: ['function_declaration', 'method_declaration'] };

/** What the recipe offers for the function. */
export function offered(recipe: string, source: string, dialect: NativeDialect, name = 'f'): Candidate[] {
  const chosen = recipes.filter((entry) => entry.name === recipe);
  const node = all(parseSource(source, dialect), ...functionKinds[dialect]).find((fn) => nativeNameOf(fn) === name);
  if (node === undefined || chosen.length !== 1) throw new Error(`no function ${name} in the case, or no recipe ${recipe}`);
  return proposeRewrites(sourceFile(source, dialect), findingAt(name, lineOf(node), dialect, `code.${dialect}`), chosen);
}

/** The source with all rewrites of the recipe for `f` together. */
export function rewrittenNative(recipe: string, source: string, dialect: NativeDialect): string {
  const last = offered(recipe, source, dialect).at(-1);
  if (last === undefined) throw new Error(`${recipe} does not fire on:\n${source}`);
  return applied(source, last);
}

/** Why the tests of a language cannot run here; null where they can. */
export async function missing(dialect: NativeDialect, command: string, ...args: string[]): Promise<string | null> {
  if (!hasGrammar(dialect)) return `the grammar of ${dialect} is not installed`;
  const found = await execa(command, args, { reject: false });
  return found.exitCode === 0 ? null : `${command} is not installed`;
}

/** Compares what the program prints of the old and of the new code, line by line: `<case> <seed> <result>`. */
export function expectSame(before: string, after: string, sources: readonly string[]): void {
  const [old, now] = [before.split('\n'), after.split('\n')];
  const differs = old.findIndex((line, at) => line !== now[at]);
  const number = Number(/^\d+/.exec(old[differs] ?? '')?.[0] ?? -1);
  expect(differs === -1 ? null : { was: old[differs], is: now[differs], code: sources[number] }).toBeNull();
  expect(now.length).toBe(old.length);
}
