import { posix } from 'node:path';
import type { Knob } from '../../core/knobs/knob.js';
import { toSpanEdits } from '../span-edits.js';
import { starting } from './commands.js';
import { compilerKnobs, idOf, releaseLevels, reordering } from './compiler-knobs.js';
import type { KnobCommand, KnobContext } from './finder.js';
import { lineAt, type FlagAnchor, type FlagWord } from './flag-words.js';

/** Build types and flags of compilers in the CMakeLists.txt that the commands configure. */
export function cmakeKnobs({ tree, commands, machine }: KnobContext): Knob[] {
  return [...projectsOf(tree.paths, commands)].flatMap(([file, options]) => {
    const text = tree.text(file);
    if (text === null) return [];
    const project = /^[ \t]*project[ \t]*\([^()]*\)/im.exec(text);
    const words = flagsOf(text);
    const levels = releaseLevels(words);
    const end = project === null ? null : project.index + project[0].length;
    const lines: FlagAnchor[] = end === null ? [] : [{ at: end, write: (flags) => `\nadd_compile_options(${flags.join(' ')})` }];
    const anchors = levels.length > 0 ? afterLast(levels) : lines;
    const ofFlags = compilerKnobs({ build: 'cmake', arch: machine.arch, file, text, flags: words.filter(({ debug }) => !debug).map((word) => word.text), levels, anchors, clang: options.some((option) => /clang/.test(option)) })
      // Without a level in the file it is the build type that says one.
      .filter(({ id }) => !id.startsWith('cmake-link-time') && (levels.length > 0 || !id.startsWith('cmake-optimisation')));
    return end === null ? ofFlags : [...buildType(file, text, end, options), ...ofFlags, ...linkTime(file, text, end, options)];
  });
}

function buildType(file: string, text: string, at: number, options: readonly string[]): Knob[] {
  // What the command says holds, whatever the file does.
  if (options.some((option) => /^-DCMAKE_BUILD_TYPE\b/.test(option))) return [];
  const set = /\bset\s*\(\s*CMAKE_BUILD_TYPE\s+"?(\w+)/d.exec(text);
  const span = set?.indices?.[1];
  const current = set?.[1] ?? 'default';
  if (current === 'Release') return [];
  const edit = span === undefined ? { start: at, end: at, text: '\nif(NOT CMAKE_BUILD_TYPE)\n  set(CMAKE_BUILD_TYPE Release)\nendif()' } : { start: span[0], end: span[1], text: 'Release' };
  return [{
    id: idOf('cmake-build-type', file),
    kind: 'build-flags',
    title: 'Build type',
    rationale: 'Without a build type CMake compiles without optimisation; Release stands for -O3 -DNDEBUG (CMake manual, CMAKE_BUILD_TYPE).',
    current,
    file,
    line: lineAt(text, edit.start),
    language: 'cpp',
    settings: [{ value: 'Release', place: { kind: 'patch', edits: toSpanEdits(file, text, [edit]) }, ...reordering(text.split(/[\s"'()]+/)), caution: 'Release defines NDEBUG, which takes out every assert().' }],
  }];
}

function linkTime(file: string, text: string, at: number, options: readonly string[]): Knob[] {
  // Before 3.9 the property did nothing with most compilers (policy CMP0069).
  const [, major = 0, minor = 0] = /\bcmake_minimum_required\s*\(\s*VERSION\s+(?:[\d.]+\.\.\.)?(\d+)\.(\d+)/i.exec(text)?.map(Number) ?? [];
  if (major < 3 || (major === 3 && minor < 9)) return [];
  if (/CMAKE_INTERPROCEDURAL_OPTIMIZATION|INTERPROCEDURAL_OPTIMIZATION|-flto/.test(text) || options.some((option) => option.includes('INTERPROCEDURAL'))) return [];
  return [{
    id: idOf('cmake-link-time', file),
    kind: 'build-flags',
    title: 'Optimisation at link time',
    rationale: 'Calls are inlined across source files. The build takes longer (CMake manual, INTERPROCEDURAL_OPTIMIZATION).',
    current: 'default',
    file,
    line: lineAt(text, at),
    language: 'cpp',
    settings: [{ value: 'CMAKE_INTERPROCEDURAL_OPTIMIZATION', place: { kind: 'patch', edits: toSpanEdits(file, text, [{ start: at, end: at, text: '\nset(CMAKE_INTERPROCEDURAL_OPTIMIZATION ON)' }]) }, ...reordering(text.split(/[\s"'()]+/)) }],
  }];
}

/** Commands whose arguments are flags of the compiler. */
const flagCommand = /\b(?:set\s*\(\s*(CMAKE_(?:C|CXX)_FLAGS\w*)|string\s*\(\s*APPEND\s+(CMAKE_(?:C|CXX)_FLAGS\w*)|add_compile_options\s*\(|target_compile_options\s*\()([^()]*)/gi;

function flagsOf(text: string): (FlagWord & { debug: boolean; call: number })[] {
  // Of the same length, so that offsets stay.
  const code = text.replaceAll(/#[^\n]*/g, (comment) => ' '.repeat(comment.length));
  return [...code.matchAll(flagCommand)].flatMap((match) => {
    const values = match[3] ?? '';
    const from = match.index + match[0].length - values.length;
    const debug = /debug|sanit|coverage/i.test(match[1] ?? match[2] ?? '');
    return [...values.matchAll(/[^\s"']+/g)].map((word) => ({ start: from + word.index, end: from + word.index + word[0].length, text: word[0], debug, call: match.index }));
  });
}

function afterLast(levels: readonly (FlagWord & { call: number })[]): FlagAnchor[] {
  return [...new Map(levels.map(({ call, end }) => [call, end])).values()].map((at) => ({ at, write: (flags) => ` ${flags.join(' ')}` }));
}

/** The top CMakeLists.txt of every configuration, with the options that the commands give. */
function projectsOf(paths: ReadonlySet<string>, commands: readonly KnobCommand[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { cwd, texts, role } of commands) {
    if (role === 'test') continue;
    for (const words of starting(/^(?:\S*\/)?cmake$/, texts)) {
      if (words.includes('--build') || words.includes('--install')) continue;
      const source = words.indexOf('-S') === -1 ? words.find((word, index) => index > words.indexOf('cmake') && !word.startsWith('-') && !/^-[BDGA]$/.test(words[index - 1] ?? '')) : words[words.indexOf('-S') + 1];
      const file = [posix.join(cwd, source ?? '.', 'CMakeLists.txt'), posix.join(cwd, 'CMakeLists.txt')].find((path) => paths.has(path));
      if (file !== undefined) found.set(file, [...(found.get(file) ?? []), ...words]);
    }
  }
  return found;
}
