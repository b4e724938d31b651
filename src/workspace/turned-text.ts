import { posix } from 'node:path';
import { RE2JS } from 're2js';
import type { Config } from '../core/config/schema.js';

/** A value in a file that the target declares as something to turn. */
export interface DeclaredPlace {
  file: string;
  /** RE2 syntax, one group. */
  pattern: string;
}

/** Those of the [[knobs]] that are values in files. */
export function declaredPlaces({ knobs = [] }: { knobs?: Config['knobs'] }): DeclaredPlace[] {
  return knobs.flatMap(({ file, pattern }) => (file === undefined || pattern === undefined ? [] : [{ file, pattern }]));
}

/** In the place of a setting that stays where it is with another value. No file with this character is turned. */
const turned = '\0';

/**
 * By these words a compiler is told to work harder, or for one machine. What a program means, what it checks and which parts of
 * it are built, they do not say: `-D`, `-I`, plugins and other files are none of them.
 */
const compilerWord = String.raw`-(?:O(?:[0-3]|s|z|fast)?|m(?:arch|tune|cpu)=[\w.+-]+|flto(?:=\w+)?|ffat-lto-objects|fno-semantic-interposition|fno-plt|funroll-loops|ffast-math|ffp-contract=(?:off|on|fast)|fprofile-use|fprofile-partial-training|Wno-missing-profile|Wno-error=coverage-mismatch)`;

/** Options of V8 that size its heap. */
const heapSize = String.raw`--max-(?:semi|old)-space-size=\d+`;

interface Kind {
  name: RegExp;
  /** The text without its settings. */
  strip: (text: string) => string;
}

const kinds: readonly Kind[] = [
  { name: /^(?:Makefile|makefile|GNUmakefile|.*\.mk)$/, strip: withoutCompilerWords },
  { name: /\.sh$/, strip: (text) => withoutHeapSizes(withoutVariables(text)) },
  { name: /^(?:CMakeLists\.txt|.*\.cmake)$/, strip: withoutCmakeSettings },
  { name: /^meson\.build$/, strip: withoutMesonOptions },
  { name: /^(?:setup\.py|pyproject\.toml)$/, strip: withoutCompilerStrings },
  { name: /^Cargo\.toml$/, strip: withoutCargoProfile },
  { name: /^package\.json$/, strip: withoutHeapSizes },
  { name: /\.[cm]?js$|^[^.]+$/, strip: withoutShebangSizes },
];

/**
 * What is left of a file when all that a knob can turn is taken out of it: flags of optimisation, sizes of heaps, declared values.
 * Two versions with the same rest differ in settings alone: all else counts, to the last blank. Null: nothing of such a file can
 * be turned.
 */
export function withoutSettings(path: string, text: string, declared: readonly DeclaredPlace[]): string | null {
  const kind = kinds.find(({ name }) => name.test(posix.basename(path)));
  const own = declared.filter(({ file }) => posix.normalize(file) === path);
  if ((kind === undefined && own.length === 0) || text.includes(turned)) return null;
  const cut = own.reduce((rest, { pattern }) => withoutDeclared(rest, pattern), text);
  return kind?.strip(cut) ?? cut;
}

/** A word behind a blank goes with it, since knobs add such words. Elsewhere there has to be one, whichever it is. */
function withoutCompilerWords(text: string): string {
  const end = String.raw`(?=$|[\s"'),;\\])`;
  return text.replaceAll(new RegExp(` ${compilerWord}${end}`, 'gm'), '').replaceAll(new RegExp(`(?<=^|[\\t"'=(,])${compilerWord}${end}`, 'gm'), turned);
}

/** The same of flags in a list of strings: what is added stands behind another string, or alone in its list. */
function withoutCompilerStrings(text: string): string {
  const string = `(?:"${compilerWord}"|'${compilerWord}')`;
  return text.replaceAll(new RegExp(`, ${string}`, 'g'), '').replaceAll(new RegExp(`(?<=\\[)${string}(?=\\])`, 'g'), '').replaceAll(new RegExp(string, 'g'), turned);
}

function withoutHeapSizes(text: string): string {
  return text.replaceAll(new RegExp(`(?<=(?:^|[\\s"])node)(?: ${heapSize})+(?=[\\s"])`, 'gm'), '').replaceAll(new RegExp(`(?<= )${heapSize}(?=[\\s"])`, 'g'), turned);
}

/** Of a launcher, which gives a variable a plain value: the variable has to stay. */
function withoutVariables(text: string): string {
  return text.replaceAll(/^([ \t]*(?:export[ \t]+)?(?:OMP_NUM_THREADS|GOGC)=)(["']?)\w+\2(?=\s|$)/gm, `$1$2${turned}$2`);
}

/** `-S` splits the words behind it, so with others than sizes it has to be there in both. */
function withoutShebangSizes(text: string): string {
  return text
    .replace(new RegExp(`^#!/usr/bin/env (?:-S )?node(?: ${heapSize})*(?=\\r?\\n)`), '#!/usr/bin/env node')
    .replace(new RegExp(`^#!/usr/bin/env -S node(?: ${heapSize})+(?= )`), '#!/usr/bin/env -S node');
}

function withoutCmakeSettings(text: string): string {
  const lines = text
    .replaceAll(/(\bset\s*\(\s*CMAKE_BUILD_TYPE\s+"?)\w+/g, `$1${turned}`)
    .replaceAll(new RegExp(`\\r?\\nif\\(NOT CMAKE_BUILD_TYPE\\)\\r?\\n {2}set\\(CMAKE_BUILD_TYPE ${turned}\\)\\r?\\nendif\\(\\)`, 'g'), '')
    .replaceAll(/\r?\nset\(CMAKE_INTERPROCEDURAL_OPTIMIZATION ON\)/g, '')
    .replaceAll(new RegExp(`\\r?\\nadd_compile_options\\(${compilerWord}(?: ${compilerWord})*\\)`, 'g'), '');
  return withoutCompilerWords(lines);
}

function withoutMesonOptions(text: string): string {
  const option = `'(?:buildtype|b_lto)=${turned}'`;
  return text
    .replaceAll(/'(buildtype|b_lto)=\w+'/g, `'$1=${turned}'`)
    .replaceAll(new RegExp(`, default_options : \\[${option}(?:, ${option})*\\]`, 'g'), '')
    .replaceAll(new RegExp(`(default_options\\s*:\\s*\\[)(?:${option}, )*(?:${option}(?=\\]))?`, 'g'), '$1');
}

/** Lines of the release profile, and its header where nothing else stands below it at the end of the file. */
function withoutCargoProfile(text: string): string {
  let section = '';
  const lines = text.split('\n').flatMap((line) => {
    section = /^\s*\[+([^\]]+)\]+/.exec(line)?.[1]?.trim() ?? section;
    const [, before, after] = (section === 'profile.release' ? /^(\s*(?:opt-level|lto|codegen-units)\s*=\s*)(?:"[\w-]*"|'[\w-]*'|\w+)(.*)$/.exec(line) : null) ?? [];
    if (before === undefined || after === undefined) return [line];
    return after.trim() === '' ? [] : [`${before}${turned}${after}`];
  });
  return lines.join('\n').replace(/\s*(?:\[profile\.release\]\s*)?$/, '');
}

/** All that a pattern captures, left out. */
function withoutDeclared(text: string, pattern: string): string {
  const matcher = RE2JS.compile(pattern, RE2JS.MULTILINE).matcher(text);
  let rest = '';
  let at = 0;
  while (matcher.find()) {
    const [start, end] = [matcher.start(1), matcher.end(1)];
    if (start < at) continue;
    rest += text.slice(at, start);
    at = end;
  }
  return rest + text.slice(at);
}
