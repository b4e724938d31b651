const bits = 5;
const width = 1 << bits;
const mask = width - 1;

type Block = readonly unknown[];

/**
 * A persistent list of entries by slot: a tree of blocks of 32, of which a change copies only those on the way to its
 * slot (Bagwell and Rompf 2011, as in Clojure). Everything else is shared, so two lists are compared where they differ.
 */
export interface Vector<Entry> {
  readonly root: Block;
  /** Bits of the slot below the root: 0 where the root holds entries. */
  readonly shift: number;
  /** Keeps the type of the entries; never there. */
  readonly of?: Entry;
}

export function emptyVector<Entry>(): Vector<Entry> {
  return { root: [], shift: 0 };
}

/** A vector of the entries at slots 0, 1, 2, …. O(entries). */
export function vectorOf<Entry>(entries: readonly Entry[]): Vector<Entry> {
  let blocks: Block[] = blocksOf(entries);
  let shift = 0;
  while (blocks.length > 1) {
    blocks = blocksOf(blocks);
    shift += bits;
  }
  return { root: blocks[0] ?? [], shift };
}

function blocksOf(items: readonly unknown[]): Block[] {
  const blocks: Block[] = [];
  for (let first = 0; first < items.length; first += width) blocks.push(items.slice(first, first + width));
  return blocks;
}

export function entryAt<Entry>({ root, shift }: Vector<Entry>, slot: number): Entry | undefined {
  if (slot >>> shift >= width) return undefined;
  let block: Block | undefined = root;
  for (let level = shift; level > 0 && block !== undefined; level -= bits) block = block[(slot >>> level) & mask] as Block | undefined;
  return block?.[slot & mask] as Entry | undefined;
}

/** The vector with another entry at a slot. O(log slots). */
export function withEntry<Entry>(vector: Vector<Entry>, slot: number, entry: Entry): Vector<Entry> {
  let { root, shift } = vector;
  while (slot >>> shift >= width) {
    root = [root];
    shift += bits;
  }
  return { root: changed(root, shift, slot, entry), shift };
}

function changed(block: Block | undefined, shift: number, slot: number, entry: unknown): Block {
  const copy = block === undefined ? [] : block.slice();
  const place = (slot >>> shift) & mask;
  // A block has no holes before its last item, which would make it slow.
  while (copy.length < place) copy.push(undefined);
  copy[place] = shift === 0 ? entry : changed(copy[place] as Block | undefined, shift - bits, slot, entry);
  return copy;
}

/** Every slot where two vectors hold different entries, in order. What they share is not looked at. */
export function differences<Entry>(one: Vector<Entry>, other: Vector<Entry>, visit: (slot: number, one: Entry | undefined, other: Entry | undefined) => void): void {
  const shift = Math.max(one.shift, other.shift);
  compare(raised(one, shift), raised(other, shift), shift, 0, visit as (slot: number, one: unknown, other: unknown) => void);
}

function raised(vector: Vector<unknown>, shift: number): Block {
  let { root } = vector;
  for (let level = vector.shift; level < shift; level += bits) root = [root];
  return root;
}

function compare(one: Block | undefined, other: Block | undefined, shift: number, slot: number, visit: (slot: number, one: unknown, other: unknown) => void): void {
  if (one === other) return;
  const length = Math.max(one?.length ?? 0, other?.length ?? 0);
  for (let place = 0; place < length; place++) {
    const [ours, theirs] = [one?.[place], other?.[place]];
    if (ours === theirs) continue;
    const at = slot + place * 2 ** shift;
    if (shift === 0) visit(at, ours, theirs);
    else compare(ours as Block | undefined, theirs as Block | undefined, shift - bits, at, visit);
  }
}
