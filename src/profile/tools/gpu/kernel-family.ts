import { shortKernelName } from '../../import/kineto/names.js';

/**
 * What kernels do, by how libraries name them: cuBLAS, cuDNN and CUTLASS (gemm, fprop, s1688), PyTorch (ATen/native/cuda, and
 * TorchInductor's triton_poi_, triton_red_, triton_per_, triton_tem_), FlashAttention, Apex, CUB, Thrust and NCCL. The first that
 * fits, since a fused kernel names what it does first.
 */
const families = [
  ['communication', /^(?:nccl|nvshmem|msccl)/i],
  ['attention', /flash|fmha|attention|_attn|mha_/i],
  ['convolution', /conv|winograd|fprop|dgrad|wgrad|_scudnn/i],
  ['fft', /fft/i],
  ['pooling', /pool/i],
  ['matrix multiply', /gemm|gemv|matmul|splitk|triton_tem|\bcutlass|wgmma|s\d{4,5}(?:bf16|f16|tf32)?_/i],
  ['softmax', /softmax/i],
  ['normalization', /norm|\bbn_/i],
  ['optimizer', /multi_tensor|adam|\bsgd|lamb\b|optimizer/i],
  ['random', /distribution|philox|dropout|random|curand/i],
  ['embedding and indexing', /embedding|^index|indexing|gather|scatter/i],
  ['sort and scan', /sort|topk|scan/i],
  ['reduction', /reduce|triton_red|triton_per/i],
  ['copy', /copy|transpose|cat(?:array|_)|memcpy|nchw|nhwc|fill/i],
  ['elementwise', /elementwise|pointwise|triton_poi|unrolled|vectorized|activation/i],
] as const satisfies readonly (readonly [family: string, names: RegExp])[];

export type KernelFamily = (typeof families)[number][0] | 'other';

/** Of a kernel's whole or short name: by the function itself, else by its template arguments; `other` where neither tells. */
export function kernelFamily(name: string): KernelFamily {
  const own = shortKernelName(name);
  return familyOf(own) ?? familyOf(name) ?? 'other';
}

const familyOf = (text: string): KernelFamily | undefined => families.find(([, names]) => names.test(text))?.[0];
