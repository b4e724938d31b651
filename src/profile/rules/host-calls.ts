import type { ProfileDatabase } from '../tools/open.js';
import { callColumns } from '../tools/gpu/columns/calls.js';

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
export function hostCalls(db: ProfileDatabase): HostCall[] {
  const named = db.prepare<[], { id: number; value: string }>("SELECT id, value FROM StringIds WHERE value GLOB 'cu*' OR value GLOB 'nvrtc*'").all();
  const wanted = new Map<number, { kind: CallKind; name: string }>();
  for (const { id, value } of named) {
    const name = plainName(value);
    const kind = (Object.keys(kinds) as CallKind[]).find((one) => kinds[one].test(name));
    if (kind !== undefined) wanted.set(id, { kind, name });
  }
  if (wanted.size === 0) return [];
  const { start, end, name, row, threads } = callColumns(db);
  const calls: HostCall[] = [];
  for (const { process, from, to } of threads) {
    for (let at = from; at < to; at++) {
      const known = wanted.get(name[at]!);
      if (known !== undefined) calls.push({ ...known, row: row[at]!, startNs: start[at]!, endNs: end[at]!, process });
    }
  }
  return calls.sort((a, b) => a.startNs - b.startNs);
}
