import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { entry } from '../../tools/entry.js';
import { Addr2line, type CodePlace } from './addr2line.js';
import { readElf, type Elf } from './elf.js';
import { HeaderLines } from './header-line.js';
import type { PerfFrame } from './parse.js';

/** Where a function begins in its source, and which of its lines an address is of: that of the function itself, also for what was compiled into it. */
export interface SourcePlace {
  file: string;
  begins: number;
  line: number | null;
}

/** In a large program, the first answer takes seconds. */
const mostMs = 30_000;

interface Program {
  elf: Elf;
  lookup: Addr2line;
}

/**
 * Looks up where the addresses of a recording are in sources, by the lines that compilers note with -g, each address once. Programs
 * that were changed after `recordedMs` (since 1970) are left out: their code may be elsewhere now. `recordedAt`: the folder `at` of the recording
 * is `path` here.
 */
export class SourcePlaces {
  readonly #programs = new Map<string, Program | null>();
  readonly #known = new Map<string, SourcePlace | null>();
  readonly #heads = new HeaderLines();
  #leftMs = mostMs;
  /** Addresses that were not looked up because time was over. */
  notAsked = 0;

  constructor(private readonly recordedMs: number, private readonly recordedAt: { at: string; path: string } | null) {}

  /** Whether there is no addr2line. */
  get isMissing(): boolean {
    return [...this.#programs.values()].some((program) => program?.lookup.isMissing === true);
  }

  /** What is known of a frame by now. */
  of(frame: PerfFrame): SourcePlace | null {
    return this.#known.get(keyOf(frame)) ?? null;
  }

  /** Looks up those of the frames that are new, the innermost first. */
  async learn(frames: readonly PerfFrame[]): Promise<void> {
    for (const [index, frame] of frames.entries()) {
      const { address, offset, object, symbol } = frame;
      if (address === null || offset === null || this.#known.has(keyOf(frame))) continue;
      this.#known.set(keyOf(frame), null);
      const program = entry(this.#programs, object, () => this.#open(object));
      if (program === null) continue;
      if (this.#leftMs <= 0) {
        this.notAsked += 1;
        continue;
      }
      const startedAt = performance.now();
      // A caller goes on after its call: the call itself is before that.
      const running = program.elf.addressOf(index === 0 ? address : address - 1);
      const start = program.elf.addressOf(address - offset);
      const found = running === null || start === null ? null : await this.#within(program.lookup, [start, running]);
      this.#leftMs -= performance.now() - startedAt;
      this.#known.set(keyOf(frame), found === null ? null : this.#placeOf(symbol, found[0]?.at(-1), found[1]?.at(-1)));
    }
  }

  end(): void {
    for (const program of this.#programs.values()) program?.lookup.end();
  }

  /** Null where the place is not that of the function that perf names: then the program is another one than was recorded. */
  #placeOf(symbol: string, start: CodePlace | undefined, running: CodePlace | undefined): SourcePlace | null {
    if (start === undefined || !isSame(symbol, start.function)) return null;
    // Of the first lines of an instance of a template, binutils 2.40 names the file that asked for it, and the line of the header.
    const known = [start, running].find((place) => place !== undefined && isSame(symbol, place.function) && this.#heads.has(this.#here(place.file), place.line));
    if (known === undefined) return null;
    const begins = this.#heads.of(this.#here(known.file), shortName(symbol), known.line);
    return { file: known.file, begins, line: running !== undefined && running.file === known.file && isSame(symbol, running.function) ? running.line : null };
  }

  /** Where a file of the recording is. */
  #here(named: string): string {
    return this.recordedAt !== null && named.startsWith(`${this.recordedAt.at}/`) ? join(this.recordedAt.path, named.slice(this.recordedAt.at.length)) : named;
  }

  #open(named: string): Program | null {
    const object = this.#here(named);
    if (!object.startsWith('/') || !existsSync(object) || statSync(object).mtimeMs > this.recordedMs) return null;
    const elf = readElf(object);
    return elf === null || !elf.hasLines ? null : { elf, lookup: new Addr2line(object) };
  }

  /** Null when it takes longer than there is time for: then it is ended, so that nobody waits for it again. */
  async #within(lookup: Addr2line, addresses: number[]): Promise<CodePlace[][] | null> {
    const timer = setTimeout(() => lookup.end(), this.#leftMs);
    try {
      return await lookup.find(addresses);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** A function's address in its file, which is the same in each process. */
const keyOf = ({ object, address }: PerfFrame): string => `${object}\0${address ?? ''}`;

/** Names without arguments of functions and templates, of which tools write different ones. */
const isSame = (one: string, other: string): boolean => shortName(one) !== '' && shortName(one) === shortName(other);

const shortName = (name: string): string => /([\w$]+)\W*$/.exec(withoutBrackets(name))?.[1] ?? '';

const longestName = 2000;

function withoutBrackets(name: string): string {
  let plain = name.slice(0, longestName);
  for (let before = ''; before !== plain; ) {
    before = plain;
    plain = plain.replaceAll(/<[^<>]*>|\([^()]*\)|\[[^[\]]*\]/g, '');
  }
  return plain.replace(/\s+const$/, '');
}
