import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { seededRandom } from '../../src/core/stats/random.js';
import { importProfile } from '../../src/profile/import/import.js';
import { openProfile, type ProfileDatabase } from '../../src/profile/tools/open.js';
import { globalPidOf, globalTidOf, writeExport } from './nsys-export.js';

export interface Kernel { start: number; end: number; deviceId: number; streamId: number; correlationId: number; globalPid: bigint; demangledName: number; shortName: number }
export interface Copy { start: number; end: number; deviceId: number; streamId: number; correlationId: number; globalPid: bigint; bytes: number; copyKind: number; srcKind: number; dstKind: number }
export interface Call { start: number; end: number; globalTid: bigint; correlationId: number; nameId: number; returnValue: number }
export interface Range { start: number; end: number | null; eventType: number; text: string | null; textId: number | null; globalTid: bigint }
export interface Graph { start: number; end: number; deviceId: number; streamId: number; correlationId: number; globalPid: bigint; graphId: number }

export interface Made { kernels: Kernel[]; copies: Copy[]; calls: Call[]; ranges: Range[]; graphs: Graph[]; db: ProfileDatabase }

export const strings: Record<number, string> = { 1: 'gemm<float>', 2: 'größe<"quoted">', 3: 'ncclDevKernel_AllReduce_Sum_f32_RING_LL(args)', 11: 'gemm', 12: 'größe', 13: 'ncclDevKernel_AllReduce_Sum_f32_RING_LL', 21: 'cudaLaunchKernel_v7000', 22: 'cudaStreamSynchronize_v3020', 23: 'cudaMemcpyAsync_v3020', 31: 'registered' };

const ended: (() => void)[] = [];
afterAll(() => ended.forEach((end) => end()));

/** Correlation ids that collide between processes, devices that several processes use, graphs, spans that touch and nest. */
export async function made(seed: string): Promise<Made> {
  const random = seededRandom(seed);
  const int = (below: number): number => Math.floor(random() * below);
  const at = 5_000_000;
  const pids = [100, 16_777_215];
  const span = (longest: number) => {
    const start = at + int(400_000);
    return { start, end: start + int(longest) };
  };
  const place = () => ({ deviceId: int(2), streamId: 7 + int(2), correlationId: 1 + int(60), globalPid: globalPidOf(pids[int(2)] as number) });
  const kernels = Array.from({ length: 120 }, () => { const name = 1 + int(3); return { ...span(3000), ...place(), demangledName: name, shortName: name + 10 }; });
  const copies = Array.from({ length: 40 }, () => ({ ...span(9000), ...place(), bytes: 1 + int(100_000), copyKind: [1, 2, 8, 10][int(4)] as number, srcKind: int(2), dstKind: 2 }));
  const graphs = Array.from({ length: 10 }, (_, graphId) => ({ ...span(5000), ...place(), graphId }));
  const calls: Call[] = [];
  for (const pid of pids) for (const tid of [1, 2]) {
    let start = at - 1000;
    for (let i = 0; i < 30; i++) {
      start += int(14_000);
      const end = start + int(4000);
      calls.push({ start, end, globalTid: globalTidOf(pid, tid), correlationId: 30 * (tid - 1) + i + 1, nameId: 21 + int(3), returnValue: int(10) === 0 ? 700 : 0 });
      start = end;
    }
  }
  const ranges = Array.from({ length: 30 }, (_, i) => ({ ...span(90_000), eventType: [59, 60, 34][i % 3] as number, ...(int(2) === 0 ? { text: ['step', 'öffnen, op_id = 12', 'b, seq = 3, op_id = 4'][int(3)] as string, textId: null } : { text: null, textId: 31 }), globalTid: globalTidOf(pids[int(2)] as number, 1 + int(2)) })).map((range): Range => (int(6) === 0 ? { ...range, end: null } : range));
  const folder = mkdtempSync(join(tmpdir(), 'perfloop-tools-'));
  const file = writeExport(join(folder, 'a.sqlite'), { CUPTI_ACTIVITY_KIND_KERNEL: kernels, CUPTI_ACTIVITY_KIND_MEMCPY: copies, CUPTI_ACTIVITY_KIND_GRAPH_TRACE: graphs, CUPTI_ACTIVITY_KIND_RUNTIME: calls, NVTX_EVENTS: ranges } as never, { strings });
  const database = join(folder, 'p.sqlite');
  await importProfile({ files: [file], kind: 'auto', database });
  const db = openProfile(database);
  ended.push(() => {
    db.close();
    rmSync(folder, { recursive: true });
  });
  return { kernels, copies, calls, ranges, graphs, db };
}

/** The calls that launched a kernel, by correlation id and process. */
export const launchedBy = (kernel: Kernel | Graph, calls: readonly Call[]): Call[] => calls.filter((call) => call.correlationId === kernel.correlationId && (call.globalTid & ~0xffffffn) === kernel.globalPid);
