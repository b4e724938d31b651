import { entry } from '../tools/entry.js';
import { chargeStack } from './charge-stack.js';
import type { Frame, ProfileSource, SampledProfile, StackNode } from './model.js';
import type { Seen } from './seen-functions.js';

/** No sample is longer, whatever a count says: eleven days. So that thousands of them still add up in 63 bits. */
export const mostSampleNs = 1e15;

/** Every stack once, whichever threads were in it. */
export class StackTree {
  readonly #children = new Map<StackNode | null, Map<Frame, StackNode>>();

  /** The node of a stack that is written from the outside in. */
  node(stack: readonly Seen[]): StackNode | null {
    let node: StackNode | null = null;
    for (const { frame } of stack) node = this.#child(node, frame);
    return node;
  }

  #child(parent: StackNode | null, frame: Frame): StackNode {
    const children = entry(this.#children, parent, () => new Map<Frame, StackNode>());
    return entry(children, frame, () => ({ parent, frame }));
  }
}

/** Gathers what a sampling profiler saw of one thread. */
export class ThreadSamples {
  readonly #samples: SampledProfile['samples'] = [];
  readonly #lines = new Map<Frame, Map<number, number>>();

  constructor(readonly source: ProfileSource, private readonly tree: StackTree) {}

  get count(): number {
    return this.#samples.length;
  }

  /** A stack from the outside in; an empty one is no sample. Time in the order of the calls; `startNs` counts from the source's. */
  add(stack: readonly Seen[], startNs: number, durationNs: number): void {
    const node = this.tree.node(stack);
    if (node === null) return;
    this.#samples.push({ stack: node, startNs, durationNs });
    const { charged } = chargeStack(node);
    const at = charged === null ? undefined : stack.findLast(({ frame }) => frame === charged);
    if (at === undefined || at.line === null) return;
    const lines = entry(this.#lines, at.frame, () => new Map<number, number>());
    lines.set(at.line, (lines.get(at.line) ?? 0) + durationNs);
  }

  /** `nsPerUnit`: what a unit of the durations that were added is, in nanoseconds. */
  finish(nsPerUnit = 1): SampledProfile {
    const samples = this.#samples.map((sample) => ({ ...sample, durationNs: Math.round(Math.min(sample.durationNs * nsPerUnit, mostSampleNs)) }));
    const lines = [...this.#lines].flatMap(([frame, times]) => [...times].map(([line, ns]) => ({ frame, line, ns: Math.round(Math.min(ns * nsPerUnit, mostSampleNs)) })));
    return { source: this.source, stacks: [], samples, lines };
  }
}
