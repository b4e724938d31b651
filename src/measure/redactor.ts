import { spellingsOf } from '../core/secrets.js';

/** Stands in the place of a secret. */
export const redacted = '[redacted]';

/** Shorter ones are words that stand everywhere. */
const shortest = 6;

/** Blacks secrets out of a stream of bytes, also where one is cut in two by the end of a chunk. */
export class Redactor {
  readonly #secrets: readonly string[];
  readonly #pattern: RegExp | null;
  #held = '';

  constructor(secrets: readonly string[]) {
    this.#secrets = spelled(secrets);
    this.#pattern = this.#secrets.length === 0 ? null : new RegExp(this.#secrets.map((secret) => secret.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)).join('|'), 'g');
  }

  /** What can be passed on. What may be the beginning of a secret is held back. */
  push(chunk: Buffer): Buffer {
    if (this.#pattern === null) return chunk;
    // One character a byte, so that no character of UTF-8 is cut.
    const raw = this.#held + chunk.toString('latin1');
    // What is one spelling can be the beginning of a longer one.
    const text = raw.replaceAll(this.#pattern, (found, at: number) => (at + found.length === raw.length && this.#secrets.some((secret) => secret.length > found.length && secret.startsWith(found)) ? found : redacted));
    const held = this.#beginning(text);
    this.#held = text.slice(text.length - held);
    return Buffer.from(text.slice(0, text.length - held), 'latin1');
  }

  /** The rest. */
  end(): Buffer {
    const rest = Buffer.from(this.#pattern === null ? this.#held : this.#held.replaceAll(this.#pattern, redacted), 'latin1');
    this.#held = '';
    return rest;
  }

  /** Length of the longest end of the text that a secret begins with. */
  #beginning(text: string): number {
    const lengths = this.#secrets.map((secret) => {
      for (let length = Math.min(secret.length - 1, text.length); length > 0; length--) if (text.endsWith(secret.slice(0, length))) return length;
      return 0;
    });
    return Math.max(0, ...lengths);
  }
}

/** A text without the secrets. */
export function redact(text: string, secrets: readonly string[]): string {
  const redactor = new Redactor(secrets);
  return Buffer.concat([redactor.push(Buffer.from(text)), redactor.end()]).toString('utf8');
}

/** Whether one of the secrets is in these bytes. */
export function holdsSecret(bytes: Buffer, secrets: readonly string[]): boolean {
  const text = bytes.toString('latin1');
  return spelled(secrets).some((secret) => text.includes(secret));
}

/** All that may stand for them. One character a byte, the longest first. */
function spelled(secrets: readonly string[]): string[] {
  const spellings = secrets.filter((secret) => secret.length >= shortest).flatMap(spellingsOf);
  return [...new Set(spellings.map((spelling) => Buffer.from(spelling).toString('latin1')))].sort((a, b) => b.length - a.length);
}
