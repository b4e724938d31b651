import type { ProfileDatabase } from '../open.js';
import { namedFrames, type NamedFrame } from './frames.js';
import { timedStacks } from './stacks.js';

/** One function in a folded stack: `name (file:line)`. What parts frames and lines from each other is not let through. */
export function foldedFrame({ function: name, file, line }: NamedFrame): string {
  const text = file === null ? name : `${name} (${file}${line === null ? '' : `:${line}`})`;
  return text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ').replaceAll(';', ',').trim() || '(unnamed)';
}

/** Time and samples by the folded stack, without idle ones: frames of one text are one. */
export function foldedStacks(db: ProfileDatabase, { root = null }: { root?: string | null } = {}): Map<string, { ns: number; samples: number }> {
  const texts = new Map([...namedFrames(db, root)].map(([id, frame]) => [id, foldedFrame(frame)]));
  const folded = new Map<string, { ns: number; samples: number }>();
  for (const { frames, ns, samples } of timedStacks(db)) {
    const stack = frames.map((frame) => texts.get(frame) ?? '').join(';') || '(no stack)';
    const known = folded.get(stack);
    if (known === undefined) folded.set(stack, { ns, samples });
    else {
      known.ns += ns;
      known.samples += samples;
    }
  }
  return folded;
}
