import { createHash } from 'node:crypto';
import type { CaseSeen, Node } from '../../core/check/cases/observation.js';

/** What the program says, in this order: `ready` or `unusable`, cases, `end`. */
export type Said =
  | { k: 'unusable'; text: string }
  | { k: 'ready'; count: number }
  | ({ k: 'case' } & CaseSeen)
  | { k: 'end' };

const mostBytes = 512 * 1024 * 1024;

/**
 * Takes what the program says out of what its process prints: lines that carry a number and a signature. Whatever else is
 * there, by the target, is passed over; a line that is missing or was made up ends the reading.
 */
export class FrameReader {
  private pieces: Buffer[] = [];
  private bytes = 0;
  readonly said: Said[] = [];

  constructor(private readonly secret: string) {}

  append(chunk: Buffer): void {
    this.bytes += chunk.byteLength;
    if (this.bytes > mostBytes) return;
    let from = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
      this.pieces.push(chunk.subarray(from, end));
      const line = this.pieces.length === 1 ? this.pieces[0] : Buffer.concat(this.pieces);
      this.pieces = [];
      from = end + 1;
      if (line?.[0] === 64) this.take(line.toString('utf8'));
    }
    this.pieces.push(chunk.subarray(from));
  }

  private take(line: string): void {
    const [, number, signature, body] = /^@(\d+) ([0-9a-f]{64}) (.*)$/s.exec(line) ?? [];
    if (number === undefined || body === undefined || Number(number) !== this.said.length) return;
    if (createHash('sha256').update(`${this.secret}\n${number}\n${body}`).digest('hex') !== signature) return;
    // Signed by the program, so of its form.
    this.said.push(saidFrom(JSON.parse(body) as Raw));
  }
}

type Raw = Exclude<Said, { k: 'case' }> | { k: 'case'; n: number; given: Node[]; calls: { how: CaseSeen['calls'][number]['how']; all: Node[] }[] };

/** Outcome and arguments of a call come as one snapshot. */
function saidFrom(raw: Raw): Said {
  if (raw.k !== 'case') return raw;
  return { k: 'case', n: raw.n, given: raw.given, calls: raw.calls.map(({ how, all: [v = null, ...a] }) => ({ how, v, a })) };
}
