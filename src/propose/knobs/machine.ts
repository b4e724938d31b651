import { availableParallelism, totalmem } from 'node:os';
import { containerLimits } from '../../measure/container-limits.js';
import { allocatorLibraries } from './allocator-libraries.js';
import type { KnobMachine } from './finder.js';

/** The machine that this process runs on, within the limits of its container. */
export function knobMachine(): KnobMachine {
  const limits = containerLimits();
  return {
    cpus: Math.max(1, Math.floor(Math.min(availableParallelism(), limits.cpus ?? Infinity))),
    memory: Math.min(totalmem(), limits.memoryBytes ?? Infinity),
    arch: process.arch,
    allocators: allocatorLibraries(),
  };
}
