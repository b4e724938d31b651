import type { SgNode } from '@ast-grep/napi';
import { all, lineOf, parts, same, startOf, within } from '../../source/tree.js';
import { methodOf } from '../../torch/call.js';
import { mayBeAbout } from '../../torch/finding-topics.js';
import { spelled } from '../../torch/names-in-scope.js';
import type { TorchProgram } from '../../torch/program.js';
import { mention, placeText } from '../../torch/settings.js';
import { bodyOf, indentedUnder, statementOf } from '../../torch/statements.js';
import { trainingLoopsAt, type TrainingLoop } from '../../torch/training-loop.js';
import type { Refusal, Rewrite, TorchRecipe } from '../recipe.js';

export const bf16Autocast: TorchRecipe = {
  family: 'torch',
  name: 'bf16-autocast',
  languages: ['python'],
  category: 'precision',
  title: 'Run the forward pass and the loss under `torch.autocast` with bfloat16',
  evidence: { findings: ['C5'], text: 'Multiplications of FP32 matrices that run off the tensor cores.' },
  condition: 'The statements from the first call of the model to the loss stand together in front of the backward pass, which stays outside. Weights, gradients and the optimizer stay in FP32. The program does not choose a precision itself. Without a device of CUDA nothing changes.',
  risk: 'Activations have 8 bits of mantissa: the loss curve has to be compared. Needs compute capability 8.0. Code that uses the outputs behind the block gets bfloat16.',
  expected: 'Two to three times faster steps where large multiplications take most of the time, and half the memory of activations.',
  references: ['https://pytorch.org/docs/stable/amp.html', 'https://pytorch.org/tutorials/recipes/recipes/amp_recipe.html'],
  changesResults: 'precision',
  apply(program) {
    if (!mayBeAbout(program, 'precision')) return [];
    const chosen = mention(program, /^(?:.*\.)?(?:autocast|half|bfloat16|float16|float64|GradScaler|set_float32_matmul_precision|allow_tf32|use_deterministic_algorithms)$/);
    if (chosen !== null) return [{ line: program.line, reason: `The program chooses a precision itself, in ${placeText(chosen)}.` }];
    if (program.modules.every(({ source }) => !source.includes('cuda'))) return [];
    return trainingLoopsAt(program).flatMap((loop) => answersOf(program, loop));
  },
};

function answersOf(program: TorchProgram, { module, region, backward }: TrainingLoop): (Rewrite | Refusal)[] {
  const [last] = backward;
  const body = bodyOf(region);
  if (last === undefined || backward.length > 1) return [];
  const line = lineOf(last);
  const end = body.findIndex((statement) => within(last, statement));
  const loss = methodOf(last)?.receiver.text() ?? '';
  const named = body.slice(0, end).findLastIndex((statement) => assigns(statement, loss));
  const model = named < 0 ? null : firstModelCall(body.slice(0, named + 1));
  const first = model === null ? -1 : body.findIndex((statement) => within(model, statement));
  if (first < 0 || !same(statementOf(last), body[end] ?? null)) return [{ line, reason: 'It cannot be seen which statements are the forward pass.' }];
  const statements = body.slice(first, named + 1);
  if (statements.some((statement) => /\.zero_grad\(|\.step\(/.test(statement.text()))) return [{ line, reason: 'The optimizer is used between the forward pass and the loss.' }];
  const { text, edits } = spelled(module, 'torch.autocast');
  const dtype = spelled(module, 'torch.bfloat16');
  const available = spelled(module, 'torch.cuda.is_available');
  // Versions before 2.1 ask the device for bfloat16 even where there is none, unless autocast is told to be of the CPU.
  const onDevice = `${available.text}()`;
  const indented = indentedUnder(module, statements, `with ${text}('cuda' if ${onDevice} else 'cpu', dtype=${dtype.text}, enabled=${onDevice}):`);
  return indented === null ? [] : [{ title: `run the forward pass in bfloat16${module === program.module ? '' : ` in ${module.file}`}`, line: lineOf(statements[0] ?? last), edits: [...indented, ...edits, ...dtype.edits, ...available.edits] }];
}

function assigns(statement: SgNode, name: string): boolean {
  const assignment = parts(statement)[0];
  const left = assignment?.kind() === 'assignment' ? assignment.field('left') : null;
  return left !== null && left !== undefined && (left.text() === name || all(left, 'identifier').some((id) => id.text() === name));
}

/** The first call of something that goes by the name of a model. */
function firstModelCall(statements: SgNode[]): SgNode | null {
  const calls = statements.flatMap((statement) => all(statement, 'call')).toSorted((a, b) => startOf(a) - startOf(b));
  return calls.find((call) => /^(?:self\.)?(?:\w*model|net|network|\w*encoder|backbone|module)$/.test(call.field('function')?.text() ?? '')) ?? null;
}
