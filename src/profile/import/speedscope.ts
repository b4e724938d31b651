import { basename } from 'node:path';
import { z } from 'zod';
import { PerfloopError } from '../../core/errors.js';
import { nsPerCount } from './folded.js';
import { StackTree, ThreadSamples } from './gather.js';
import type { ProfileSource, SampledProfile } from './model.js';
import { pySpyProcess } from './py-spy-process.js';
import { parseJson } from './read-file.js';
import { SeenFunctions, type Seen } from './seen-functions.js';
import { writtenFrame } from './written-frame.js';

const head = { name: z.string().catch(''), unit: z.string(), startValue: z.number(), endValue: z.number() };
const sampledSchema = z.object({ type: z.literal('sampled'), ...head, samples: z.array(z.array(z.int().nonnegative())), weights: z.array(z.number()) });
const eventedSchema = z.object({ type: z.literal('evented'), ...head, events: z.array(z.object({ type: z.enum(['O', 'C']), frame: z.int().nonnegative(), at: z.number() })) });

/** https://www.speedscope.app/file-format-schema.json */
const fileSchema = z.object({
  shared: z.object({ frames: z.array(z.object({ name: z.string(), file: z.string().nullish(), line: z.number().nullish(), col: z.number().nullish() })) }),
  profiles: z.array(z.discriminatedUnion('type', [sampledSchema, eventedSchema])).min(1),
  exporter: z.string().catch('').default(''),
});

type Sampled = z.infer<typeof sampledSchema>;
type Evented = z.infer<typeof eventedSchema>;

/** Nanoseconds of each unit; `none` counts samples. */
const units: Record<string, number> = { nanoseconds: 1, microseconds: 1000, milliseconds: 1e6, seconds: 1e9, none: nsPerCount };

/**
 * Reads a file of speedscope, sampled or evented: one SampledProfile for each profile in it that is of time. Throws
 * PL_PROFILE_MALFORMED, PL_PROFILE_EMPTY.
 */
export function readSpeedscope(file: string, fallbackPid: number): SampledProfile[] {
  const parsed = fileSchema.safeParse(parseJson(file, (why, cause) => malformed(file, why, cause)));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw malformed(file, `${issue?.path.join('.') || 'the top level'}: ${issue?.message ?? 'wrong shape'}`, parsed.error);
  }
  const { shared, profiles, exporter } = parsed.data;
  // Most write where a function begins; these write the line that runs.
  const running = /^(?:py-spy|rbspy|austin)/i.test(exporter);
  const functions = new SeenFunctions();
  const processes = new Map<number, string>();
  const frames = shared.frames.map(({ name, file: module, line, col }): Seen | null => {
    const process = pySpyProcess(name);
    if (process !== null) {
      processes.set(process.pid, process.name);
      return null;
    }
    const at = line !== null && line !== undefined && Number.isSafeInteger(line) && line > 0 ? line : null;
    const made = writtenFrame(name, module ?? undefined, at);
    return running ? functions.seen(made, at) : { frame: { ...made, column: Number.isSafeInteger(col) ? (col ?? null) : null }, line: null };
  });
  const frameOf = (index: number): Seen | null => {
    const frame = frames[index];
    if (frame === undefined) throw malformed(file, `it names frame ${index}, which is not there`);
    return frame;
  };
  const tree = new StackTree();
  const timed = profiles.filter(({ unit }) => unit in units);
  if (timed.length === 0) throw malformed(file, `its values are ${profiles[0]?.unit ?? 'of no unit'}, not time`);
  const found = timed.map((profile, index) => {
    const ns = units[profile.unit] ?? 1;
    const thread = new ThreadSamples(sourceOf(file, profile, ns, { fallbackPid, index, processes }), tree);
    if (profile.type === 'sampled') addSampled(thread, profile, { ns, frameOf, file });
    else addEvented(thread, profile, { ns, frameOf, file });
    return thread;
  }).filter((thread) => thread.count > 0);
  if (found.length === 0) throw new PerfloopError('PL_PROFILE_EMPTY', 'The profile holds no samples.', { where: file, fix: 'Profile a longer run of the command.' });
  return found.map((thread) => thread.finish());
}

interface Context {
  ns: number;
  /** Null for a frame that stands for a process, which is no function. */
  frameOf: (index: number) => Seen | null;
  file: string;
}

function addSampled(thread: ThreadSamples, { samples, weights }: Sampled, { ns, frameOf, file }: Context): void {
  if (samples.length !== weights.length) throw malformed(file, `it has ${samples.length} samples but ${weights.length} weights`);
  let at = 0;
  for (const [index, stack] of samples.entries()) {
    const durationNs = timeOf((weights[index] ?? 0) * ns, file);
    thread.add(stack.map(frameOf).filter((seen) => seen !== null), at, durationNs);
    at = timeOf(at + durationNs, file);
  }
}

/** Between two events the open functions are the stack. */
function addEvented(thread: ThreadSamples, { events, startValue }: Evented, { ns, frameOf, file }: Context): void {
  const open: { index: number; seen: Seen | null }[] = [];
  let last = 0;
  for (const [number, { type, frame, at }] of events.entries()) {
    const now = timeOf((at - startValue) * ns, file);
    if (now < last) throw malformed(file, `event ${number} is earlier than the one before it`);
    if (now > last) thread.add(open.flatMap(({ seen }) => seen ?? []), last, now - last);
    last = now;
    if (type === 'O') open.push({ index: frame, seen: frameOf(frame) });
    else if (open.pop()?.index !== frame) throw malformed(file, `event ${number} closes a function that is not the innermost`);
  }
}

function timeOf(ns: number, file: string): number {
  const whole = Math.round(ns);
  if (Number.isSafeInteger(whole) && whole >= 0) return whole;
  throw malformed(file, 'a time in it is negative or absurd');
}

function sourceOf(file: string, { name, startValue, endValue }: Sampled | Evented, ns: number, { fallbackPid, index, processes }: { fallbackPid: number; index: number; processes: ReadonlyMap<number, string> }): ProfileSource {
  // py-spy's names.
  const [, pid] = /\bProcess (\d{1,9})\b/.exec(name) ?? [];
  const [, thread] = /\bThread (\d{1,9}|0x[0-9A-Fa-f]{1,16})\b/.exec(name) ?? [];
  const took = Math.round((endValue - startValue) * ns);
  const tid = thread === undefined ? index : Number(BigInt(thread) & 0xffffffn);
  return { fileName: basename(file), kind: 'speedscope', pid: pid === undefined ? fallbackPid : Number(pid), tid, name: processes.get(Number(pid)) || 'process', threadName: shortName(name), startNs: 0, endNs: Number.isSafeInteger(took) && took >= 0 ? took : null };
}

/** A name can be a whole command line, with what is secret in it. */
const shortName = (name: string): string => (/"([^"]{1,100})"$/.exec(name)?.[1] ?? /^[\w.:()-]{1,40}/.exec(name)?.[0] ?? '') || 'thread';

function malformed(file: string, what: string, cause?: unknown): PerfloopError {
  return new PerfloopError('PL_PROFILE_MALFORMED', `The speedscope file cannot be read: ${what}.`, { where: file, fix: 'Record or export it again, and let the program end by itself.', cause });
}
