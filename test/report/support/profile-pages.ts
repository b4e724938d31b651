import { join } from 'node:path';
import type { ProfileDatabase } from '../../../src/profile/tools/open.js';
import type { PageFindings } from '../../../src/report/profile/data.js';
import { writeProfilePage } from '../../../src/report/profile/write.js';
import { profileOf } from '../../profile/ask-tool.js';
import { globalPidOf, globalTidOf } from '../../profile/nsys-export.js';
import { temporaryFolder } from '../../profile/temporary-folder.js';

/** Writes the page of a profile into a folder of its own and gives the file. */
export async function pageOf(db: ProfileDatabase, { findings = null, title = 'made.sqlite', mostSpans }: { findings?: PageFindings | null; title?: string; mostSpans?: number } = {}): Promise<string> {
  const file = join(temporaryFolder(), 'page.html');
  await writeProfilePage({ db, title, findings, file, ...(mostSpans === undefined ? {} : { mostSpans }) });
  return file;
}

const us = 1000;

/** Steps of a training loop on one device, 1 ms each: ranges that nest, calls, two kernels, a copy and a graph; `name` writes names. */
export async function trainingProfile(name: (plain: string) => string = (plain) => plain, steps = 20): Promise<ProfileDatabase> {
  const strings: Record<number, string> = { 1: name('ampere_sgemm_128x64_tn'), 2: `void ${name('ampere_sgemm_128x64_tn')}<float>(int)`, 3: name('vectorized_elementwise_kernel'), 10: name('cudaLaunchKernel_v7000'), 11: name('cudaMemcpyAsync_v3020'), 12: name('cudaStreamSynchronize_v3020'), 20: name('forward'), 21: name('linear'), 30: name('main thread') };
  const thread = globalTidOf(7, 7);
  const pid = globalPidOf(7);
  const each = <T>(make: (at: number, step: number) => T[]): T[] => Array.from({ length: steps }, (_, step) => make(step * 1000 * us, step)).flat();
  const on = { deviceId: 0, contextId: 1, globalPid: pid };
  return await profileOf(
    {
      NVTX_EVENTS: each((at, step) => [
        { start: at, end: at + 700 * us, eventType: 59, textId: null, text: name(`step ${step}`), globalTid: thread },
        { start: at + 10 * us, end: at + 400 * us, eventType: 59, textId: 20, text: null, globalTid: thread },
        { start: at + 20 * us, end: at + 200 * us, eventType: 59, textId: 21, text: null, globalTid: thread },
      ]),
      CUPTI_ACTIVITY_KIND_RUNTIME: each((at, step) => [
        { start: at + 30 * us, end: at + 40 * us, globalTid: thread, correlationId: step * 4 + 1, nameId: 10 },
        { start: at + 50 * us, end: at + 60 * us, globalTid: thread, correlationId: step * 4 + 2, nameId: 10 },
        { start: at + 70 * us, end: at + 80 * us, globalTid: thread, correlationId: step * 4 + 3, nameId: 11 },
        { start: at + 100 * us, end: at + 650 * us, globalTid: thread, correlationId: step * 4 + 4, nameId: 12 },
      ]),
      CUPTI_ACTIVITY_KIND_KERNEL: each((at, step) => [
        { ...on, streamId: 7, start: at + 60 * us, end: at + 300 * us, correlationId: step * 4 + 1, demangledName: 2, shortName: 1 },
        { ...on, streamId: 7, start: at + 310 * us, end: at + 400 * us, correlationId: step * 4 + 2, demangledName: 3, shortName: 3 },
      ]),
      CUPTI_ACTIVITY_KIND_MEMCPY: each((at, step) => [{ ...on, streamId: 9, start: at + 420 * us, end: at + 620 * us, correlationId: step * 4 + 3, bytes: 1_000_000, copyKind: step % 2 === 0 ? 1 : 2, srcKind: 1, dstKind: 2 }]),
      CUPTI_ACTIVITY_KIND_GRAPH_TRACE: [{ ...on, streamId: 11, start: 5, end: 500 * us, correlationId: 900, graphId: 3, graphExecId: 4 }],
      ThreadNames: [{ nameId: 30, priority: 0, globalTid: thread }],
      PROCESSES: [{ globalPid: pid, pid: 7, name: name('/usr/bin/train') }],
      TARGET_INFO_GPU: [{ id: 0, name: name('A100') }],
    },
    strings,
  );
}
