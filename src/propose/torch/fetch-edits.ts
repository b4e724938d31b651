import type { SgNode } from '@ast-grep/napi';
import type { TextEdit } from '../recipes/recipe.js';
import { endOf, parts, same, startOf } from '../source/tree.js';
import type { Kept } from './deferred-reads.js';
import type { PyModule } from './module.js';
import { indentedUnder, indentOf, linesAfter, linesBefore } from './statements.js';

/** The lines that fetch what a loop kept on the device: in the `if`s that need it, and behind the loop. */
export function fetchEdits(module: PyModule, loop: SgNode, kept: readonly Kept[], logged: readonly SgNode[]): TextEdit[] | null {
  const edits: TextEdit[] = [];
  const places = new Map<number, { place: SgNode; lines: string[] }>();
  for (const { places: own, back } of kept) {
    for (const place of own.filter((node) => !logged.some((statement) => same(statement, node)))) {
      const entry = places.get(startOf(place)) ?? { place, lines: [] };
      entry.lines.push(back);
      places.set(startOf(place), entry);
    }
  }
  for (const { place, lines } of places.values()) {
    const first = parts(place.field('consequence') ?? place)[0];
    if (first === undefined || indentOf(module, first) === null) return null;
    edits.push(linesBefore(module, first, lines));
  }
  const behind = kept.filter((entry) => entry.behind).map((entry) => entry.back);
  if (behind.length > 0) edits.push(linesAfter(module, loop, behind));
  return edits;
}

/** Statements that log, put under a condition that holds now and then, with what they need fetched in front of them. */
export function logEdits(module: PyModule, kept: readonly Kept[], logged: readonly SgNode[], condition: string): TextEdit[] | null {
  const edits: TextEdit[] = [];
  for (const group of neighbours(module, logged)) {
    const [first] = group;
    const indent = first === undefined ? null : indentOf(module, first);
    const step = indent?.includes('\t') === true ? '\t' : '    ';
    const lines = kept.filter(({ places }) => places.some((place) => group.some((statement) => same(statement, place)))).map(({ back }) => `\n${indent ?? ''}${step}${back}`);
    const made = indentedUnder(module, group, `if ${condition}:${lines.join('')}`);
    if (made === null || indent === null) return null;
    edits.push(...made);
  }
  return edits;
}

/** Statements that follow each other go under one condition. */
function neighbours(module: PyModule, statements: readonly SgNode[]): SgNode[][] {
  const groups: SgNode[][] = [];
  for (const statement of statements.toSorted((a, b) => startOf(a) - startOf(b))) {
    const last = groups.at(-1)?.at(-1);
    if (last !== undefined && same(last.parent(), statement.parent()) && module.source.slice(endOf(last), startOf(statement)).trim() === '') groups.at(-1)?.push(statement);
    else groups.push([statement]);
  }
  return groups;
}
