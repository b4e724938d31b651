import type { SgNode } from '@ast-grep/napi';
import { all } from '../../propose/source/tree.js';
import type { ScanLanguage } from '../language.js';
import { isCallable, type Outline, type SourceCall, type SourceImport, type SourceSymbol, type SymbolKind } from './outline.js';

/** A definition as a grammar tells it. `owner`: what it belongs to where that is not what is around it. */
export interface Definition {
  name: string;
  kind: SymbolKind;
  owner?: string | null;
  parameters?: readonly string[];
}

/** How a language's syntax tree shows what an outline is made of. A function answers null for a node that is none after all. */
export interface Extractor {
  definitionKinds: readonly string[];
  definition: (node: SgNode) => Definition | null;
  callKinds: readonly string[];
  call: (node: SgNode) => { name: string; receiver: string | null; at: SgNode } | null;
  importNodes: (root: SgNode, text: string) => SgNode[];
  imports: (node: SgNode) => Omit<SourceImport, 'line'>[];
}

/** A question needs a part of an outline only, mostly: each is found when it is asked for, in a tree that is parsed for it, so that no tree is kept. */
export function outlineOf(language: ScanLanguage, { parse, extractor, text }: { parse: () => SgNode; extractor: Extractor; text: string }): Outline {
  let [symbols, imports, calls]: [SourceSymbol[] | null, SourceImport[] | null, SourceCall[] | null] = [null, null, null];
  return {
    language,
    by: 'syntax tree',
    get symbols() {
      return (symbols ??= nested(definitionsIn(parse(), extractor)));
    },
    get imports() {
      return (imports ??= importsIn(parse(), text, extractor));
    },
    get calls() {
      return (calls ??= withCallers(callsIn(parse(), extractor), this.symbols));
    },
  };
}

function definitionsIn(root: SgNode, extractor: Extractor): Placed[] {
  return all(root, ...extractor.definitionKinds).flatMap((node) => {
    const found = extractor.definition(node);
    if (found === null) return [];
    const { start, end } = node.range();
    // A directive of C ends with its line break.
    const endLine = end.column === 0 ? Math.max(end.line, start.line + 1) : end.line + 1;
    return [{ ...found, line: start.line + 1, column: start.column + 1, endLine, start: start.index, end: end.index }];
  });
}

function importsIn(root: SgNode, text: string, extractor: Extractor): SourceImport[] {
  return extractor.importNodes(root, text).flatMap((node) => extractor.imports(node).map((found) => ({ ...found, line: node.range().start.line + 1 })));
}

function callsIn(root: SgNode, extractor: Extractor): Omit<SourceCall, 'caller'>[] {
  return all(root, ...extractor.callKinds).flatMap((node) => {
    const found = extractor.call(node);
    if (found === null) return [];
    const { start } = found.at.range();
    return [{ name: found.name, receiver: found.receiver === null ? null : found.receiver.replaceAll(/\s+/g, ' ').slice(0, 80), line: start.line + 1, column: start.column + 1, start: start.index }];
  });
}

export type Placed = Definition & Pick<SourceSymbol, 'line' | 'column' | 'endLine' | 'start' | 'end'>;

/** Gives each definition what it stands in. */
export function nested(found: readonly Placed[]): SourceSymbol[] {
  const symbols: SourceSymbol[] = [];
  const around: SourceSymbol[] = [];
  for (const one of found.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    while ((around.at(-1)?.end ?? Infinity) <= one.start) around.pop();
    const outer = around.at(-1);
    const containers = [...(outer === undefined ? [] : [outer.container, outer.name]), one.owner ?? null].filter((part) => part !== null);
    const { owner: _, parameters = [], ...rest } = one;
    const isLocal = outer !== undefined && isCallable(outer);
    const isMethod = rest.kind === 'function' && (one.owner != null || (outer !== undefined && !isLocal && outer.kind !== 'namespace'));
    const symbol: SourceSymbol = { ...rest, kind: isMethod ? 'method' : rest.kind, container: containers.length === 0 ? null : containers.join('.'), isLocal, parameters };
    symbols.push(symbol);
    around.push(symbol);
  }
  return symbols;
}

/** Gives each call the innermost function around it. */
export function withCallers(calls: readonly Omit<SourceCall, 'caller'>[], symbols: readonly SourceSymbol[]): SourceCall[] {
  const around: number[] = [];
  let next = 0;
  return calls
    .toSorted((a, b) => a.start - b.start)
    .map((call) => {
      for (; next < symbols.length && (symbols[next]?.start ?? 0) <= call.start; next++) {
        const symbol = symbols[next];
        if (symbol === undefined || !isCallable(symbol)) continue;
        while (around.length > 0 && (symbols[around.at(-1) ?? 0]?.end ?? 0) <= symbol.start) around.pop();
        around.push(next);
      }
      while (around.length > 0 && (symbols[around.at(-1) ?? 0]?.end ?? 0) <= call.start) around.pop();
      return { ...call, caller: around.at(-1) ?? -1 };
    });
}
