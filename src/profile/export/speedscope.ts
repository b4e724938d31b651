import { namedFrames } from '../tools/host/frames.js';
import type { ProfileDatabase } from '../tools/open.js';
import { pidOf } from '../tools/process-number.js';
import { stackFrames } from './stack-frames.js';
import { threadSamples } from './thread-samples.js';

const idleName = '(idle)';

/**
 * The samples of host code for speedscope (https://www.speedscope.app/file-format-schema.json), in pieces: a sampled profile of each
 * thread in the order of time, in nanoseconds. What waits has `(idle)` on top, which is how readers of such files tell it.
 */
export function* speedscope(db: ProfileDatabase, { name }: { name: string }): Generator<string> {
  const frames = namedFrames(db);
  const places = new Map([...frames.keys()].map((id, index) => [id, index]));
  yield `{"$schema":"https://www.speedscope.app/file-format-schema.json","exporter":"perfloop","name":${JSON.stringify(name)},"activeProfileIndex":0,"shared":{"frames":[`;
  let comma = '';
  for (const { function: written, file, line } of frames.values()) {
    yield `${comma}${JSON.stringify({ name: written, ...(file === null ? {} : { file }), ...(line === null ? {} : { line }) })}`;
    comma = ',\n';
  }
  yield `${comma}${JSON.stringify({ name: idleName })}]},"profiles":[\n`;
  const waiting = new Set(db.prepare<[], number>("SELECT id FROM PERFLOOP_STACKS WHERE category = 'idle'").pluck().all());
  const withIdle = (stack: number, ids: number[]): number[] => [...ids.map((id) => places.get(id) ?? 0), ...(waiting.has(stack) && frames.get(ids.at(-1) ?? -1)?.function !== idleName ? [places.size] : [])];
  const texts = new Map([...stackFrames(db)].map(([stack, ids]) => [stack, JSON.stringify(withIdle(stack, ids))]));
  comma = '';
  for (const { process, thread, name: threadName, samples } of threadSamples(db, 0n)) {
    const title = `Process ${pidOf(process)} Thread ${thread} "${(threadName ?? 'thread').replaceAll('"', "'")}"`;
    yield `${comma}{"type":"sampled","name":${JSON.stringify(title)},"unit":"nanoseconds","startValue":0,"weights":[`;
    comma = ',\n';
    let total = 0;
    let between = '';
    for (const { durationNs } of samples) {
      yield `${between}${durationNs}`;
      total += durationNs;
      between = ',';
    }
    yield `],"endValue":${total},"samples":[`;
    between = '';
    for (const { stack } of samples) {
      yield `${between}${texts.get(stack) ?? '[]'}`;
      between = ',';
    }
    yield ']}';
  }
  yield ']}\n';
}
