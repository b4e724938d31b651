import type { Work } from '../../core/pipeline/machine/ready.js';
import { at, type Machine } from '../../core/pipeline/machine/state.js';
import type { Success } from '../../core/pipeline/machine/succeed.js';
import type { CompletedStep } from '../../core/run/progress.js';

/** Bytes of JSON: more is not handed on, and what is not runs again. */
const mostBytes = 400_000;

/** What a round has completed, for a run that goes on after this one. It is bounded, however many steps there are. */
export class CompletedSteps {
  /** By execution, with the bytes of each. */
  private readonly steps = new Map<string, { step: CompletedStep; length: number }>();
  private bytes = 0;

  constructor(before: readonly CompletedStep[]) {
    for (const step of before) this.keep(step);
  }

  add({ name, count }: Work, { output, writes, jump }: Success): void {
    this.keep({ step: name, count, ...(output === undefined ? {} : { output }), ...(writes === undefined ? {} : { writes }), ...(jump === undefined ? {} : { jump }) } as CompletedStep);
  }

  all(): CompletedStep[] {
    return [...this.steps.values()].map(({ step }) => step);
  }

  /** Those that count at the end of a machine: what an earlier run had completed and this one did not come to is none of them. */
  of({ plan, nodes }: Machine): CompletedStep[] {
    return this.all().filter(({ step, count }) => {
      const node = plan.byName.get(step);
      return node !== undefined && at(nodes.count, node.index) >= count;
    });
  }

  private keep(step: CompletedStep): void {
    const key = `${step.count} ${step.step}`;
    const { length } = JSON.stringify(step);
    this.bytes -= this.steps.get(key)?.length ?? 0;
    this.steps.delete(key);
    if (this.bytes + length > mostBytes) return;
    this.steps.set(key, { step, length });
    this.bytes += length;
  }
}
