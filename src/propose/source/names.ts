import type { SgNode } from '@ast-grep/napi';

/** Hands out identifiers that nothing in the file is called, each once. */
export class Names {
  readonly #taken: Set<string>;

  constructor(root: SgNode) {
    this.#taken = new Set(root.text().match(/[\p{ID_Start}$_][\p{ID_Continue}$]*/gu) ?? []);
  }

  fresh(wanted: string): string {
    let name = wanted;
    for (let n = 2; this.#taken.has(name); n++) name = `${wanted}${n}`;
    this.#taken.add(name);
    return name;
  }
}
