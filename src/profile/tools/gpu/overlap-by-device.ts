import { eachRow } from '../each-row.js';
import { entry } from '../entry.js';
import type { ProfileDatabase } from '../open.js';
import { tablesOf } from '../tables.js';
import { communication } from './communication.js';
import { otherWork } from './device-work.js';
import type { DeviceOverlap } from './overlap.js';
import { Union } from './union.js';

/** Work that is no kernel, as a graph that was traced as a whole, neither communicates nor does not: NULL. */
const sql = (tables: ReadonlySet<string>): string => [
  `SELECT deviceId, start, "end", COALESCE(shortName IN (SELECT id FROM StringIds WHERE ${communication('value')}), 0) AS communicates
  FROM CUPTI_ACTIVITY_KIND_KERNEL WHERE :device IS NULL OR deviceId = :device`,
  ...otherWork(tables, 'deviceId, start, "end", NULL'),
].join(' UNION ALL ') + ' ORDER BY 1, 2';

/** Of each device, or of one. */
export function overlapByDevice(db: ProfileDatabase, device: number | null): DeviceOverlap[] {
  const devices = new Map<number, { computing: Union; communicating: Union; either: Union; any: Union }>();
  eachRow(db, sql(tablesOf(db)), { device }, (on: number, start: number, end: number, communicates: number | null) => {
    const unions = entry(devices, on, () => ({ computing: new Union(), communicating: new Union(), either: new Union(), any: new Union() }));
    unions.any.add(start, end);
    if (communicates === null) return;
    (communicates === 1 ? unions.communicating : unions.computing).add(start, end);
    unions.either.add(start, end);
  });
  return [...devices].map(([on, { computing: { covered: compute }, communicating: { covered: communicate }, either: { covered: either }, any: { covered: any, span } }]) => {
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
      otherShare: share(any - either),
      idleShare: share(span - any),
    };
  });
}
