import type { Language } from './candidate.js';

/** Headers in `.h` may be C, as `.c` is. */
const endings: readonly (readonly [Language, RegExp])[] = [
  ['javascript', /\.(?:[cm]?js|jsx)$/],
  ['typescript', /\.(?:[cm]?ts|tsx)$/],
  ['python', /\.py[iw]?$/],
  ['cpp', /\.(?:cc|hh|cpp|hpp|cxx|hxx|ipp|cu|cuh)$/],
  ['rust', /\.rs$/],
  ['go', /\.go$/],
];

/** By the file's ending, where that is enough to say so. */
export function languageOf(file: string): Language {
  return endings.find(([, ending]) => ending.test(file))?.[0] ?? 'other';
}
