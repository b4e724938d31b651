import type { TorchCases } from '../harness.js';
import { deviceSynchronizeCases } from './device-synchronize.js';
import { accumulateOnDeviceCases, logAtIntervalCases, readAtIntervalCases } from './reads.js';
import { zeroGradNoneCases } from './zero-grad-none.js';
import { fusedOptimizerCases } from './fused-optimizer.js';
import { noGradientsCases } from './no-gradients.js';
import { channelsLastCases, cudnnBenchmarkCases } from './convolutions.js';
import { cudaGraphsCases, torchCompileCases } from './compiling.js';
import { bf16AutocastCases, tf32Cases } from './precision.js';
import { fusedAttentionCases } from './fused-attention.js';
import { constantBuffersCases } from './constant-buffers.js';
import { repeatedOperationCases } from './repeated-operation.js';
import { indexBatchesCases, mappedFileCases } from './batches.js';
import { hoistedConstantCases } from './hoisted-constant.js';
import { needlessBarrierCases, noSyncCases, reducedMeanCases } from './ranks.js';
import { loaderWorkersCases, persistentWorkersCases, pinnedCopiesCases } from './loaders.js';

/** By the recipe's name. */
export const torchCases: Record<string, TorchCases> = {
  'accumulate-on-device': accumulateOnDeviceCases,
  'read-at-interval': readAtIntervalCases,
  'log-at-interval': logAtIntervalCases,
  'device-synchronize': deviceSynchronizeCases,
  'zero-grad-none': zeroGradNoneCases,
  'fused-optimizer': fusedOptimizerCases,
  'no-gradients': noGradientsCases,
  'channels-last': channelsLastCases,
  'cudnn-benchmark': cudnnBenchmarkCases,
  'torch-compile': torchCompileCases,
  'cuda-graphs': cudaGraphsCases,
  tf32: tf32Cases,
  'bf16-autocast': bf16AutocastCases,
  'fused-attention': fusedAttentionCases,
  'constant-buffers': constantBuffersCases,
  'repeated-operation': repeatedOperationCases,
  'loader-workers': loaderWorkersCases,
  'pinned-copies': pinnedCopiesCases,
  'persistent-workers': persistentWorkersCases,
  'index-batches': indexBatchesCases,
  'mapped-file': mappedFileCases,
  'hoisted-constant': hoistedConstantCases,
  'no-sync': noSyncCases,
  'reduced-mean': reducedMeanCases,
  'needless-barrier': needlessBarrierCases,
};
