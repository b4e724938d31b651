/** Something to be placed: a step, or a bend of a line that passes a layer. */
export interface Item {
  /** Place among the steps; null for a bend. */
  place: number | null;
  layer: number;
  width: number;
  height: number;
  /** Of its centre, in pixels. */
  x: number;
  above: Item[];
  below: Item[];
}

/** From a step to one that needs it, with the bends between. */
export interface Route {
  items: Item[];
}

export interface Layered {
  layers: Item[][];
  routes: Route[];
}

export interface Size {
  width: number;
  height: number;
}

/** More bends than this are not drawn: lines go straight then. */
const mostBends = 4000;
const bendWidth = 10;
const gap = 18;
const sweeps = 8;
const widest = 2400;

/**
 * Steps in layers, each below all that it needs, in an order with few crossings, and near to what they are connected with:
 * the method of Sugiyama with longest paths, barycenters, and in place of priorities a regression that keeps the order.
 */
export function layered(sizes: readonly Size[], needs: readonly (readonly number[])[]): Layered {
  const depth: number[] = [];
  for (const before of needs) depth.push(before.reduce((most, need) => Math.max(most, (depth[need] ?? 0) + 1), 0));
  const items = sizes.map(({ width, height }, place): Item => ({ place, layer: depth[place] ?? 0, width, height, x: 0, above: [], below: [] }));
  const layers: Item[][] = Array.from({ length: Math.max(0, ...depth) + 1 }, () => []);
  for (const item of items) layers[item.layer]?.push(item);
  const routes = connect(items, needs, layers);
  for (let sweep = 0; sweep < sweeps; sweep++) order(layers, sweep % 2 === 0);
  // Of what is far wider than a page the beginning has to be where one looks first.
  const aim = Math.max(...layers.map((layer) => layer.reduce((sum, { width }) => sum + width + gap, 0))) > widest ? least : mean;
  for (const layer of layers) place(layer, layer.map(() => 0));
  for (let sweep = 0; sweep < sweeps; sweep++) {
    const down = sweep % 2 === 0;
    for (const layer of down ? layers : layers.toReversed()) place(layer, layer.map((item) => aim((down ? item.above : item.below).map(({ x }) => x), item.x)));
  }
  const left = Math.min(...layers.flat().map(({ x, width }) => x - width / 2));
  for (const item of layers.flat()) item.x -= left;
  return { layers, routes };
}

function connect(items: readonly Item[], needs: readonly (readonly number[])[], layers: Item[][]): Route[] {
  const spans = needs.flatMap((before, to) => before.map((from) => [items[from] as Item, items[to] as Item] as const));
  const bent = spans.reduce((sum, [from, to]) => sum + to.layer - from.layer - 1, 0) <= mostBends;
  return spans.map(([from, to]) => {
    const route = [from];
    for (let layer = from.layer + 1; layer < (bent ? to.layer : 0); layer++) {
      const bend: Item = { place: null, layer, width: bendWidth, height: 0, x: 0, above: [], below: [] };
      layers[layer]?.push(bend);
      route.push(bend);
    }
    route.push(to);
    for (const [index, item] of route.entries()) {
      const next = route[index + 1];
      if (next === undefined) continue;
      item.below.push(next);
      next.above.push(item);
    }
    return { items: route };
  });
}

/** Sorts each layer by the mean place of what it is connected with in the one before; a stable sort keeps file order. */
function order(layers: Item[][], down: boolean): void {
  const ordered = down ? layers : layers.toReversed();
  for (const [index, layer] of ordered.entries()) {
    const before = new Map(ordered[index - 1]?.map((item, at) => [item, at]));
    if (before.size === 0) continue;
    const at = new Map(layer.map((item, own) => [item, mean((down ? item.above : item.below).flatMap((other) => before.get(other) ?? []), own)]));
    layer.sort((one, other) => (at.get(one) ?? 0) - (at.get(other) ?? 0));
  }
}

/** As near as possible to where each item wants to be, in order and without overlaps: pools of adjacent violators. */
function place(layer: readonly Item[], wanted: readonly number[]): void {
  let offset = 0;
  const pools: { sum: number; items: { item: Item; offset: number }[] }[] = [];
  for (const [index, item] of layer.entries()) {
    const before = layer[index - 1];
    if (before !== undefined) offset += (before.width + item.width) / 2 + gap;
    let pool = { sum: (wanted[index] ?? 0) - offset, items: [{ item, offset }] };
    for (let last = pools.at(-1); last !== undefined && last.sum / last.items.length > pool.sum / pool.items.length; last = pools.at(-1)) {
      pools.pop();
      pool = { sum: last.sum + pool.sum, items: [...last.items, ...pool.items] };
    }
    pools.push(pool);
  }
  for (const { sum, items } of pools) for (const { item, offset } of items) item.x = sum / items.length + offset;
}

function mean(values: readonly number[], otherwise: number): number {
  return values.length === 0 ? otherwise : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function least(values: readonly number[], otherwise: number): number {
  return values.length === 0 ? otherwise : Math.min(...values);
}
