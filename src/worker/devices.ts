import type { Gpu } from '../measure/fingerprint.js';

/** What a host leases: its GPUs where it serves a kind of GPU, else the machine as a whole. */
export function devicesOf(tags: readonly string[], gpus: readonly Gpu[], env: NodeJS.ProcessEnv): string[] {
  if (!tags.some((tag) => tag.startsWith('gpu')) || gpus.length === 0) return ['cpu'];
  const all = gpus.map((_, index) => index);
  const visible = visibleIn(env);
  return (visible === null ? all : all.filter((index) => visible.has(index))).map((index) => `gpu${index}`);
}

/** The GPUs that the worker was given, of several workers of one machine; null: all, or named by something else than numbers. */
function visibleIn(env: NodeJS.ProcessEnv): Set<number> | null {
  const list = env['CUDA_VISIBLE_DEVICES'] ?? '';
  return /^\d+(,\d+)*$/.test(list) ? new Set(list.split(',').map(Number)) : null;
}
