import type { TorchRecipe } from '../recipe.js';
import { accumulateOnDevice } from './accumulate-on-device.js';
import { deviceSynchronize } from './device-synchronize.js';
import { logAtInterval } from './log-at-interval.js';
import { readAtInterval } from './read-at-interval.js';

/** Recipes for programs that use PyTorch, in the order in which they are tried. */
export const torchRecipes: readonly TorchRecipe[] = [
  accumulateOnDevice,
  readAtInterval,
  logAtInterval,
  deviceSynchronize,
];
