import type { TorchProgram } from './program.js';

const seeds = /\b\w*(?:seed|deterministic)\w*\(|\b(?:torch|np|numpy)\.(?:random\.)?Generator\(|\bset_rng_state\(|\bdeterministic\s*=\s*True|\bseed\s*=\s*\d/i;

/** The first file of the repository that seeds a generator of random numbers, or asks for repeatable results; null where none does. */
export function seededBy(program: TorchProgram): string | null {
  const files = [program.module.file, ...program.sources.pythonFiles()];
  return files.find((file) => seeds.test(program.sources.read(file) ?? '')) ?? null;
}
