import type { TorchRecipe } from '../recipe.js';
import { accumulateOnDevice } from './accumulate-on-device.js';
import { detachedLosses } from './detached-losses.js';
import { rowsAtOnce } from './rows-at-once.js';
import { countedOnDevice } from './counted-on-device.js';
import { deviceSynchronize } from './device-synchronize.js';
import { logAtInterval } from './log-at-interval.js';
import { numberOnDevice } from './number-on-device.js';
import { readAtInterval } from './read-at-interval.js';
import { zeroGradNone } from './zero-grad-none.js';
import { foreachUpdate } from './foreach-update.js';
import { fusedOptimizer } from './fused-optimizer.js';
import { noGradients } from './no-gradients.js';
import { channelsLast } from './channels-last.js';
import { cudnnBenchmark } from './cudnn-benchmark.js';
import { torchCompile } from './torch-compile.js';
import { cudaGraphs } from './cuda-graphs.js';
import { tf32 } from './tf32.js';
import { bf16Autocast } from './bf16-autocast.js';
import { fusedAttention } from './fused-attention.js';
import { constantBuffers } from './constant-buffers.js';
import { constantOnce } from './constant-once.js';
import { lookedUpOnDevice } from './looked-up-on-device.js';
import { repeatedOperation } from './repeated-operation.js';
import { loaderWorkers } from './loader-workers.js';
import { pinnedCopies } from './pinned-copies.js';
import { persistentWorkers } from './persistent-workers.js';
import { indexBatches } from './index-batches.js';
import { mappedFile } from './mapped-file.js';
import { madeOnDevice } from './made-on-device.js';
import { drawnOnDevice } from './drawn-on-device.js';
import { fileOnce } from './file-once.js';
import { rowsTogether } from './rows-together.js';
import { prefetchFactor } from './prefetch-factor.js';
import { itemConstant } from './item-constant.js';
import { residentData } from './resident-data.js';
import { hoistedConstant } from './hoisted-constant.js';
import { noSync } from './no-sync.js';
import { reducedMean } from './reduced-mean.js';
import { needlessBarrier } from './needless-barrier.js';
import { ddpGraph } from './ddp-graph.js';
import { keptCache } from './kept-cache.js';
import { noDebugging } from './no-debugging.js';
import { collectiveAtInterval } from './collective-at-interval.js';
import { flatGradients } from './flat-gradients.js';
import { keptOpen } from './kept-open.js';
import { joinedOnce } from './joined-once.js';
import { numberTable } from './number-table.js';
import { stackedArrays } from './stacked-arrays.js';
import { openedBeforeLoop } from './opened-before-loop.js';
import { collectivesTogether } from './collectives-together.js';
import { writtenBehind } from './written-behind.js';

/** Recipes for programs that use PyTorch, in the order in which they are tried. */
export const torchRecipes: readonly TorchRecipe[] = [
  accumulateOnDevice,
  readAtInterval,
  numberOnDevice,
  logAtInterval,
  rowsAtOnce,
  countedOnDevice,
  detachedLosses,
  deviceSynchronize,
  zeroGradNone,
  fusedOptimizer,
  foreachUpdate,
  noGradients,
  channelsLast,
  cudnnBenchmark,
  torchCompile,
  cudaGraphs,
  tf32,
  bf16Autocast,
  fusedAttention,
  constantBuffers,
  constantOnce,
  repeatedOperation,
  indexBatches,
  mappedFile,
  fileOnce,
  keptOpen,
  openedBeforeLoop,
  itemConstant,
  numberTable,
  stackedArrays,
  joinedOnce,
  rowsTogether,
  residentData,
  loaderWorkers,
  pinnedCopies,
  persistentWorkers,
  prefetchFactor,
  hoistedConstant,
  madeOnDevice,
  lookedUpOnDevice,
  drawnOnDevice,
  noSync,
  reducedMean,
  needlessBarrier,
  collectiveAtInterval,
  flatGradients,
  collectivesTogether,
  ddpGraph,
  keptCache,
  noDebugging,
  writtenBehind,
];
