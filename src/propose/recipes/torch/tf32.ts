import { mayBeAbout } from '../../torch/finding-topics.js';
import { entryScript, mention, placeText, settingEdits } from '../../torch/settings.js';
import type { TorchRecipe } from '../recipe.js';

export const tf32: TorchRecipe = {
  family: 'torch',
  name: 'tf32',
  languages: ['python'],
  category: 'precision',
  title: 'Multiply FP32 matrices on the tensor cores by TF32 (`torch.set_float32_matmul_precision("high")`)',
  evidence: { findings: ['C5'], text: 'Multiplications of FP32 matrices that run off the tensor cores.' },
  condition: 'The program does not set the precision of multiplications itself, nor runs them in half precision already, and uses CUDA.',
  risk: 'Factors are rounded to 10 bits of mantissa; sums stay in FP32. Training mostly does not mind; solvers, metrics and comparisons may. A TF32 multiplication needs compute capability 8.0.',
  expected: 'Up to eight times faster multiplications on an A100, where the matrices are large.',
  references: ['https://pytorch.org/docs/stable/generated/torch.set_float32_matmul_precision.html', 'https://pytorch.org/docs/stable/notes/cuda.html#tensorfloat-32-tf32-on-ampere-and-later-devices'],
  changesResults: 'precision',
  apply(program) {
    const { line } = program;
    if (!mayBeAbout(program, 'precision')) return [];
    const set = mention(program, /^(?:.*\.)?(?:set_float32_matmul_precision|allow_tf32|fp32_precision)$/);
    if (set !== null) return [{ line, reason: `The program sets the precision itself, in ${placeText(set)}.` }];
    const half = mention(program, /^(?:.*\.)?(?:autocast|half|bfloat16|float16)$/);
    if (half !== null) return [{ line, reason: `Multiplications run in half precision already: ${placeText(half)} says \`${half.text}\`.` }];
    const double = mention(program, /^(?:.*\.)?(?:float64|double|set_default_dtype|use_deterministic_algorithms)$/);
    if (double !== null) return [{ line, reason: `The program minds its precision: ${placeText(double)} says \`${double.text}\`.` }];
    if (program.modules.every(({ source }) => !source.includes('cuda'))) return [{ line, reason: 'The program does not use CUDA, as far as can be seen.' }];
    const script = entryScript(program);
    const edits = script === null ? null : settingEdits(script, 'torch.set_float32_matmul_precision', "('high')");
    return edits === null || script === null ? [{ line, reason: 'It cannot be seen which script is run.' }] : [{ title: `multiply by TF32${script === program.module ? '' : ` in ${script.file}`}`, line, edits }];
  },
};
