import { matrixKernel } from '../../tools/gpu/matrix-kernels.js';
import type { Asked } from '../asked.js';
import { exposedMs, unionMs, type DeviceTime } from '../device-time.js';
import { lossOf, type Rule, type Suspect, type Threshold } from '../rule.js';
import { milliseconds, percent, shortKernel, times } from '../words.js';
import { deviceWork, kernelsNamed, launchesOf, workOf, namesByTime, workEvidence, worst, worstWork } from './support.js';

const needs = { ...deviceWork, CUPTI_ACTIVITY_KIND_KERNEL: 'no kernels were captured' };

/** A product of FP32 matrices that tensor cores could do and do not: what the tool tensor_cores says of the name. Convolutions have a setting of their own. */
function isPlainGemm(name: string): boolean {
  const told = matrixKernel(name);
  return told !== null && told.work === 'gemm' && told.precision === 'FP32' && told.tensorCores === 'no' && told.eligible === true;
}

const gemmShare = { what: 'least share of the time of all kernels', value: 0.05, unit: 'share', source: 'our own choice' } as const;
const gemmSpan = { what: 'least share of the device\'s time that could be saved', value: 0.01, unit: 'share', source: 'our own choice' } as const;

export const fp32Gemm: Rule = {
  id: 'C5-fp32-gemm',
  category: 'C5',
  looksFor: 'multiplications of FP32 matrices off the tensor cores',
  tools: ['kernels', 'tensor_cores', 'device_info'],
  needs,
  thresholds: [gemmShare, gemmSpan],
  falsePositives: 'Results that need the precision of FP32: TF32 keeps 10 bits of the mantissa (NVIDIA, "TensorFloat-32 in the A100 GPU").',
  blindTo: 'Kernels whose name does not tell their arithmetic.',
  find(asked) {
    if (olderThanAmpere(asked)) return [];
    const isPlain = kernelsNamed(asked, isPlainGemm);
    const found = worst(asked.devices, (time) => unionMs(time, isPlain(time)));
    if (found === null) return [];
    const { one: time } = found;
    const kernelMs = unionMs(time, (i) => time.kind[i] === 0);
    const ms = exposedMs(time, isPlain(time));
    const part = ms / time.spanMs;
    if (kernelMs === 0 || found.ms / kernelMs < gemmShare.value || part < gemmSpan.value) return [];
    const { all, longest } = workOf(time, isPlain(time));
    const names = namesByTime(asked, time, all);
    return [{
      title: `Multiplications of FP32 matrices run off the tensor cores: ${times(all.length, 'kernel')}, ${percent(found.ms / kernelMs)} of the time of device ${time.device}'s kernels.`,
      confidence: 'high',
      ...lossOf(ms, part),
      evidence: [workEvidence(asked, 'kernels', `${names.slice(0, 2).map((one) => `${shortKernel(one.name)} (${times(one.count, 'launch', 'launches')}, ${milliseconds(one.ms)})`).join(', ')}. For ${milliseconds(ms)} device ${time.device} did nothing else.`, time, longest)],
      notes: [
        'Allow TF32 (torch.backends.cuda.matmul.allow_tf32 = True, torch.set_float32_matmul_precision("high")), or compute in BF16 or FP16 (torch.autocast). A part of this time remains.',
        ...(asked.tables.has('TARGET_INFO_GPU') ? [] : ['The profile does not say which GPU it is of: TF32 needs compute capability 8.0.']),
      ],
      clues: { calls: launchesOf(asked, time, longest), look: { what: 'a setting of precision, or a multiplication of matrices', patterns: [/allow_tf32|float32_matmul_precision|cublasSetMathMode/, /torch\.(matmul|bmm|mm|einsum)\(|F\.linear\(|cublasSgemm\w*\s*\(|nn\.Linear\(/] } },
    }];
  },
};

/** TF32 needs compute capability 8.0. False where the profile does not say it. */
function olderThanAmpere(asked: Asked): boolean {
  if (!asked.tables.has('TARGET_INFO_GPU')) return false;
  const majors = asked.db.prepare<[], number | null>('SELECT computeMajor FROM TARGET_INFO_GPU').pluck().all();
  return majors.length > 0 && majors.every((major) => major !== null && major < 8);
}

interface Waste {
  id: string;
  looksFor: string;
  share: Threshold;
  counts: (asked: Asked) => (time: DeviceTime) => (index: number) => boolean;
  title: (count: number, ms: string, part: string, device: number) => string;
  falsePositives: string;
  notes: string[];
  look: RegExp[];
  what: string;
}

function wasteRule({ id, looksFor, share, counts, title, falsePositives, notes, look, what }: Waste): Rule {
  return {
    id,
    category: 'C5',
    looksFor,
    tools: ['kernels', 'memcpy', 'memset'],
    needs,
    thresholds: [share],
    falsePositives,
    blindTo: 'Kernels within CUDA graphs that were traced as a whole, and kernels that do this among other things.',
    find(asked): Suspect[] {
      const are = counts(asked);
      const found = worstWork(asked, are, share.value);
      if (found === null) return [];
      const { time, ms, part, all, longest } = found;
      const kernels = all.filter((i) => time.kind[i] === 0);
      const names = namesByTime(asked, time, kernels).slice(0, 3).map((one) => `${shortKernel(one.name)} (${milliseconds(one.ms)})`);
      return [{
        title: title(all.length, milliseconds(ms), percent(part), time.device),
        confidence: 'medium',
        ...lossOf(ms, part),
        evidence: [workEvidence(asked, 'kernels', `${names.join(', ') || 'Copies and sets of memory by the driver'}.`, time, longest)],
        notes,
        clues: { calls: launchesOf(asked, time, longest), look: { patterns: look, what } },
      }];
    },
  };
}

const copyName = /copy_kernel|catarraybatchedcopy|transpose|permute|nchwtonhwc|nhwctonchw|contiguous|im2col|reorder|index_select/i;
const deviceToDevice = 8;

export const copyKernels = wasteRule({
  id: 'C5-copy-kernels',
  looksFor: 'kernels and copies that only move data within a device: casts, transposes, concatenations',
  share: { what: 'least share of the device\'s time in them alone', value: 0.1, unit: 'share', source: 'our own choice' },
  counts: (asked) => {
    const named = kernelsNamed(asked, (name) => copyName.test(name) && !/gemm|fft/i.test(name));
    return (time) => {
      const isCopy = named(time);
      return (i) => isCopy(i) || (time.kind[i] === 2 && Math.floor(time.name[i]! / 10_000) === deviceToDevice);
    };
  },
  title: (count, ms, part, device) => `${times(count, 'kernel or copy', 'kernels and copies')} only move data within device ${device}: ${ms} by themselves, ${part} of its time.`,
  falsePositives: 'Data that another layout makes so much faster to compute on that moving it pays.',
  notes: ['Keep one layout (channels_last) and one type throughout, write into the place where it is needed (out=), and leave out .contiguous() and torch.cat where views do.'],
  look: [/\.contiguous\(\)|torch\.cat\(|channels_last|\.clone\(\)|\.permute\(|\.transpose\(/, /\.(half|float|bfloat16)\(\)|cudaMemcpyDeviceToDevice/],
  what: 'moving or casting of data',
});

export const fills = wasteRule({
  id: 'C5-fills',
  looksFor: 'kernels and sets that only fill memory with one value',
  share: { what: 'least share of the device\'s time in them alone', value: 0.05, unit: 'share', source: 'PyTorch Performance Tuning Guide, "zero_grad(set_to_none=True)": it leaves out the memset' },
  counts: (asked) => {
    const named = kernelsNamed(asked, (name) => /fillfunctor|fill_kernel|memset|zero_?(grad|kernel|fill)/i.test(name));
    return (time) => {
      const isFill = named(time);
      return (i) => isFill(i) || time.kind[i] === 3;
    };
  },
  title: (count, ms, part, device) => `${times(count, 'kernel or set', 'kernels and sets')} only fill memory of device ${device}: ${ms} by themselves, ${part} of its time.`,
  falsePositives: 'Memory that has to be empty because only some of it is written.',
  notes: ['Use torch.empty where all is written afterwards, and zero_grad(set_to_none=True).'],
  look: [/zero_grad\(|torch\.(zeros|ones|full)\w*\(|\.zero_\(\)|\.fill_\(|cudaMemset\w*\s*\(/],
  what: 'filling of memory',
});
