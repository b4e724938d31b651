import { kernelFamily, type KernelFamily } from '../../profile/tools/gpu/kernel-family.js';

/**
 * The colours of a page, by what they stand for: the families of kernels, the directions of copies, the kinds of calls. The style
 * sheet has them as --tone-0 and so on, in this order.
 */
export const tones = [
  'matrix', 'attention', 'convolution', 'communication', 'elementwise', 'reduction', 'memory', 'other',
  'to-device', 'to-host', 'on-device', 'set',
  'launch', 'wait', 'call', 'range-a', 'range-b', 'range-c', 'graph', 'script', 'library', 'native',
] as const;

export type Tone = (typeof tones)[number];

/** A page has fewer colours than there are families. */
const toneOf: Record<KernelFamily, Tone> = {
  communication: 'communication', attention: 'attention', convolution: 'convolution', fft: 'convolution', 'matrix multiply': 'matrix',
  softmax: 'reduction', normalization: 'reduction', reduction: 'reduction', pooling: 'reduction', 'sort and scan': 'reduction',
  'embedding and indexing': 'memory', copy: 'memory', elementwise: 'elementwise', optimizer: 'elementwise', random: 'elementwise', other: 'other',
};

export const familyNames: Partial<Record<Tone, string>> = {
  matrix: 'matrix products', attention: 'attention', convolution: 'convolutions', communication: 'communication', elementwise: 'elementwise', reduction: 'reductions and norms', memory: 'moving and indexing', other: 'others',
};

/** Of a kernel by its short name, or where that says nothing by its whole one. */
export function kernelTone(short: string, whole: string): Tone {
  const tone = toneOf[kernelFamily(short.slice(0, 500))];
  return tone === 'other' ? toneOf[kernelFamily(whole.slice(0, 500))] : tone;
}

/** Of a call of CUDA. */
export function callTone(name: string): Tone {
  if (/launch/i.test(name)) return 'launch';
  if (/synchronize|query|wait/i.test(name)) return 'wait';
  if (/memcpy/i.test(name)) return 'to-device';
  return 'call';
}

/** CUpti_ActivityMemcpyKind: 1 host to device, 2 device to host, others between devices or within one. */
export function copyTone(kind: number): Tone {
  return kind === 1 ? 'to-device' : kind === 2 ? 'to-host' : 'on-device';
}

const ranges = ['range-a', 'range-b', 'range-c'] as const;

/** Neighbours with other names mostly get other colours. */
export function rangeTone(name: string): Tone {
  let hash = 0;
  for (let i = 0; i < Math.min(name.length, 60); i++) hash = (hash * 31 + name.charCodeAt(i)) >>> 0;
  return ranges[hash % ranges.length] ?? 'range-a';
}
