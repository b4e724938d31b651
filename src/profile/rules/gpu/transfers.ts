import { unionMs, type DeviceTime } from '../device-time.js';
import { lossOf, type Rule } from '../rule.js';
import { bytes, milliseconds, percent, times } from '../words.js';
import { totalBytes, copiesNeeded, copyLook, crosses, crossing, practices, copyBytes } from './copies.js';
import { launchesOf, workEvidence, worstWork } from './support.js';

const boundShare = { what: 'least share of the device\'s time with nothing but copies', value: 0.3, unit: 'share', source: `${practices}, "Data Transfer Between Host and Device": transfers are to be kept small, and hidden by computation` } as const;

export const transferBound: Rule = {
  id: 'C4-transfer-bound',
  category: 'C4',
  looksFor: 'copies between host and device that take most of the time, with nothing computed meanwhile',
  tools: ['memcpy', 'busy', 'overlap'],
  needs: copiesNeeded,
  thresholds: [boundShare],
  falsePositives: 'A slice that was recorded while a model or a data set was being loaded.',
  blindTo: 'Copies by kernels, and direct reads of the host\'s memory.',
  find(asked) {
    const found = worstWork(asked, crossing, boundShare.value);
    if (found === null) return [];
    const { time, ms, part, all, longest } = found;
    const moved = totalBytes(asked, time, all);
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
  needs: copiesNeeded,
  thresholds: [pageableShare, pageableBytes],
  falsePositives: 'Data that is copied once: pinning memory costs as much as a copy.',
  blindTo: 'Profiles that do not say the kind of memory (older exports).',
  find(asked) {
    const counts = (time: DeviceTime) => (i: number): boolean => crosses(time, i) && (Math.floor(time.name[i]! / 100) % 100 === 0 || time.name[i]! % 100 === 0) && (copyBytes(asked).get(time.row[i]!) ?? 0) >= pageableBytes.value;
    const found = worstWork(asked, counts, pageableShare.value);
    if (found === null) return [];
    const { time, ms, part, all, longest } = found;
    const moved = totalBytes(asked, time, all);
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
  needs: copiesNeeded,
  thresholds: [smallShare, smallBytes, smallCount],
  falsePositives: 'Parameters of kernels that are only known one after the other.',
  blindTo: 'What the host spends on starting them, beyond what the device waits for.',
  find(asked) {
    const counts = (time: DeviceTime) => (i: number): boolean => crosses(time, i) && (copyBytes(asked).get(time.row[i]!) ?? Infinity) <= smallBytes.value;
    const found = worstWork(asked, counts, smallShare.value);
    if (found === null || found.all.length < smallCount.value) return [];
    const { time, ms, part, all, longest } = found;
    const moved = totalBytes(asked, time, all);
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
