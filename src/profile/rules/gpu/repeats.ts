import { findIterations } from '../../tools/gpu/iterations/find.js';
import { workColumns } from '../../tools/gpu/columns/work.js';
import type { Asked } from '../asked.js';
import { exposedMs, type DeviceTime } from '../device-time.js';
import { Abstention } from '../rule.js';
import { copyBytes, crosses, direction } from './copies.js';
import { kernelsNamed } from './support.js';

/** Work that is like an earlier one, and so may be left out. */
export interface Repeats {
  time: DeviceTime;
  /** What they have in common: the name and shape of a kernel, or the bytes of a copy. */
  like: string;
  /** Indexes of the later ones, in their order. */
  again: number[];
}

/** Kernels that make few values of many (PyTorch, CUB, Thrust, CuPy). Not the ends of matrix products, nor what devices send each other. */
const reduction = /reduce|softmax|arg_?m(ax|in)|top_?k|radix_?sort|histogram/i;
const noReduction = /split_?k|^(nccl|nvshmem|msccl)|scatter/i;

/** Reductions of one name and shape of which the second directly follows the first on its device: nothing changed what they read. */
export function reductionsInARow(asked: Asked): Repeats[] {
  const isReduction = kernelsNamed(asked, (name) => reduction.test(name) && !noReduction.test(name));
  if (asked.db.prepare('SELECT 1 FROM CUPTI_ACTIVITY_KIND_KERNEL WHERE gridX IS NOT NULL LIMIT 1').get() === undefined) throw new Abstention('the profile does not tell the shapes of kernels');
  const shapes = shapesOf(asked);
  return asked.devices.flatMap((time) => {
    const counts = isReduction(time);
    const found = new Map<string, number[]>();
    for (let i = 1; i < time.count; i++) {
      if (!counts(i) || !counts(i - 1) || time.name[i] !== time.name[i - 1]) continue;
      const shape = shapes(time.row[i]!);
      if (shape === null || shape !== shapes(time.row[i - 1]!)) continue;
      add(found, `${time.name[i]} ${shape}`, i);
    }
    return [...found].map(([like, again]) => ({ time, like, again }));
  });
}

/** How many blocks of how many threads a kernel's row has; null where that was not captured. */
function shapesOf({ db }: Asked): (row: number) => string | null {
  const statement = db.prepare<[number], string | null>("SELECT gridX || 'x' || gridY || 'x' || gridZ || ' of ' || blockX || 'x' || blockY || 'x' || blockZ || ' ' || COALESCE(dynamicSharedMemory, 0) FROM CUPTI_ACTIVITY_KIND_KERNEL WHERE rowid = ?").pluck();
  return (row) => statement.get(row) ?? null;
}

const copiesSql = `
SELECT work.rowid AS row, bytes, COALESCE(call.start, work.start) - :origin AS launched, work.start - :origin AS began
FROM CUPTI_ACTIVITY_KIND_MEMCPY AS work LEFT JOIN CUPTI_ACTIVITY_KIND_RUNTIME AS call USING (globalPid, correlationId)
WHERE copyKind = 1 AND bytes > 0 ORDER BY launched, row`;

/** A part of the iterations in which something happens, for it to be of the program's own doing. */
const leastIterations = 0.9;

/**
 * Copies of one size to a device of which an iteration has several, with kernels between them; of devices with a least share of time in
 * copies to them alone. Throws an Abstention where nothing repeats in the profile.
 */
export function copiesInIterations(asked: Asked, leastShare: number): Repeats[] {
  const { db, origin } = asked;
  const devices = asked.devices.filter((time) => exposedMs(time, (i) => isToDevice(time, i)) / time.spanMs >= leastShare);
  if (devices.length === 0) return [];
  const found = findIterations(db, workColumns(db), { range: null, origin });
  if (found === null) throw new Abstention('nothing in it repeats, so that there are no iterations to look into; mark the steps with NVTX');
  const iterationOf = new Map<number, number>();
  let at = 0;
  for (const { row, launched, began } of db.prepare<[object], { row: number; bytes: number; launched: number; began: number }>(copiesSql).all({ origin })) {
    // Ranges are the host's time, sequences the device's.
    const when = found.how === 'range' ? launched : began;
    while (at < found.spans.length && found.spans[at]!.end <= when) at += 1;
    if (at < found.spans.length && found.spans[at]!.start <= when) iterationOf.set(row, at);
  }
  return devices.flatMap((time) => againIn(time, { iterationOf, bytesOf: copyBytes(asked) }).filter(({ iterations }) => iterations.size >= leastIterations * found.spans.length).map(({ like, again }) => ({ time, like, again })));
}

/** Copies from the host (copyKind 1). */
const isToDevice = (time: DeviceTime, index: number): boolean => crosses(time, index) && direction(time, index) === 1;

interface Again {
  like: string;
  again: number[];
  iterations: Set<number>;
}

/** By size: copies after which a kernel ran before the same size was copied again in the same iteration. */
function againIn(time: DeviceTime, { iterationOf, bytesOf }: { iterationOf: ReadonlyMap<number, number>; bytesOf: ReadonlyMap<number, number> }): Again[] {
  const last = new Map<number, { iteration: number; kernels: number }>();
  const found = new Map<number, Again>();
  let kernels = 0;
  for (let i = 0; i < time.count; i++) {
    if (time.kind[i] === 0) kernels += 1;
    const row = time.row[i]!;
    const iteration = time.kind[i] === 2 ? iterationOf.get(row) : undefined;
    const bytes = bytesOf.get(row);
    if (iteration === undefined || bytes === undefined) continue;
    const before = last.get(bytes);
    if (before?.iteration === iteration && before.kernels < kernels) {
      const one = found.get(bytes) ?? { like: String(bytes), again: [], iterations: new Set<number>() };
      one.again.push(i);
      one.iterations.add(iteration);
      found.set(bytes, one);
    }
    last.set(bytes, { iteration, kernels });
  }
  return [...found.values()];
}

function add(found: Map<string, number[]>, key: string, index: number): void {
  const known = found.get(key);
  if (known === undefined) found.set(key, [index]);
  else known.push(index);
}
