import { takeTurns, type Crowd } from './turns.js';
import { writeExport, type Value } from './write-export.js';

type Row = Record<string, Value>;

/** Microseconds of a call that launches, and until the device begins. */
const callUs = 4;
const latencyUs = 3;

const pid = 100;
const tid = 101;
const globalPid = BigInt(pid) * 0x1000000n;
const globalTid = globalPid + BigInt(tid);

export interface Copy {
  direction: 'to device' | 'to host' | 'within';
  bytes: number;
  us: number;
  pinned?: boolean;
}

/**
 * One thread that launches work on devices, by a clock of its own: what it calls becomes rows of an export of nsys. All times in
 * microseconds. Launches are asynchronous: a device begins when its stream is free.
 */
export class SimulatedProgram {
  #now = 1000;
  #correlation = 0;
  readonly #streams = new Map<string, number>();
  readonly #texts = new Map<string, number>();
  readonly #chains: Row[] = [];
  readonly #kernels: Row[] = [];
  readonly #copies: Row[] = [];
  readonly #sets: Row[] = [];
  readonly #calls: Row[] = [];
  readonly #ranges: Row[] = [];
  readonly #switches: Row[] = [];
  readonly #threadNames: Row[] = [];
  #processors: number | null = null;

  /** What every later call gets as its call chain, the innermost function first. */
  chain: readonly { symbol: string; module: string }[] = [];

  /** The host works, without a call. */
  work(us: number): void {
    this.#now += us;
  }

  /** A range of NVTX around what the body does. */
  range(text: string, body: () => void): void {
    const start = this.#now;
    this.#now += 1;
    body();
    this.#now += 1;
    this.#ranges.push({ start: ns(start), end: ns(this.#now), eventType: 59, text, textId: null, globalTid, endGlobalTid: null, domainId: 0 });
  }

  /** Threads of the program that all have work for as long as the body takes, and take turns on the machine's processors. */
  crowd({ threads, processors }: Omit<Crowd, 'startUs' | 'endUs'>, body: () => void): void {
    const startUs = this.#now;
    body();
    this.#processors = processors;
    for (let thread = 0; thread < threads; thread++) this.#threadNames.push({ nameId: this.#text('worker'), priority: 0, globalTid: globalTid + BigInt(1 + thread) });
    this.#switches.push(...takeTurns({ threads, processors, startUs, endUs: this.#now }).map(({ thread, atUs, ...row }) => ({ start: ns(atUs), ...row, globalTid: globalTid + BigInt(1 + thread) })));
  }

  launch(kernel: string, us: number, { device = 0, stream = 7 }: { device?: number; stream?: number } = {}): void {
    const correlationId = this.#call('cudaLaunchKernel_v7000', callUs);
    const span = this.#onDevice(device, stream, us);
    const name = this.#text(kernel);
    this.#kernels.push({ ...span, correlationId, globalPid, demangledName: name, shortName: this.#text(kernel.replace(/^void /, '').replace(/[<(].*$/s, '').replace(/^.*::/, '')), gridX: 64, gridY: 1, gridZ: 1, blockX: 128, blockY: 1, blockZ: 1 });
  }

  /** A CUDA graph of kernels one after another, traced node by node: one call launches all. */
  graph(kernels: readonly string[], { us, gapUs }: { us: number; gapUs: number }): void {
    const correlationId = this.#call('cudaGraphLaunch_v10000', callUs);
    for (const [node, kernel] of kernels.entries()) {
      const name = this.#text(kernel);
      this.#kernels.push({ ...this.#onDevice(0, 7, us), correlationId, globalPid, demangledName: name, shortName: name, graphNodeId: node + 1 });
      this.#streams.set('0 7', (this.#streams.get('0 7') ?? 0) + gapUs);
    }
  }

  /** `waits`: the call returns when the copy is done. */
  copy({ direction, bytes, us, pinned = true }: Copy, { device = 0, stream = 7, waits = false }: { device?: number; stream?: number; waits?: boolean } = {}): void {
    // The device begins after a call that does not wait, and within one that does.
    const began = this.#now;
    if (!waits) this.#now += callUs;
    const span = this.#onDevice(device, stream, us);
    this.#now = began;
    const done = this.#streams.get(`${device} ${stream}`) ?? began;
    const correlationId = waits ? this.#call('cudaMemcpy_v3020', done + 2 - began) : this.#call('cudaMemcpyAsync_v3020', callUs);
    const host = pinned ? 1 : 0;
    const kinds = { 'to device': [1, host, 2], 'to host': [2, 2, host], within: [8, 2, 2] } as const;
    const [copyKind, srcKind, dstKind] = kinds[direction];
    this.#copies.push({ ...span, correlationId, globalPid, bytes, copyKind, srcKind, dstKind });
  }

  set(bytes: number, us: number): void {
    const correlationId = this.#call('cudaMemsetAsync_v3020', callUs);
    this.#sets.push({ ...this.#onDevice(0, 7, us), correlationId, globalPid, bytes, value: 0 });
  }

  /** Returns when all that was launched is done. */
  wait(call = 'cudaStreamSynchronize_v3020'): void {
    const done = Math.max(this.#now + 1, ...this.#streams.values());
    this.#call(call, done - this.#now + 2);
  }

  /** A call that only takes the host's time, such as cudaMalloc or cuModuleLoadData. */
  call(name: string, us: number): void {
    this.#call(name, us);
  }

  /** Writes the export, and gives its file. */
  write(file: string): string {
    writeExport(file, {
      META_DATA_EXPORT: [{ name: 'EXPORT_PRODUCT_NAME', value: 'NVIDIA Nsight Systems' }, { name: 'EXPORT_SCHEMA_VERSION', value: '3.25.0' }],
      StringIds: [...this.#texts].map(([value, id]) => ({ id, value })),
      TARGET_INFO_SYSTEM_ENV: this.#processors === null ? [] : [{ name: 'CpuCores', value: String(this.#processors) }],
      TARGET_INFO_GPU: [0, 1].map((id) => ({ id, name: 'NVIDIA H100', computeMajor: 9, computeMinor: 0 })),
      CUPTI_ACTIVITY_KIND_KERNEL: this.#kernels,
      CUPTI_ACTIVITY_KIND_MEMCPY: this.#copies,
      CUPTI_ACTIVITY_KIND_MEMSET: this.#sets,
      CUPTI_ACTIVITY_KIND_RUNTIME: this.#calls,
      CUDA_CALLCHAINS: this.#chains,
      NVTX_EVENTS: this.#ranges,
      SCHED_EVENTS: this.#switches,
      ThreadNames: this.#threadNames,
    });
    return file;
  }

  #call(name: string, us: number): number {
    const start = this.#now;
    this.#now += us;
    this.#correlation += 1;
    this.#calls.push({ start: ns(start), end: ns(this.#now), globalTid, correlationId: this.#correlation, nameId: this.#text(name), returnValue: 0, eventClass: 0, callchainId: this.#chain() });
    return this.#correlation;
  }

  #chain(): number | null {
    if (this.chain.length === 0) return null;
    const id = this.#correlation;
    for (const [stackDepth, { symbol, module }] of this.chain.entries()) this.#chains.push({ id, symbol: this.#text(symbol), module: this.#text(module), kernelMode: 0, unresolved: 0, stackDepth });
    return id;
  }

  #onDevice(deviceId: number, streamId: number, us: number): Row {
    const key = `${deviceId} ${streamId}`;
    const start = Math.max(this.#now + latencyUs, this.#streams.get(key) ?? 0);
    this.#streams.set(key, start + us);
    return { start: ns(start), end: ns(start + us), deviceId, contextId: 1, streamId };
  }

  #text(value: string): number {
    const known = this.#texts.get(value);
    if (known !== undefined) return known;
    this.#texts.set(value, this.#texts.size + 1);
    return this.#texts.size;
  }
}

const ns = (us: number): number => Math.round(us * 1000);
