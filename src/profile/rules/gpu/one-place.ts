import { Abstention } from '../rule.js';
import type { Asked } from '../asked.js';
import type { DeviceTime } from '../device-time.js';
import { contextOf } from '../place/host-places.js';
import { launchesOf } from './support.js';

/** More launches tell no more. */
const mostAsked = 24;
/** Of the launches that say where they are from. */
const leastPart = 0.9;

/**
 * Whether work was launched from one place: by the same call chain, or within the same innermost range, whatever numbers its text
 * holds. Throws an Abstention where the profile holds neither for it.
 */
export function isOfOnePlace(asked: Asked, time: DeviceTime, indexes: readonly number[]): boolean {
  const places = launchesOf(asked, time, indexes.slice(0, mostAsked)).flatMap((call) => {
    const { frames, ranges } = contextOf(asked, call);
    if (frames.length > 0) return [frames.map(({ symbol, module }) => `${symbol} ${module}`).join('\n')];
    return ranges[0] === undefined ? [] : [ranges[0].replaceAll(/\d+/g, '#')];
  });
  if (places.length === 0) throw new Abstention('neither call chains nor ranges of NVTX tell from where such work was launched; record with `nsys profile -t cuda,nvtx --cudabacktrace=all`, or mark the phases');
  const counts = new Map<string, number>();
  for (const place of places) counts.set(place, (counts.get(place) ?? 0) + 1);
  return Math.max(...counts.values()) >= leastPart * places.length;
}
