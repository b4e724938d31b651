import type { Knob } from '../../core/knobs/knob.js';
import { compilerKnobs, releaseLevels } from './compiler-knobs.js';
import type { KnobContext } from './finder.js';
import type { FlagAnchor, FlagWord } from './flag-words.js';

/** Lists of flags for extensions in C and C++: `extra_compile_args=['-O2']`, or `extra-compile-args = [...]` of pyproject.toml. */
const argumentList = /\bextra[_-]compile[_-]args\s*=\s*\[([^\]]*)\]/g;

/** Flags of Python extensions that the commands build. */
export function extensionKnobs({ tree, commands, machine }: KnobContext): Knob[] {
  const builds = commands.some(({ texts }) => texts.some((text) => /setup\.py|\b(?:pip3?|uv)\s+(?:\S+\s+)*?(?:install|wheel)|python3?\s+-m\s+build|build_ext/.test(text)));
  if (!builds) return [];
  return ['setup.py', 'pyproject.toml'].flatMap((file) => {
    const text = tree.text(file);
    if (text === null || !tree.has(file)) return [];
    const lists = [...text.matchAll(argumentList)].map((match) => {
      const from = match.index + match[0].length - 1 - (match[1]?.length ?? 0);
      return { from, words: stringsIn(match[1] ?? '', from) };
    });
    const words = lists.flatMap((list) => list.words);
    const levels = releaseLevels(words);
    const anchors = lists.map(({ from, words: inList }): FlagAnchor => {
      const last = inList.findLast(({ text: flag }) => levels.some((level) => level.text === flag)) ?? inList.at(-1);
      // Behind the quote that closes the last string.
      return last === undefined ? { at: from, write: (flags) => quoted(flags) } : { at: last.end + 1, write: (flags) => `, ${quoted(flags, text[last.end])}` };
    });
    return compilerKnobs({ build: 'extension', arch: machine.arch, file, text, flags: words.map((word) => word.text), levels, anchors, clang: false });
  });
}

function stringsIn(list: string, from: number): (FlagWord & { debug: boolean })[] {
  return [...list.matchAll(/(["'])([^"'\n]*)\1/g)].map((match) => ({ start: from + match.index + 1, end: from + match.index + 1 + (match[2]?.length ?? 0), text: match[2] ?? '', debug: false }));
}

function quoted(flags: readonly string[], quote = '"'): string {
  return flags.map((flag) => `${quote}${flag}${quote}`).join(', ');
}
