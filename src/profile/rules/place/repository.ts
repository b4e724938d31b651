import { stat } from 'node:fs/promises';
import { isCallable } from '../../../scan/outline/outline.js';
import { linesOf, outlineIn } from '../../../scan/outlines.js';
import { definitionsOf, nameParts, type Located } from '../../../scan/resolve/definitions.js';
import { openSourceTree, type SourceTree } from '../../../scan/source-tree.js';
import { isInDependency } from '../../tools/repository.js';
import { loopAround, type Around } from './around.js';

/** A longer line is minified code. */
const longestLine = 500;

/** A source line that matches. */
export interface Match {
  file: string;
  /** 1-based. */
  line: number;
  text: string;
}

/** The sources of a profiled program, as the scanner reads them. */
export class Repository {
  readonly #lines = new Map<string, string[] | null>();
  /** Relative, with `/`. */
  readonly files: ReadonlySet<string>;

  private constructor(private readonly tree: SourceTree) {
    this.files = new Set(tree.files.map(({ path }) => path));
  }

  /** Throws PL_SCAN_FOLDER for what is no folder. */
  static async open(root: string): Promise<Repository> {
    return new Repository(await openSourceTree(root));
  }

  get root(): string {
    return this.tree.root;
  }

  /** Null for what is not text, or not there. */
  lines(file: string): string[] | null {
    if (!this.#lines.has(file)) {
      const text = this.tree.has(file) ? this.tree.text(file) : null;
      this.#lines.set(file, text === null ? null : linesOf(text));
    }
    return this.#lines.get(file) ?? null;
  }

  /** Lines of source files that match, comments left out, in the order of the files' names. */
  matches(pattern: RegExp): Match[] {
    const found: Match[] = [];
    for (const { path: file, language } of this.tree.files) {
      if (language === null || isInDependency(file)) continue;
      for (const [index, text] of (this.lines(file) ?? []).entries()) {
        if (text.length <= longestLine && pattern.test(text) && !/^\s*(\/\/|\*|\/\*|#(?!include))/.test(text)) found.push({ file, line: index + 1, text: text.trim() });
      }
    }
    return found;
  }

  /** The innermost function around a line, and whether a loop of it is. */
  around(file: string, line: number): Around {
    const inside = (outlineIn(this.tree, file)?.symbols ?? []).filter((symbol) => isCallable(symbol) && symbol.line <= line && symbol.endLine >= line);
    const innermost = inside.reduce<(typeof inside)[number] | null>((best, symbol) => (best === null || symbol.line >= best.line ? symbol : best), null);
    const first = innermost?.line ?? 1;
    return { function: innermost?.name ?? '(module)', line: first, inLoop: loopAround(this.lines(file) ?? [], { line, first, file }) };
  }

  /** Functions of that name (`solve`, `Solver::solve`); where none has the whole name, those that have its last part. */
  functions(named: string): Located[] {
    const callable = (name: string): Located[] => definitionsOf(this.tree, name).filter(({ symbol }) => isCallable(symbol));
    const whole = callable(named);
    return whole.length > 0 ? whole : callable(nameParts(named).at(-1) ?? '');
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

export async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() === true;
}
