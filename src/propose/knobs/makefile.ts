import { posix } from 'node:path';
import type { Knob } from '../../core/knobs/knob.js';
import type { SourceTree } from '../../scan/source-tree.js';
import { starting } from './commands.js';
import { compilerKnobs, releaseLevels, type CompilerFile } from './compiler-knobs.js';
import type { KnobCommand, KnobContext } from './finder.js';
import type { FlagAnchor } from './flag-words.js';
import { makeWords, type MakePart, type MakeWord } from './make-words.js';

const make = /^(?:\S*\/)?g?make$/;

/** Flags of compilers in the Makefiles that the commands read. */
export function makefileKnobs(context: KnobContext): Knob[] {
  return makefileSites(context).flatMap(compilerKnobs);
}

/** Where flags stand in them, and can be put. */
export function makefileSites({ tree, commands, machine }: KnobContext): CompilerFile[] {
  return makefilesOf(tree, commands).flatMap(({ path, fixed }): CompilerFile[] => {
    const text = tree.text(path);
    if (text === null) return [];
    const { parts, words } = makeWords(text);
    const isOpen = ({ variable, measuring }: MakePart) => !measuring && (variable === null || !fixed.has(variable));
    const open = words.filter(({ part }) => isOpen(part)).map((word) => ({ ...word, debug: word.part.debug }));
    const levels = releaseLevels(open);
    return [{
      build: 'makefile', file: path, text, levels, arch: machine.arch,
      flags: words.filter(({ part }) => !part.debug && !part.measuring).map((word) => word.text),
      anchors: levels.length > 0 ? afterLast(levels) : inValues(parts.filter(isOpen)),
      clang: words.some((word) => /(?:^|\/)clang/.test(word.text)) || fixed.get('CC')?.includes('clang') === true,
    }];
  });
}

const write = (flags: readonly string[]): string => ` ${flags.join(' ')}`;

/** After the level of each value and recipe. */
function afterLast(levels: readonly MakeWord[]): FlagAnchor[] {
  return [...new Map(levels.map(({ part, end }) => [part, end])).values()].map((at) => ({ at, write }));
}

/** At the end of the flags for C and for C++, where each is set first. */
function inValues(parts: readonly MakePart[]): FlagAnchor[] {
  return ['CFLAGS', 'CXXFLAGS'].flatMap((name) => {
    const part = parts.find(({ variable, debug }) => variable === name && !debug);
    return part === undefined ? [] : [{ at: part.end, write }];
  });
}

interface UsedMakefile {
  path: string;
  /** Variables that a command sets, with their values: what the file says of them does not count. */
  fixed: ReadonlyMap<string, string>;
}

/** The Makefiles that set-up, build and benchmark read, with what they include by a plain name and the folders they go to. */
export function makefilesOf(tree: Pick<SourceTree, 'has' | 'text'>, commands: readonly KnobCommand[]): UsedMakefile[] {
  const used = new Map<string, Map<string, string>>();
  const waiting = commands.filter(({ role }) => role !== 'test').flatMap(({ cwd, scripts }) => starting(make, scripts).map((words) => ({ folder: cwd, options: words.slice(words.findIndex((word) => make.test(word)) + 1), known: [] as [string, string][] })));
  for (let call = waiting.pop(); call !== undefined; call = waiting.pop()) {
    const { options } = call;
    const folder = posix.join(call.folder, valueOf(options, '-C', '--directory') ?? '.');
    const named = valueOf(options, '-f', '--file');
    const path = (named === undefined ? ['GNUmakefile', 'makefile', 'Makefile'] : [named]).map((name) => posix.join(folder, name)).find((one) => tree.has(one));
    if (path === undefined) continue;
    // What the command line sets, make hands on to those that it starts.
    const given = [...call.known, ...options.flatMap((option): [string, string][] => {
      const [, name, value = ''] = /^([A-Za-z_]\w*)[:+?]?=(.*)$/s.exec(option) ?? [];
      return name === undefined ? [] : [[name, value]];
    })];
    const text = tree.text(path) ?? '';
    const isNew = !used.has(path);
    for (const file of [path, ...includedIn(text).map((name) => posix.join(folder, name)).filter((one) => tree.has(one))]) used.set(file, new Map([...(used.get(file) ?? []), ...given]));
    if (isNew) waiting.push(...startedIn(text).map((words) => ({ folder, options: words, known: given })));
  }
  return [...used].map(([path, fixed]) => ({ path, fixed })).toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

function includedIn(text: string): string[] {
  return [...text.matchAll(/^[-s]?include[ \t]+([\w./ -]+?)[ \t]*\r?$/gm)].flatMap((match) => (match[1] ?? '').split(/\s+/));
}

/** The options of each make that a recipe starts for another folder: `$(MAKE) -C src`, `cd src && $(MAKE)`. */
function startedIn(text: string): string[][] {
  const calls = text.matchAll(/^\t[^\n]*?(?:\bcd[ \t]+([\w./-]+)[ \t]*(?:&&|;)[ \t]*)?\$[({]MAKE[)}]([^\n;&|#]*)/gm);
  return [...calls].map(([, folder, rest = '']) => [...(folder === undefined ? [] : ['-C', folder]), ...rest.split(/\s+/).filter((word) => word !== '')]).filter((words) => words.includes('-C'));
}

/** The value of an option, whether it is a word of its own or not. */
function valueOf(words: readonly string[], ...names: readonly string[]): string | undefined {
  for (const [index, word] of words.entries()) {
    const name = names.find((one) => word.startsWith(one));
    if (name !== undefined) return word === name ? words[index + 1] : word.slice(name.length).replace(/^=/, '');
  }
  return undefined;
}
