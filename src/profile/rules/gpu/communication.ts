import { overlapByDevice } from '../../tools/gpu/overlap-by-device.js';
import { exposedMs } from '../device-time.js';
import { lossOf, type Look, type Rule } from '../rule.js';
import { milliseconds, percent, times } from '../words.js';
import { communicates, isOp, latenessOf, lateRatio, lateShare } from './lateness.js';
import { deviceWork, kernelsNamed, launchesOf, workOf, workEvidence, worst, worstWork } from './support.js';

const needs = { ...deviceWork, CUPTI_ACTIVITY_KIND_KERNEL: 'no kernels were captured' };
const look: Look = { what: 'communication between devices', patterns: [/all_reduce|all_gather|reduce_scatter|broadcast\(|all_to_all|dist\.(send|recv|barrier)|nccl(AllReduce|AllGather|ReduceScatter|Broadcast|Send|Recv)/, /DistributedDataParallel|FSDP|DDP\(/] };
const exposedShare = { what: 'least share of the device\'s time in communication that nothing hides', value: 0.1, unit: 'share', source: 'our own choice' } as const;

export const exposedCommunication: Rule = {
  id: 'C6-exposed-communication',
  category: 'C6',
  looksFor: 'communication between devices that no computation hides',
  tools: ['overlap', 'nccl'],
  needs,
  thresholds: [exposedShare],
  falsePositives: 'A collective also waits for the latest rank: then the cause is that rank\'s work, and not the communication.',
  blindTo: 'Communication over copies, and ranks that are in other profiles.',
  find(asked) {
    const isOne = kernelsNamed(asked, communicates);
    // What a device waits for a late one in a collective is the late one's, and C6-stragglers tells it.
    const lateness = latenessOf(asked);
    const waitedMs = (device: number): number => (lateness?.waiting.device === device ? lateness.ms : 0);
    const found = worst(asked.devices, (time) => exposedMs(time, isOne(time)) - waitedMs(time.device));
    if (found === null || found.ms / found.one.spanMs < exposedShare.value) return [];
    const { one: time, ms } = found;
    const part = ms / time.spanMs;
    const [row] = overlapByDevice(asked.db, time.device);
    const { all, longest } = workOf(time, isOne(time));
    return [{
      title: `Device ${time.device} does nothing but communicate for ${milliseconds(ms)}, ${percent(part)} of its time.`,
      confidence: 'high',
      ...lossOf(ms, part),
      evidence: [workEvidence(asked, 'overlap', `${times(all.length, 'kernel')} communicate for ${milliseconds(row?.communicationMs ?? ms)}, of which computation hides ${percent(row?.hiddenShare ?? 0)}.`, time, longest)],
      notes: [...(waitedMs(time.device) > 0 ? [`Waiting for device ${lateness?.late.device ?? 0} is not counted: see C6-stragglers.`] : []), 'Begin it earlier, beside computation (gradient buckets, prefetching of parameters), send less (BF16, accumulation of gradients), or make ranks arrive at once.'],
      clues: { calls: launchesOf(asked, time, longest), look },
    }];
  },
};

export const stragglers: Rule = {
  id: 'C6-stragglers',
  category: 'C6',
  looksFor: 'devices that wait in collectives for a late one',
  tools: ['nccl'],
  needs,
  thresholds: [lateRatio, lateShare],
  falsePositives: 'Devices that take part in different collectives.',
  blindTo: 'Ranks that are in other profiles: one device tells nothing about late ones.',
  find(asked) {
    const lateness = latenessOf(asked);
    if (lateness === null) return [];
    const { op, late, waiting, time, slow, ms } = lateness;
    const part = ms / time.spanMs;
    const ofOp = kernelsNamed(asked, isOp(op));
    return [{
      title: `Device ${waiting.device} waits in ${op} for device ${late.device}, which comes ${milliseconds(ms)} late in all, ${percent(part)} of the time.`,
      confidence: 'medium',
      ...lossOf(ms, part),
      evidence: [workEvidence(asked, 'nccl', `${times(waiting.count, 'call')} of ${op}: ${milliseconds(waiting.ms)} on device ${waiting.device}, ${milliseconds(late.ms)} on device ${late.device}.`, time, workOf(time, ofOp(time)).longest)],
      notes: [`Look at what device ${late.device} does before: more work, a slower copy, a slower host.`],
      clues: { calls: launchesOf(asked, slow, workOf(slow, ofOp(slow)).longest), look },
    }];
  },
};

const smallUs = { what: 'longest median of a collective that is small', value: 50, unit: 'us', source: 'NCCL needs tens of microseconds for a collective of any size (NCCL tests, PERFORMANCE.md: latency against bandwidth)' } as const;
const smallCount = { what: 'least such collectives', value: 100, unit: 'count', source: 'our own choice' } as const;
const smallShare = { what: 'least share of the device\'s time in them alone', value: 0.05, unit: 'share', source: 'our own choice' } as const;

export const smallCollectives: Rule = {
  id: 'C6-small-collectives',
  category: 'C6',
  looksFor: 'many small collectives that would be cheaper as one',
  tools: ['nccl'],
  needs,
  thresholds: [smallUs, smallCount, smallShare],
  falsePositives: 'Collectives whose results are needed one after the other.',
  blindTo: 'Their sizes, where NVTX ranges of NCCL were not captured.',
  find(asked) {
    const named = kernelsNamed(asked, communicates);
    const small = (time: (typeof asked.devices)[number]): ((i: number) => boolean) => {
      const isOne = named(time);
      return (i) => isOne(i) && time.end[i]! - time.start[i]! <= smallUs.value * 1000;
    };
    const found = worstWork(asked, small, smallShare.value);
    if (found === null || found.all.length < smallCount.value) return [];
    const { time, ms, part, all, longest } = found;
    return [{
      title: `${times(all.length, 'collective')} of at most ${smallUs.value} us take ${milliseconds(ms)} of device ${time.device} by themselves, ${percent(part)} of its time.`,
      confidence: 'medium',
      ...lossOf(ms, part),
      evidence: [workEvidence(asked, 'nccl', `${milliseconds(ms / all.length)} each on average.`, time, longest)],
      notes: ['Put tensors together before sending them (larger bucket_cap_mb, one flat tensor, torch.distributed coalescing).'],
      clues: { calls: launchesOf(asked, time, longest), look },
    }];
  },
};
