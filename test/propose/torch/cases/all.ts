import type { TorchCases } from '../harness.js';
import { deviceSynchronizeCases } from './device-synchronize.js';

/** By the recipe's name. */
export const torchCases: Record<string, TorchCases> = {
  'device-synchronize': deviceSynchronizeCases,
};
