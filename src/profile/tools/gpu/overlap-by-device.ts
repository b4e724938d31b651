import { eachRow } from '../each-row.js';
import { entry } from '../entry.js';
import type { ProfileDatabase } from '../open.js';
import { communication } from './communication.js';
import type { DeviceOverlap } from './overlap.js';
import { Union } from './union.js';

const sql = `
SELECT deviceId, start, "end", shortName IN (SELECT id FROM StringIds WHERE ${communication('value')}) AS communicates
FROM CUPTI_ACTIVITY_KIND_KERNEL WHERE :device IS NULL OR deviceId = :device ORDER BY deviceId, start`;

/** Of each device, or of one. */
export function overlapByDevice(db: ProfileDatabase, device: number | null): DeviceOverlap[] {
  const devices = new Map<number, { computing: Union; communicating: Union; either: Union }>();
  eachRow(db, sql, { device }, (on: number, start: number, end: number, communicates: number) => {
    const unions = entry(devices, on, () => ({ computing: new Union(), communicating: new Union(), either: new Union() }));
    (communicates === 1 ? unions.communicating : unions.computing).add(start, end);
    unions.either.add(start, end);
  });
  return [...devices].map(([on, { computing: { covered: compute }, communicating: { covered: communicate }, either: { covered: either, span } }]) => {
    // What both cover is counted twice in their sum, and once in their union.
    const both = compute + communicate - either;
    const share = (ns: number): number => (span > 0 ? ns / span : 0);
    return {
      device: on,
      computeMs: compute / 1e6,
      communicationMs: communicate / 1e6,
      eitherMs: either / 1e6,
      overlapMs: both / 1e6,
      exposedMs: (communicate - both) / 1e6,
      hiddenShare: communicate > 0 ? both / communicate : null,
      spanMs: span / 1e6,
      computeOnlyShare: share(compute - both),
      overlapShare: share(both),
      exposedShare: share(communicate - both),
      idleShare: share(span - either),
    };
  });
}
