import { deflateRawSync } from 'node:zlib';
import { entry } from '../../../profile/tools/entry.js';
import type { Names } from './names.js';
import { keysPerProcess, type Timeline, type Track, type TrackKind } from './timeline.js';

/** Numbers of any size up to 2^53, seven bits a byte, the lowest first, the highest bit set on all but the last (LEB128). */
export class Bytes {
  #buffer = Buffer.allocUnsafe(1 << 16);
  length = 0;

  /** A whole number from 0 on. */
  number(value: number): void {
    if (this.length + 10 > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(this.#buffer.length * 2);
      this.#buffer.copy(larger, 0, 0, this.length);
      this.#buffer = larger;
    }
    let rest = value;
    while (rest >= 128) {
      this.#buffer[this.length++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    this.#buffer[this.length++] = rest;
  }

  taken(): Buffer {
    return this.#buffer.subarray(0, this.length);
  }
}

/** Kinds of work that calls launch; `browser/data.js` has the same. */
const launched: ReadonlySet<TrackKind> = new Set(['kernel', 'copy', 'set', 'graph']);

/** 0, -1, 1, -2 as 0, 1, 2, 3. */
const zigzag = (value: number): number => (value < 0 ? -value * 2 - 1 : value * 2);

export interface EncodedTimeline {
  /** For the page's script: what is in the data, in their order. Times are nanoseconds. */
  index: {
    spanNs: number;
    resolutionNs: number;
    tracks: (Pick<Track, 'group' | 'title' | 'kind' | 'dropped'> & { lanes: number[] })[];
  };
  /** Columns one after the other, deflated, in base64; see `encodeTimeline`. */
  data: string;
}

/**
 * The names as JSON, its length first; then of each lane the columns gap (from the end before), length, name, events less one, time
 * without any event, and the number of the launch less the one before (0: none, else 1 + zigzag). All numbers are LEB128.
 */
export function encodeTimeline({ tracks, resolution }: Timeline, names: Names): EncodedTimeline {
  const bytes = new Bytes();
  const text = Buffer.from(JSON.stringify(names.list));
  bytes.number(text.length);
  const head = Buffer.from(bytes.taken());
  const columns = new Bytes();
  const launches = launchNumbers(tracks);
  let spanNs = 0;
  for (const { kind, lanes } of tracks) {
    const isLaunched = launched.has(kind);
    for (const lane of lanes) {
      const { start, end, name, key, size } = lane;
      for (let i = 0; i < size; i++) columns.number((start[i] as number) - (i === 0 ? 0 : (end[i - 1] as number)));
      for (let i = 0; i < size; i++) columns.number((end[i] as number) - (start[i] as number));
      for (let i = 0; i < size; i++) columns.number(name[i] as number);
      for (let i = 0; i < size; i++) columns.number(lane.countOf(i) - 1);
      for (let i = 0; i < size; i++) columns.number(Math.max(0, (end[i] as number) - (start[i] as number) - lane.busyOf(i)));
      let before = 0;
      for (let i = 0, launchable = isLaunched ? size : 0; i < launchable; i++) {
        const launch = launches.of(key[i] as number);
        if (launch === undefined) columns.number(0);
        else {
          columns.number(1 + zigzag(launch - before));
          before = launch;
        }
      }
      spanNs = Math.max(spanNs, end[size - 1] ?? 0);
    }
  }
  return {
    index: { spanNs, resolutionNs: resolution, tracks: tracks.map(({ group, title, kind, dropped, lanes }) => ({ group, title, kind, dropped, lanes: lanes.map(({ size }) => size) })) },
    data: deflateRawSync(Buffer.concat([head, text, columns.taken()]), { level: 6 }).toString('base64'),
  };
}

/** The number of each call that launched something; spans are numbered over all lanes in their order. */
function launchNumbers(tracks: readonly Track[]): LaunchNumbers {
  const numbers = new LaunchNumbers();
  let first = 0;
  for (const { kind, lanes } of tracks) {
    for (const { key, size } of lanes) {
      if (kind === 'call') for (let i = 0; i < size; i++) if (key[i] !== -1) numbers.add(key[i] as number, first + i);
      first += size;
    }
  }
  return numbers;
}

/** By process, so that the keys of the maps are small integers, which take half the memory. */
class LaunchNumbers {
  readonly #processes = new Map<number, Map<number, number>>();

  add(key: number, span: number): void {
    const process = Math.floor(key / keysPerProcess);
    const calls = entry(this.#processes, process, () => new Map<number, number>());
    if (!calls.has(key % keysPerProcess)) calls.set(key % keysPerProcess, span);
  }

  of(key: number): number | undefined {
    return key < 0 ? undefined : this.#processes.get(Math.floor(key / keysPerProcess))?.get(key % keysPerProcess);
  }
}
