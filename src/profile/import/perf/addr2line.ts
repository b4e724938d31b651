import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';

/** A place of code in its source, as the compiler noted it. */
export interface CodePlace {
  function: string;
  file: string;
  line: number;
}

/** An answer begins with the address; each of its places, the innermost first, takes two lines. */
const answerStart = /^0x[0-9a-f]+$/;

/** addr2line of binutils for one program, asked again and again. */
export class Addr2line {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  readonly #reader: Interface;
  /** Whether there is none on this machine. */
  isMissing = false;

  constructor(object: string) {
    this.#child = spawn('addr2line', ['--exe', object, '--functions', '--inlines', '--demangle', '--addresses'], { stdio: 'pipe', env: { ...process.env, DEBUGINFOD_URLS: '', LC_ALL: 'C' } });
    // Its end is seen by the end of its output.
    this.#child.on('error', () => (this.isMissing = true));
    this.#child.stdin.on('error', () => undefined);
    this.#child.stderr.resume();
    this.#reader = createInterface({ input: this.#child.stdout });
    this.#lines = this.#reader[Symbol.asyncIterator]();
  }

  /** For each address: the place of its function and those of what was compiled into that, the innermost first; empty where it does not know. Null once it has ended. */
  async find(addresses: readonly number[]): Promise<CodePlace[][] | null> {
    // The answer to a last address, which there is never, ends that to the one before.
    this.#child.stdin.write([...addresses, 0].map((address) => `0x${address.toString(16)}\n`).join(''));
    const answers: CodePlace[][] = [];
    let name: string | null = null;
    for (;;) {
      const { done, value } = await this.#lines.next();
      if (done === true) return null;
      if (answerStart.test(value) && name === null) {
        answers.push([]);
        continue;
      }
      if (name === null) {
        name = value;
        continue;
      }
      const [, file, line] = /^(.*):(\d+)(?: \(discriminator \d+\))?$/.exec(value) ?? [];
      if (file !== undefined && file !== '??' && Number(line) > 0) answers.at(-1)?.push({ function: name, file, line: Number(line) });
      name = null;
      if (answers.length > addresses.length) return answers.slice(0, -1);
    }
  }

  end(): void {
    this.#reader.close();
    this.#child.kill('SIGKILL');
  }
}
