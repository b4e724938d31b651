const quote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;

/**
 * Cuts a trace of Chrome's format into its events while it is read, whatever its size: `{…, "traceEvents": [{…}, …], …}` or the
 * array alone. Only brackets and strings are looked at; each event is parsed by itself, and so is what stands around them.
 */
export class TraceSplitter {
  /** What is around the events, which has to fit into memory. */
  #around: Buffer[] = [];
  #depth = 0;
  #inString = false;
  #escaped = false;
  /** The depth within the array of events; null: it has not begun; 0: it has ended. */
  #events: number | null = null;
  #held: Buffer = Buffer.alloc(0);
  /** In what is held: where an event, or a name at the top, begins. */
  #eventAt = -1;
  #nameAt = -1;
  #name = '';

  constructor(private readonly onEvent: (text: string) => void) {}

  write(chunk: Buffer): void {
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    let aroundFrom = this.#held.length;
    for (let at = this.#held.length; at < bytes.length; at++) {
      const byte = bytes[at] as number;
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false;
        else if (byte === backslash) this.#escaped = true;
        else if (byte === quote) {
          this.#inString = false;
          if (this.#nameAt >= 0) {
            this.#name = bytes.toString('utf8', this.#nameAt + 1, at);
            this.#nameAt = -1;
          }
        }
        continue;
      }
      if (byte === quote) {
        this.#inString = true;
        if (this.#depth === 1 && this.#events === null) this.#nameAt = at;
      } else if (byte === openBrace || byte === openBracket) {
        this.#depth += 1;
        if (this.#events !== null && this.#events > 0 && this.#depth === this.#events + 1 && byte === openBrace) this.#eventAt = at;
        if (byte === openBracket && this.#events === null && (this.#depth === 1 || (this.#depth === 2 && this.#name === 'traceEvents'))) {
          this.#events = this.#depth;
          this.#around.push(Buffer.from(bytes.subarray(aroundFrom, at + 1)));
        }
      } else if (byte === closeBrace || byte === closeBracket) {
        this.#depth -= 1;
        if (this.#events === null || this.#events === 0) continue;
        if (this.#depth === this.#events && this.#eventAt >= 0) {
          this.onEvent(bytes.toString('utf8', this.#eventAt, at + 1));
          this.#eventAt = -1;
        } else if (this.#depth === this.#events - 1) {
          this.#events = 0;
          aroundFrom = at;
        }
      }
    }
    if (this.#events === null || this.#events === 0) this.#around.push(Buffer.from(bytes.subarray(aroundFrom)));
    const keep = this.#eventAt >= 0 ? this.#eventAt : this.#nameAt;
    this.#held = keep >= 0 ? Buffer.from(bytes.subarray(keep)) : Buffer.alloc(0);
    if (this.#eventAt >= 0) this.#eventAt = 0;
    if (this.#nameAt >= 0) this.#nameAt = 0;
  }

  /** What was around the events, as parsed. Throws a SyntaxError where the text ended too early or is no JSON. */
  end(): unknown {
    if (this.#depth !== 0 || this.#inString || this.#events === null) throw new SyntaxError(this.#events === null && this.#depth === 0 ? 'it has no traceEvents' : 'it ends in the middle');
    return JSON.parse(Buffer.concat(this.#around).toString('utf8').replace(/^\uFEFF/, '')) as unknown;
  }
}
