import type { TorchRecipe } from '../recipe.js';
import { deviceSynchronize } from './device-synchronize.js';

/** Recipes for programs that use PyTorch, in the order in which they are tried. */
export const torchRecipes: readonly TorchRecipe[] = [
  deviceSynchronize,
];
