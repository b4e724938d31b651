import { basename } from 'node:path';
import { z } from 'zod';
import { PerfloopError } from '../../core/errors.js';
import { hiddenCallees } from './hidden-builtins.js';
import { v8Frame } from './frame-kind.js';
import type { Frame, ProfileSource, SampledProfile, StackNode } from './model.js';
import { parseJson } from './read-file.js';

const nodeSchema = z.object({
  id: z.number(),
  callFrame: z.object({ functionName: z.string(), url: z.string(), lineNumber: z.number(), columnNumber: z.number() }),
  children: z.array(z.number()).optional(),
  positionTicks: z.array(z.object({ line: z.number(), ticks: z.number() })).optional(),
});

/** Profiler.Profile of the Chrome DevTools protocol; times in microseconds. `perfloop` is what our own hook adds. */
const profileSchema = z.object({
  nodes: z.array(nodeSchema).min(1),
  startTime: z.number(),
  endTime: z.number(),
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
  perfloop: z.object({ pid: z.number(), thread: z.number(), script: z.string(), node: z.string() }).optional(),
});

type Profile = z.infer<typeof profileSchema>;

/** Reads a V8 CPU profile. Throws PL_PROFILE_MALFORMED when it is not one, PL_PROFILE_EMPTY when it holds no samples. */
export function readCpuProfile(file: string, fallbackPid: number): SampledProfile {
  const profile = parse(file);
  const nodes = stackTree(profile, file);
  const timed = timeline(profile, nodes, file);
  const moved = hiddenCallees(timed, linesOf(profile, nodes));
  return { source: sourceOf(profile, file, fallbackPid), stacks: moved.stacks, samples: onLastStack(moved.samples, moved.stacks), lines: moved.lines };
}

function parse(file: string): Profile {
  const value = parseJson(file, (why, cause) => malformed(file, why, cause));
  if (typeof value === 'object' && value !== null && 'head' in value) {
    throw malformed(file, 'it has the format of before 2016 (`head` instead of `nodes`); record it again with a newer Node');
  }
  const parsed = profileSchema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw malformed(file, `${issue?.path.join('.') || 'the top level'}: ${issue?.message ?? 'wrong shape'}`, parsed.error);
  }
  const { samples, timeDeltas } = parsed.data;
  if (samples.length !== timeDeltas.length) throw malformed(file, `it has ${samples.length} samples but ${timeDeltas.length} time deltas`);
  if (samples.length === 0) {
    throw new PerfloopError('PL_PROFILE_EMPTY', 'The profile holds no samples.', { where: file, fix: 'Profile a longer run of the command.' });
  }
  return parsed.data;
}

/** Nodes by id, each knowing its parent. */
function stackTree(profile: Profile, file: string): Map<number, StackNode> {
  const parents = new Map<number, number>();
  for (const node of profile.nodes) for (const child of node.children ?? []) parents.set(child, node.id);
  const frames = new Map<string, Frame>();
  const nodes = new Map<number, StackNode>();
  for (const { id, callFrame } of profile.nodes) {
    const key = `${callFrame.url}\0${callFrame.functionName}\0${callFrame.lineNumber}\0${callFrame.columnNumber}`;
    const frame = frames.get(key) ?? v8Frame(callFrame);
    frames.set(key, frame);
    nodes.set(id, { parent: null, frame });
  }
  for (const [id, node] of nodes) node.parent = nodes.get(parents.get(id) ?? -1) ?? null;
  assertTree(nodes, file);
  return nodes;
}

/** A node that is its own ancestor would make every walk endless. */
function assertTree(nodes: Map<number, StackNode>, file: string): void {
  const safe = new Set<StackNode>();
  for (const start of nodes.values()) {
    const path = new Set<StackNode>();
    for (let node: StackNode | null = start; node && !safe.has(node); node = node.parent) {
      if (path.has(node)) throw malformed(file, 'a node is its own ancestor');
      path.add(node);
    }
    for (const node of path) safe.add(node);
  }
}

/** A sample lasts until the next one. V8 may write them out of order. */
function timeline(profile: Profile, nodes: Map<number, StackNode>, file: string): SampledProfile['samples'] {
  let at = profile.startTime;
  const points = profile.samples.map((id, index) => {
    const stack = nodes.get(id);
    if (!stack) throw malformed(file, `sample ${index} names node ${id}, which is not there`);
    at += profile.timeDeltas[index] ?? 0;
    return { stack, at };
  });
  points.sort((a, b) => a.at - b.at);
  return points.map(({ stack, at }, index) => {
    const until = points[index + 1]?.at ?? Math.max(profile.endTime, at);
    return { stack, startNs: Math.round((at - profile.startTime) * 1000), durationNs: Math.round((until - at) * 1000) };
  });
}

function linesOf(profile: Profile, nodes: Map<number, StackNode>): Map<StackNode, { line: number; ticks: number }[]> {
  const lines = new Map<StackNode, { line: number; ticks: number }[]>();
  for (const { id, positionTicks } of profile.nodes) {
    const node = nodes.get(id);
    if (node && positionTicks && positionTicks.length > 0) lines.set(node, positionTicks);
  }
  return lines;
}

/** V8 takes no stack while it collects garbage: as DevTools does, put it on top of what ran just before. */
function onLastStack(samples: SampledProfile['samples'], stacks: StackNode[]): SampledProfile['samples'] {
  const collectors = new Map<StackNode, StackNode>();
  let last: StackNode | null = null;
  return samples.map((sample) => {
    if (sample.stack.frame.kind !== 'collector') {
      last = sample.stack;
      return sample;
    }
    if (!last || last.frame.kind === 'idle' || last.frame.kind === 'program') return sample;
    let stack = collectors.get(last);
    if (!stack) {
      stack = { parent: last, frame: sample.stack.frame };
      collectors.set(last, stack);
      stacks.push(stack);
    }
    return { ...sample, stack };
  });
}

function sourceOf(profile: Profile, file: string, fallbackPid: number): ProfileSource {
  const own = profile.perfloop;
  // Node names its own: CPU.<date>.<time>.<pid>.<thread>.<number>.cpuprofile
  const named = /^CPU\.\d+\.\d+\.(\d+)\.(\d+)\.\d+\.cpuprofile$/.exec(basename(file));
  const tid = own?.thread ?? Number(named?.[2] ?? 0);
  const name = own?.script || 'node';
  return {
    fileName: basename(file),
    kind: 'v8',
    pid: own?.pid ?? Number(named?.[1] ?? fallbackPid),
    tid,
    name,
    threadName: tid === 0 ? name : `${name} worker ${tid}`,
    startNs: Math.round(profile.startTime * 1000),
    endNs: Math.round(profile.endTime * 1000),
  };
}

function malformed(file: string, what: string, cause?: unknown): PerfloopError {
  return new PerfloopError('PL_PROFILE_MALFORMED', `The V8 CPU profile cannot be read: ${what}.`, { where: file, fix: 'Record it again, and let the program end by itself.', cause });
}
