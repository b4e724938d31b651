/** What the name of a kernel tells of a matrix product: of a linear layer, a convolution or attention. */
export interface MatrixKernel {
  work: 'gemm' | 'gemv' | 'convolution' | 'attention';
  tensorCores: 'yes' | 'no' | 'unknown';
  /** Of the operands, as far as the name tells. */
  precision: 'FP64' | 'FP32' | 'TF32' | 'FP16' | 'BF16' | 'FP8' | 'INT8' | null;
  /** Whether tensor cores could do it; null where the name does not tell. */
  eligible: boolean | null;
  confidence: 'high' | 'medium' | 'low';
  reason: string;
}

interface Rule {
  pattern: RegExp;
  tensorCores: MatrixKernel['tensorCores'];
  eligible: boolean | null;
  confidence: MatrixKernel['confidence'];
  reason: string;
  precision?: MatrixKernel['precision'];
}

/**
 * Matrix instructions as words of their own, in small letters, in capitals or as a part of CamelCase: `TmaGmmaWarpSpecialized` has
 * GMMA, `trimmask` has no IMMA.
 */
const instruction = /(?<![A-Za-z])(?:[hiqdu]mma|[hiqw]?gmma|utc[hiqo]?mma)(?![a-z])|(?:[HIQDUG]mma|[HIQW]gmma|Utcmma)(?![a-z])|(?<![A-Za-z])(?:[HIQDU]MMA|[HIQW]?GMMA|UTC[HIQO]?MMA)(?![A-Z])|tcgen05/;

/**
 * In this order: the first that fits decides. What a name says of the instruction goes before what it says of the architecture:
 * "sm80" and "xmma" alone do not mean tensor cores. Sources: PTX ISA (mma shapes m8n8k4, m16n8k8, m16n8k16; wgmma; tcgen05), CUTLASS'
 * functionality page (OpClassTensorOp, OpClassSimt) and its profiler's names of kernels, and what cuBLAS and cuDNN call theirs, as
 * the lists of tensor-core kernels in PyProf (NVIDIA) and in Kineto's tb_plugin (tensor_core.py) have it.
 */
const rules: readonly Rule[] = [
  { pattern: /gemv|gemmk1|dot_kernel/i, tensorCores: 'no', eligible: false, confidence: 'high', reason: 'a matrix times a vector is bound by memory, not by arithmetic' },
  { pattern: /depthwise|grouped_direct|direct_group/i, tensorCores: 'no', eligible: false, confidence: 'medium', reason: 'a depthwise convolution has no matrix product that is large enough' },
  { pattern: /(?<![a-z])ffma(?![a-z])/i, tensorCores: 'no', eligible: true, confidence: 'high', precision: 'FP32', reason: 'its instruction is FFMA, that of the FP32 cores' },
  { pattern: /(?<![a-z])simt(?![a-z])|OpClassSimt/i, tensorCores: 'no', eligible: true, confidence: 'high', reason: 'SIMT: it computes without matrix instructions' },
  { pattern: instruction, tensorCores: 'yes', eligible: true, confidence: 'high', reason: 'its name has the matrix instruction' },
  { pattern: /tensor_?op|tensor\d+x\d+x\d+/i, tensorCores: 'yes', eligible: true, confidence: 'high', reason: 'its name says tensor operations' },
  { pattern: /(?:^|\D)(?:884|1688|16816|16832|168256)(?:gemm|cudnn|fprop|dgrad|wgrad|conv|tf32|bf16|f16|_|\b)/i, tensorCores: 'yes', eligible: true, confidence: 'high', reason: 'its name has the shape of the matrix instruction' },
  { pattern: /tf32/i, tensorCores: 'yes', eligible: true, confidence: 'high', precision: 'TF32', reason: 'TF32 is a format of tensor cores alone' },
  { pattern: /e4m3|e5m2|fp8/i, tensorCores: 'yes', eligible: true, confidence: 'medium', precision: 'FP8', reason: 'FP8 is a format of tensor cores alone' },
  { pattern: /nvjet/i, tensorCores: 'yes', eligible: true, confidence: 'medium', reason: "nvjet are cuBLAS' kernels for the tensor cores of Hopper and later" },
  { pattern: /flash_?(?:fwd|bwd|attn|attention)|flash::|pytorch_flash/i, tensorCores: 'yes', eligible: true, confidence: 'high', reason: 'FlashAttention computes in FP16 or BF16 on tensor cores alone' },
  { pattern: /fmha\w*_b?f16/i, tensorCores: 'yes', eligible: true, confidence: 'high', reason: "PyTorch's memory-efficient attention uses tensor cores in half precision" },
  { pattern: /dgemm|f64f64|<double/i, tensorCores: 'no', eligible: false, confidence: 'medium', precision: 'FP64', reason: 'double precision: tensor cores do it on data-centre GPUs from the A100 on only' },
  { pattern: /(?:^|[^a-z])g?[cz]gemm/i, tensorCores: 'no', eligible: false, confidence: 'low', reason: 'complex numbers' },
  { pattern: /winograd|fft[12]d/i, tensorCores: 'no', eligible: true, confidence: 'medium', precision: 'FP32', reason: 'Winograd and FFT convolutions compute on the FP32 cores' },
  { pattern: /(?<![a-z])(?:hgemm|hcudnn)/i, tensorCores: 'no', eligible: true, confidence: 'medium', precision: 'FP16', reason: 'half precision without a matrix instruction: often a size that is no multiple of 8' },
  { pattern: /sgemm|scudnn|f32f32_f32f32/i, tensorCores: 'no', eligible: true, confidence: 'high', precision: 'FP32', reason: 'single precision without a matrix instruction' },
  { pattern: /gemmSN|gemm_kernel.*<float|<float.*gemm/i, tensorCores: 'no', eligible: true, confidence: 'low', precision: 'FP32', reason: "single precision by its template's type, without a matrix instruction in its name" },
  { pattern: /xmma\w*_(?:b?f16b?f16|i8i8)/i, tensorCores: 'yes', eligible: true, confidence: 'medium', reason: 'half precision or integers, of a family that computes these on tensor cores' },
];

/**
 * Kernels around products, by what stands before template arguments: they reorder, reduce or prepare, and compute none. Triton's of
 * PyTorch are named after all operations that are fused into them.
 */
const helpers = /splitk\w*reduce|^nccl|nchwtonhwc|nhwctonchw|im2col|col2im|computeoffsets|convert|transpose|elementwise|reduce_kernel|^triton_(?:poi|red|per)_/i;

const works: readonly [RegExp, MatrixKernel['work']][] = [
  [/gemv|gemmk1|dot_kernel/i, 'gemv'],
  [/fmha|flash_?(?:fwd|bwd|attn|attention)|flash::|attention|sdpa/i, 'attention'],
  [/(?:^|[^a-z])conv|convolv|convolution|conv[123]d|winograd|[fd]prop|[dw]grad|fft[12]d|[sh](?:884|1688|16816)?cudnn/i, 'convolution'],
  [/gemm|xmma|nvjet|matmul|cutlass|triton_tem|[hsid](?:884|1688|16816|16832)/i, 'gemm'],
];

const precisions: readonly [RegExp, NonNullable<MatrixKernel['precision']>][] = [
  [/tf32/i, 'TF32'], [/e4m3|e5m2|fp8|float_e\dm\d/i, 'FP8'], [/bf16|bfloat16/i, 'BF16'], [/f16|fp16|half|(?:^|[^a-z])h(?:884|1688|16816)?(?:gemm|cudnn)|[hs]884/i, 'FP16'], [/(?<![a-z])(?:i8|u?int8|imma(?![a-z])|[su]8_)/i, 'INT8'], [/f64|double|dgemm/i, 'FP64'], [/f32|float|sgemm|scudnn/i, 'FP32'],
];

/** By the whole name of a kernel; null for one that computes no matrix product, as far as its name tells. */
export function matrixKernel(name: string): MatrixKernel | null {
  const work = helpers.test(name.split('<', 1)[0] ?? '') ? undefined : works.find(([pattern]) => pattern.test(name))?.[1];
  if (work === undefined) return null;
  const rule = rules.find(({ pattern }) => pattern.test(name));
  const precision = rule?.precision ?? precisions.find(([pattern]) => pattern.test(name))?.[1] ?? null;
  if (rule === undefined) return { work, tensorCores: 'unknown', precision, eligible: null, confidence: 'low', reason: 'its name does not tell' };
  const { tensorCores, eligible, confidence, reason } = rule;
  return { work, tensorCores, precision, eligible, confidence, reason };
}
