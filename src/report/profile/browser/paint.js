import { firstAbove, firstAboveNear, longestOf } from './data.js';
import { laneHeight } from './layout.js';
import { fitted } from './words.js';

/** Width of a letter of the labels, in pixels. */
export const letter = 6;

/** Paints one lane between two times, into `width` pixels from `x`; gives how many spans it looked at. */
export function paintLane(context, data, theme, { lane, x, y, width, from, to, found, strips }) {
  const first = firstAbove(data.end, from, lane.first, lane.first + lane.size);
  const after = firstAbove(data.start, to, first, lane.first + lane.size);
  if (after - first > width / 2) paintDense(context, data, theme, { x, y, width, from, to, first, after, found, strips });
  else for (let span = first; span < after; span++) paintSpan(context, data, theme, { span, x, y, width, from, to, found });
  return after - first;
}

function paintSpan(context, data, theme, { span, x, y, width, from, to, found }) {
  const scale = width / (to - from);
  const left = Math.max(0, (data.start[span] - from) * scale);
  const right = Math.min(width, (data.end[span] - from) * scale);
  const [, , tone] = data.names[data.name[span]];
  const isFound = found === null || found.names[data.name[span]] === 1;
  context.globalAlpha = isFound ? 1 : 0.22;
  context.fillStyle = theme.tones[tone];
  // A hair between neighbours, where there is room for it.
  const wide = Math.max(1, right - left - (right - left > 3 ? 0.6 : 0));
  context.fillRect(x + left, y + 1, wide, laneHeight - 2);
  if (data.count[span] > 1) {
    context.fillStyle = theme.ground;
    context.fillRect(x + left, y + laneHeight - 4, wide, 1);
  }
  if (right - left > 24) paintLabel(context, data, theme, { span, left: x + left, right: x + right, y, found });
  context.globalAlpha = 1;
}

function paintLabel(context, data, theme, { span, left, right, y, found }) {
  const [label] = data.names[data.name[span]];
  const text = fitted(data.count[span] > 1 ? `${data.count[span]} merged, most of ${label}` : label, right - left - 6, letter);
  if (text === '') return;
  context.globalAlpha = found === null || found.names[data.name[span]] === 1 ? 1 : 0.22;
  context.fillStyle = theme.onTone;
  context.fillText(text, left + 3, y + laneHeight / 2 + 0.5);
  context.globalAlpha = 1;
}

/** More spans than pixels: each pixel is as strong as its share of time, in the colour of its longest span. */
function paintDense(context, data, theme, { x, y, width, from, to, first, after, found, strips }) {
  const ratio = devicePixelRatio || 1;
  const pixels = Math.min(strips.width, Math.round(width * ratio));
  const image = strips.image;
  const words = strips.words;
  const step = (to - from) / pixels;
  const { start, end, busy, name, names } = data;
  let low = first;
  let often = 1;
  // Spans that are alone in many pixels get their names.
  const long = new Map();
  for (let pixel = 0; pixel < pixels; pixel++) {
    const begin = from + pixel * step;
    const finish = begin + step;
    low = firstAboveNear(end, begin, low, after, often);
    if (low >= after || start[low] >= finish) {
      words[pixel] = 0;
      continue;
    }
    const high = firstAboveNear(start, finish, low, after, often);
    often = Math.max(1, high - low - 1);
    if (high === low + 1) long.set(low, pixel);
    const whole = busy[high] - busy[low];
    const cut = Math.max(0, begin - start[low]) + Math.max(0, end[high - 1] - finish);
    const share = Math.min(1, Math.max(0, (whole - cut) / step));
    const hit = found !== null && found.before[high] > found.before[low];
    const tone = names[name[longestOf(data, low, high)]][2];
    words[pixel] = mixed(theme.paper, hit ? theme.markRgb : theme.rgb[tone], hit ? 0.6 + 0.4 * share : found === null ? 0.25 + 0.75 * share : 0.22 * share);
  }
  strips.context.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(strips.canvas, 0, 0, pixels, 1, x, y + 1, width, laneHeight - 2);
  for (const [span, last] of long) {
    const left = Math.max(0, ((start[span] - from) / (to - from)) * width);
    const right = Math.min(width, (last + 1) / ratio);
    if (right - left > 40) paintLabel(context, data, theme, { span, left: x + left, right: x + right, y, found });
  }
}

/** As a word of pixels: ABGR, since all machines that show pages are little-endian. */
function mixed(below, above, part) {
  const red = below[0] + (above[0] - below[0]) * part;
  const green = below[1] + (above[1] - below[1]) * part;
  const blue = below[2] + (above[2] - below[2]) * part;
  return (255 << 24) | (blue << 16) | (green << 8) | red;
}

/** A row of pixels, to be stretched over a lane. */
export function makeStrips(width) {
  const canvas = new OffscreenCanvas(Math.max(1, width), 1);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const image = context.createImageData(Math.max(1, width), 1);
  return { canvas, context, image, width, words: new Int32Array(image.data.buffer) };
}
