import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compareRuns } from '../core/check/compare.js';
import { agreed, atFault, type Comparison } from '../core/check/comparison.js';
import { compareExactly } from '../core/check/lines.js';
import type { CheckConfig } from '../core/config/check-schema.js';
import { unsafePlace } from '../workspace/safe-path.js';

/** What a check printed, or wrote to a file. */
export interface Output {
  /** Of all its bytes. */
  digest: string;
  bytes: number;
  /** Its text where all of it is there and is UTF-8; else as much of it as a message can use. */
  text: string;
  whole: boolean;
}

const mostFileBytes = 64 * 1024 * 1024;

/** Whether a stream of bytes is UTF-8. Its text does not say: U+FFFD stands for a wrong byte, and for itself. */
class Utf8Check {
  private readonly decoder = new TextDecoder('utf-8', { fatal: true });
  private valid = true;

  append(chunk: Buffer): void {
    if (this.valid) this.valid = this.decodes(() => this.decoder.decode(chunk, { stream: true }));
  }

  /** Nothing comes any more; half a character at the end is none. */
  ended(): boolean {
    return this.valid && this.decodes(() => this.decoder.decode());
  }

  private decodes(decode: () => string): boolean {
    try {
      decode();
      return true;
    } catch {
      return false;
    }
  }
}

/** Gathers what a command prints: the digest of every byte, however many there are. */
export class PrintedOutput {
  private readonly hash = createHash('sha256');
  private bytes = 0;
  private readonly utf8 = new Utf8Check();

  append(chunk: Buffer): void {
    this.utf8.append(chunk);
    this.hash.update(chunk);
    this.bytes += chunk.byteLength;
  }

  /** `kept`: the text that the command's result holds. */
  output(kept: string): Output {
    return { digest: this.hash.digest('hex'), bytes: this.bytes, text: kept, whole: Buffer.byteLength(kept) === this.bytes && this.utf8.ended() };
  }
}

/** A file that the command wrote; in words, why there is none to compare. Links are not followed: they could lead out of the worktree. */
export async function writtenOutput(worktree: string, path: string): Promise<Output | string> {
  const unsafe = await unsafePlace(worktree, path);
  if (unsafe !== undefined) return `${path} ${unsafe}`;
  const found = await lstat(join(worktree, path)).catch(() => null);
  if (found === null) return `it did not write ${path}`;
  if (found.size > mostFileBytes) return `${path} has ${found.size} bytes; at most ${mostFileBytes} are compared`;
  const content = await readFile(join(worktree, path));
  return { digest: createHash('sha256').update(content).digest('hex'), bytes: content.byteLength, text: content.toString('utf8'), whole: isUtf8(content) };
}

/** The outputs of one place over all runs, in the order of their seeds. */
export function compareOutputsOf(champion: readonly Output[], candidate: readonly Output[], check: CheckConfig): Comparison & { run?: number } {
  if (check.compare === 'exact') {
    const run = champion.findIndex((output, index) => output.digest !== candidate[index]?.digest);
    return run === -1 ? agreed : { ...differentBytes(champion[run], candidate[run]), run };
  }
  const unread = (outputs: readonly Output[]): boolean => outputs.some(({ whole }) => !whole);
  const reason = `it is no text in UTF-8, or more than 8 MiB; compare = "${check.compare}" cannot read it. What is large belongs in a file that \`check.files\` names`;
  if (unread(champion)) return atFault('champion', reason);
  if (unread(candidate)) return atFault('candidate', reason);
  return compareRuns(champion.map(({ text }) => text), candidate.map(({ text }) => text), check);
}

function differentBytes(champion: Output | undefined, candidate: Output | undefined): Comparison {
  const shown = compareExactly(champion?.text ?? '', candidate?.text ?? '');
  if (!shown.agree) return shown;
  return atFault('candidate', `${champion?.bytes ?? 0} bytes became ${candidate?.bytes ?? 0} others, in a part that cannot be shown`);
}
