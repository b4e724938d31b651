import type { SpanEdit } from '../../core/candidate.js';
import type { TextEdit } from '../recipes/recipe.js';
import { toSpanEdits } from '../span-edits.js';

/** A flag as it stands in a file. */
export interface FlagWord {
  /** Offsets in the file. */
  start: number;
  end: number;
  text: string;
}

/** A place where flags can be put: after other flags, or where there are none yet. */
export interface FlagAnchor {
  at: number;
  /** The text for it, with what separates it from its neighbours. */
  write: (flags: readonly string[]) => string;
}

/** The flags of a compiler in one file. */
export interface FlagSites {
  file: string;
  text: string;
  /** All, as texts. */
  flags: readonly string[];
  /** Levels of optimisation of what is released. */
  levels: readonly FlagWord[];
  anchors: readonly FlagAnchor[];
}

/** `-O`, `-O0` to `-O3`, `-Os`, `-Oz`, `-Og`, `-Ofast`. */
export const optimisation = /^-O(?:[0-3]|s|z|g|fast)?$/;

/** The line of an offset, 1-based. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

/** Every word replaced by another. Those that are it already stay. */
export function replaced({ file, text }: FlagSites, words: readonly FlagWord[], by: string): SpanEdit[] {
  return toSpanEdits(file, text, words.filter((word) => word.text !== by).map(({ start, end }): TextEdit => ({ start, end, text: by })));
}

/** Flags put at every anchor. */
export function added({ file, text, anchors }: FlagSites, ...flags: readonly string[]): SpanEdit[] {
  return toSpanEdits(file, text, anchors.map(({ at, write }): TextEdit => ({ start: at, end: at, text: write(flags) })));
}

/** The distinct texts of words, in their order. */
export function shownWords(words: readonly FlagWord[]): string {
  return [...new Set(words.map(({ text }) => text))].join(', ');
}
