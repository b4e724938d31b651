import { basename } from 'node:path';
import { PerfloopError } from '../../core/errors.js';
import { entry } from '../tools/entry.js';
import { foldedStacks } from './folded-stacks.js';
import { StackTree, ThreadSamples } from './gather.js';
import type { SampledProfile } from './model.js';
import { withoutProcesses } from './py-spy-process.js';
import { readText } from './read-file.js';
import { SeenFunctions, type Seen } from './seen-functions.js';
import { foldedFrame } from './written-frame.js';

/** What a count is taken for: py-spy takes 100 samples a second unless it is told otherwise. */
export const nsPerCount = 10_000_000;

/** `a;b;c 12`: a stack from the outside in, and how often it was seen. */
const stackLine = /^(?:(.*\S) +| *)(\d+(?:\.\d+)?)$/s;

/**
 * Reads folded stacks, as py-spy (`-f raw`), stackcollapse-perf and others write them, one SampledProfile for each thread that they
 * tell apart. They have counts and no times: shares are right, times are by `nsPerCount`, and their order is that of the file.
 * Throws PL_PROFILE_MALFORMED, PL_PROFILE_EMPTY.
 */
export function readFolded(file: string, fallbackPid: number): SampledProfile[] {
  const functions = new SeenFunctions();
  const frames = new Map<string, Seen>();
  const tree = new StackTree();
  const threads = new Map<string, { thread: ThreadSamples; at: number }>();
  const seen = (text: string): Seen => entry(frames, text, () => {
    const { frame, line } = foldedFrame(text);
    return functions.seen(frame, line);
  });
  for (const { text, line } of foldedStacks(readText(file))) {
    const [, stack = '', count] = stackLine.exec(text) ?? [];
    if (count === undefined) throw malformed(file, `line ${line} is no stack with a count`);
    // A thread that py-spy saw without a frame.
    if (stack === '') continue;
    const { pid, tid, name, threadName, rest } = threadOf(stack.split(';'), fallbackPid);
    const known = entry(threads, `${pid} ${tid}`, () => ({ thread: new ThreadSamples({ fileName: basename(file), kind: 'folded', pid, tid, name, threadName, startNs: 0, endNs: 0 }, tree), at: 0 }));
    const durationNs = Math.round(Number(count) * nsPerCount);
    if (!Number.isSafeInteger(known.at + durationNs)) throw malformed(file, `the count in line ${line} is absurd`);
    known.thread.add(rest.map(seen), known.at, durationNs);
    known.at += durationNs;
  }
  const found = [...threads.values()].filter(({ thread }) => thread.count > 0);
  if (found.length === 0) throw new PerfloopError('PL_PROFILE_EMPTY', 'The profile holds no stacks.', { where: file, fix: 'Profile a longer run of the command.' });
  return found.map(({ thread, at }) => {
    const profile = thread.finish();
    return { ...profile, source: { ...profile.source, endNs: at } };
  });
}

/** py-spy begins stacks with the processes (`-s`) and the thread (`-t`). */
function threadOf(stack: readonly string[], fallbackPid: number): { pid: number; tid: number; name: string; threadName: string; rest: readonly string[] } {
  const { process, rest } = withoutProcesses(stack);
  const [, thread, threadName = ''] = /^thread \((\d{1,9}|0x[0-9A-Fa-f]{1,16})\)(?:: (.*))?$/s.exec(rest[0] ?? '') ?? [];
  const name = process?.name || 'process';
  const tid = thread === undefined ? 0 : Number(BigInt(thread) & 0xffffffn);
  return { pid: process?.pid ?? fallbackPid, tid, name, threadName: threadName || name, rest: thread === undefined ? rest : rest.slice(1) };
}

function malformed(file: string, what: string): PerfloopError {
  return new PerfloopError('PL_PROFILE_MALFORMED', `The folded stacks cannot be read: ${what}.`, { where: file, fix: 'Each line is a stack from the outside in, joined by semicolons, a space, and a count: `main;work 12`.' });
}
