import type { TorchRecipe } from '../recipe.js';
import { accumulateOnDevice } from './accumulate-on-device.js';
import { deviceSynchronize } from './device-synchronize.js';
import { logAtInterval } from './log-at-interval.js';
import { readAtInterval } from './read-at-interval.js';
import { zeroGradNone } from './zero-grad-none.js';
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
import { repeatedOperation } from './repeated-operation.js';
import { loaderWorkers } from './loader-workers.js';
import { pinnedCopies } from './pinned-copies.js';
import { persistentWorkers } from './persistent-workers.js';
import { indexBatches } from './index-batches.js';
import { mappedFile } from './mapped-file.js';
import { hoistedConstant } from './hoisted-constant.js';
import { noSync } from './no-sync.js';
import { reducedMean } from './reduced-mean.js';
import { needlessBarrier } from './needless-barrier.js';

/** Recipes for programs that use PyTorch, in the order in which they are tried. */
export const torchRecipes: readonly TorchRecipe[] = [
  accumulateOnDevice,
  readAtInterval,
  logAtInterval,
  deviceSynchronize,
  zeroGradNone,
  fusedOptimizer,
  noGradients,
  channelsLast,
  cudnnBenchmark,
  torchCompile,
  cudaGraphs,
  tf32,
  bf16Autocast,
  fusedAttention,
  constantBuffers,
  repeatedOperation,
  loaderWorkers,
  pinnedCopies,
  persistentWorkers,
  indexBatches,
  mappedFile,
  hoistedConstant,
  noSync,
  reducedMean,
  needlessBarrier,
];
