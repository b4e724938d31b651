/** The first `limit` of any number of things in an order, without keeping the others. */
export class Top<One> {
  #kept: One[] = [];

  constructor(private readonly limit: number, private readonly order: (a: One, b: One) => number) {}

  add(one: One): void {
    this.#kept.push(one);
    // Rarely, so that each costs little.
    if (this.#kept.length >= 2 * this.limit + 1000) this.#kept = this.first();
  }

  first(): One[] {
    return this.#kept.toSorted(this.order).slice(0, this.limit);
  }
}
