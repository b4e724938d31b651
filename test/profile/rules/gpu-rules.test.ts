import { join } from 'node:path';
import { expect, it } from 'vitest';
import { SimulatedProgram } from '../../../src/profile/cases/simulated.js';
import { importProfile } from '../../../src/profile/import/import.js';
import { analyzeDatabase } from '../../../src/profile/rules/analyze-database.js';
import type { Analysis } from '../../../src/profile/rules/analyze.js';
import { temporaryFolder } from '../temporary-folder.js';

type Simulate = (program: SimulatedProgram) => void;

/** Of one export for each program, all with the same process id. */
async function analyzed(...simulated: Simulate[]): Promise<Analysis> {
  const folder = temporaryFolder();
  const files = simulated.map((simulate, rank) => {
    const program = new SimulatedProgram();
    simulate(program);
    return program.write(join(folder, `export${rank}.sqlite`));
  });
  const database = join(folder, 'profile.sqlite');
  await importProfile({ files, kind: 'auto', database });
  return analyzeDatabase({ database, file: 'export.sqlite', repo: null });
}

const times = (count: number, body: (index: number) => void): void => {
  for (let index = 0; index < count; index++) body(index);
};
const gemm = 'sm90_xmma_gemm_bf16bf16_bf16f32_f32_tn_n_tilesize128x128x64_cublas';
const busy = (program: SimulatedProgram, count = 5, us = 200): void => times(count, () => program.launch(gemm, us));
const nccl = (op: string): string => `ncclDevKernel_${op}_Sum_f32_RING_LL(args)`;
const elementwise = 'void at::native::vectorized_elementwise_kernel<4, MulFunctor<float>>(int, T2, T3)';

const reduction = 'void at::native::reduce_kernel<512, 1, at::native::ReduceOp<float, MeanOps>>(T3)';

/** What makes each rule speak, and the nearest thing that must not. */
const pairs: Record<string, { does: Simulate; doesNot: Simulate }> = {
  'C1-idle-device': {
    does: (p) => times(20, () => { p.work(1500); busy(p); }),
    // The host is ahead: the device never waits.
    doesNot: (p) => times(20, () => { p.work(500); busy(p); }),
  },
  'C1-slow-calls': {
    does: (p) => times(20, () => { p.call('cudaGraphInstantiate_v12000', 1500); busy(p); }),
    doesNot: (p) => times(20, () => { p.work(1500); busy(p); }),
  },
  'C1-module-loading': {
    does: (p) => { p.call('cuModuleLoadData', 200_000); busy(p, 2000); },
    // Once at the start of a long program.
    doesNot: (p) => { p.call('cuModuleLoadData', 200_000); busy(p, 20_000, 200); },
  },
  'C1-oversubscription': {
    does: (p) => p.crowd({ threads: 8, processors: 2 }, () => times(60, () => { p.work(1500); busy(p); })),
    // As many threads as processors.
    doesNot: (p) => p.crowd({ threads: 2, processors: 2 }, () => times(60, () => { p.work(1500); busy(p); })),
  },
  'C2-launch-bound': {
    does: (p) => times(500, () => { p.launch(gemm, 3); p.work(6); }),
    doesNot: (p) => times(500, () => { p.launch(gemm, 30); p.work(6); }),
  },
  'C2-fragmented-elementwise': {
    does: (p) => times(100, () => { p.launch(gemm, 100); times(3, () => p.launch(elementwise, 20)); }),
    // Long ones have enough to do.
    doesNot: (p) => times(100, () => { p.launch(gemm, 100); p.launch(elementwise, 60); }),
  },
  'C2-tiny-kernels': {
    does: (p) => times(1200, (i) => p.launch('void scatter(int*)', 8, { stream: i % 2 })),
    doesNot: (p) => times(1200, (i) => p.launch('void scatter(int*)', 25, { stream: i % 2 })),
  },
  'C3-scalar-read': {
    does: (p) => times(20, () => { busy(p, 2); p.copy({ direction: 'to host', bytes: 4, us: 2, pinned: false }); p.wait(); p.work(150); }),
    // A few at the end.
    doesNot: (p) => { busy(p, 100); times(5, () => { p.copy({ direction: 'to host', bytes: 4, us: 2, pinned: false }); p.wait(); }); },
  },
  'C3-sync-in-loop': {
    does: (p) => times(20, () => { busy(p, 2); p.wait(); p.work(150); }),
    // Another stream has work: nothing is lost.
    doesNot: (p) => { p.launch(gemm, 20_000, { stream: 9 }); times(20, () => { busy(p, 1); p.call('cudaStreamSynchronize_v3020', 200); p.work(150); }); },
  },
  'C3-device-sync': {
    does: (p) => times(20, () => { busy(p, 2); p.wait('cudaDeviceSynchronize_v3020'); p.work(150); }),
    doesNot: (p) => { busy(p, 100); p.wait('cudaDeviceSynchronize_v3020'); },
  },
  'C3-allocation-churn': {
    does: (p) => times(40, () => { p.call('cudaMalloc_v3020', 300); p.launch(gemm, 100); p.call('cudaFree_v3020', 200); }),
    // The pool's calls do not wait.
    doesNot: (p) => times(40, () => { p.call('cudaMallocAsync_v11020', 300); p.launch(gemm, 100); p.call('cudaFreeAsync_v11020', 200); }),
  },
  'C4-transfer-bound': {
    does: (p) => times(20, () => { p.copy({ direction: 'to device', bytes: 20_000_000, us: 800 }); busy(p, 2); }),
    // As much, but hidden by kernels of another stream.
    doesNot: (p) => times(20, () => { p.copy({ direction: 'to device', bytes: 20_000_000, us: 800 }, { stream: 13 }); busy(p, 5); }),
  },
  'C4-pageable-copies': {
    does: (p) => times(20, () => { p.copy({ direction: 'to device', bytes: 1_000_000, us: 200, pinned: false }); busy(p, 5); }),
    doesNot: (p) => times(20, () => { p.copy({ direction: 'to device', bytes: 1_000_000, us: 200 }); busy(p, 5); }),
  },
  'C4-small-copies': {
    does: (p) => times(200, () => { p.copy({ direction: 'to device', bytes: 512, us: 6 }); p.launch(gemm, 50); }),
    doesNot: (p) => times(200, () => { p.copy({ direction: 'to device', bytes: 512, us: 1 }); p.launch(gemm, 50); }),
  },
  'C4-repeated-copies': {
    does: (p) => times(20, () => { p.copy({ direction: 'to host', bytes: 5_000_000, us: 100 }); busy(p, 4); p.copy({ direction: 'to device', bytes: 5_000_000, us: 100 }); }),
    doesNot: (p) => times(20, (i) => { p.copy({ direction: 'to device', bytes: 5_000_000 + i, us: 200 }); busy(p, 4); }),
  },
  'C5-fp32-gemm': {
    does: (p) => times(20, () => { busy(p, 2); p.launch('ampere_sgemm_128x64_tn', 200); }),
    doesNot: (p) => times(20, () => { busy(p, 2); p.launch('ampere_sgemm_tf32tensorop_128x64_tn', 200); }),
  },
  'C5-copy-kernels': {
    does: (p) => times(20, () => { busy(p, 2); p.launch('void at::native::(anonymous namespace)::CatArrayBatchedCopy<float>(T1*)', 100); }),
    doesNot: (p) => times(20, () => { busy(p, 2); p.launch('void at::native::(anonymous namespace)::CatArrayBatchedCopy<float>(T1*)', 20); }),
  },
  'C5-fills': {
    does: (p) => times(20, () => { busy(p, 2); p.set(100_000_000, 50); }),
    doesNot: (p) => times(20, () => { busy(p, 2); p.set(1000, 2); }),
  },
  'C5-repeated-reductions': {
    does: (p) => times(30, () => p.range('statistics', () => { busy(p, 2); times(2, () => p.launch(reduction, 60)); })),
    // Something runs between them, which may have changed what they read.
    doesNot: (p) => times(30, () => p.range('statistics', () => times(2, () => { busy(p, 1); p.launch(reduction, 60); }))),
  },
  'C5-repeated-constants': {
    does: (p) => times(30, (i) => p.range(`step ${i}`, () => times(4, () => { p.range('mask', () => p.copy({ direction: 'to device', bytes: 400_000, us: 40 })); busy(p, 1); }))),
    // Once in each step: it may well be the next batch.
    doesNot: (p) => times(30, (i) => p.range(`step ${i}`, () => { p.range('mask', () => p.copy({ direction: 'to device', bytes: 400_000, us: 40 })); busy(p, 1); })),
  },
  'C6-exposed-communication': {
    does: (p) => times(20, () => { busy(p, 2); p.launch(nccl('AllReduce'), 100); }),
    doesNot: (p) => times(20, () => { p.launch(nccl('AllReduce'), 100, { stream: 20 }); busy(p, 2); }),
  },
  'C6-stragglers': {
    does: (p) => times(20, () => { p.launch(gemm, 100, { device: 0 }); p.launch(gemm, 400, { device: 1 }); p.launch(nccl('AllReduce'), 350, { device: 0 }); p.launch(nccl('AllReduce'), 50, { device: 1 }); }),
    doesNot: (p) => times(20, () => times(2, (device) => { p.launch(gemm, 100, { device }); p.launch(nccl('AllReduce'), 50, { device }); })),
  },
  'C6-small-collectives': {
    does: (p) => times(120, () => { p.launch(gemm, 100); p.launch(nccl('AllGather'), 20); }),
    doesNot: (p) => times(50, () => { p.launch(gemm, 100); p.launch(nccl('AllGather'), 20); }),
  },
  'C7-data-loader': {
    does: (p) => times(20, () => { p.range('enumerate(DataLoader)#_MultiProcessingDataLoaderIter.__next__', () => p.work(1200)); busy(p); }),
    // The batch was there before the device was done.
    doesNot: (p) => times(20, () => { p.range('enumerate(DataLoader)#_MultiProcessingDataLoaderIter.__next__', () => p.work(50)); busy(p); }),
  },
  'C7-garbage-collection': {
    does: (p) => times(20, () => { p.range('gc.collect', () => p.work(1500)); busy(p); }),
    doesNot: (p) => times(20, () => { p.range('gc.collect', () => p.work(50)); busy(p); }),
  },
  'C7-python-lock': {
    does: (p) => times(20, () => { p.range('Waiting for GIL', () => p.work(1500)); busy(p); }),
    doesNot: (p) => times(20, () => { p.range('Holding GIL', () => p.work(50)); busy(p); }),
  },
};

it.each(Object.entries(pairs))('%s speaks of what it looks for, and not of what is near it', async (rule, { does, doesNot }) => {
  const found = await analyzed(does);
  const finding = found.findings.find((one) => one.rule === rule);
  expect(finding, found.findings.map((one) => one.rule).join()).toBeDefined();
  // Never more than the device's own time, and the same share of it.
  expect(finding?.headroom_ms).toBeGreaterThan(0);
  expect(finding?.share).toBeLessThanOrEqual(1);
  if (rule !== 'C1-module-loading') expect(finding?.headroom_ms).toBeCloseTo((finding?.share ?? 0) * (found.profile.device_ms ?? 0), 6);
  expect(finding?.evidence.some(({ place }) => place !== undefined && place.ids.length > 0)).toBe(true);
  expect((await analyzed(doesNot)).findings.map((one) => one.rule)).not.toContain(rule);
});

it('says that the host is busy outside of CUDA only of time outside of calls', async () => {
  const { findings } = await analyzed((p) => times(20, () => { p.call('cudaStreamCreate_v3020', 1500); busy(p); }));
  expect(findings.map(({ rule }) => rule)).toEqual(['C1-slow-calls']);
  expect(findings[0]?.title).toContain('cudaStreamCreate');
});

it('takes gaps between the nodes of a CUDA graph for no launches', async () => {
  const nodes = 200;
  const { findings } = await analyzed((p) => times(50, () => { p.graph(Array.from({ length: nodes }, () => gemm), { us: 3, gapUs: 1 }); p.wait(); }));
  expect(findings.map(({ rule }) => rule)).not.toContain('C2-launch-bound');
});

it('takes a copy of one value that is not asynchronous for a read of a scalar', async () => {
  const { findings } = await analyzed((p) => times(200, () => { busy(p, 1); p.copy({ direction: 'to host', bytes: 4, us: 1, pinned: false }, { waits: true }); p.work(45); }));
  expect(findings.map(({ rule, severity }) => [rule, severity])).toEqual([['C3-scalar-read', 'medium']]);
});

it('agrees with the tool tensor_cores on what tensor cores could do', async () => {
  const vector = await analyzed((p) => times(20, () => p.launch('void gemmk1_kernel<float, 256, 5, false>(x)', 200)));
  expect(vector.findings).toEqual([]);
  const matrix = await analyzed((p) => times(20, () => p.launch('sm80_xmma_gemm_f32f32_f32f32_f32_tn_n_tilesize32x32x8_stage3_warpsize1x2x1_ffma_cublas', 200)));
  expect(matrix.findings.map(({ rule }) => rule)).toEqual(['C5-fp32-gemm']);
});

it('puts no idle millisecond down to two causes', async () => {
  const { findings, profile } = await analyzed((p) => times(30, () => {
    p.range('enumerate(DataLoader)#_SingleProcessDataLoaderIter.__next__', () => p.work(900));
    busy(p, 2);
    p.wait();
    p.work(700);
  }));
  const idle = findings.filter(({ category }) => ['C1', 'C3', 'C7'].includes(category));
  expect(idle.length).toBeGreaterThanOrEqual(2);
  const work = 30 * 2 * 0.2;
  expect(idle.reduce((sum, { headroom_ms: ms }) => sum + ms, 0)).toBeLessThanOrEqual((profile.device_ms ?? 0) - work + 1e-6);
});

it('tells waiting for a late device once, as that device\'s', async () => {
  const { findings } = await analyzed((p) => times(20, () => { p.launch(gemm, 100, { device: 0 }); p.launch(gemm, 400, { device: 1 }); p.launch(nccl('AllReduce'), 350, { device: 0 }); p.launch(nccl('AllReduce'), 50, { device: 1 }); }));
  const ofCommunication = findings.filter(({ category }) => category === 'C6');
  expect(ofCommunication[0]).toMatchObject({ rule: 'C6-stragglers', headroom_ms: expect.closeTo(20 * 0.3, 6) as number });
  expect(ofCommunication.reduce((sum, { headroom_ms: ms }) => sum + ms, 0)).toBeLessThanOrEqual(20 * 0.35 + 1e-6);
});

it('does not judge repeated work of which nothing tells the place, and takes work of several places for none that is repeated', async () => {
  const bare = await analyzed((p) => times(30, () => { busy(p, 2); times(2, () => p.launch(reduction, 60)); }));
  expect(bare.findings).toEqual([]);
  expect(bare.abstained).toContainEqual({ rule: 'C5-repeated-reductions', reason: expect.stringContaining('call chains') as string });
  const places = await analyzed((p) => times(30, (i) => p.range(`phase ${'abcdefgh'[i % 8] ?? ''}`, () => { busy(p, 2); times(2, () => p.launch(reduction, 60)); })));
  expect(places.quiet).toContain('C5-repeated-reductions');
});

it('is silent on a program that keeps its device busy', async () => {
  expect((await analyzed((p) => times(50, () => busy(p)))).findings).toEqual([]);
});

it('does not put idle time of one rank down to calls of another that has the same process id', async () => {
  const late: Simulate = (p) => times(50, () => { p.work(2000); busy(p, 5); });
  const waiting: Simulate = (p) => times(50, () => { busy(p, 10); p.wait('cudaDeviceSynchronize_v3020'); });
  const of = ({ findings }: Analysis) => findings.map(({ rule, title, headroom_ms }) => ({ rule, title, headroom_ms }));
  const alone = of(await analyzed(late));
  expect(alone.map(({ rule }) => rule)).toEqual(['C1-idle-device']);
  expect(of(await analyzed(late, waiting))).toEqual(alone);
});
