/** void at::native::(anonymous namespace)::f<float, 4>(at::Tensor&) becomes f, as nsys' short names are. */
export function shortKernelName(name: string): string {
  const plain = name.replaceAll('(anonymous namespace)', '_').replace(/^(?:void|auto|decltype\S*) /, '');
  let depth = 0;
  let from = 0;
  for (let at = 0; at < plain.length; at++) {
    const letter = plain[at];
    if (letter === '(' && depth === 0) return plain.slice(from, at) || name;
    if (letter === '<') {
      if (depth === 0 && !plain.slice(at).match(/^<[^(]*>::/)) return plain.slice(from, at) || name;
      depth += 1;
    } else if (letter === '>' && depth > 0) depth -= 1;
    else if (letter === ':' && depth === 0 && plain[at - 1] === ':') from = at + 1;
  }
  return plain.slice(from) || name;
}

const directions: Record<string, number> = { HtoD: 1, DtoH: 2, HtoA: 3, AtoH: 4, AtoA: 5, AtoD: 6, DtoA: 7, DtoD: 8, HtoH: 9, PtoP: 10 };
const memories: Record<string, number> = { Pageable: 0, Pinned: 1, Device: 2, Array: 3, Managed: 4, Unified: 4, 'Device Static': 5, 'Managed Static': 6 };
const waits: [RegExp, number][] = [[/stream wait/i, 2], [/event/i, 1], [/stream/i, 3], [/context|device/i, 4]];

/** Of `Memcpy HtoD (Pageable -> Device)`, by the numbers of CUPTI; null for what is not known. */
export function copyOf(name: string): { copyKind: number; srcKind: number | null; dstKind: number | null } {
  const [, direction = '', from = '', to = ''] = /^Memcpy (\w+)(?: \(([\w ]+) -> ([\w ]+)\))?/.exec(name) ?? [];
  return { copyKind: directions[direction] ?? 0, srcKind: memories[from] ?? null, dstKind: memories[to] ?? null };
}

/** Of `Stream Sync` and its kin, by the numbers of CUPTI. */
export function syncTypeOf(kind: string): number {
  return waits.find(([pattern]) => pattern.test(kind))?.[1] ?? 0;
}

/**
 * Whether a call of CUDA waits for the device: it synchronizes, or copies and is not asynchronous (CUDA Runtime API, "API
 * synchronization behavior"). Also with nsys' and CUPTI's endings, as in `cuMemcpyDtoH_v2` and `cudaMemcpy_v3020`.
 */
export const isCudaWait = (name: string): boolean => /^cu(?:da)?(?:(?:Stream|Device|Event|Ctx|Thread)Synchronize|Memcpy(?!\w*(?:Async|Batch|Node|Params)))\w*$/.test(name);

const keyOf = (numbers: Record<string, number>, number: number | null): string | undefined => Object.entries(numbers).find(([, value]) => value === number)?.[0];

/** What `copyOf` reads: HtoD, DtoH and so on, and the kinds of memory. */
export const directionText = (copyKind: number): string => keyOf(directions, copyKind) ?? 'Unknown';
export const memoryText = (kind: number | null): string => keyOf(memories, kind) ?? 'Unknown';

const waitNames = ['Unknown Sync', 'Event Sync', 'Stream Wait Event', 'Stream Sync', 'Context Sync'];

/** What `syncTypeOf` reads. */
export const syncText = (syncType: number): string => waitNames[syncType] ?? 'Unknown Sync';
