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
    const sorted = this.#values.subarray(0, this.#length).sort();
    const middle = this.#length >> 1;
    const upper = sorted[middle] ?? 0;
    return this.#length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
  }

  #grow(): void {
    const larger = this.#values instanceof Uint32Array ? new Uint32Array(2 * this.#length) : new Float64Array(2 * this.#length);
    larger.set(this.#values);
    this.#values = larger;
  }
}
