import type { Asked } from '../asked.js';
import type { DeviceTime } from '../device-time.js';
import { launchGapUs } from '../idle.js';
import { lossOf, type Rule } from '../rule.js';
import { milliseconds, percent, shortKernel, times } from '../words.js';
import { deviceCalls, deviceWork, kernelsNamed, launchesOf, longestIdle, namesByTime, workEvidence, worstWork } from './support.js';

const graphs = 'NVIDIA Technical Blog, "Getting Started with CUDA Graphs": a launch costs microseconds, beside kernels of as many';
const lostShare = { what: 'least share of the device\'s time between back-to-back launches', value: 0.1, unit: 'share', source: 'our own choice' } as const;
const tinyUs = { what: 'longest tiny kernel', value: 10, unit: 'us', source: graphs } as const;
const gapLength = { what: 'longest gap that counts as a launch on its way', value: launchGapUs, unit: 'us', source: 'our own choice: several times what a launch costs' } as const;

export const launchBound: Rule = {
  id: 'C2-launch-bound',
  category: 'C2',
  looksFor: 'kernels shorter than their launch: the device waits for the next launch, over and over',
  tools: ['launch', 'gaps', 'graphs'],
  needs: deviceCalls,
  thresholds: [lostShare, gapLength],
  falsePositives: 'Profilers make launches slower: compare with a run without one.',
  blindTo: 'Launches that a slice lost. Launches of one thread while another waits for the device.',
  find(asked) {
    const lost = longestIdle(asked, 'launch', lostShare.value);
    if (lost === null) return [];
    const { time, ms, part, gaps, count } = lost;
    const captured = usesGraphs(asked);
    return [{
      title: `Device ${time.device} waits for the next launch ${times(count, 'time')}, ${milliseconds(ms)} in all, ${percent(part)} of its time${captured ? '' : '; no CUDA graph is used'}.`,
      confidence: 'high',
      ...lossOf(ms, part),
      evidence: [
        { tool: 'launch', text: `${percent(tinyPart(time))} of its kernels are shorter than ${tinyUs.value} us.` },
        workEvidence(asked, 'gaps', 'These rows are the work that ends the longest of the gaps.', time, gaps.map(({ before }) => before)),
      ],
      notes: ['Launch a repeated sequence as one CUDA graph (torch.cuda.CUDAGraph, torch.compile(mode="reduce-overhead")), fuse kernels, or make each do more (larger batches).'],
      clues: { calls: launchesOf(asked, time, gaps.map(({ before }) => before)) },
    }];
  },
};

/** Of a device's kernels, 0 to 1. */
function tinyPart(time: DeviceTime): number {
  let kernels = 0;
  let tiny = 0;
  for (let i = 0; i < time.count; i++) {
    if (time.kind[i] !== 0) continue;
    kernels += 1;
    if (time.end[i]! - time.start[i]! < tinyUs.value * 1000) tiny += 1;
  }
  return tiny / Math.max(1, kernels);
}

function usesGraphs(asked: Asked): boolean {
  if (asked.tables.has('CUPTI_ACTIVITY_KIND_GRAPH_TRACE')) return true;
  return asked.db.prepare("SELECT 1 FROM CUPTI_ACTIVITY_KIND_RUNTIME WHERE nameId IN (SELECT id FROM StringIds WHERE value GLOB 'cu*GraphLaunch*') LIMIT 1").get() !== undefined;
}

const fusion = 'PyTorch Performance Tuning Guide, "Fuse operations": pointwise operations are bound by memory, so that fusing them saves reads, writes and launches';
const piecesShare = { what: 'least share of the device\'s time in such kernels alone', value: 0.15, unit: 'share', source: fusion } as const;
const pieceUs = { what: 'longest kernel that counts as a piece', value: 50, unit: 'us', source: 'our own choice: longer ones have enough to do' } as const;
const pieceCount = { what: 'least such kernels', value: 100, unit: 'count', source: 'our own choice' } as const;

/** Names of PyTorch's, TensorFlow's, CuPy's and Thrust's kernels for single elements. */
const elementwise = /elementwise|pointwise|(un|bin|tern)ary_?(op|functor)|reduce_kernel|softmax_warp|cupy_(add|sub|mul|div|copy|multiply|subtract)|thrust.*(transform|for_each)|activation_kernel|bias_?(add|act)|dropout|layer_?norm|fill_kernel/i;

export const fragmented: Rule = {
  id: 'C2-fragmented-elementwise',
  category: 'C2',
  looksFor: 'many short kernels that each do one operation on all elements, which could be one',
  tools: ['kernels'],
  needs: { ...deviceWork, CUPTI_ACTIVITY_KIND_KERNEL: 'no kernels were captured' },
  thresholds: [piecesShare, pieceUs, pieceCount],
  falsePositives: 'Kernels between which something else has to happen.',
  blindTo: 'Kernels within CUDA graphs that were traced as a whole.',
  find(asked) {
    const isPiece = kernelsNamed(asked, (name) => elementwise.test(name));
    const counts = (time: DeviceTime): ((i: number) => boolean) => {
      const named = isPiece(time);
      return (i) => named(i) && time.end[i]! - time.start[i]! <= pieceUs.value * 1000;
    };
    const found = worstWork(asked, counts, piecesShare.value);
    if (found === null || found.all.length < pieceCount.value) return [];
    const { time, ms, part, all, longest } = found;
    const names = namesByTime(asked, time, all);
    return [{
      title: `${times(all.length, 'short elementwise kernel')} take ${milliseconds(ms)} of device ${time.device} by themselves, ${percent(part)} of its time.`,
      confidence: 'medium',
      ...lossOf(ms, part),
      evidence: [workEvidence(asked, 'kernels', `The most time: ${names.slice(0, 3).map((one) => `${shortKernel(one.name)} (${times(one.count, 'launch', 'launches')}, ${milliseconds(one.ms)})`).join(', ')}.`, time, longest)],
      notes: ['Let a compiler fuse them (torch.compile, jax.jit), or use a fused operation. Fused, a part of this time remains.'],
      clues: { calls: launchesOf(asked, time, longest) },
    }];
  },
};

const tinyShare = { what: 'least share of the device\'s time in tiny kernels alone', value: 0.2, unit: 'share', source: 'our own choice' } as const;
const tinyCount = { what: 'least such kernels', value: 1000, unit: 'count', source: 'our own choice' } as const;

export const tinyKernels: Rule = {
  id: 'C2-tiny-kernels',
  category: 'C2',
  looksFor: 'most of the work in kernels too short to fill a device',
  tools: ['kernels', 'launch'],
  needs: { ...deviceWork, CUPTI_ACTIVITY_KIND_KERNEL: 'no kernels were captured' },
  thresholds: [tinyShare, tinyUs, tinyCount],
  yieldsTo: ['C2-launch-bound', 'C2-fragmented-elementwise'],
  falsePositives: 'Kernels that run beside others and fill what these leave.',
  blindTo: 'How much of the device each uses.',
  find(asked) {
    const counts = (time: DeviceTime) => (i: number): boolean => time.kind[i] === 0 && time.end[i]! - time.start[i]! <= tinyUs.value * 1000;
    const found = worstWork(asked, counts, tinyShare.value);
    if (found === null || found.all.length < tinyCount.value) return [];
    const { time, ms, part, all, longest } = found;
    const [first] = namesByTime(asked, time, all);
    return [{
      title: `${times(all.length, 'kernel')} of at most ${tinyUs.value} us take ${milliseconds(ms)} of device ${time.device} by themselves, ${percent(part)} of its time.`,
      confidence: 'medium',
      ...lossOf(ms, part),
      evidence: [workEvidence(asked, 'kernels', first === undefined ? 'They have no names.' : `The most time: ${shortKernel(first.name)} (${times(first.count, 'launch', 'launches')}, ${milliseconds(first.ms)}).`, time, longest)],
      notes: ['Make each do more: larger batches, one launch for many small problems, persistent kernels.'],
      clues: { calls: launchesOf(asked, time, longest) },
    }];
  },
};
