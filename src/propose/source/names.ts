/** Hands out identifiers that nothing in the file is called, each once. */
export class Names {
  readonly #taken: Set<string>;

  constructor(source: string) {
    this.#taken = new Set(source.match(/[\p{ID_Start}$_][\p{ID_Continue}$]*/gu) ?? []);
  }

  fresh(wanted: string): string {
    let name = wanted;
    for (let n = 2; this.#taken.has(name); n++) name = `${wanted}${n}`;
    this.#taken.add(name);
    return name;
  }
}
