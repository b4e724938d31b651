/** Many numbers in little memory, for their median: four bytes each as long as they are whole and below 2^32, such as nanoseconds of up to four seconds. */
export class Numbers {
  #values: Uint32Array<ArrayBuffer> | Float64Array<ArrayBuffer> = new Uint32Array(16);
  #length = 0;

  add(value: number): void {
    if (this.#values instanceof Uint32Array && value >>> 0 !== value) this.#values = Float64Array.from(this.#values);
    if (this.#length === this.#values.length) this.#grow();
    this.#values[this.#length++] = value;
  }

  /** The middle value, or the mean of both; null of nothing. */
  median(): number | null {
    if (this.#length === 0) return null;
    const values = this.#values.subarray(0, this.#length);
    const middle = this.#length >> 1;
    const upper = select(values, middle);
    if (this.#length % 2 === 1) return upper;
    let lower = values[0]!;
    for (let i = 1; i < middle; i++) lower = Math.max(lower, values[i]!);
    return (lower + upper) / 2;
  }

  #grow(): void {
    const larger = this.#values instanceof Uint32Array ? new Uint32Array(2 * this.#length) : new Float64Array(2 * this.#length);
    larger.set(this.#values);
    this.#values = larger;
  }
}

/** The value that would be at a place if they were sorted; those before it are no larger (Hoare's quickselect). Reorders them. */
function select(values: Uint32Array | Float64Array, place: number): number {
  let [low, high] = [0, values.length - 1];
  while (low < high) {
    const pivot = values[(low + high) >> 1]!;
    let [i, j] = [low, high];
    while (i <= j) {
      while (values[i]! < pivot) i++;
      while (values[j]! > pivot) j--;
      if (i > j) break;
      const value = values[i]!;
      values[i++] = values[j]!;
      values[j--] = value;
    }
    if (place <= j) high = j;
    else if (place >= i) low = i;
    else break;
  }
  return values[place]!;
}
