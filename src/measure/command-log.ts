import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { BoundedOutput } from './bounded-output.js';

const mib = 1024 * 1024;
const headBytes = 8 * mib;
const tailBytes = 8 * mib;

/**
 * The log file of a command: its first 8 MiB are written as they come, so that it can be followed; of the rest the last
 * 8 MiB are added at the end, after a line that says what was cut. It never makes the command wait, and a full disk ends
 * the log, not the command.
 */
export class CommandLog {
  #written = 0;
  #waiting: Buffer[] = [];
  #flushing: Promise<void> | null = null;
  #failed = false;
  readonly #rest = new BoundedOutput(0, tailBytes);

  private constructor(private readonly file: FileHandle | null) {}

  static async open(path: string): Promise<CommandLog> {
    try {
      await mkdir(dirname(path), { recursive: true });
      return new CommandLog(await open(path, 'a'));
    } catch {
      return new CommandLog(null);
    }
  }

  append(chunk: Buffer): void {
    if (!this.file || this.#failed) return;
    const forHead = Math.min(chunk.length, headBytes - this.#written);
    if (forHead > 0) {
      this.#written += forHead;
      this.#waiting.push(chunk.subarray(0, forHead));
      this.#flushing ??= this.#flush(this.file);
    }
    if (forHead < chunk.length) this.#rest.append(chunk.subarray(forHead));
  }

  async close(): Promise<void> {
    if (!this.file) return;
    await this.#flushing;
    const { tail } = this.#rest.parts();
    if (this.#rest.dropped > 0) this.#waiting.push(Buffer.from(`\n[perfloop: ${String(this.#rest.dropped)} bytes left out here]\n`));
    if (tail.length > 0) this.#waiting.push(tail);
    if (this.#waiting.length > 0 && !this.#failed) await this.#flush(this.file);
    await this.file.close().catch(() => undefined);
  }

  async #flush(file: FileHandle): Promise<void> {
    try {
      while (this.#waiting.length > 0) await file.appendFile(Buffer.concat(this.#waiting.splice(0)));
    } catch {
      this.#failed = true;
      this.#waiting = [];
    }
    this.#flushing = null;
  }
}
