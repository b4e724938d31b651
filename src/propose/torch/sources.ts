import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dialectOf } from '../source/parse.js';

/** The text files of a checkout, read when they are asked for. */
export interface Sources {
  /** Null where there is no such file, or it is not UTF-8, or too large. `file` is relative to the root, with `/`. */
  read(file: string): string | null;
  /** Python files, relative to the root, with `/`, sorted. */
  pythonFiles(): readonly string[];
  /** Files of C++, headers included, likewise. */
  cppFiles(): readonly string[];
}

/** Files above this are generated; walking them would take minutes. In bytes. */
const largestFile = 2_000_000;
/** A repository with more is not looked through for the files that import one of them. */
const mostFiles = 3_000;
const skipped = /^(?:\..*|node_modules|__pycache__|venv|env|site-packages|build|dist)$/;

/** Reads from a folder and follows no link out of it. */
export function folderSources(root: string): Sources {
  const texts = new Map<string, string | null>();
  let python: string[] | null = null;
  let cpp: string[] | null = null;
  return {
    read(file) {
      const known = texts.get(file);
      if (known !== undefined) return known;
      const text = file.split('/').includes('..') ? null : readText(join(root, file));
      texts.set(file, text);
      return text;
    },
    pythonFiles: () => (python ??= filesIn(root, isPython)),
    cppFiles: () => (cpp ??= filesIn(root, isCpp)),
  };
}

/** Sources that are in memory, by their file. */
export function textSources(texts: Readonly<Record<string, string>>): Sources {
  return { read: (file) => texts[file] ?? null, pythonFiles: () => Object.keys(texts).filter(isPython).toSorted(), cppFiles: () => Object.keys(texts).filter(isCpp).toSorted() };
}

function readText(path: string): string | null {
  try {
    const bytes = readFileSync(path);
    const text = bytes.toString('utf8');
    return bytes.length <= largestFile && Buffer.from(text, 'utf8').equals(bytes) ? text : null;
  } catch {
    // A file that is not there, or is a folder, is one that tells nothing.
    return null;
  }
}

const isPython = (file: string): boolean => file.endsWith('.py');
const isCpp = (file: string): boolean => dialectOf(file) === 'cpp';

function filesIn(root: string, isWanted: (file: string) => boolean): string[] {
  const found: string[] = [];
  const folders = [''];
  for (let folder = folders.shift(); folder !== undefined && found.length < mostFiles; folder = folders.shift()) {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const file = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory() && !skipped.test(entry.name)) folders.push(file);
      else if (entry.isFile() && isWanted(file)) found.push(file);
    }
  }
  return found.toSorted();
}
