import { lstatSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { isAbsolute, join, posix, relative } from 'node:path';
import { closest } from 'fastest-levenshtein';
import { PerfloopError } from '../core/errors.js';
import { languageOf, type ScanLanguage } from './language.js';
import { listFiles } from './list-files.js';

/** A longer file is generated, or data. */
export const largestFile = 2 ** 20;

/** Of all texts together that are kept while a question is answered, in UTF-16 code units. */
const mostKept = 256 * 2 ** 20;

export interface TreeFile {
  /** Relative to the root, with `/`. */
  path: string;
  bytes: number;
  /** Null where it is none that the scanner knows. */
  language: ScanLanguage | null;
}

/** What is not read, and how many of it there are. */
export interface LeftOut {
  links: number;
  tooLarge: number;
  binary: number;
}

/** The files of a repository as they are on the disk now. Opened for one question. */
export class SourceTree {
  readonly #texts = new Map<string, string | null>();
  readonly #byPath: ReadonlyMap<string, TreeFile>;
  /** Of all files. */
  readonly paths: ReadonlySet<string>;
  #kept = 0;
  #binary = 0;

  constructor(
    /** Absolute, without links. */
    readonly root: string,
    readonly files: readonly TreeFile[],
    readonly listedBy: 'git' | 'folder',
    readonly cut: boolean,
    private readonly left: Pick<LeftOut, 'links' | 'tooLarge'>,
  ) {
    this.#byPath = new Map(files.map((file) => [file.path, file]));
    this.paths = new Set(this.#byPath.keys());
  }

  /** Binary files are counted as far as they were read. */
  get leftOut(): LeftOut {
    return { ...this.left, binary: this.#binary };
  }

  has(path: string): boolean {
    return this.#byPath.has(path);
  }

  /** The file that somebody names: relative to the root, or absolute and inside of it. Throws PL_SCAN_OUTSIDE and PL_SCAN_FILE. */
  file(named: string): TreeFile {
    const path = posix.normalize(isAbsolute(named) ? relative(this.root, named) : named.replaceAll('\\', '/'));
    if (path === '..' || path.startsWith('../') || isAbsolute(path)) throw new PerfloopError('PL_SCAN_OUTSIDE', 'The path leaves the repository.', { where: named, fix: 'Give a path relative to the repository.' });
    const found = this.#byPath.get(path);
    if (found !== undefined) return found;
    const near = this.files.length === 0 ? null : closest(path, this.files.slice(0, 20_000).map((file) => file.path));
    throw new PerfloopError('PL_SCAN_FILE', 'The repository has no such file that the scanner reads.', { where: named, fix: `${near === null ? '' : `Did you mean ${near}? `}See \`perfloop tool scanner_files\`. Ignored, binary and very large files, and links, are not read.` });
  }

  /** Null for what is not text, or is gone. Bytes that are not UTF-8 become U+FFFD. */
  text(path: string): string | null {
    const known = this.#texts.get(path);
    if (known !== undefined) return known;
    const text = this.#read(path);
    this.#kept += text?.length ?? 0;
    if (this.#kept <= mostKept) this.#texts.set(path, text);
    return text;
  }

  #read(path: string): string | null {
    let bytes;
    try {
      bytes = readFileSync(join(this.root, path));
    } catch {
      return null;
    }
    if (bytes.length > largestFile) return null;
    // As git tells text from binary.
    if (bytes.subarray(0, 8000).includes(0)) {
      this.#binary += 1;
      return null;
    }
    return bytes.toString('utf8');
  }
}

/** Throws PL_SCAN_FOLDER for what is no folder, and what git does. */
export async function openSourceTree(folder: string): Promise<SourceTree> {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) throw new PerfloopError('PL_SCAN_FOLDER', 'The repository is not a folder.', { where: folder, fix: 'Name the folder of a repository: --repo DIR' });
  const root = realpathSync(folder);
  const { paths, from, cut } = await listFiles(root);
  const left = { links: 0, tooLarge: 0 };
  const inside = new Map<string, boolean>();
  const files: TreeFile[] = [];
  for (const path of paths) {
    const stats = lstatSync(join(root, path), { throwIfNoEntry: false });
    if (stats === undefined) continue;
    const parent = posix.dirname(path);
    if (!inside.has(parent)) inside.set(parent, isPlain(root, parent));
    if (stats.isSymbolicLink() || inside.get(parent) === false) left.links += 1;
    else if (!stats.isFile()) continue;
    else if (stats.size > largestFile) left.tooLarge += 1;
    else files.push({ path, bytes: stats.size, language: languageOf(path) });
  }
  return new SourceTree(root, files, from, cut, left);
}

/** Whether no link is on the way to a folder of the repository. */
function isPlain(root: string, folder: string): boolean {
  try {
    return realpathSync(join(root, folder)) === join(root, folder);
  } catch {
    return false;
  }
}
