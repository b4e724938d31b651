/** One sample as `perf script` prints it. */
export interface PerfSample {
  command: string;
  pid: number;
  tid: number;
  /** Nanoseconds of perf's clock, since the second of the first sample: since the start of a machine that is up for long, they have more than 53 bits. */
  timeNs: number;
  /** Events since the sample before; 1 where it is not printed. */
  period: number;
  event: string;
  /** From the inside out. */
  frames: PerfFrame[];
}

export interface PerfFrame {
  symbol: string;
  /** Program, shared object, or a name in brackets. */
  object: string;
  /** In the object's file, as perf prints it in stacks; null where it is more than JavaScript counts to. */
  address: number | null;
  /** From the function's first address; null where it was not printed (`-F +symoff`). */
  offset: number | null;
  /** With `-F +srcline`. */
  file: string | null;
  line: number | null;
}

/** comm, pid or pid/tid, [cpu], seconds, period, event, and the only frame where no stacks were recorded. */
const header = /^(\S.{0,200}?)\s+(-?\d{1,10})(?:\/(-?\d{1,10}))?\s+(?:\[\d+\]\s+)?(\d{1,12})\.(\d{1,9}):\s+(?:(\d{1,19})\s+)?(\S{1,200}):(?:\s+(.*))?$/;
const frameStart = /^\s*([0-9a-f]{1,16})\s+(\S.*)$/;
const place = /^\s+(\S.*):(\d{1,9})$/;

/** Whether a line is the first of a sample. */
export const isPerfHeader = (line: string): boolean => line.length < 4096 && header.test(line);

/** Puts the samples together line by line. `odd` counts lines that are none of perf's. */
export class PerfParser {
  odd = 0;
  #firstSecond: number | null = null;
  #sample: PerfSample | null = null;

  constructor(private readonly onSample: (sample: PerfSample) => void) {}

  line(text: string): void {
    if (text === '') return this.end();
    if (text.startsWith('#')) return;
    if (/^\s/.test(text) && this.#sample !== null) return this.#inner(text, this.#sample);
    this.end();
    // perf pads short names of commands on the left.
    const [, command = '', pid = '', tid, seconds = '', fraction = '', period, event = '', rest = ''] = (text.length < 4096 && header.exec(text.trimStart())) || [];
    this.#firstSecond ??= command === '' ? null : Number(seconds);
    const timeNs = (Number(seconds) - (this.#firstSecond ?? 0)) * 1e9 + Number(fraction.padEnd(9, '0'));
    if (command === '' || !Number.isSafeInteger(timeNs) || !Number.isSafeInteger(Number(period ?? 1))) {
      this.odd += 1;
      return;
    }
    this.#sample = { command, pid: Math.max(Number(pid), 0), tid: Math.max(Number(tid ?? pid), 0), timeNs, period: Number(period ?? 1), event, frames: [] };
    const frame = frameOf(rest);
    if (frame !== null) this.#sample.frames.push(frame);
  }

  end(): void {
    if (this.#sample !== null) this.onSample(this.#sample);
    this.#sample = null;
  }

  #inner(text: string, sample: PerfSample): void {
    const frame = frameOf(text);
    if (frame !== null) {
      sample.frames.push(frame);
      return;
    }
    const [, file, line] = place.exec(text) ?? [];
    const last = sample.frames.at(-1);
    if (last === undefined) this.odd += 1;
    // Anything else below a frame is a place that perf does not know.
    else if (file !== undefined && !file.startsWith('??')) {
      last.file = file;
      last.line = Number(line);
    }
  }
}

/** `address symbol+offset (object)`. Symbols hold blanks and brackets, and an object can end with `(deleted)`. */
function frameOf(text: string): PerfFrame | null {
  const [, hex = '', rest] = frameStart.exec(text) ?? [];
  if (rest?.endsWith(')') !== true) return null;
  const whole = rest.endsWith(' (deleted))') ? rest.slice(0, -' (deleted))'.length) : rest.slice(0, -1);
  const at = whole.lastIndexOf(' (') >= 0 ? whole.lastIndexOf(' (') : whole.startsWith('(') ? -1 : null;
  if (at === null) return null;
  const [, symbol = '', offset] = /^(.*?)(?:\+0x([0-9a-f]{1,13}))?$/s.exec(whole.slice(0, Math.max(at, 0))) ?? [];
  const address = Number.parseInt(hex, 16);
  return { symbol, object: whole.slice(at + 2), address: Number.isSafeInteger(address) ? address : null, offset: offset === undefined ? null : Number.parseInt(offset, 16), file: null, line: null };
}
