/** Work that several ask for at once, and that is done once for all of them. Who asks after its end has it done again. */
export class SharedWork<T> {
  readonly #underWay = new Map<string, Promise<T>>();

  async of(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#underWay.get(key);
    if (before !== undefined) return before;
    const promise = work().finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, promise);
    return promise;
  }
}
