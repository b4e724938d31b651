import { readFileSync, statSync } from 'node:fs';
import type { Frame, SampledProfile, StackNode } from './model.js';

/** Leaf of a sample that was moved to where it belongs. */
const hiddenBuiltin: Frame = { name: '(builtin seen on the calling line)', module: '', line: null, column: null, kind: 'builtin' };

type Ticks = { line: number; ticks: number }[];

interface Moved {
  stacks: StackNode[];
  samples: SampledProfile['samples'];
  lines: SampledProfile['lines'];
}

/**
 * V8's profiler drops the frame of an optimised function while that function is inside a builtin that has no frame of its own
 * (seen on Node 22 and 24 with Array.prototype.indexOf, on 20 with spread): the sample then shows on the caller's line that
 * makes the call. Where the source of that line does nothing but call one function that the profile knows as a callee, its
 * samples are moved to that callee, as time in a builtin. Anything less certain is left where V8 put it.
 */
export function hiddenCallees(samples: SampledProfile['samples'], ticksOf: Map<StackNode, Ticks>): Moved {
  const stacks = new Set<StackNode>();
  for (const { stack } of samples) for (let node: StackNode | null = stack; node && !stacks.has(node); node = node.parent) stacks.add(node);
  for (const node of ticksOf.keys()) for (let at: StackNode | null = node; at && !stacks.has(at); at = at.parent) stacks.add(at);

  const callees = new Callees(stacks);
  const sources = new Sources();
  const plans = new Map<StackNode, Plan>();
  for (const [node, ticks] of ticksOf) {
    if (node.frame.kind !== 'source') continue;
    const plan = planFor(node, ticks, callees, sources);
    plans.set(node, plan);
    for (const { stack } of plan.shares) for (let at: StackNode | null = stack; at && !stacks.has(at); at = at.parent) stacks.add(at);
  }

  const moved = samples.map((sample) => {
    const stack = plans.get(sample.stack)?.next() ?? sample.stack;
    return stack === sample.stack ? sample : { ...sample, stack };
  });
  return { stacks: [...stacks], samples: moved, lines: linesFrom(moved, plans) };
}

/** Deals the samples of one node out in proportion to the ticks of its lines. */
class Plan {
  readonly shares: { stack: StackNode; weight: number; owed: number }[] = [];
  constructor(
    node: StackNode,
    /** What stays with the node. */
    readonly kept: Ticks,
    movedTo: Map<StackNode, number>,
  ) {
    const keptTicks = kept.reduce((sum, { ticks }) => sum + ticks, 0);
    const total = keptTicks + [...movedTo.values()].reduce((sum, ticks) => sum + ticks, 0);
    if (keptTicks > 0 || movedTo.size === 0) this.shares.push({ stack: node, weight: total > 0 ? keptTicks / total : 1, owed: 0 });
    for (const [callee, ticks] of movedTo) this.shares.push({ stack: { parent: callee, frame: hiddenBuiltin }, weight: ticks / total, owed: 0 });
  }

  next(): StackNode | undefined {
    for (const share of this.shares) share.owed += share.weight;
    const due = this.shares.reduce((most, share) => (share.owed > most.owed ? share : most), this.shares[0] ?? { stack: undefined, owed: 0 });
    due.owed -= 1;
    return due.stack;
  }
}

function planFor(node: StackNode, ticks: Ticks, callees: Callees, sources: Sources): Plan {
  const kept: Ticks = [];
  const movedTo = new Map<StackNode, number>();
  for (const tick of ticks) {
    const callee = onlyCallee(sources.line(node.frame.module, tick.line), callees.of(node.frame));
    const stack = callee && callees.below(node, callee);
    if (stack) movedTo.set(stack, (movedTo.get(stack) ?? 0) + tick.ticks);
    else kept.push(tick);
  }
  return new Plan(node, kept, movedTo);
}

/** Which function was seen to call which, and on which stack. */
class Callees {
  readonly #frames = new Map<Frame, Set<Frame>>();
  readonly #stacks = new Map<StackNode, Map<Frame, StackNode>>();

  constructor(stacks: Iterable<StackNode>) {
    for (const stack of stacks) {
      if (!stack.parent) continue;
      this.#frames.set(stack.parent.frame, (this.#frames.get(stack.parent.frame) ?? new Set()).add(stack.frame));
      this.#stacks.set(stack.parent, (this.#stacks.get(stack.parent) ?? new Map<Frame, StackNode>()).set(stack.frame, stack));
    }
  }

  of(caller: Frame): Frame[] {
    return [...(this.#frames.get(caller) ?? [])];
  }

  /** The stack of `callee` right above `caller`, made up where it was seen on another stack only. */
  below(caller: StackNode, callee: Frame): StackNode {
    const known = this.#stacks.get(caller) ?? new Map<Frame, StackNode>();
    this.#stacks.set(caller, known);
    const stack = known.get(callee) ?? { parent: caller, frame: callee };
    known.set(callee, stack);
    return stack;
  }
}

const notCalls = new Set(['if', 'switch', 'catch', 'return', 'typeof', 'await', 'yield', 'void', 'in', 'of', 'case', 'else', 'do', 'throw']);

/** The callee, when calling it is all the work that the line can hold. */
export function onlyCallee(line: string | undefined, callees: Frame[]): Frame | null {
  if (line === undefined || line.length > 200) return null;
  const code = line.replace(/'(\\.|[^'\\])*'|"(\\.|[^"\\])*"/g, '""').replace(/\/\/.*$/, '');
  // Loops, spreads, templates, closures, literals of arrays and regular expressions, `new`: work of the line's own.
  if (/\b(for|while|new|function|class|delete|in|instanceof)\b|\.\.\.|`|=>|[=(,:?]\s*\[|[=(,]\s*\/|%|\*\*/.test(code)) return null;
  const names = [...code.matchAll(/([\w$]+)\s*(?:\?\.)?\(/g)].map((match) => match[1] ?? '').filter((name) => !notCalls.has(name));
  if (names.length !== 1 || /[\])]\s*\(/.test(code)) return null;
  const matching = callees.filter((frame) => frame.kind === 'source' && frame.name.replace(/^.*[.\s]/, '') === names[0]);
  return matching.length === 1 ? (matching[0] ?? null) : null;
}

/** Lines by the time that stayed with the function. */
function linesFrom(samples: SampledProfile['samples'], plans: Map<StackNode, Plan>): SampledProfile['lines'] {
  const selfNs = new Map<StackNode, number>();
  for (const { stack, durationNs } of samples) selfNs.set(stack, (selfNs.get(stack) ?? 0) + durationNs);
  const lines: SampledProfile['lines'] = [];
  for (const [node, { kept }] of plans) {
    const total = kept.reduce((sum, { ticks }) => sum + ticks, 0);
    for (const { line, ticks } of kept) lines.push({ frame: node.frame, line, ns: Math.round(((selfNs.get(node) ?? 0) * ticks) / total) });
  }
  return lines;
}

/** Source lines of the files that the profile names, where they are on this machine. */
class Sources {
  readonly #files = new Map<string, string[]>();

  line(file: string, line: number): string | undefined {
    let lines = this.#files.get(file);
    if (!lines) {
      const stats = statSync(file, { throwIfNoEntry: false });
      lines = stats?.isFile() && stats.size < 2 * 2 ** 20 ? readFileSync(file, 'utf8').split('\n') : [];
      this.#files.set(file, lines);
    }
    return lines[line - 1];
  }
}
