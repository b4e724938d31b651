import type { NcclPayload } from './payload-schemas.js';

/** A call of NCCL, with what its payload says where it has one. Times in nanoseconds. */
export interface NcclCall extends NcclPayload {
  name: string;
  start: number;
  end: number;
}

/** The launch of a kernel that communicates. */
export interface Launch {
  kernel: number;
  thread: string;
  at: number;
}

/** The calls of one thread that each kernel is launched for; both in the order in which they begin. */
export function* chargedTo(calls: readonly NcclCall[], launches: readonly Launch[]): Generator<{ kernel: number; of: [NcclCall, ...NcclCall[]] }> {
  let next = 0;
  let depth = 0;
  let inGroup: NcclCall[] = [];
  for (const call of calls) {
    while ((launches[next]?.at ?? Infinity) < call.start) next += 1;
    const own: Launch[] = [];
    for (let launch = launches[next]; launch !== undefined && launch.at <= call.end; launch = launches[++next]) own.push(launch);
    const [first] = own;
    if (call.name === 'ncclGroupStart') depth += 1;
    else if (call.name === 'ncclGroupEnd') {
      depth = Math.max(0, depth - 1);
      if (depth > 0) continue;
      const [one, ...others] = inGroup;
      if (one !== undefined && first !== undefined && own.length === 1) yield { kernel: first.kernel, of: [one, ...others] };
      inGroup = [];
    } else if (call.bytes === null) continue;
    else if (depth > 0) inGroup.push(call);
    else if (first !== undefined) yield { kernel: first.kernel, of: [call] };
  }
}

interface Moved {
  sent: number | null;
  received: number | null;
}

/**
 * What a rank sends and receives by a call, in bytes, from the size that NCCL tells (src/collectives.cc): of an operation that puts
 * pieces of all ranks together that is one piece. Null where it takes knowing what is not told: the number of ranks, or who is the root.
 */
export function movedBytes({ name, bytes }: NcclCall, ranks: number | null): Moved {
  const of = bytes ?? 0;
  const ofAll = ranks === null ? null : of * ranks;
  switch (name) {
    case 'ncclSend':
      return { sent: of, received: null };
    case 'ncclRecv':
      return { sent: null, received: of };
    case 'ncclAllReduce':
    case 'ncclReduce':
    case 'ncclBroadcast':
    case 'ncclBcast':
      return { sent: of, received: of };
    case 'ncclAllGather':
      return { sent: ofAll === null ? null : of, received: ofAll };
    case 'ncclReduceScatter':
      return { sent: ofAll, received: ofAll === null ? null : of };
    case 'ncclAlltoAll':
      return { sent: ofAll, received: ofAll };
    default:
      return { sent: null, received: null };
  }
}
