import type { ProfileDatabase } from '../../profile/tools/open.js';
import { hasTable } from '../../profile/tools/tables.js';
import { functionTone } from './timeline/functions.js';
import { Names, type PageName } from './timeline/names.js';

/** Columns of a tree of stacks: parents before their children, the widest first. The first is all. */
export interface Flame {
  names: PageName[];
  parent: number[];
  name: number[];
  /** With what it called. */
  ns: number[];
  /** Functions on stacks that are too narrow to be seen. */
  leftOut: number;
}

interface Node {
  name: number;
  ns: number;
  children: Map<number, Node>;
}

const stacksSql = `
SELECT stack, SUM(durationNs) AS ns FROM PERFLOOP_SAMPLES JOIN PERFLOOP_STACKS ON PERFLOOP_STACKS.id = stack WHERE category <> 'idle' GROUP BY stack HAVING ns > 0`;

const framesSql = `
SELECT symbol.value AS name, module.value AS module, line, PERFLOOP_FRAMES.kind
FROM PERFLOOP_STACK_FRAMES JOIN PERFLOOP_FRAMES ON PERFLOOP_FRAMES.id = frame
JOIN StringIds AS symbol ON symbol.id = symbol JOIN StringIds AS module ON module.id = module
WHERE stack = ? AND PERFLOOP_FRAMES.kind <> 'root' ORDER BY stackDepth DESC`;

/** Boxes that are narrower than this part of the whole are left out. */
const leastShare = 0.0002;

/** Where sampled threads were while they did not wait; null where there are no such samples. */
export function flameOf(db: ProfileDatabase): Flame | null {
  if (!hasTable(db, 'PERFLOOP_SAMPLES')) return null;
  const names = new Names();
  const root: Node = { name: names.of('all', 'other'), ns: 0, children: new Map() };
  const frames = db.prepare<[number], { name: string; module: string; line: number | null; kind: string }>(framesSql);
  for (const { stack, ns } of db.prepare<[], { stack: number; ns: number }>(stacksSql).all()) {
    let node = root;
    root.ns += ns;
    for (const { name, module, line, kind } of frames.all(stack)) {
      const label = name === '' ? '(anonymous)' : name;
      const number = names.of(label, functionTone(kind), module === '' ? '' : `${label} ${module}${line === null ? '' : `:${line}`}`);
      let child = node.children.get(number);
      if (child === undefined) node.children.set(number, (child = { name: number, ns: 0, children: new Map() }));
      child.ns += ns;
      node = child;
    }
  }
  return root.ns === 0 ? null : columnsOf(root, names);
}

function columnsOf(root: Node, names: Names): Flame {
  const flame: Flame = { names: names.list, parent: [], name: [], ns: [], leftOut: 0 };
  const waiting: [Node, number][] = [[root, -1]];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [node, parent] = next;
    const number = flame.name.push(node.name) - 1;
    flame.parent.push(parent);
    flame.ns.push(node.ns);
    const wide = [...node.children.values()].filter(({ ns }) => ns >= root.ns * leastShare).sort((a, b) => b.ns - a.ns);
    flame.leftOut += node.children.size - wide.length;
    waiting.push(...wide.toReversed().map((child): [Node, number] => [child, number]));
  }
  return flame;
}
