import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { sourceLines } from '../../findings/source.js';
import { isInDependency } from '../../tools/repository.js';

/** Without git, more files than this are not looked at. */
const mostFiles = 20_000;
const sourceFile = /\.(py|pyx|[cm]?[jt]sx?|c|cc|cpp|cxx|cu|cuh|h|hh|hpp|rs|go)$/;

/** A source line that matches. */
export interface Match {
  file: string;
  /** 1-based. */
  line: number;
  text: string;
}

/** The source files of a checkout, each read once. */
export class Repository {
  readonly #lines = new Map<string, Promise<string[] | null>>();

  private constructor(
    readonly root: string,
    /** Relative, with `/`. */
    readonly files: ReadonlySet<string>,
  ) {}

  /** Files that git tracks, or all that are there where it is no checkout. */
  static async open(root: string): Promise<Repository> {
    // Its hundred files are for who names a repository.
    const { execa } = await import('execa');
    const { stdout, failed } = await execa('git', ['ls-files', '-z'], { cwd: root, maxBuffer: 256 * 2 ** 20, reject: false });
    const files = failed ? await walk(root) : stdout.split('\0').filter((file) => file !== '');
    return new Repository(root, new Set(files));
  }

  lines(file: string): Promise<string[] | null> {
    let lines = this.#lines.get(file);
    if (lines === undefined) this.#lines.set(file, (lines = sourceLines(this.root, file)));
    return lines;
  }

  /** Lines of source files that match, comments left out, in the order of the files' names. */
  async matches(pattern: RegExp): Promise<Match[]> {
    const found: Match[] = [];
    for (const file of [...this.files].filter((one) => sourceFile.test(one) && !isInDependency(one)).sort()) {
      for (const [index, text] of ((await this.lines(file)) ?? []).entries()) {
        if (text.length <= 500 && pattern.test(text) && !/^\s*(\/\/|\*|\/\*|#(?!include))/.test(text)) found.push({ file, line: index + 1, text: text.trim() });
      }
    }
    return found;
  }

  /** The file that a path of the profiled machine names: the same, or the one that ends alike. Null where several do. */
  fileOf(path: string): string | null {
    const clean = path.replaceAll('\\', '/').replace(/^\.\//, '');
    if (this.files.has(clean)) return clean;
    if (clean.startsWith(`${this.root}/`)) return this.files.has(clean.slice(this.root.length + 1)) ? clean.slice(this.root.length + 1) : null;
    if (isInDependency(clean)) return null;
    // The longest ending that is a file here.
    for (let cut = clean.indexOf('/'); cut >= 0; cut = clean.indexOf('/', cut + 1)) if (this.files.has(clean.slice(cut + 1))) return clean.slice(cut + 1);
    const endings = [...this.files].filter((file) => file.endsWith(`/${clean}`));
    return endings.length === 1 ? (endings[0] ?? null) : null;
  }
}

async function walk(root: string): Promise<string[]> {
  const files: string[] = [];
  const folders = [''];
  for (let folder = folders.pop(); folder !== undefined && files.length < mostFiles; folder = folders.pop()) {
    const entries = await readdir(join(root, folder), { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory() && !entry.name.startsWith('.') && !isInDependency(entry.name)) folders.push(path);
      // A link could lead out of the repository.
      else if (entry.isFile() && sourceFile.test(entry.name)) files.push(path);
    }
  }
  return files;
}

export async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() === true;
}
