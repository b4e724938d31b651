import { measures } from './measuring.js';

/** A word of a Makefile that may be a flag of a compiler, with what surrounds it. */
export interface MakeWord {
  /** Offsets in the file. */
  start: number;
  end: number;
  text: string;
  /** The value or the line of a recipe that it is part of. */
  part: MakePart;
}

/** A value, or a line of a recipe that calls a compiler. */
export interface MakePart {
  /** Null in a recipe. */
  variable: string | null;
  /** Offset behind its last word in its first line. */
  end: number;
  /** A condition, target or variable around it speaks of debugging. */
  debug: boolean;
  /** Its target or variable is one of benchmarks or tests by its name. */
  measuring: boolean;
}

/** `CFLAGS += -O2`, `override CFLAGS := -O2`, `release: CFLAGS = -O2`. */
const assignment = /^[ ]*(?:(?<targets>[^=:#\t][^=:#]*):(?!=)[ \t]*)?(?:override[ \t]+|export[ \t]+|private[ \t]+)*(?<name>[A-Za-z_][\w.-]*)[ \t]*(?:\?|\+|:{1,3})?=/;
const condition = /^[ \t]*(?<word>ifeq|ifneq|ifdef|ifndef|else|endif)\b(?<rest>.*)$/;
const debugging = /debug|dbg|saniti[sz]|asan|tsan|ubsan|coverage|valgrind|gprof/i;

/** Variables that hold options of a compiler or linker, or a compiler with its options. */
const holdsFlags = /FLAGS|OPTS?$|OPTIM|^(?:CC|CXX|LD|HOST_?CC|HOST_?CXX)$|^(?:opt|flags)$/i;

/** Calls of a compiler in a recipe. */
const compilerCall = /\$[({](?:CC|CXX|LINK\.\w+|COMPILE\.\w+)[)}]|(?:^|[\s@/-])(?:gcc|g\+\+|clang|clang\+\+|cc|c\+\+|icx|icpx)(?:-[\d.]+)?(?=\s|$)/;

/** The values that hold flags and the lines of recipes that call a compiler, with their words. Comments are left out. */
export function makeWords(text: string): { parts: MakePart[]; words: MakeWord[] } {
  const parts: MakePart[] = [];
  const words: MakeWord[] = [];
  const conditions: boolean[] = [];
  let part: MakePart | null = null;
  let rule = '';
  let at = 0;
  for (const line of text.split('\n')) {
    const start = at;
    at += line.length + 1;
    const code = withoutComment(line);
    let from = 0;
    if (part === null) {
      const branch = condition.exec(code)?.groups;
      if (branch !== undefined) {
        turn(conditions, branch['word'] ?? '', branch['rest'] ?? '');
        continue;
      }
      const assigned = code.startsWith('\t') ? null : assignment.exec(code);
      from = assigned?.[0].length ?? 0;
      if (assigned === null && !code.startsWith('\t') && code.trim() !== '') rule = targetsOf(code);
      part = { ...partOf(assigned, rule, conditions.includes(true)), end: start + from + code.slice(from).replace(/\s*\\?$/, '').length };
      if (isCompiling(part, code)) parts.push(part);
    }
    if (isCompiling(part, code)) {
      for (const match of code.slice(from).matchAll(/[^\s\\]+/g)) words.push({ start: start + from + match.index, end: start + from + match.index + match[0].length, text: match[0], part });
    }
    if (!code.endsWith('\\')) part = null;
  }
  return { parts, words };
}

function partOf(assigned: RegExpExecArray | null, rule: string, debug: boolean): Pick<MakePart, 'variable' | 'debug' | 'measuring'> {
  const { name, targets = '' } = assigned?.groups ?? {};
  if (name === undefined) return { variable: null, debug, measuring: measures(rule) };
  return { variable: name, debug: debug || debugging.test(`${name} ${targets}`), measuring: measures(`${name} ${targets}`) };
}

/** What stands before the last colon of a rule: its targets, and no less. */
function targetsOf(rule: string): string {
  const colon = rule.lastIndexOf(':');
  return colon === -1 ? rule : rule.slice(0, colon);
}

function isCompiling({ variable }: MakePart, code: string): boolean {
  return variable === null ? compilerCall.test(code) : holdsFlags.test(variable);
}

/** `#` begins a comment, but for `\#`; in a recipe the shell says so too. */
function withoutComment(line: string): string {
  const comment = /(^|[^\\])#/.exec(line);
  return comment === null ? line.replace(/\r$/, '') : line.slice(0, comment.index + (comment[1]?.length ?? 0));
}

/** Which of the branches that are open speak of debugging: that of `ifdef DEBUG`, not its `else`. */
function turn(conditions: boolean[], word: string, rest: string): void {
  if (word === 'endif') conditions.pop();
  else if (word === 'else') conditions.push(!(conditions.pop() ?? false) && debugging.test(rest));
  else conditions.push(debugging.test(rest) && (word === 'ifdef' || (word === 'ifeq' && !/,\s*(?:0|no|n|false|off)?\s*\)/i.test(rest))));
}
