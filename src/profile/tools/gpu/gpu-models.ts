export type MatrixType = 'fp64' | 'fp32' | 'tf32' | 'fp16' | 'bf16' | 'fp8' | 'int8';

export interface GpuModel {
  /** Of the name that the driver gives. */
  pattern: RegExp;
  model: string;
  computeCapability: number;
  /**
   * 10^12 operations a second at most, without sparsity, with FP32 accumulation: on tensor cores but for fp32 and, where the GPU has no
   * tensor cores for it, fp64.
   */
  peak: Partial<Record<MatrixType, number>>;
  /** The document that has the figures; where it has them with sparsity only, they are halved here. */
  source: string;
}

const hopper = { fp64: 66.9, fp32: 66.9, tf32: 494.7, fp16: 989.4, bf16: 989.4, fp8: 1978.9, int8: 1978.9 };

/** More special names first. A name that fits none, such as "NVIDIA H100" alone, of which there are several, has no figures. */
export const gpuModels: readonly GpuModel[] = [
  { pattern: /\bGB200\b/, model: 'GB200', computeCapability: 10, peak: { tf32: 1250, fp16: 2500, bf16: 2500, fp8: 5000, int8: 5000, fp32: 80, fp64: 40 }, source: 'NVIDIA GB200 NVL72 data sheet' },
  { pattern: /\bB200\b/, model: 'B200 SXM', computeCapability: 10, peak: { tf32: 1125, fp16: 2250, bf16: 2250, fp8: 4500, int8: 4500, fp32: 75, fp64: 37 }, source: 'NVIDIA Blackwell (HGX B200) data sheet' },
  { pattern: /\bH200 NVL\b/, model: 'H200 NVL', computeCapability: 9, peak: { fp64: 60, fp32: 60, tf32: 417.5, fp16: 835.5, bf16: 835.5, fp8: 1670.5, int8: 1670.5 }, source: 'NVIDIA H200 data sheet' },
  { pattern: /\bH200\b/, model: 'H200 SXM', computeCapability: 9, peak: hopper, source: 'NVIDIA H200 data sheet' },
  { pattern: /\bH100 NVL\b/, model: 'H100 NVL', computeCapability: 9, peak: { fp64: 60, fp32: 60, tf32: 417.5, fp16: 835.5, bf16: 835.5, fp8: 1670.5, int8: 1670.5 }, source: 'NVIDIA H100 data sheet' },
  { pattern: /\bH100 PCIe\b/i, model: 'H100 PCIe', computeCapability: 9, peak: { fp64: 51.2, fp32: 51.2, tf32: 378, fp16: 756, bf16: 756, fp8: 1513, int8: 1513 }, source: 'NVIDIA H100 data sheet' },
  { pattern: /\bH100 (?:80GB HBM3|SXM)|\bGH200\b/i, model: 'H100 SXM', computeCapability: 9, peak: hopper, source: 'NVIDIA H100 data sheet, H100 Tensor Core GPU Architecture' },
  { pattern: /\bA100\b/, model: 'A100', computeCapability: 8, peak: { fp64: 19.5, fp32: 19.5, tf32: 156, fp16: 312, bf16: 312, int8: 624 }, source: 'NVIDIA A100 data sheet' },
  { pattern: /\bA30\b/, model: 'A30', computeCapability: 8, peak: { fp64: 10.3, fp32: 10.3, tf32: 82, fp16: 165, bf16: 165, int8: 330 }, source: 'NVIDIA A30 data sheet' },
  { pattern: /\bA40\b/, model: 'A40', computeCapability: 8.6, peak: { fp32: 37.4, tf32: 74.8, fp16: 149.7, bf16: 149.7, int8: 299.3 }, source: 'NVIDIA A40 data sheet' },
  { pattern: /\bA10G\b/, model: 'A10G', computeCapability: 8.6, peak: { fp32: 31.5, tf32: 35, fp16: 70, bf16: 70, int8: 140 }, source: 'NVIDIA A10G data sheet' },
  { pattern: /\bA10\b/, model: 'A10', computeCapability: 8.6, peak: { fp32: 31.2, tf32: 62.5, fp16: 125, bf16: 125, int8: 250 }, source: 'NVIDIA A10 data sheet' },
  { pattern: /\bRTX A6000\b/, model: 'RTX A6000', computeCapability: 8.6, peak: { fp32: 38.7, tf32: 77.4, fp16: 154.8, bf16: 154.8, int8: 309.7 }, source: 'NVIDIA RTX A6000 data sheet' },
  { pattern: /\bL40S\b/, model: 'L40S', computeCapability: 8.9, peak: { fp32: 91.6, tf32: 183, fp16: 362, bf16: 362, fp8: 733, int8: 733 }, source: 'NVIDIA L40S data sheet' },
  { pattern: /\bL40\b/, model: 'L40', computeCapability: 8.9, peak: { fp32: 90.5, tf32: 90.5, fp16: 181, bf16: 181, fp8: 362, int8: 362 }, source: 'NVIDIA L40 data sheet' },
  { pattern: /\bL4\b/, model: 'L4', computeCapability: 8.9, peak: { fp32: 30.3, tf32: 60, fp16: 121, bf16: 121, fp8: 242.5, int8: 242.5 }, source: 'NVIDIA L4 data sheet' },
  { pattern: /\bRTX 4090\b/, model: 'RTX 4090', computeCapability: 8.9, peak: { fp32: 82.6, tf32: 82.6, fp16: 165.2, bf16: 165.2, fp8: 330.3, int8: 660.6 }, source: 'NVIDIA Ada GPU Architecture white paper' },
  { pattern: /\bRTX 3090\b(?! Ti)/, model: 'RTX 3090', computeCapability: 8.6, peak: { fp32: 35.6, tf32: 35.6, fp16: 71, bf16: 71, int8: 284 }, source: 'NVIDIA Ampere GA102 white paper' },
  { pattern: /\bT4\b/, model: 'T4', computeCapability: 7.5, peak: { fp32: 8.1, fp16: 65, int8: 130 }, source: 'NVIDIA T4 data sheet' },
  { pattern: /\bV100-?\s?(?:SXM2|SXM3)/i, model: 'V100 SXM', computeCapability: 7, peak: { fp64: 7.8, fp32: 15.7, fp16: 125 }, source: 'NVIDIA V100 data sheet' },
  { pattern: /\bV100-?\s?PCIE/i, model: 'V100 PCIe', computeCapability: 7, peak: { fp64: 7, fp32: 14, fp16: 112 }, source: 'NVIDIA V100 data sheet' },
];

/** Names that tell the architecture and not the model. */
const families: readonly [RegExp, number][] = [[/\bB[23]00\b/, 10], [/\bH[12]00\b|\bH20\b|\bH800\b/, 9], [/\bRTX 40\d\d\b|\bL\d+S?\b/, 8.9], [/\bRTX 30\d\d\b/, 8.6], [/\bRTX 20\d\d\b|\bGTX 16\d\d\b/, 7.5], [/\bV100\b|\bTITAN V\b/, 7], [/\bP100\b/, 6], [/\bGTX 10\d\d\b|\bP40\b/, 6.1]];

/** Names that contain that of a model and are of less than it. */
const lesser: readonly [RegExp, string][] = [
  [/\bMIG\b/, 'a MIG instance is a part of a GPU'],
  [/\bLaptop\b|\bMobile\b|\bMax-Q\b/i, 'the GPU of a laptop has other cores, clocks and power than the card of that name'],
  [/\bRTX 4090 D\b/, 'the D has fewer cores than the RTX 4090'],
  // Such as GRID A100-10C and NVIDIA A40-8Q (NVIDIA Virtual GPU Software User Guide).
  [/\bGRID\b|\bvGPU\b|-\d+[ABCQ]\b/, 'a virtual GPU is a part of a GPU'],
];

const alike = (name: string): GpuModel | undefined => gpuModels.find(({ pattern }) => pattern.test(name));

/** Why a GPU of this name has not the peak of the model that the name contains; null where it has, as far as the name tells. */
export const whyLesser = (name: string): string | null => lesser.find(([pattern]) => pattern.test(name))?.[1] ?? null;

/** By the name that the driver gives; undefined where it is none of these. */
export const gpuModel = (name: string): GpuModel | undefined => (whyLesser(name) === null ? alike(name) : undefined);

/** Null where the name does not tell. */
export const computeCapabilityOf = (name: string): number | null => alike(name)?.computeCapability ?? families.find(([pattern]) => pattern.test(name))?.[1] ?? null;
