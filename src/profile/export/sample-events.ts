import { namedFrames } from '../tools/host/frames.js';
import type { ProfileDatabase } from '../tools/open.js';
import type { ChromeEvent } from './event.js';
import { stackFrames } from './stack-frames.js';
import { threadSamples } from './thread-samples.js';
import type { Tracks } from './tracks.js';

/** Samples that follow each other within this are one stretch: rounding of times. Nanoseconds. */
const leastGapNs = 1000;

/** Functions by samples: what stays on the stack from one sample to the next is one span. Idle samples are gaps. */
export function* sampleEvents(db: ProfileDatabase, tracks: Tracks, first: bigint): Generator<ChromeEvent> {
  const names = namedFrames(db);
  const stacks = stackFrames(db);
  for (const { process, thread, samples } of threadSamples(db, first)) {
    const track = tracks.samples(process, thread);
    let open: { frame: number; start: number }[] = [];
    let until = 0;
    const close = (kept: number): ChromeEvent[] => open.splice(kept).toReversed().map(({ frame, start }) => {
      const { function: name, file, line } = names.get(frame) ?? { function: '', file: null, line: null };
      return { ph: 'X', cat: 'function', name: name || '(unnamed)', ...track, startNs: start, durationNs: Math.max(0, until - start), ...(file === null ? {} : { args: { file, ...(line === null ? {} : { line }) } }) };
    });
    for (const { start, durationNs, stack, idle } of samples) {
      const frames = idle ? [] : (stacks.get(stack) ?? []);
      const from = Math.max(start, until);
      let kept = 0;
      if (start <= until + leastGapNs) while (kept < open.length && open[kept]?.frame === frames[kept]) kept += 1;
      yield* close(kept);
      open = [...open, ...frames.slice(kept).map((frame) => ({ frame, start: from }))];
      until = Math.max(until, start + durationNs);
    }
    yield* close(0);
  }
}
