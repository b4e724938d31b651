import type { TorchCases } from '../harness.js';
import { deviceSynchronizeCases } from './device-synchronize.js';
import { accumulateOnDeviceCases, logAtIntervalCases, readAtIntervalCases } from './reads.js';
import { rowsAtOnceCases } from './rows.js';
import { countedOnDeviceCases } from './counted-on-device.js';
import { detachedLossesCases } from './steps.js';
import { zeroGradNoneCases } from './zero-grad-none.js';
import { numberOnDeviceCases } from './number-on-device.js';
import { foreachUpdateCases } from './foreach-update.js';
import { fusedOptimizerCases } from './fused-optimizer.js';
import { noGradientsCases } from './no-gradients.js';
import { channelsLastCases, cudnnBenchmarkCases } from './convolutions.js';
import { cudaGraphsCases, torchCompileCases } from './compiling.js';
import { bf16AutocastCases, tf32Cases } from './precision.js';
import { fusedAttentionCases } from './fused-attention.js';
import { constantBuffersCases } from './constant-buffers.js';
import { constantOnceCases } from './constant-once.js';
import { lookedUpOnDeviceCases } from './looked-up-on-device.js';
import { repeatedOperationCases } from './repeated-operation.js';
import { indexBatchesCases, mappedFileCases } from './batches.js';
import { rowsTogetherCases } from './rows-together.js';
import { residentDataCases } from './resident-data.js';
import { itemConstantCases } from './item-constant.js';
import { fileOnceCases } from './file-once.js';
import { hoistedConstantCases } from './hoisted-constant.js';
import { drawnOnDeviceCases, madeOnDeviceCases } from './made-on-device.js';
import { collectiveAtIntervalCases, ddpGraphCases, flatGradientsCases, needlessBarrierCases, noSyncCases, reducedMeanCases } from './ranks.js';
import { keptOpenCases } from './kept-open.js';
import { joinedOnceCases } from './joined-once.js';
import { numberTableCases } from './number-table.js';
import { stackedArraysCases } from './stacked-arrays.js';
import { openedBeforeLoopCases } from './opened-before-loop.js';
import { collectivesTogetherCases } from './collectives-together.js';
import { writtenBehindCases } from './written-behind.js';
import { keptCacheCases, noDebuggingCases } from './left-on.js';
import { loaderWorkersCases, persistentWorkersCases, pinnedCopiesCases, prefetchFactorCases } from './loaders.js';

/** By the recipe's name. */
export const torchCases: Record<string, TorchCases> = {
  'accumulate-on-device': accumulateOnDeviceCases,
  'read-at-interval': readAtIntervalCases,
  'number-on-device': numberOnDeviceCases,
  'log-at-interval': logAtIntervalCases,
  'rows-at-once': rowsAtOnceCases,
  'counted-on-device': countedOnDeviceCases,
  'detached-losses': detachedLossesCases,
  'device-synchronize': deviceSynchronizeCases,
  'zero-grad-none': zeroGradNoneCases,
  'fused-optimizer': fusedOptimizerCases,
  'foreach-update': foreachUpdateCases,
  'no-gradients': noGradientsCases,
  'channels-last': channelsLastCases,
  'cudnn-benchmark': cudnnBenchmarkCases,
  'torch-compile': torchCompileCases,
  'cuda-graphs': cudaGraphsCases,
  tf32: tf32Cases,
  'bf16-autocast': bf16AutocastCases,
  'fused-attention': fusedAttentionCases,
  'constant-buffers': constantBuffersCases,
  'constant-once': constantOnceCases,
  'looked-up-on-device': lookedUpOnDeviceCases,
  'repeated-operation': repeatedOperationCases,
  'loader-workers': loaderWorkersCases,
  'pinned-copies': pinnedCopiesCases,
  'persistent-workers': persistentWorkersCases,
  'prefetch-factor': prefetchFactorCases,
  'index-batches': indexBatchesCases,
  'mapped-file': mappedFileCases,
  'file-once': fileOnceCases,
  'item-constant': itemConstantCases,
  'resident-data': residentDataCases,
  'rows-together': rowsTogetherCases,
  'hoisted-constant': hoistedConstantCases,
  'made-on-device': madeOnDeviceCases,
  'drawn-on-device': drawnOnDeviceCases,
  'no-sync': noSyncCases,
  'reduced-mean': reducedMeanCases,
  'needless-barrier': needlessBarrierCases,
  'collective-at-interval': collectiveAtIntervalCases,
  'flat-gradients': flatGradientsCases,
  'ddp-graph': ddpGraphCases,
  'kept-cache': keptCacheCases,
  'no-debugging': noDebuggingCases,
  'kept-open': keptOpenCases,
  'joined-once': joinedOnceCases,
  'number-table': numberTableCases,
  'stacked-arrays': stackedArraysCases,
  'opened-before-loop': openedBeforeLoopCases,
  'collectives-together': collectivesTogetherCases,
  'written-behind': writtenBehindCases,
};
