import { entry } from '../entry.js';
import type { ProfileDatabase } from '../open.js';
import { communication } from './communication.js';
import { workKinds, workOfDevice } from './columns/work.js';
import type { DeviceOverlap } from './overlap.js';
import { Union } from './union.js';

const kernel = workKinds.indexOf('kernel');
const communicatingSql = `SELECT id FROM StringIds WHERE ${communication('value')}`;

/** Of each device, or of one. Work that is no kernel, as a graph that was traced as a whole, neither communicates nor does not. */
export function overlapByDevice(db: ProfileDatabase, device: number | null): DeviceOverlap[] {
  const communicates = new Set(db.prepare<[], number>(communicatingSql).pluck().all());
  const devices = new Map<number, { computing: Union; communicating: Union; either: Union; any: Union }>();
  const work = workOfDevice(db, device);
  for (let i = 0; i < work.device.length; i++) {
    const unions = entry(devices, work.device[i]!, () => ({ computing: new Union(), communicating: new Union(), either: new Union(), any: new Union() }));
    const [start, end] = [work.start[i]!, work.end[i]!];
    unions.any.add(start, end);
    if (work.kind[i] !== kernel) continue;
    (communicates.has(work.name[i]!) ? unions.communicating : unions.computing).add(start, end);
    unions.either.add(start, end);
  }
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
