import { lineIndex } from '../../inspect/text/patterns.js';
import { cLike, goLike, hashed, rustLike, scan, type Lexis } from '../../inspect/text/scan.js';
import type { ScanLanguage } from '../language.js';
import { nested, withCallers, type Placed } from './extractor.js';
import type { Outline, SourceCall, SourceImport, SymbolKind } from './outline.js';

/** A longer line is minified code, or data. In UTF-16 code units. */
const longestLine = 1000;

interface Words {
  lexis: Lexis;
  /** Each with the groups `name` and, where what is defined belongs to a type, `owner`. Matched against one line. */
  definitions: readonly (readonly [SymbolKind, RegExp])[];
  imports: RegExp | null;
}

const words: Record<ScanLanguage, Words> = {
  'c++': {
    lexis: cLike,
    definitions: [
      ['class', /^\s*(?:template\s*<[^>]*>\s*)?class\s+(?:\w+\s+)?(?<name>\w+)[^;]*$/d],
      ['struct', /^\s*(?:typedef\s+)?(?:struct|union)\s+(?<name>\w+)\s*(?::[^;]*)?(?:\{.*)?$/d],
      ['macro', /^\s*#\s*define\s+(?<name>\w+)\(/d],
      // A type, then a name with parentheses, and no `;` after them.
      ['function', /^[\w\s*&:<>,~]*?\b(?:(?<owner>\w+)::)?(?<name>~?\w+)\s*\([^;]*(?:\{.*)?$/d],
    ],
    imports: /^\s*#\s*include\s*(?:"(?<module>[^"]+)"|(?<outside><[^>]+>))/,
  },
  rust: {
    lexis: rustLike,
    definitions: [
      ['function', /^\s*(?:pub(?:\([^)]*\))?\s+)?(?:(?:const|async|unsafe|extern\s*(?:"[^"]*")?)\s+)*fn\s+(?<name>\w+)/d],
      ['struct', /^\s*(?:pub(?:\([^)]*\))?\s+)?(?:struct|union)\s+(?<name>\w+)/d],
      ['enum', /^\s*(?:pub(?:\([^)]*\))?\s+)?enum\s+(?<name>\w+)/d],
      ['trait', /^\s*(?:pub(?:\([^)]*\))?\s+)?(?:unsafe\s+)?trait\s+(?<name>\w+)/d],
      ['macro', /^\s*macro_rules!\s*(?<name>\w+)/d],
    ],
    imports: /^\s*(?:pub\s+)?use\s+(?<module>[\w:]+)/,
  },
  go: {
    lexis: goLike,
    definitions: [
      ['function', /^func\s+(?:\(\s*\w*\s*\*?(?<owner>\w+)[^)]*\)\s*)?(?<name>\w+)\s*[[(]/d],
      ['struct', /^\s*(?:type\s+)?(?<name>\w+)\s+struct\s*\{/d],
      ['interface', /^\s*(?:type\s+)?(?<name>\w+)\s+interface\s*\{/d],
    ],
    imports: /^\s*(?:import\s+)?(?:[\w.]+\s+)?"(?<module>[\w./-]+)"\s*$/,
  },
  python: { lexis: hashed, definitions: [['function', /^\s*(?:async\s+)?def\s+(?<name>\w+)/d], ['class', /^\s*class\s+(?<name>\w+)/d]], imports: /^\s*(?:from|import)\s+(?<module>[\w.]+)/ },
  javascript: script(),
  typescript: script(),
};

const notCalled = new Set('import async if for while switch return catch sizeof alignof decltype static_assert defined func fn match loop function new delete throw typeof in of await yield and or not elif except with lambda print assert def class case else do go defer select using'.split(' '));

/** `a.b::name(`, with CUDA's launch configuration before the parenthesis. */
const callPattern = /(?<![\w$])((?:[A-Za-z_$][\w$]{0,200}(?:\.|->|::)){0,8})([A-Za-z_$][\w$]{0,200})[ \t]{0,8}(?:<<<[^;]{0,200}>>>[ \t]{0,8})?\(/g;

/** What patterns show of a file where there is no grammar: definitions at line starts, calls as names before parentheses. */
export function textOutline(text: string, language: ScanLanguage): Outline {
  const { lexis, definitions, imports } = words[language];
  const { code, withStrings } = scan(text, lexis);
  const found: Placed[] = [];
  const imported: SourceImport[] = [];
  const taken = new Set<number>();
  const blockAt = blocksIn(code);
  const lineAt = lineIndex(code);
  let start = 0;
  const original = withStrings.split('\n');
  code.split('\n').forEach((line, index) => {
    if (line.length <= longestLine) {
      for (const [kind, pattern] of definitions) {
        const match = pattern.exec(line);
        const name = match?.groups?.['name'];
        if (match === null || name === undefined || notCalled.has(name)) continue;
        const at = start + (match.indices?.groups?.['name']?.[0] ?? 0);
        const end = kind === 'macro' ? null : language === 'python' ? blockEnd(code, start) : blockAt(at);
        // Without a body it is a declaration, or a call.
        if (end === null && kind === 'function') continue;
        const last = end ?? start + line.length;
        taken.add(at);
        found.push({ name, kind, owner: match.groups?.['owner'] ?? null, line: index + 1, column: line.length - line.trimStart().length + 1, endLine: lineAt(last - 1), start, end: last });
        break;
      }
      const match = imports?.exec(original[index] ?? '');
      const module = match?.groups?.['module'] ?? match?.groups?.['outside'];
      if (module !== undefined) imported.push({ module, line: index + 1, names: [{ name: '*', as: language === 'c++' ? '*' : (module.split(/[./:]+/).at(-1) ?? module) }] });
    }
    start += line.length + 1;
  });
  const symbols = nested(found);
  const calls = withCallers(callsIn(code, taken), symbols);
  // In C++ what looks like a call outside of functions declares one.
  return { language, by: 'text', symbols, calls: language === 'c++' ? calls.filter(({ caller }) => caller !== -1) : calls, imports: imported };
}

function callsIn(code: string, definitions: ReadonlySet<number>): Omit<SourceCall, 'caller'>[] {
  let lineStart = 0;
  return code.split('\n').flatMap((text, index) => {
    const calls = [...text.matchAll(callPattern)].flatMap(({ 1: receiver = '', 2: name = '', index: at }) => {
      const column = at + receiver.length;
      return (receiver === '' && notCalled.has(name)) || definitions.has(lineStart + column) ? [] : [{ name, receiver: receiver === '' ? null : receiver.replace(/(?:\.|->|::)$/, ''), line: index + 1, column: column + 1, start: lineStart + column }];
    });
    lineStart += text.length + 1;
    return calls;
  });
}

/** Where the block in braces ends that is the first thing after a place; null where a `;` or a closing brace comes first. */
function blocksIn(code: string): (from: number) => number | null {
  const marks: { at: number; end: number | null }[] = [];
  const open: number[] = [];
  for (const { 0: mark, index } of code.matchAll(/[{};]/g)) {
    if (mark === '{') open.push(marks.length);
    const opened = mark === '}' ? marks[open.pop() ?? -1] : undefined;
    if (opened !== undefined) opened.end = index + 1;
    marks.push({ at: index, end: null });
  }
  return (from) => {
    let [low, high] = [0, marks.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((marks[middle]?.at ?? 0) < from) low = middle + 1;
      else high = middle;
    }
    return marks[low]?.end ?? null;
  };
}

/** The end of the lines that are indented deeper than the one that begins here. */
function blockEnd(code: string, from: number): number {
  const own = /^[ \t]*/.exec(code.slice(from, from + 200))?.[0].length ?? 0;
  let end = lineEnd(code, from);
  for (let at = end + 1; at < code.length; at = lineEnd(code, at) + 1) {
    const line = code.slice(at, lineEnd(code, at));
    if (line.trim() === '') continue;
    if (line.length - line.trimStart().length <= own && !/^\s*\)/.test(line)) break;
    end = lineEnd(code, at);
  }
  return end;
}

function lineEnd(code: string, from: number): number {
  const end = code.indexOf('\n', from);
  return end === -1 ? code.length : end;
}

function script(): Words {
  return { lexis: goLike, definitions: [['function', /^\s*(?:export\s+)?(?:default\s+)?(?:async\s+)?function\s*\*?\s*(?<name>[\w$]+)/d], ['class', /^\s*(?:export\s+)?(?:default\s+)?(?:abstract\s+)?class\s+(?<name>[\w$]+)/d]], imports: /\bfrom\s*['"](?<module>[^'"]+)['"]/ };
}
