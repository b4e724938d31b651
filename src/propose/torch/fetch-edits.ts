import type { SgNode } from '@ast-grep/napi';
import type { TextEdit } from '../recipes/recipe.js';
import { endOf, parts, same, startOf } from '../source/tree.js';
import type { Kept } from './kept-cells.js';
import type { PyModule } from './module.js';
import { indentedUnder, indentOf, linesAfter, linesBefore } from './statements.js';

/** The lines that fetch what loops kept on the device: in the `if`s that need it, and behind the loops. Null where no line can be put. */
export function fetchEdits(module: PyModule, kept: readonly Kept[], logged: readonly SgNode[]): TextEdit[] | null {
  const edits: TextEdit[] = [];
  const isLogged = (place: SgNode): boolean => logged.some((statement) => same(statement, place));
  const placed = kept.flatMap(({ places, back }) => places.filter((place) => !isLogged(place)).map((place) => ({ at: place, back })));
  for (const { at, lines } of byPlace(placed)) {
    const first = parts(at.field('consequence') ?? at)[0];
    if (first === undefined || indentOf(module, first) === null) return null;
    edits.push(linesBefore(module, first, lines));
  }
  const behind = kept.filter((entry) => entry.behind).map(({ loop, back }) => ({ at: loop, back }));
  for (const { at, lines } of byPlace(behind)) edits.push(linesAfter(module, at, lines));
  return edits;
}

function byPlace(entries: readonly { at: SgNode; back: string }[]): { at: SgNode; lines: string[] }[] {
  const places = new Map<number, { at: SgNode; lines: string[] }>();
  for (const { at, back } of entries) {
    const entry = places.get(startOf(at)) ?? { at, lines: [] };
    entry.lines.push(back);
    places.set(startOf(at), entry);
  }
  return [...places.values()];
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
