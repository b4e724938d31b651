type Column = Float64Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>;

/** A column whose length is not known before: numbers that come one by one, in the memory of a typed array and not of objects. */
export class Growing<Of extends Column> {
  #values: Of;
  #length = 0;

  /** `make`: such as `(length) => new Float64Array(length)`. Values have to fit into what it makes. */
  constructor(private readonly make: (length: number) => Of) {
    this.#values = make(16);
  }

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = this.make(2 * this.#length);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length++] = value;
  }

  /** Those so far, without a copy: push no more afterwards. */
  all(): Of {
    return this.#values.subarray(0, this.#length) as Of;
  }
}

/** Times, and ids of any size. */
export const growingDoubles = (): Growing<Float64Array<ArrayBuffer>> => new Growing((length) => new Float64Array(length));
/** Indexes, and numbers of devices and streams. */
export const growingIntegers = (): Growing<Int32Array<ArrayBuffer>> => new Growing((length) => new Int32Array(length));
/** Numbers of kinds. */
export const growingBytes = (): Growing<Uint8Array<ArrayBuffer>> => new Growing((length) => new Uint8Array(length));
