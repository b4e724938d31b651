import type { SgNode } from '@ast-grep/napi';
import type { Finding } from '../../core/finding.js';
import { sourceFile, type SourceFile } from '../source/file.js';
import { scopeOfFinding } from './finding-scope.js';
import { PyModule } from './module.js';
import { candidatesFor, isLocalImport } from './module-files.js';
import type { Sources } from './sources.js';
import { torchVersions, type VersionRange } from './torch-version.js';

/** Tests call code with values of their own, and may not be changed. */
const isTest = /(?:^|\/)(?:test_[^/]*|[^/]*_test|conftest)\.py$|(?:^|\/)tests?\//;

/** A node, and the file that it is of. */
export interface Located {
  module: PyModule;
  node: SgNode;
}

/**
 * The program that a finding is about, as far as its text tells: the file of the finding, the files that it imports or
 * that import it, and where a value comes from.
 */
export class TorchProgram {
  readonly module: PyModule;
  /** The function of the finding, or the module where its code stands in none. */
  readonly scope: SgNode;
  readonly #modules = new Map<string, PyModule | null>();
  #users: PyModule[] | null = null;
  #versions: VersionRange | null = null;

  constructor(
    readonly finding: Finding,
    file: SourceFile,
    readonly sources: Sources,
  ) {
    this.module = new PyModule(finding.file, file);
    this.#modules.set(finding.file, this.module);
    this.scope = scopeOfFinding(file.root, finding);
  }

  /** 1-based: the hottest line of the finding, else the one that it names, which may be that of its function. */
  get line(): number {
    return this.finding.hotLines[0]?.line ?? this.finding.line;
  }

  /** Which versions of PyTorch the repository allows. */
  get versions(): VersionRange {
    return (this.#versions ??= torchVersions(this.sources));
  }

  /** Another Python file of the repository; null where there is none that parses. */
  moduleAt(file: string): PyModule | null {
    const known = this.#modules.get(file);
    if (known !== undefined) return known;
    const text = this.sources.read(file);
    const parsed = text === null ? null : sourceFile(text, 'python');
    const made = parsed === null || parsed.syntaxErrors > 0 ? null : new PyModule(file, parsed);
    this.#modules.set(file, made);
    return made;
  }

  /** The files of the repository that a file imports. */
  importedBy(module: PyModule): PyModule[] {
    const files = new Set(module.imports.filter((entry) => isLocalImport(entry.path)).flatMap((entry) => candidatesFor(module.file, entry.path).map(({ file }) => file)));
    return [...files].flatMap((file) => this.moduleAt(file) ?? []);
  }

  /** The files that import the file of the finding. */
  get users(): readonly PyModule[] {
    const stem = this.module.file.split('/').at(-1)?.replace(/\.py$/, '') ?? '';
    const name = stem === '__init__' ? (this.module.file.split('/').at(-2) ?? '') : stem;
    const mentions = new RegExp(`\\bimport\\b[^\\n]*\\b${name}\\b|\\bfrom\\b[^\\n]*\\b${name}\\b`);
    this.#users ??= this.sources
      .pythonFiles()
      .filter((file) => file !== this.module.file && !isTest.test(file) && mentions.test(this.sources.read(file) ?? ''))
      .flatMap((file) => this.moduleAt(file) ?? [])
      .filter((module) => this.importedBy(module).includes(this.module));
    return this.#users;
  }

  /** The file of the finding, what it imports, what imports it, and what those import: each once, in this order. */
  get modules(): readonly PyModule[] {
    const near = [this.module, ...this.importedBy(this.module), ...this.users];
    return [...new Set([...near, ...near.flatMap((module) => this.importedBy(module))])];
  }

  /** The function or class of the repository that an expression names; null where it is not one for sure. */
  definitionOf(module: PyModule, expression: SgNode | null): Located | null {
    if (expression === null) return null;
    const path = module.pathOf(expression);
    if (path === null) {
      const node = expression.kind() === 'identifier' ? module.definition(expression.text()) : null;
      return node === null ? null : { module, node };
    }
    for (const { file, rest } of candidatesFor(module.file, path)) {
      const other = this.moduleAt(file);
      if (other === null || rest.length !== 1) continue;
      const name = rest[0] ?? '';
      const node = other.definition(name);
      if (node !== null) return { module: other, node };
      // A package hands on what its files define.
      const handedOn = other.imports.find((entry) => entry.name === name && !entry.nested);
      const further = handedOn === undefined ? [] : candidatesFor(other.file, handedOn.path).flatMap((next) => ({ made: this.moduleAt(next.file)?.definition(next.rest[0] ?? '') ?? null, module: this.moduleAt(next.file) }));
      const found = further.find(({ made }) => made !== null);
      if (found?.made != null && found.module !== null) return { module: found.module, node: found.made };
    }
    return null;
  }

  /** The calls of a function or class of the repository in the files around the finding. */
  callersOf(definition: Located): Located[] {
    const name = definition.node.field('name')?.text() ?? '';
    return this.modules.flatMap((module) =>
      module.source.includes(name)
        ? module.root
            .findAll({ rule: { kind: 'call' } })
            .filter((call) => isSameDefinition(this.definitionOf(module, call.field('function')), definition))
            .map((node) => ({ module, node }))
        : [],
    );
  }
}

function isSameDefinition(found: Located | null, definition: Located): boolean {
  return found !== null && found.module === definition.module && found.node.id() === definition.node.id();
}
