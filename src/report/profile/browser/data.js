/** Spans are numbered over all lanes in their order. Times are nanoseconds from the profile's first event. */

/** Bytes of base64 that were deflated. */
async function inflate(base64) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(plain).arrayBuffer());
}

/** Reads LEB128 numbers one after the other. */
class Numbers {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }

  next() {
    const { bytes } = this;
    let byte = bytes[this.at++];
    if (byte < 128) return byte;
    let value = byte & 127;
    let scale = 128;
    do {
      byte = bytes[this.at++];
      value += (byte & 127) * scale;
      scale *= 128;
    } while (byte >= 128);
    return value;
  }
}

/** Kinds of work that calls launch. */
export const launched = new Set(['kernel', 'copy', 'set', 'graph']);

/**
 * The timeline that `encodeTimeline` wrote. `busy` has one more number than there are spans: the time of all spans before each, so
 * that the share of any stretch is a difference.
 */
export async function decodeTimeline(index, base64) {
  const numbers = new Numbers(await inflate(base64));
  const textLength = numbers.next();
  const names = JSON.parse(new TextDecoder().decode(numbers.bytes.subarray(numbers.at, numbers.at + textLength)));
  numbers.at += textLength;
  const lanes = index.tracks.flatMap((track, number) => track.lanes.map((size) => ({ track: number, size, first: 0 })));
  const total = lanes.reduce((sum, { size }) => sum + size, 0);
  const start = new Float64Array(total);
  const end = new Float64Array(total);
  const name = new Uint32Array(total);
  const count = new Uint32Array(total);
  const busy = new Float64Array(total + 1);
  const launch = new Int32Array(total).fill(-1);
  let first = 0;
  for (const lane of lanes) {
    lane.first = first;
    const after = first + lane.size;
    for (let i = first; i < after; i++) start[i] = numbers.next();
    for (let i = first, reached = 0; i < after; i++) {
      start[i] += reached;
      reached = end[i] = start[i] + numbers.next();
    }
    for (let i = first; i < after; i++) name[i] = numbers.next();
    for (let i = first; i < after; i++) count[i] = numbers.next() + 1;
    for (let i = first; i < after; i++) busy[i + 1] = busy[i] + end[i] - start[i] - numbers.next();
    if (launched.has(index.tracks[lane.track].kind)) readLaunches(numbers, launch, first, after);
    first = after;
  }
  return { ...index, lanes, total, names, start, end, name, count, busy, launch, longest: pyramid(start, end) };
}

function readLaunches(numbers, launch, first, after) {
  let before = 0;
  for (let i = first; i < after; i++) {
    const coded = numbers.next();
    if (coded === 0) continue;
    const away = coded - 1;
    before += away % 2 === 0 ? away / 2 : -(away + 1) / 2;
    launch[i] = before;
  }
}

/** Levels of blocks of 16 spans, of 256, and so on: the number of the longest span in each block, and its length. */
function pyramid(start, end) {
  const levels = [];
  let spans = null;
  let lengths = null;
  let size = start.length;
  while (size >= 16) {
    const blocks = Math.ceil(size / 16);
    const level = { spans: new Uint32Array(blocks), lengths: new Float64Array(blocks) };
    for (let block = 0; block < blocks; block++) {
      let best = 0;
      let longest = -1;
      for (let i = block * 16, after = Math.min(size, i + 16); i < after; i++) {
        const length = lengths === null ? end[i] - start[i] : lengths[i];
        if (length > longest) {
          longest = length;
          best = spans === null ? i : spans[i];
        }
      }
      level.spans[block] = best;
      level.lengths[block] = longest;
    }
    levels.push(level);
    ({ spans, lengths } = level);
    size = blocks;
  }
  return levels;
}

/** Number of the longest span among those from `from` up to `to`, without it: single ones at the ends, and blocks between them. */
export function longestOf({ start, end, longest }, from, to) {
  let best = from;
  let length = -1;
  let low = from;
  let high = to;
  while (low < high && (low % 16 !== 0 || high - low < 16)) {
    if (end[low] - start[low] > length) {
      length = end[low] - start[low];
      best = low;
    }
    low += 1;
  }
  while (low < high && high % 16 !== 0) {
    high -= 1;
    if (end[high] - start[high] > length) {
      length = end[high] - start[high];
      best = high;
    }
  }
  for (const { spans, lengths } of longest) {
    if (low >= high) return best;
    low /= 16;
    high /= 16;
    while (low < high && (low % 16 !== 0 || high - low < 16)) {
      if (lengths[low] > length) {
        length = lengths[low];
        best = spans[low];
      }
      low += 1;
    }
    while (low < high && high % 16 !== 0) {
      high -= 1;
      if (lengths[high] > length) {
        length = lengths[high];
        best = spans[high];
      }
    }
  }
  return best;
}

/** The first of `from` to `to` whose value is above `limit`, in ascending values; `to` where there is none. */
export function firstAbove(values, limit, from, to) {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle] > limit) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The same as `firstAbove`, quick where the answer is about `step` after `from`. */
export function firstAboveNear(values, limit, from, to, step) {
  let low = from;
  let reach = Math.max(1, step);
  while (low + reach < to && values[low + reach] <= limit) {
    low += reach;
    reach *= 2;
  }
  return firstAbove(values, limit, low, Math.min(to, low + reach + 1));
}

/** The lane of a span. */
export function laneOf({ lanes }, span) {
  let low = 0;
  let high = lanes.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (lanes[middle].first <= span) low = middle;
    else high = middle - 1;
  }
  return lanes[low];
}
