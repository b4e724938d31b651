import { all, lineOf } from '../../source/tree.js';
import { hasConvolutions, varyingShapes } from '../../torch/convolutions.js';
import { mayBeAbout } from '../../torch/finding-topics.js';
import { entryScript, mention, placeText, settingEdits } from '../../torch/settings.js';
import type { Located, TorchProgram } from '../../torch/program.js';
import { replaced } from '../../torch/statements.js';
import type { TorchRecipe } from '../recipe.js';

export const cudnnBenchmark: TorchRecipe = {
  family: 'torch',
  name: 'cudnn-benchmark',
  languages: ['python'],
  category: 'device-work',
  title: 'Let cuDNN try its algorithms once for each shape (`torch.backends.cudnn.benchmark = True`)',
  evidence: { findings: ['C5', 'C2', 'C1-idle-device'], text: 'A large share of the time in convolutions.' },
  condition: 'The program has convolutions, its inputs keep their size, and it neither sets `benchmark` to true nor asks for deterministic algorithms or seeds everything.',
  risk: 'Algorithms may differ from run to run, and with them the last bits. Each new shape costs a search: a last, smaller batch one more.',
  expected: 'A few percent to a third of the time of convolutions.',
  references: ['https://pytorch.org/tutorials/recipes/recipes/tuning_guide.html#enable-cudnn-auto-tuner', 'https://pytorch.org/docs/stable/backends.html#torch.backends.cudnn.torch.backends.cudnn.benchmark'],
  changesResults: 'rounding',
  apply(program) {
    if (!hasConvolutions(program) || !mayBeAbout(program, 'convolution', 'precision')) return [];
    const { line } = program;
    const set = mention(program, /^(?:.*\.)?cudnn\.(?:benchmark|deterministic|enabled)$|^(?:.*\.)?use_deterministic_algorithms$/);
    const off = switchedOff(program);
    if (set !== null && off === null) return [{ line, reason: `The program decides it itself: ${placeText(set)} says \`${set.text}\`.` }];
    const varying = varyingShapes(program);
    if (varying !== null) return [{ line, reason: `Inputs may differ in size, and each size would be searched for: line ${lineOf(varying.node)} of ${varying.module.file}.` }];
    if (program.modules.every(({ source }) => !source.includes('cuda'))) return [{ line, reason: 'The program does not use CUDA, as far as can be seen.' }];
    if (off !== null) return [{ title: `let cuDNN choose by trying in ${off.module.file}`, line: lineOf(off.node), edits: [replaced(off.module, off.node, 'True')] }];
    const script = entryScript(program);
    const edits = script === null ? null : settingEdits(script, 'torch.backends.cudnn.benchmark', ' = True');
    return edits === null || script === null ? [{ line, reason: 'It cannot be seen which script is run.' }] : [{ title: `let cuDNN choose by trying${script === program.module ? '' : ` in ${script.file}`}`, line, edits }];
  },
};

/** The `False` of `cudnn.benchmark = False`, where nothing asks for the same results in each run. */
function switchedOff(program: TorchProgram): Located | null {
  if (mention(program, /^(?:.*\.)?(?:deterministic|enabled|use_deterministic_algorithms)$|^(?:set_seed|seed_everything)$/) !== null) return null;
  const settings = program.modules.flatMap((module) => all(module.root, 'assignment').filter((node) => node.field('left')?.text().endsWith('cudnn.benchmark') === true).map((node) => ({ module, node: node.field('right') ?? node })));
  const [only, ...more] = settings;
  return only !== undefined && more.length === 0 && only.node.text() === 'False' ? only : null;
}
