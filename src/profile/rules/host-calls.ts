import type { ProfileDatabase } from '../tools/open.js';
import { processNumber } from '../tools/process-number.js';

export type CallKind = 'sync' | 'allocate' | 'load';

/** A call of CUDA during which a device can run dry. Nanoseconds from the profile's first event. */
export interface HostCall {
  /** `other`: none of these; they are asked for otherwise (CallBlocks). */
  kind: CallKind | 'other';
  /** Without the version that CUPTI puts behind it (_v3020). */
  name: string;
  /** Row id in CUPTI_ACTIVITY_KIND_RUNTIME. */
  row: number;
  startNs: number;
  endNs: number;
  /** See processNumber. */
  process: number;
}

/** By names of the runtime's and the driver's interface (CUDA Runtime API and CUDA Driver API references). */
const kinds: Record<CallKind, RegExp> = {
  // Copies that are not asynchronous wait for the device, too; those between devices do not (CUDA Runtime API, "API synchronization behavior").
  sync: /^(cuda(Device|Stream|Event|Thread)Synchronize|cu(Ctx|Stream|Event)Synchronize|cudaMemcpy(?!.*(Async|Peer))|cuMemcpy(?!.*(Async|Peer|DtoD)))/,
  // cudaMallocAsync and cudaFreeAsync take from a pool in the order of a stream: they do not wait.
  allocate: /^(cuda(Malloc|Free)(?!.*Async)|cuMem(Alloc|Free|Create|Release|Map|Unmap)(?!.*Async)|cudaHost(Alloc|Register|Unregister)|cuMemHost(Alloc|Register))/,
  load: /^(cu(Module|Library)(Load|Get)|cudaLibraryLoad|cuLink|nvrtc|cuInit$|cudaGetFuncBySymbol|cuModule)/,
};

export const plainName = (name: string): string => name.replace(/_v\d+$/, '');

/** In the order of their start. */
export function hostCalls(db: ProfileDatabase, origin: bigint): HostCall[] {
  const named = db.prepare<[], { id: number; value: string }>("SELECT id, value FROM StringIds WHERE value GLOB 'cu*' OR value GLOB 'nvrtc*'").all();
  const wanted = new Map<number, { kind: CallKind; name: string }>();
  for (const { id, value } of named) {
    const name = plainName(value);
    const kind = (Object.keys(kinds) as CallKind[]).find((one) => kinds[one].test(name));
    if (kind !== undefined) wanted.set(id, { kind, name });
  }
  if (wanted.size === 0) return [];
  const sql = `SELECT nameId, rowid AS row, start - :origin AS startNs, "end" - :origin AS endNs, ${processNumber('globalTid')} AS process
    FROM CUPTI_ACTIVITY_KIND_RUNTIME WHERE nameId IN (SELECT value FROM json_each(:ids))`;
  const rows = db.prepare<[object], Omit<HostCall, 'kind' | 'name'> & { nameId: number }>(sql).all({ origin, ids: JSON.stringify([...wanted.keys()]) });
  return rows.flatMap(({ nameId, ...rest }) => {
    const known = wanted.get(nameId);
    return known === undefined ? [] : [{ ...known, ...rest }];
  }).sort((a, b) => a.startNs - b.startNs);
}
