import type { Asked } from '../asked.js';
import type { DeviceTime } from '../device-time.js';
import type { Gap, Idle } from '../idle.js';
import { lossOf, type Look, type Rule, type Suspect } from '../rule.js';
import { milliseconds, percent, times } from '../words.js';
import { callsBehind, deviceCalls, longestIdle, longestWaiting } from './support.js';

const tuning = 'PyTorch Performance Tuning Guide, "Avoid unnecessary CPU-GPU synchronization"';
const share = { what: 'least share of the device\'s time lost after waits', value: 0.05, unit: 'share', source: 'our own choice: less is within what runs differ by' } as const;
const count = { what: 'least waits, to be a loop', value: 10, unit: 'count', source: 'our own choice: a program waits a few times at its start and end' } as const;
/** A value or a handful of flags; what `.item()`, `if tensor` and `nonzero` fetch. */
const scalar = { what: 'largest copy to the host that counts as one value', value: 64, unit: 'bytes', source: tuning } as const;

const copyToHost = 2;

function isScalar(time: DeviceTime, index: number, bytesOf: (row: number) => number): boolean {
  return time.kind[index] === 2 && Math.floor(time.name[index]! / 10_000) === copyToHost && bytesOf(time.row[index]!) <= scalar.value;
}

/** Bytes of a copy by its row, each asked once. */
function sizes(asked: Asked): (row: number) => number {
  const known = new Map<number, number>();
  const statement = asked.tables.has('CUPTI_ACTIVITY_KIND_MEMCPY') ? asked.db.prepare<[number], number>('SELECT bytes FROM CUPTI_ACTIVITY_KIND_MEMCPY WHERE rowid = ?').pluck() : null;
  return (row) => {
    if (!known.has(row)) known.set(row, statement?.get(row) ?? Infinity);
    return known.get(row) ?? Infinity;
  };
}

interface Wait {
  id: string;
  looksFor: string;
  title: (lost: string) => string;
  counts: (asked: Asked) => (gap: Gap, idle: Idle) => boolean;
  look: Look;
  fix: string;
}

function waitRule({ id, looksFor, title, counts, look, fix }: Wait): Rule {
  return {
    id,
    category: 'C3',
    looksFor,
    tools: ['sync', 'gaps'],
    needs: deviceCalls,
    thresholds: id === 'C3-scalar-read' ? [share, count, scalar] : [share, count],
    falsePositives: 'Waits around a measurement are wanted. Under a profiler launches cost more, which makes what a wait loses look larger.',
    blindTo: 'Waits in which the device had work of another stream or process. Spinning on cudaEventQuery.',
    find(asked): Suspect[] {
      const lost = longestWaiting(asked, counts(asked), share.value);
      if (lost === null) return [];
      const calls = callsBehind(lost.gaps);
      if (calls.length < count.value) return [];
      const { part } = lost;
      const names = [...new Set(calls.map(({ name }) => name))].join(', ');
      const waited = calls.reduce((sum, { startNs, endNs }) => sum + (endNs - startNs) / 1e6, 0);
      return [{
        title: title(`device ${lost.time.device} then idles ${milliseconds(lost.ms)}, ${percent(part)} of its time`),
        confidence: 'high',
        ...lossOf(lost.ms, part),
        evidence: [asked.evidence('sync', `${times(calls.length, 'call')} of ${names} took ${milliseconds(waited)}; after each, device ${lost.time.device} had nothing to do until the host launched again, ${milliseconds(lost.ms)} in all.`, 'CUPTI_ACTIVITY_KIND_RUNTIME', calls)],
        notes: [fix],
        clues: { calls: calls.map(({ row }) => row), look },
      }];
    },
  };
}

const isDeviceWide = (gap: Gap): boolean => gap.by !== null && /DeviceSynchronize|CtxSynchronize|ThreadSynchronize/.test(gap.by.name);

export const scalarRead = waitRule({
  id: 'C3-scalar-read',
  looksFor: 'values fetched from the device one by one, such as `.item()` in a loop: the host waits, then the device does',
  title: (lost) => `The host fetches single values from the device and waits for each; ${lost}.`,
  counts: (asked) => {
    const bytesOf = sizes(asked);
    return (gap, { time }) => !isDeviceWide(gap) && isScalar(time, gap.after, bytesOf);
  },
  look: { what: 'a read of a single value', patterns: [/\.item\(\)/, /\.tolist\(\)|\.cpu\(\)|\.nonzero\(|(float|int|bool)\((loss|acc|total)\w*\)/] },
  fix: 'Keep the value on the device, and fetch it once every so many steps, or copy it without waiting (non_blocking=True) and read it later.',
});

export const syncInLoop = waitRule({
  id: 'C3-sync-in-loop',
  looksFor: 'waits for a stream or an event in a loop, after which the device runs dry',
  title: (lost) => `The host waits for a stream again and again; ${lost}.`,
  counts: (asked) => {
    const bytesOf = sizes(asked);
    return (gap, { time }) => !isDeviceWide(gap) && !isScalar(time, gap.after, bytesOf);
  },
  look: { what: 'a wait for a stream or event', patterns: [/(stream|event)\w*\.synchronize\(\)|cuda(Stream|Event)Synchronize\s*\(|cu(Stream|Event)Synchronize\s*\(/i, /\.cpu\(\)|\.numpy\(\)|\.tolist\(\)|\.nonzero\(/] },
  fix: 'Wait once after the loop, or let streams wait for each other by events (cudaStreamWaitEvent), which does not hold up the host.',
});

export const deviceSync = waitRule({
  id: 'C3-device-sync',
  looksFor: 'waits for the whole device in a loop (cudaDeviceSynchronize, torch.cuda.synchronize)',
  title: (lost) => `The host waits for the whole device again and again; ${lost}.`,
  counts: () => isDeviceWide,
  look: { what: 'a wait for the whole device', patterns: [/cuda\.synchronize\(|cudaDeviceSynchronize\s*\(|cuCtxSynchronize\s*\(|(?<![\w.])synchronize\(\)/] },
  fix: 'Take the wait out of the loop. For timing, use events (torch.cuda.Event, cudaEventRecord).',
});

const churnShare = { what: 'least share of the device\'s time lost to allocation', value: 0.05, unit: 'share', source: 'our own choice' } as const;

const outlier = { what: 'most that one gap counts, by the median gap', value: 10, unit: 'ratio', source: 'our own choice: the first call starts the driver' } as const;

export const allocationChurn: Rule = {
  id: 'C3-allocation-churn',
  category: 'C3',
  looksFor: 'cudaMalloc and cudaFree in a loop: cudaFree waits for the device',
  tools: ['api_sum', 'gaps'],
  needs: deviceCalls,
  thresholds: [churnShare, outlier, { ...count, what: 'least calls, to be a loop' }],
  falsePositives: 'A program that allocates all its memory at the start, profiled for a short time.',
  blindTo: 'Allocations from a pool of the program\'s own.',
  find(asked) {
    const lost = longestIdle(asked, 'allocate');
    if (lost === null) return [];
    const calls = callsBehind(lost.gaps);
    // The first call starts the driver, which takes seconds and is no loop.
    const most = outlier.value * (lost.gaps[Math.floor(lost.gaps.length / 2)]?.ms ?? 0);
    const ms = lost.gaps.reduce((sum, gap) => sum + Math.min(gap.ms, most), 0);
    const part = ms / lost.time.spanMs;
    if (part < churnShare.value || calls.length < count.value) return [];
    return [{
      title: `Memory is allocated and freed over and over; device ${lost.time.device} idles ${milliseconds(ms)} meanwhile, ${percent(part)} of its time.`,
      confidence: 'high',
      ...lossOf(ms, part),
      evidence: [asked.evidence('api_sum', `${times(calls.length, 'call')} of ${[...new Set(calls.map(({ name }) => name))].join(', ')} while device ${lost.time.device} had nothing to do.`, 'CUPTI_ACTIVITY_KIND_RUNTIME', calls)],
      notes: ['Allocate once and use it again, or allocate in the order of a stream (cudaMallocAsync; CUDA C++ Programming Guide, "Stream Ordered Memory Allocator"). With PyTorch: do not call torch.cuda.empty_cache() in the loop.'],
      clues: { calls: calls.map(({ row }) => row), look: { what: 'an allocation on the device', patterns: [/empty_cache\(\)/, /cuda(Malloc|Free)\w*\s*\(|cuMem(Alloc|Free)\w*\s*\(/] } },
    }];
  },
};
