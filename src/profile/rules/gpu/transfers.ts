import type { Asked } from '../asked.js';
import { exposedMs, unionMs, type DeviceTime } from '../device-time.js';
import { lossOf, type Look, type Rule } from '../rule.js';
import { bytes, milliseconds, percent, times } from '../words.js';
import { deviceWork, launchesOf, workOf, workEvidence, worst, worstWork } from './support.js';

const practices = 'CUDA C++ Best Practices Guide';
const needs = { ...deviceWork, CUPTI_ACTIVITY_KIND_MEMCPY: 'no copies were captured' };
const copyLook: Look = { what: 'a copy between host and device', patterns: [/\.(to|cuda)\(|non_blocking|cudaMemcpy\w*\s*\(|cuMemcpy\w*\s*\(/, /\.cpu\(\)|\.numpy\(\)|device_put|from_numpy/] };

const copy = 2;
const direction = (time: DeviceTime, index: number): number => Math.floor(time.name[index]! / 10_000);
/** Between host and device, in either direction (copyKind 1 and 2). */
const crosses = (time: DeviceTime, index: number): boolean => time.kind[index] === copy && (direction(time, index) === 1 || direction(time, index) === 2);

const crossing = (time: DeviceTime) => (index: number): boolean => crosses(time, index);

/** Bytes by row of CUPTI_ACTIVITY_KIND_MEMCPY. */
function sizes(asked: Asked): ReadonlyMap<number, number> {
  return asked.once('bytes of copies', () => new Map(asked.db.prepare<[], [number, number]>('SELECT rowid, bytes FROM CUPTI_ACTIVITY_KIND_MEMCPY').raw().all()));
}

/** All together. */
const bytesOf = (asked: Asked, time: DeviceTime, indexes: Uint32Array): number => indexes.reduce((sum, i) => sum + (sizes(asked).get(time.row[i]!) ?? 0), 0);

const boundShare = { what: 'least share of the device\'s time with nothing but copies', value: 0.3, unit: 'share', source: `${practices}, "Data Transfer Between Host and Device": transfers are to be kept small, and hidden by computation` } as const;

export const transferBound: Rule = {
  id: 'C4-transfer-bound',
  category: 'C4',
  looksFor: 'copies between host and device that take most of the time, with nothing computed meanwhile',
  tools: ['memcpy', 'busy', 'overlap'],
  needs,
  thresholds: [boundShare],
  falsePositives: 'A slice that was recorded while a model or a data set was being loaded.',
  blindTo: 'Copies by kernels, and direct reads of the host\'s memory.',
  find(asked) {
    const found = worstWork(asked, crossing, boundShare.value);
    if (found === null) return [];
    const { time, ms, part, all, longest } = found;
    const moved = bytesOf(asked, time, all);
    const union = unionMs(time, crossing(time));
    return [{
      title: `Copies between host and device take ${milliseconds(union)} of ${milliseconds(time.spanMs)}; for ${milliseconds(ms)} device ${time.device} does nothing else.`,
      confidence: 'high',
      ...lossOf(ms, part),
      evidence: [workEvidence(asked, 'memcpy', `${times(all.length, 'copy', 'copies')} on device ${time.device}, ${bytes(moved)} at ${(moved / (union * 1e6)).toFixed(1)} GB/s.`, time, longest)],
      notes: ['Keep on the device what is copied again and again, copy in a smaller type, or copy the next piece on another stream while this one is computed (pinned memory, non_blocking=True, cudaMemcpyAsync).'],
      clues: { calls: launchesOf(asked, time, longest), look: copyLook },
    }];
  },
};

const pageableShare = { what: 'least share of the device\'s time in such copies alone', value: 0.05, unit: 'share', source: 'our own choice' } as const;
const pageableBytes = { what: 'smallest copy that counts', value: 65_536, unit: 'bytes', source: 'CUDA Runtime API, "API synchronization behavior": up to 64 KB from pageable memory are staged and do not wait' } as const;

export const pageableCopies: Rule = {
  id: 'C4-pageable-copies',
  category: 'C4',
  looksFor: 'copies from or to pageable memory of the host, which are slower and make the host wait',
  tools: ['memcpy'],
  needs,
  thresholds: [pageableShare, pageableBytes],
  falsePositives: 'Data that is copied once: pinning memory costs as much as a copy.',
  blindTo: 'Profiles that do not say the kind of memory (older exports).',
  find(asked) {
    const counts = (time: DeviceTime) => (i: number): boolean => crosses(time, i) && (Math.floor(time.name[i]! / 100) % 100 === 0 || time.name[i]! % 100 === 0) && (sizes(asked).get(time.row[i]!) ?? 0) >= pageableBytes.value;
    const found = worstWork(asked, counts, pageableShare.value);
    if (found === null) return [];
    const { time, ms, part, all, longest } = found;
    const moved = bytesOf(asked, time, all);
    return [{
      title: `${times(all.length, 'copy uses', 'copies use')} pageable memory of the host: ${milliseconds(ms)} on device ${time.device} with nothing else running, ${percent(part)} of its time.`,
      confidence: 'high',
      ...lossOf(ms, part),
      evidence: [workEvidence(asked, 'memcpy', `${bytes(moved)} at ${(moved / (unionMs(time, counts(time)) * 1e6)).toFixed(1)} GB/s.`, time, longest)],
      notes: [`Pin the memory (DataLoader(pin_memory=True), tensor.pin_memory(), cudaHostAlloc) and copy with non_blocking=True: pinned copies have the highest bandwidth and can run beside kernels (${practices}, "Pinned Memory").`],
      clues: { calls: launchesOf(asked, time, longest), look: copyLook },
    }];
  },
};

const smallShare = { what: 'least share of the device\'s time in small copies alone', value: 0.05, unit: 'share', source: 'our own choice' } as const;
const smallBytes = { what: 'largest copy that counts as small', value: 65_536, unit: 'bytes', source: 'at 25 GB/s such a copy takes 3 us, less than it takes to start one' } as const;
const smallCount = { what: 'least such copies', value: 100, unit: 'count', source: 'our own choice' } as const;

export const smallCopies: Rule = {
  id: 'C4-small-copies',
  category: 'C4',
  looksFor: 'many small copies that would be cheaper as one',
  tools: ['memcpy'],
  needs,
  thresholds: [smallShare, smallBytes, smallCount],
  falsePositives: 'Parameters of kernels that are only known one after the other.',
  blindTo: 'What the host spends on starting them, beyond what the device waits for.',
  find(asked) {
    const counts = (time: DeviceTime) => (i: number): boolean => crosses(time, i) && (sizes(asked).get(time.row[i]!) ?? Infinity) <= smallBytes.value;
    const found = worstWork(asked, counts, smallShare.value);
    if (found === null || found.all.length < smallCount.value) return [];
    const { time, ms, part, all, longest } = found;
    const moved = bytesOf(asked, time, all);
    return [{
      title: `${times(all.length, 'copy', 'copies')} of ${bytes(moved / all.length)} on average take ${milliseconds(ms)} on device ${time.device} with nothing else running, ${percent(part)} of its time.`,
      confidence: 'medium',
      ...lossOf(ms, part),
      evidence: [workEvidence(asked, 'memcpy', `${bytes(moved)} in ${times(all.length, 'copy', 'copies')}.`, time, longest)],
      notes: [`Put them together on the host and copy once (${practices}, "Data Transfer Between Host and Device").`],
      clues: { calls: launchesOf(asked, time, longest), look: copyLook },
    }];
  },
};

const repeatedShare = { what: 'least share of the device\'s time in such copies alone', value: 0.1, unit: 'share', source: 'our own choice' } as const;
const repeatedBytes = { what: 'smallest copy that counts', value: 1_000_000, unit: 'bytes', source: 'our own choice' } as const;
const repeatedCount = { what: 'least copies of one size', value: 10, unit: 'count', source: 'our own choice' } as const;

export const repeatedCopies: Rule = {
  id: 'C4-repeated-copies',
  category: 'C4',
  looksFor: 'data that goes to the host and comes back, or is copied to the device again and again in one size',
  tools: ['memcpy'],
  needs,
  thresholds: [repeatedShare, repeatedBytes, repeatedCount],
  yieldsTo: ['C4-transfer-bound', 'C4-pageable-copies'],
  falsePositives: 'Batches of one size are different data: this rule sees sizes, not contents.',
  blindTo: 'Data that is copied again in other sizes.',
  find(asked) {
    const sized = (time: DeviceTime, size: number) => (i: number): boolean => crosses(time, i) && sizes(asked).get(time.row[i]!) === size;
    const candidates = asked.devices.flatMap((time) => {
      const counted = new Map<number, number>();
      for (let i = 0; i < time.count; i++) {
        const size = crosses(time, i) ? (sizes(asked).get(time.row[i]!) ?? 0) : 0;
        if (size >= repeatedBytes.value) counted.set(size, (counted.get(size) ?? 0) + 1);
      }
      return [...counted].filter(([, count]) => count >= repeatedCount.value).sort(([a, m], [b, n]) => b * n - a * m).slice(0, 8).map(([size]) => ({ time, size }));
    });
    const found = worst(candidates, ({ time, size }) => exposedMs(time, sized(time, size)));
    if (found === null || found.ms / found.one.time.spanMs < repeatedShare.value) return [];
    const { one: { time, size }, ms } = found;
    const part = ms / time.spanMs;
    const { all, longest } = workOf(time, sized(time, size));
    const back = all.filter((i) => direction(time, i) === 2).length;
    const both = back > 0 && back < all.length;
    return [{
      title: `${times(all.length, 'copy', 'copies')} of exactly ${bytes(size)} ${both ? 'go to the host and back' : back > 0 ? 'go to the host' : 'go to the device'}: ${milliseconds(ms)} on device ${time.device} with nothing else running, ${percent(part)} of its time.`,
      confidence: both ? 'medium' : 'low',
      ...lossOf(ms, part),
      evidence: [workEvidence(asked, 'memcpy', `${times(all.length - back, 'copy', 'copies')} to the device, ${back} to the host.`, time, longest)],
      notes: ['If it is the same data, keep it on the device.'],
      clues: { calls: launchesOf(asked, time, longest), look: copyLook },
    }];
  },
};
