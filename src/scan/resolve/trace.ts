import { fullName, moduleName } from '../outline/outline.js';
import { outlineIn } from '../outlines.js';
import type { SourceTree } from '../source-tree.js';
import { callSitesOf, isSame, type CallSite, type Confidence } from './call-sites.js';
import type { Located } from './definitions.js';
import { isEntryFile } from './entry-points.js';

export interface TraceStep {
  name: string;
  file: string;
  line: number;
  callsAt: number | null;
  confidence: Confidence | null;
}

export interface Trace {
  /** From the start to the function; null without one. */
  path: TraceStep[] | null;
  /** What the path begins with, in words. */
  startsAt: string | null;
  /** How many functions the callers of which were looked for. */
  looked: number;
  isCut: boolean;
}

interface Node {
  /** Null is the code of the file outside of functions. */
  at: Located | null;
  file: string;
  /** How it calls the next one, nearer to the function. */
  site: CallSite | null;
  next: Node | null;
  /** Steps that are known by name only. */
  guesses: number;
}

/** Where a path begins that reaches no entry point. The lower the rank, the better: code outside of functions, a function without callers, either of them in tests. */
interface Fallback {
  node: Node;
  rank: number;
}

const tests = /(?:^|\/)(?:tests?|__tests__|spec|benchmarks?)\/|[._-](?:test|spec)\.\w+$|(?:^|\/)(?:test_[^/]*|conftest)\.py$/;

function better(found: Fallback | null, node: Node): Fallback {
  const rank = (node.at === null ? 0 : 1) + (tests.test(node.file) ? 2 : 0);
  return found === null || rank < found.rank ? { node, rank } : found;
}

const mostLooked = 1000;

/**
 * The shortest chain of callers, found from the function backwards: with the fewest steps that are known by name only, then
 * the fewest steps. Without `starts`, an entry point is better than the code of any other file, and that better than a function that nobody calls.
 */
export function tracePath(tree: SourceTree, definitions: readonly Located[], starts: readonly Located[] | null): Trace {
  const levels: Node[][] = [definitions.map((at) => ({ at, file: at.file, site: null, next: null, guesses: 0 }))];
  const seen = new Set<string>();
  let looked = 0;
  let fallback: Fallback | null = null;
  for (let guesses = 0; guesses < levels.length; guesses += 1) {
    const queue = levels[guesses] ?? [];
    for (let head = 0; head < queue.length; head += 1) {
      const node = queue[head];
      if (node === undefined) break;
      const key = `${node.file}\0${node.at?.symbol.start ?? ''}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const { at } = node;
      if (starts !== null && at !== null && starts.some((start) => isSame(start, at))) return { path: stepsOf(node), startsAt: fullName(at.symbol), looked, isCut: false };
      if (starts === null && isEntry(tree, node)) return { path: stepsOf(node), startsAt: `entry point ${node.file}`, looked, isCut: false };
      if (at === null) {
        fallback = better(fallback, node);
        continue;
      }
      if (looked >= mostLooked) break;
      looked += 1;
      const sites = callSitesOf(tree, [at], at.symbol.name);
      // What nobody calls is what a library is for.
      if (sites.length === 0 && node.next !== null) fallback = better(fallback, node);
      for (const site of sites) {
        const total = guesses + (site.confidence === 'exact' ? 0 : 1);
        (levels[total] ??= []).push({ at: callerOf(tree, site), file: site.file, site, next: node, guesses: total });
      }
    }
  }
  const isCut = looked >= mostLooked;
  if (starts !== null || fallback === null) return { path: null, startsAt: null, looked, isCut };
  const { node } = fallback;
  return { path: stepsOf(node), startsAt: node.at === null ? `code of ${node.file}` : `${fullName(node.at.symbol)}, which nobody in the repository is seen to call`, looked, isCut };
}

function callerOf(tree: SourceTree, { file, caller }: CallSite): Located | null {
  const outline = outlineIn(tree, file);
  return caller === null || outline === null ? null : { file, language: outline.language, by: outline.by, symbol: caller };
}

/** The code of a file that is run itself, or the function that a program begins with. */
function isEntry(tree: SourceTree, { at, file }: Node): boolean {
  if (at === null) return isEntryFile(tree, file);
  return at.symbol.name === 'main' && at.symbol.container === null && (at.language === 'go' || at.language === 'rust' || at.language === 'c++');
}

function stepsOf(first: Node): TraceStep[] {
  const steps: TraceStep[] = [];
  for (let node: Node | null = first; node !== null; node = node.next) {
    const { at, file, site } = node;
    steps.push({ name: at === null ? moduleName : fullName(at.symbol), file, line: at?.symbol.line ?? site?.line ?? 1, callsAt: site?.line ?? null, confidence: site?.confidence ?? null });
  }
  return steps;
}
