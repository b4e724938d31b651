import { chargesCaller } from './frame-kind.js';
import type { Category, Frame, StackNode } from './model.js';

/**
 * Walks out from the innermost frame to the function that the time belongs to: the first of a file, past native and library code.
 * Where there is none, as in a profile of a native program, it is the innermost function of a program or shared object.
 */
export function chargeStack(node: StackNode): { charged: Frame | null; category: Category } {
  const category = node.frame.kind === 'collector' ? 'collector' : 'code';
  let native: Frame | null = null;
  for (let at: StackNode | null = category === 'collector' ? node.parent : node; at; at = at.parent) {
    const { kind } = at.frame;
    if (kind === 'source') return { charged: at.frame, category };
    if (kind === 'native') native ??= at.frame;
    if (chargesCaller(kind)) continue;
    if (category === 'collector') break;
    if (kind === 'idle' || kind === 'profiler') return { charged: null, category: 'idle' };
    if (native === null && (kind === 'loader' || kind === 'program')) return { charged: null, category: kind };
    break;
  }
  if (native !== null) return { charged: native, category };
  return { charged: null, category: category === 'collector' ? 'collector' : 'runtime' };
}
