/** The first `limit` of any number of things in an order, without keeping the others. */
export class Top<One> {
  #kept: One[] = [];
  /** The last of them when there were enough: what does not come before it is not among the first. */
  #bar: One | undefined;

  constructor(private readonly limit: number, private readonly order: (a: One, b: One) => number) {}

  add(one: One): void {
    if (this.#bar !== undefined && this.order(one, this.#bar) >= 0) return;
    this.#kept.push(one);
    // Rarely, so that each costs little.
    if (this.#kept.length < 2 * this.limit + 1000) return;
    this.#kept = this.first();
    this.#bar = this.#kept.at(-1);
  }

  first(): One[] {
    return this.#kept.toSorted(this.order).slice(0, this.limit);
  }
}
