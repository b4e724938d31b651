import { exposedMs, type DeviceTime } from '../device-time.js';
import { lossOf, type Rule } from '../rule.js';
import { bytes, milliseconds, percent, times } from '../words.js';
import { copiesNeeded, copyLook, crosses, direction, copyBytes } from './copies.js';
import { launchesOf, workEvidence, workOf, worst } from './support.js';

const repeatedShare = { what: 'least share of the device\'s time in such copies alone', value: 0.1, unit: 'share', source: 'our own choice' } as const;
const repeatedBytes = { what: 'smallest copy that counts', value: 1_000_000, unit: 'bytes', source: 'our own choice' } as const;
const repeatedCount = { what: 'least copies of one size', value: 10, unit: 'count', source: 'our own choice' } as const;

export const repeatedCopies: Rule = {
  id: 'C4-repeated-copies',
  category: 'C4',
  looksFor: 'data that goes to the host and comes back, or is copied to the device again and again in one size',
  tools: ['memcpy'],
  needs: copiesNeeded,
  thresholds: [repeatedShare, repeatedBytes, repeatedCount],
  yieldsTo: ['C4-transfer-bound', 'C4-pageable-copies'],
  falsePositives: 'Batches of one size are different data: this rule sees copyBytes, not contents.',
  blindTo: 'Data that is copied again in other copyBytes.',
  find(asked) {
    const sized = (time: DeviceTime, size: number) => (i: number): boolean => crosses(time, i) && copyBytes(asked).get(time.row[i]!) === size;
    const candidates = asked.devices.flatMap((time) => {
      const counted = new Map<number, number>();
      for (let i = 0; i < time.count; i++) {
        const size = crosses(time, i) ? (copyBytes(asked).get(time.row[i]!) ?? 0) : 0;
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
