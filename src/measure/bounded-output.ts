const smallest = 64 * 1024;

/** Stands where bytes were left out. No digits: a metric's pattern must not find a number in it. */
export const cutNote = '\n[perfloop cut the output here]\n';

/**
 * Keeps the first `headBytes` and the last `tailBytes` of a stream of any length in at most that much memory.
 * Appending costs one copy of the chunk.
 */
export class BoundedOutput {
  #head: Buffer = Buffer.alloc(0);
  #headUsed = 0;
  #ring: Buffer = Buffer.alloc(0);
  #ringAt = 0;
  #total = 0;

  constructor(
    private readonly headBytes: number,
    private readonly tailBytes: number,
  ) {}

  append(chunk: Buffer): void {
    this.#total += chunk.length;
    const forHead = Math.min(chunk.length, this.headBytes - this.#headUsed);
    if (forHead > 0) this.#appendHead(chunk.subarray(0, forHead));
    if (forHead < chunk.length) this.#appendTail(chunk.subarray(forHead));
  }

  /** Bytes that are no longer held. */
  get dropped(): number {
    return Math.max(0, this.#total - this.headBytes - this.tailBytes);
  }

  /** What is held, as bytes: the head, and the tail in the order it came. */
  parts(): { head: Buffer; tail: Buffer } {
    const inTail = Math.min(this.#total - this.#headUsed, this.tailBytes);
    const ring = this.#ring;
    const tail = inTail < this.tailBytes ? ring.subarray(0, inTail) : Buffer.concat([ring.subarray(this.#ringAt), ring.subarray(0, this.#ringAt)]);
    return { head: this.#head.subarray(0, this.#headUsed), tail };
  }

  /** Invalid UTF-8 becomes U+FFFD. */
  text(): string {
    const { head, tail } = this.parts();
    if (this.dropped === 0) return Buffer.concat([head, tail]).toString('utf8');
    return head.toString('utf8') + cutNote + tail.toString('utf8');
  }

  #appendHead(bytes: Buffer): void {
    const needed = this.#headUsed + bytes.length;
    if (needed > this.#head.length) this.#head = grown(this.#head, needed, this.headBytes);
    bytes.copy(this.#head, this.#headUsed);
    this.#headUsed = needed;
  }

  #appendTail(bytes: Buffer): void {
    const kept = bytes.length > this.tailBytes ? bytes.subarray(bytes.length - this.tailBytes) : bytes;
    // Until the ring has its full size nothing has wrapped around.
    if (this.#ring.length < this.tailBytes && this.#ringAt + kept.length > this.#ring.length) this.#ring = grown(this.#ring, this.#ringAt + kept.length, this.tailBytes);
    const untilEnd = Math.min(kept.length, this.#ring.length - this.#ringAt);
    kept.copy(this.#ring, this.#ringAt, 0, untilEnd);
    kept.copy(this.#ring, 0, untilEnd);
    this.#ringAt += kept.length;
    if (this.#ringAt >= this.tailBytes) this.#ringAt -= this.tailBytes;
  }
}

function grown(buffer: Buffer, needed: number, most: number): Buffer {
  const larger = Buffer.alloc(Math.min(most, Math.max(needed, buffer.length * 2, smallest)));
  buffer.copy(larger);
  return larger;
}
