import { callArguments } from './call.js';
import type { Spelling } from './names-in-scope.js';
import type { Places } from './places.js';
import type { ItemSlice } from './slices.js';

/** How a file writes the functions that an index is made with; `used` are those that it is. */
export interface IndexWords {
  torchRange: Spelling;
  arrayRange: Spelling;
  tensor: Spelling;
  asTensor: Spelling;
  asArray: Spelling;
  used: Set<Spelling>;
}

/** The index of all items: a row for each place, of as many columns as an item has elements; without what is added to the places. */
export function indexOf(item: ItemSlice, places: Places & { text: string }, of: 'tensor' | 'array', words: IndexWords): string {
  const say = (word: Spelling): string => {
    words.used.add(word);
    return word.text;
  };
  const device = `${item.data.text()}.device`;
  const isTensor = places.kind === 'tensor' || of === 'tensor';
  const needsDevice = places.kind === 'unknown' && of === 'tensor';
  const rowOf = (): string => {
    // An element of a list of places needs no tensor of them.
    if (item.length === null && item.factor === '' && item.offset === '' && places.kind !== 'range') return needsDevice ? `${say(words.asTensor)}(${places.text}, device=${device})` : places.text;
    // Before torch 2 an array of rows is no index of a tensor: it is taken for one index each.
    if (places.kind === 'array' && of === 'tensor' && item.length !== null) return `${say(words.asTensor)}(${places.text})`;
    if (places.kind === 'tensor' || places.kind === 'array') return places.text;
    if (places.kind === 'range') return `${say(of === 'tensor' ? words.torchRange : words.arrayRange)}(${callArguments(places.node).positional.map((one) => one.text()).join(', ')})`;
    if (of === 'array') return `${say(words.asArray)}(${places.text})`;
    return places.kind === 'list' ? `${say(words.tensor)}(${places.text})` : `${say(words.asTensor)}(${places.text}, device=${device})`;
  };
  const row = rowOf();
  const factor = item.factor === '' ? '' : ` * ${item.factor}`;
  const isMoved = places.kind === 'tensor' && places.onDevice;
  const sum = item.length === null ? `${row}${factor}` : `${row}[:, None]${factor} + ${say(isTensor ? words.torchRange : words.arrayRange)}(${item.length}${isMoved ? `, device=${row}.device` : needsDevice ? `, device=${device}` : ''})`;
  // An index has to be where the data is, or on the host.
  const isSum = sum !== row;
  if (of === 'array' && places.kind === 'tensor') return `${isSum ? `(${sum})` : sum}${isMoved ? '.cpu()' : ''}.numpy()`;
  return isMoved ? `${isSum ? `(${sum})` : sum}.to(${device})` : sum;
}

/** The index of an item's offset: `index + 1`. */
export function placeText(index: string, { offset }: ItemSlice): string {
  return offset === '' ? index : `${index} ${offset}`;
}
