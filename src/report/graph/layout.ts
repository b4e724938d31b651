import type { Drawn } from '../../core/pipeline/drawing/drawn.js';
import { layered, type Size } from './layers.js';

export type Point = readonly [x: number, y: number];

/** A step or group with its place in the picture, in pixels from the corner above on the left. */
export interface Box extends Size {
  step: Drawn;
  x: number;
  y: number;
}

export interface Layout extends Size {
  /** A group before its members. */
  boxes: Box[];
  /** From what is needed to what needs it: where the line goes through. */
  lines: Point[][];
}

/** What is written into a box. */
export interface Written extends Size {
  lines: string[];
}

const headRoom = 8;
const margin = 14;
const between = 30;
const spread = 18;
/** Members that have nothing to do with each other stand in rows of this width. */
const rowWidth = 860;

/** Where the steps of a plan stand, those of groups within their groups. `written`: of each box without members. */
export function layout(steps: readonly Drawn[], written: (step: Drawn) => Written): Layout {
  const inner = steps.map((step) => {
    const own = written(step);
    if (step.kind === 'many' || step.members.length === 0) return { own, members: null, width: own.width, height: own.height };
    const members = layout(step.members, written);
    return { own, members, width: Math.max(own.width, members.width + 2 * margin), height: own.height + headRoom + members.height + margin };
  });
  const { at, lines, width, height } = steps.some(({ needs }) => needs.length > 0) ? inLayers(inner, steps.map(({ needs }) => needs)) : inRows(inner);
  const boxes: Box[] = [];
  const all = [...lines];
  for (const [index, { own, members, width, height }] of inner.entries()) {
    const [x, y] = at[index] ?? [0, 0];
    boxes.push({ step: steps[index] as Drawn, x, y, width, height });
    if (members === null) continue;
    const [left, top] = [x + (width - members.width) / 2, y + own.height + headRoom];
    boxes.push(...members.boxes.map((box) => ({ ...box, x: box.x + left, y: box.y + top })));
    all.push(...members.lines.map((line) => line.map(([px, py]): Point => [px + left, py + top])));
  }
  return { boxes, lines: all, width, height };
}

interface Placed extends Size {
  /** The corner above on the left of each. */
  at: Point[];
  lines: Point[][];
}

function inLayers(sizes: readonly Size[], needs: readonly (readonly number[])[]): Placed {
  const { layers, routes } = layered(sizes, needs);
  const at: Point[] = [];
  const tops: number[] = [];
  const heights = layers.map((layer) => Math.max(0, ...layer.map(({ height }) => height)));
  let y = 0;
  for (const [index, layer] of layers.entries()) {
    tops.push(y);
    for (const { place, x, width } of layer) if (place !== null) at[place] = [x - width / 2, y];
    y += (heights[index] ?? 0) + between;
  }
  const lines = routes.map(({ items }) =>
    items.flatMap(({ place, layer, x, height }, index): Point[] => {
      const top = tops[layer] ?? 0;
      if (place === null) return [[x, top], [x, top + (heights[layer] ?? 0)]];
      return [[x, index === 0 ? top + height : top]];
    }),
  );
  const width = Math.max(...layers.flat().map((item) => item.x + item.width / 2));
  return { at, lines, width, height: y - between };
}

function inRows(sizes: readonly Size[]): Placed {
  const at: Point[] = [];
  let [x, y, row, width] = [0, 0, 0, 0];
  for (const size of sizes) {
    if (x > 0 && x + size.width > rowWidth) [x, y, row] = [0, y + row + spread, 0];
    at.push([x, y]);
    row = Math.max(row, size.height);
    width = Math.max(width, x + size.width);
    x += size.width + spread;
  }
  return { at, lines: [], width, height: y + row };
}
