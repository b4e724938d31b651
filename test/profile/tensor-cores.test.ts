import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/core/stats/random.js';
import { computeCapabilityOf, gpuModel, gpuModels } from '../../src/profile/tools/gpu/gpu-models.js';
import { matrixKernel } from '../../src/profile/tools/gpu/matrix-kernels.js';
import { answerOf, profileOf, realProfiles, sum, type Answer } from './ask-tool.js';
import { globalPidOf } from './nsys-export.js';

interface Facts { gpu: string | null; gpuHasTensorCores: string; least: number | null; kernelMs: number; matrixMs: number; onTensorCoresMs: number; missedMs: number; unknownMs: number }
interface Row { kernel: string; tensorCores: string; eligible: boolean | null; totalMs: number; count: number; share: number }

/** Names as libraries write them: what computes, in which precision, on tensor cores or not, and whether it could. */
const names: [string, string, string | null, string, boolean | null][] = [
  ['sm80_xmma_gemm_f32f32_f32f32_f32_tn_n_tilesize64x256x8_stage3_warpsize1x4x1_ffma_aligna4_alignc4_execute_kernel__5x_cublas', 'gemm', 'FP32', 'no', true],
  ['sm80_xmma_gemm_f16f16_f16f32_f32_tn_n_tilesize128x128x32_stage4_warpsize2x2x1_tensor16x8x16_execute_kernel__5x_cublas', 'gemm', 'FP16', 'yes', true],
  ['ampere_fp16_s16816gemm_fp16_128x64_ldg8_f2f_stages_32x6_tn', 'gemm', 'FP16', 'yes', true],
  ['ampere_bf16_s16816gemm_bf16_256x128_ldg8_f2f_stages_64x3_tn', 'gemm', 'BF16', 'yes', true],
  ['volta_h884gemm_64x128_ldg8_nn', 'gemm', 'FP16', 'yes', true],
  ['turing_fp16_s1688cudnn_fp16_128x128_ldg8_relu_f2f_exp_small_nhwc_tn_v1', 'convolution', 'FP16', 'yes', true],
  ['ampere_sgemm_32x32_sliced1x4_tn', 'gemm', 'FP32', 'no', true],
  ['volta_sgemm_128x64_nn', 'gemm', 'FP32', 'no', true],
  ['magma_sgemmEx_kernel<float, float, float, false, false, 6, 4, 6, 3, 4>(int, int)', 'gemm', 'FP32', 'no', true],
  ['volta_scudnn_128x64_relu_interior_nn_v1', 'convolution', 'FP32', 'no', true],
  ['void cutlass::Kernel<cutlass_80_tensorop_s1688gemm_128x128_16x5_tn_align4>(cutlass_80_tensorop_s1688gemm_128x128_16x5_tn_align4::Params)', 'gemm', null, 'yes', true],
  ['void cutlass::Kernel2<cutlass_80_simt_sgemm_128x64_8x5_nn_align1>(cutlass_80_simt_sgemm_128x64_8x5_nn_align1::Params)', 'gemm', 'FP32', 'no', true],
  ['void cutlass::device_kernel<cutlass::gemm::kernel::GemmUniversal<cute::tuple<int, int, int>, cutlass::gemm::collective::CollectiveMma<cutlass::gemm::MainloopSm90TmaGmmaWarpSpecialized<7>, cutlass::bfloat16_t>>>(Params)', 'gemm', 'BF16', 'yes', true],
  ['nvjet_tst_128x256_64x4_2x1_v_bz_coopA_TNT', 'gemm', null, 'yes', true],
  ['void pytorch_flash::flash_fwd_kernel<pytorch_flash::Flash_fwd_kernel_traits<64, 128, 128, 4, false, false, cutlass::bfloat16_t>>(Flash_fwd_params)', 'attention', 'BF16', 'yes', true],
  ['fmha_cutlassF_f16_aligned_64x64_rf_sm80(PyTorchMemEffAttention::AttentionKernel::Params)', 'attention', 'FP16', 'yes', true],
  ['fmha_cutlassF_f32_aligned_64x64_rf_sm80(PyTorchMemEffAttention::AttentionKernel::Params)', 'attention', 'FP32', 'unknown', null],
  ['sm80_xmma_fprop_implicit_gemm_indexed_tf32f32_tf32f32_f32_nhwckrsc_nchw_tilesize128x64x16_stage4_warpsize2x2x1_g1_tensor16x8x8_kernel_cudnn', 'convolution', 'TF32', 'yes', true],
  ['void implicit_convolve_sgemm<float, float, 1024, 5, 5, 3, 3, 3, 1, false, false, true>(int, int, int)', 'convolution', 'FP32', 'no', true],
  ['void cudnn::winograd_nonfused::winogradForwardData4x4<float, float>(cudnn::winograd_nonfused::WinogradDataParams<float, float>)', 'convolution', 'FP32', 'no', true],
  ['void at::native::(anonymous namespace)::conv_depthwise2d_forward_kernel<3, float, int>(float)', 'convolution', 'FP32', 'no', false],
  ['void gemv2T_kernel_val<int, int, float, float, float, float, 128, 16, 4, 4, false, false>(float)', 'gemv', 'FP32', 'no', false],
  ['void gemmSN_NN_kernel<float, 128, 2, 4, 8, 4, 4, false>(cublasGemmSmallNParams<float>)', 'gemm', 'FP32', 'no', true],
  ['ampere_dgemm_64x64_nn', 'gemm', 'FP64', 'no', false],
  ['trimmask_attention_kernel', 'attention', null, 'unknown', null],
  ['diffmask_attention_kernel', 'attention', null, 'unknown', null],
  ['batchgemm_optimsimtable', 'gemm', null, 'unknown', null],
  ['multi8_attention_kernel', 'attention', null, 'unknown', null],
  ['sm80_xmma_gemm_i8i32_i8i32_f32_tn_n_tilesize256x128x64_execute_kernel_imma_cublas', 'gemm', 'INT8', 'yes', true],
  ['void gemm_kernel_HMMA_16816(int)', 'gemm', null, 'yes', true],
  ['triton_tem_fused_mm_3', 'gemm', null, 'unknown', null],
];

describe('the name of a kernel', () => {
  it.each(names)('%s', (name, work, precision, tensorCores, eligible) => {
    expect(matrixKernel(name)).toMatchObject({ work, precision, tensorCores, eligible });
  });

  it.each(['vectorized_elementwise_kernel', 'void at::native::elementwise_kernel<128, 2, gemm>(int)', 'ncclDevKernel_AllReduce_Sum_f32_RING_LL', 'void splitKreduce_kernel<32, 16, int, float>(float)', 'void cudnn::ops::nchwToNhwcKernel<float, float>(int)', 'triton_poi_fused_addmm_convolution_relu_0', 'convert_fp32_to_fp16', 'softmax_warp_forward', ''])('no product: %s', (name) => {
    expect(matrixKernel(name)).toBeNull();
  });
});

describe('tensor_cores', () => {
  it.each(['one', 'two'])('adds up as plain code over the rows does (%s)', async (seed) => {
    const random = seededRandom(seed);
    const int = (below: number): number => Math.floor(random() * below);
    const all = [...names.map(([name]) => name), 'softmax_größe<float>'];
    const kernels = Array.from({ length: 200 }, (_, i) => ({ start: i * 1000, end: i * 1000 + int(900), deviceId: int(2), streamId: 7, correlationId: i, globalPid: globalPidOf(1), demangledName: 1 + int(all.length), shortName: 500 }));
    const db = await profileOf({ CUPTI_ACTIVITY_KIND_KERNEL: kernels, TARGET_INFO_GPU: [{ id: 0, name: 'NVIDIA A100-SXM4-80GB' }] }, { ...Object.fromEntries(all.map((name, i) => [i + 1, name])), 500: 'short' });
    for (const device of [null, 1]) {
      const { rows, facts } = answerOf(db, 'tensor_cores', { device }) as Answer<Row, Facts>;
      const own = kernels.filter(({ deviceId }) => device === null || deviceId === device);
      const ms = (which: (known: (typeof names)[number] | undefined) => boolean): number => sum(own.filter(({ demangledName }) => which(names[demangledName - 1])).map(({ start, end }) => end - start)) / 1e6;
      expect(facts.kernelMs).toBeCloseTo(ms(() => true), 9);
      expect(facts.matrixMs).toBeCloseTo(ms((known) => known !== undefined), 9);
      expect(facts.onTensorCoresMs).toBeCloseTo(ms((known) => known?.[3] === 'yes'), 9);
      expect(facts.missedMs).toBeCloseTo(ms((known) => known?.[3] === 'no' && known[4] === true), 9);
      expect(facts.unknownMs).toBeCloseTo(ms((known) => known?.[3] === 'unknown'), 9);
      expect(sum(rows.map(({ count }) => count))).toBe(own.filter(({ demangledName }) => demangledName <= names.length).length);
      const missed = rows.filter(({ tensorCores, eligible }) => tensorCores === 'no' && eligible === true);
      expect(rows.slice(0, missed.length)).toEqual(missed);
      expect(answerOf(db, 'tensor_cores', { device, only: 'missed' }).rows).toEqual(missed);
    }
  });

  it('no GPU without tensor cores misses them, and an unknown one is not guessed', async () => {
    const kernels = [{ start: 0, end: 10, deviceId: 0, streamId: 7, correlationId: 1, globalPid: globalPidOf(1), demangledName: 1, shortName: 1 }];
    const asked = async (gpu: string | null, name: string): Promise<Answer<Row, Facts>> => answerOf(await profileOf({ CUPTI_ACTIVITY_KIND_KERNEL: kernels, ...(gpu === null ? {} : { TARGET_INFO_GPU: [{ id: 0, name: gpu }] }) }, { 1: name }), 'tensor_cores') as Answer<Row, Facts>;
    for (const gpu of ['NVIDIA GeForce GTX 1650', 'Tesla P100-PCIE-16GB']) expect(await asked(gpu, 'maxwell_sgemm_128x64_nn')).toMatchObject({ facts: { gpuHasTensorCores: 'no', missedMs: 0 }, rows: [{ eligible: false }] });
    const unknown = await asked(null, 'maxwell_sgemm_128x64_nn');
    expect(unknown.facts).toMatchObject({ gpu: null, gpuHasTensorCores: 'unknown', least: null });
    expect(unknown.notes.join(' ')).toContain('it may have no tensor cores');
    expect((await asked(null, 'ampere_sgemm_128x64_nn')).facts).toMatchObject({ gpu: null, gpuHasTensorCores: 'yes', least: 8 });
    expect((await asked('NVIDIA Whatever 9', 'gemm')).facts).toMatchObject({ gpu: 'NVIDIA Whatever 9', gpuHasTensorCores: 'unknown' });
  });

  it.skipIf(!existsSync(realProfiles))('real: FP32 products off the tensor cores of two H100, whose name is not in the profile', async () => {
    const { facts, rows } = answerOf(await profileOf(join(realProfiles, 'nsys-h100-2gpu-inference.sqlite')), 'tensor_cores') as Answer<Row, Facts>;
    expect(facts).toMatchObject({ gpu: null, gpuHasTensorCores: 'yes', onTensorCoresMs: 0 });
    expect(facts.missedMs / facts.kernelMs).toBeGreaterThan(0.8);
    expect(rows.every(({ tensorCores }) => tensorCores === 'no')).toBe(true);
  });
});

describe('models of GPUs', () => {
  it.each([['NVIDIA H100 80GB HBM3', 'H100 SXM', 989.4], ['NVIDIA H100 PCIe', 'H100 PCIe', 756], ['NVIDIA H100 NVL', 'H100 NVL', 835.5], ['NVIDIA H200', 'H200 SXM', 989.4], ['NVIDIA A100-SXM4-80GB', 'A100', 312], ['NVIDIA A100-PG509-200', 'A100', 312], ['NVIDIA A10', 'A10', 125], ['NVIDIA A10G', 'A10G', 70], ['NVIDIA L40S', 'L40S', 362], ['NVIDIA L4', 'L4', 121], ['NVIDIA GeForce RTX 4090', 'RTX 4090', 165.2], ['Tesla T4', 'T4', undefined], ['Tesla V100-SXM2-16GB', 'V100 SXM', undefined]])('%s', (name, model, bf16) => {
    expect(gpuModel(name)).toMatchObject({ model });
    expect(gpuModel(name)?.peak.bf16).toBe(bf16);
  });

  it('of several models of one name none is taken, but its architecture is known', () => {
    expect(gpuModel('NVIDIA H100')).toBeUndefined();
    expect(computeCapabilityOf('NVIDIA H100')).toBe(9);
    expect(computeCapabilityOf('NVIDIA GeForce RTX 3060')).toBe(8.6);
    expect(computeCapabilityOf('NVIDIA A100-SXM4-40GB MIG 1g.5gb')).toBe(8);
    expect(computeCapabilityOf('Radeon')).toBeNull();
  });

  it('half precision is at least as fast as single, and every figure has its document', () => {
    for (const { peak, source } of gpuModels) {
      expect(peak.fp16).toBeGreaterThanOrEqual(peak.tf32 ?? peak.fp32 ?? 0);
      expect(source).not.toBe('');
    }
  });
});
