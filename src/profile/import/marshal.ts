export type MarshalValue = null | boolean | number | string | MarshalValue[] | Map<MarshalValue, MarshalValue>;

/** The bytes are not what Python's marshal module writes for plain data. */
export class MarshalError extends Error {}

/**
 * Reads what Python's `marshal.dump` writes for None, booleans, numbers, strings, tuples, lists and dictionaries: format
 * versions 0 to 5 (Python/marshal.c). Tuples become arrays; integers beyond 2^53 lose precision. Throws MarshalError.
 */
export function readMarshal(bytes: Buffer): MarshalValue {
  const reader = new Reader(bytes);
  const value = reader.value();
  if (value === endOfDictionary) throw new MarshalError('a dictionary ends that never began');
  return value;
}

const endOfDictionary = Symbol('end of dictionary');
const unfinished = Symbol('unfinished');
const refFlag = 0x80;

class Reader {
  #at = 0;
  readonly #refs: (MarshalValue | typeof unfinished)[] = [];
  constructor(private readonly bytes: Buffer) {}

  value(): MarshalValue | typeof endOfDictionary {
    const code = this.#take(1)[0] ?? 0;
    const type = String.fromCharCode(code & ~refFlag);
    if (type === '0') return endOfDictionary;
    if (type === 'r') return this.#ref();
    // A container takes its number before its content does.
    const slot = code & refFlag ? this.#refs.push(unfinished) - 1 : -1;
    const value = this.#plain(type);
    if (slot >= 0) this.#refs[slot] = value;
    return value;
  }

  #plain(type: string): MarshalValue {
    switch (type) {
      case 'N':
        return null;
      case 'T':
        return true;
      case 'F':
        return false;
      case 'i':
        return this.#int();
      case 'I':
        return Number(this.#take(8).readBigInt64LE());
      case 'l':
        return this.#long();
      case 'g':
        return this.#take(8).readDoubleLE();
      case 'f':
        return Number(this.#take(this.#byte()).toString('latin1'));
      case 'u':
      case 't':
        return this.#take(this.#length()).toString('utf8');
      case 'a':
      case 'A':
      case 's':
        return this.#take(this.#length()).toString('latin1');
      case 'z':
      case 'Z':
        return this.#take(this.#byte()).toString('latin1');
      case '(':
      case '[':
        return this.#items(this.#length());
      case ')':
        return this.#items(this.#byte());
      case '{':
        return this.#dictionary();
      default:
        throw new MarshalError(`unexpected type ${JSON.stringify(type)} at byte ${this.#at - 1}`);
    }
  }

  #items(count: number): MarshalValue[] {
    const items: MarshalValue[] = [];
    for (let index = 0; index < count; index += 1) items.push(this.#item());
    return items;
  }

  #dictionary(): Map<MarshalValue, MarshalValue> {
    const entries = new Map<MarshalValue, MarshalValue>();
    for (;;) {
      const key = this.value();
      if (key === endOfDictionary) return entries;
      entries.set(key, this.#item());
    }
  }

  #item(): MarshalValue {
    const value = this.value();
    if (value === endOfDictionary) throw new MarshalError(`a value is missing at byte ${this.#at - 1}`);
    return value;
  }

  #ref(): MarshalValue {
    const value = this.#refs[this.#length()];
    if (value === undefined || value === unfinished) throw new MarshalError(`a reference to nothing at byte ${this.#at - 5}`);
    return value;
  }

  /** Digits of 15 bits; the sign of the count is the sign of the number. */
  #long(): number {
    const count = this.#int();
    let value = 0;
    for (let digit = 0; digit < Math.abs(count); digit += 1) value += this.#take(2).readUInt16LE() * 2 ** (15 * digit);
    return count < 0 ? -value : value;
  }

  #byte(): number {
    return this.#take(1)[0] ?? 0;
  }

  #int(): number {
    return this.#take(4).readInt32LE();
  }

  #length(): number {
    const length = this.#int();
    if (length < 0) throw new MarshalError(`a negative length at byte ${this.#at - 4}`);
    return length;
  }

  #take(length: number): Buffer {
    if (this.#at + length > this.bytes.length) throw new MarshalError(`the file ends at byte ${this.bytes.length} in the middle of a value`);
    const part = this.bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    return part;
  }
}
