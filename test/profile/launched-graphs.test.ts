import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { answerOf, profileOf, realProfiles } from './ask-tool.js';
import { globalPidOf, globalTidOf } from './nsys-export.js';

// What tools say of CUDA graphs that were launched, whether their kernels are seen or not.

const strings = { 1: 'gemm', 2: 'cudaGraphLaunch_v10000', 3: 'cudaLaunchKernel_v7000' };
const call = (correlationId: number, start: number, end: number, nameId = 2) => ({ start, end, globalTid: globalTidOf(7, 1), correlationId, nameId, returnValue: 0 });
const work = (correlationId: number, start: number, end: number) => ({ start, end, deviceId: 0, contextId: 1, streamId: 7, correlationId, globalPid: globalPidOf(7) });
const named = { demangledName: 1, shortName: 1 };
const ten = Array.from({ length: 10 }, (_, i) => i);

it('the call that launches a graph of a hundred kernels counts once', async () => {
  const db = await profileOf({
    CUPTI_ACTIVITY_KIND_RUNTIME: ten.map((i) => call(i + 1, i * 1_000_000, i * 1_000_000 + 20_000)),
    CUPTI_ACTIVITY_KIND_KERNEL: ten.flatMap((i) => Array.from({ length: 100 }, (_, node) => ({ ...work(i + 1, i * 1_000_000 + 30_000 + node * 3000, i * 1_000_000 + 32_000 + node * 3000), ...named, graphNodeId: (5n << 32n) + BigInt(node) }))),
  }, strings);
  const { rows, facts } = answerOf(db, 'launch');
  expect(facts).toMatchObject({ kernels: 1000, joined: 1, callMs: 0.2, kernelMs: 2, foundIdle: 1, maxQueueDepth: 0 });
  expect(rows).toMatchObject([{ count: 1000, medianCallUs: 20, callByKernel: 0.1 }]);
});

it('a stream with a graph or a copy to do is not idle for a launch', async () => {
  const db = await profileOf({
    CUPTI_ACTIVITY_KIND_RUNTIME: [call(1, 0, 1000), call(2, 2000, 3000, 3), call(3, 20_000, 21_000, 3), call(4, 50_000, 51_000, 3)],
    CUPTI_ACTIVITY_KIND_GRAPH_TRACE: [{ ...work(1, 1500, 9000), graphId: 4 }],
    CUPTI_ACTIVITY_KIND_MEMCPY: [{ ...work(99, 15_000, 30_000), bytes: 5, copyKind: 1 }],
    CUPTI_ACTIVITY_KIND_KERNEL: [{ ...work(2, 9000, 10_000), ...named }, { ...work(3, 30_000, 31_000), ...named }, { ...work(4, 52_000, 53_000), ...named }],
  }, strings);
  expect(answerOf(db, 'launch').facts).toMatchObject({ foundIdle: 1 / 3 });
});

it.skipIf(!existsSync(realProfiles))('two H100s that wait for copies found their stream idle at 4 of 1632 launches', async () => {
  const db = await profileOf(join(realProfiles, 'nsys-h100-2gpu-inference.sqlite'));
  expect(answerOf(db, 'launch').facts).toMatchObject({ foundIdle: 4 / 1632 });
});

const beside = {
  CUPTI_ACTIVITY_KIND_RUNTIME: ten.flatMap((i) => [call(2 * i + 1, i * 1_000_000, i * 1_000_000 + 2000), call(2 * i + 2, i * 1_000_000 + 10_000, i * 1_000_000 + 12_000, 3)]),
  CUPTI_ACTIVITY_KIND_GRAPH_TRACE: ten.map((i) => ({ ...work(2 * i + 1, i * 1_000_000, i * 1_000_000 + 900_000), graphId: 3 })),
  CUPTI_ACTIVITY_KIND_KERNEL: ten.map((i) => ({ ...work(2 * i + 2, i * 1_000_000 + 900_000, i * 1_000_000 + 950_000), ...named })),
};

it('the time of graphs that are traced as a whole is not idle, and what is in them is not known', async () => {
  const db = await profileOf(beside, strings);
  const { rows, notes } = answerOf(db, 'overlap');
  const spanMs = 9.95;
  expect(rows).toMatchObject([{ spanMs, computeMs: 0.5, computeOnlyShare: expect.closeTo(0.5 / spanMs, 9) as number, otherShare: expect.closeTo(9 / spanMs, 9) as number, idleShare: expect.closeTo(0.45 / spanMs, 9) as number }]);
  expect(notes.join(' ')).toContain('10 launches of CUDA graphs were traced as a whole: whether their kernels compute or communicate is not known');
  expect(notes.join(' ')).not.toContain('there is no communication');
  const collectives = answerOf(db, 'nccl').notes.join(' ');
  expect(collectives).toContain('seen outside of graphs. 10 launches of CUDA graphs were traced as a whole');
  expect(collectives).not.toContain('MSCCL ran');
});

it('graphs that were launched ran, even where no work tells its graph', async () => {
  const { CUPTI_ACTIVITY_KIND_GRAPH_TRACE: _, ...rows } = beside;
  const { notes } = answerOf(await profileOf(rows, strings), 'graphs');
  expect(notes).toEqual([expect.stringContaining('10 calls launched CUDA graphs') as string]);
  const none = answerOf(await profileOf({ CUPTI_ACTIVITY_KIND_KERNEL: beside.CUPTI_ACTIVITY_KIND_KERNEL }, strings), 'graphs');
  expect(none.notes).toEqual(['No CUDA graph ran.']);
});

it('a range has the time of the graphs that were launched in it', async () => {
  const ranges = ten.map((i) => ({ start: i * 1_000_000 - 1, end: i * 1_000_000 + 5000, eventType: 59, text: 'forward', globalTid: globalTidOf(7, 1) }));
  expect(answerOf(await profileOf({ ...beside, NVTX_EVENTS: ranges }, strings), 'nvtx').rows).toMatchObject([{ range: 'forward', gpuMs: 9, kernels: 10 }]);
});
