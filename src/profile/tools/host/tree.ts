import type { ProfileDatabase } from '../open.js';
import { timedStacks } from './stacks.js';

/** A function at one place of the tree of calls. */
export interface CallNode {
  frame: number;
  totalNs: number;
  selfNs: number;
  children: Map<number, CallNode>;
}

const node = (frame: number): CallNode => ({ frame, totalNs: 0, selfNs: 0, children: new Map() });

/** The calls of all sampled stacks below a root of its own, from the outermost function that `starts` takes on. Exact. */
export function sampledTree(db: ProfileDatabase, starts: (frame: number) => boolean): CallNode {
  const root = node(0);
  for (const { frames, ns } of timedStacks(db)) {
    const from = frames.findIndex(starts);
    if (from < 0) continue;
    root.totalNs += ns;
    let at = root;
    for (let i = from; i < frames.length; i++) {
      const frame = frames[i] as number;
      let child = at.children.get(frame);
      if (child === undefined) at.children.set(frame, (child = node(frame)));
      child.totalNs += ns;
      at = child;
    }
    at.selfNs += ns;
  }
  return root;
}

const functionsSql = 'SELECT frame, SUM(selfNs) AS selfNs, SUM(totalNs) AS totalNs, SUM(waitNs) AS waitNs FROM PERFLOOP_FUNCTIONS GROUP BY frame';
const callsSql = 'SELECT caller, callee, SUM(totalNs) AS totalNs FROM PERFLOOP_CALLS WHERE caller <> callee GROUP BY caller, callee';

interface Counted {
  frame: number;
  /** Without the part of it that is estimated to be waiting. */
  busyNs: number;
  selfShare: number;
  /** Callees with the time that passed in them for this function. */
  callees: { callee: Counted; ns: number }[];
  isCalled: boolean;
}

/** Smaller parts than this of all time, and deeper ones, are not worth an estimate. */
const leastShare = 5e-4;

/**
 * The calls of counted profiles (cProfile), of which only pairs of caller and callee are known. The first two levels are what was
 * measured; below, a function's time goes to its callees as it does for all of its callers together, as gprof does (Graham,
 * Kessler, McKusick 1982). A recursion is not followed.
 */
export function countedTree(db: ProfileDatabase, { starts, depth }: { starts: ((frame: number) => boolean) | null; depth: number }): CallNode {
  const functions = countedFunctions(db);
  const root = node(0);
  const begin = [...functions.values()].filter(({ frame, isCalled }) => (starts === null ? !isCalled : starts(frame)));
  const all = begin.reduce((sum, { busyNs }) => sum + busyNs, 0);
  const expand = (at: CallNode, counted: Counted, path: ReadonlySet<Counted>): void => {
    at.selfNs = at.totalNs * counted.selfShare;
    if (path.size >= depth) return;
    for (const { callee, ns } of counted.callees) {
      const share = counted.busyNs === 0 ? 0 : (at.totalNs * Math.min(1, ns / counted.busyNs));
      if (path.has(callee) || share < leastShare * all) continue;
      const child: CallNode = { ...node(callee.frame), totalNs: share };
      at.children.set(callee.frame, child);
      expand(child, callee, new Set([...path, callee]));
    }
  };
  for (const counted of begin) {
    if (counted.busyNs <= 0) continue;
    const child: CallNode = { ...node(counted.frame), totalNs: counted.busyNs };
    root.totalNs += counted.busyNs;
    root.children.set(counted.frame, child);
    expand(child, counted, new Set([counted]));
  }
  return root;
}

function countedFunctions(db: ProfileDatabase): Map<number, Counted> {
  const rows = db.prepare<[], { frame: number; selfNs: number; totalNs: number; waitNs: number }>(functionsSql).all();
  const busyPart = new Map(rows.map(({ frame, totalNs, waitNs }) => [frame, totalNs === 0 ? 0 : 1 - waitNs / totalNs]));
  const functions = new Map(rows.map(({ frame, selfNs, totalNs, waitNs }): [number, Counted] => {
    const busyNs = totalNs - waitNs;
    return [frame, { frame, busyNs, selfShare: busyNs <= 0 ? 0 : Math.min(1, selfNs / busyNs), callees: [], isCalled: false }];
  }));
  for (const { caller, callee, totalNs } of db.prepare<[], { caller: number; callee: number; totalNs: number }>(callsSql).iterate()) {
    const [from, to] = [functions.get(caller), functions.get(callee)];
    if (from === undefined || to === undefined) continue;
    to.isCalled = true;
    from.callees.push({ callee: to, ns: totalNs * (busyPart.get(callee) ?? 0) });
  }
  return functions;
}
