import type { AnalysisCase } from './case.js';
import { inSteps, layers } from './gpu-steps.js';

const twice: AnalysisCase = {
  name: 'a mean that is computed twice in a row',
  program: {
    'statistics.py': `from torch.cuda import nvtx


def spread(values):
    return values.max() - values.min()


def normalized(values):
    with nvtx.range("normalize"):
        centered = values - values.mean()
        return centered / values.std()
`,
  },
  profile: inSteps((program) => {
    layers(program, 4);
    program.range('normalize', () => {
      for (let i = 0; i < 2; i++) program.launch('void at::native::reduce_kernel<(int)512, (int)1, at::native::ReduceOp<float, at::native::MeanOps<float, float>>>(T3)', 80);
    });
  }),
  truth: { category: 'C5', file: 'statistics.py', function: 'normalized', on: 'centered = values - values.mean()' },
};

const mask: AnalysisCase = {
  name: 'a mask that is copied to the device for each layer',
  program: {
    'model.py': `import torch
from torch.cuda import nvtx


def load(path):
    return torch.load(path).cuda()


def forward(layers, x, mask):
    for layer in layers:
        with nvtx.range("mask to device"):
            moved = mask.to("cuda")
        x = layer(x, moved)
    return x
`,
    'train.py': `from torch.cuda import nvtx

from model import forward


def train(layers, batches, mask):
    for step, batch in enumerate(batches):
        with nvtx.range(f"step {step}"):
            forward(layers, batch, mask)
`,
  },
  profile: inSteps((program) => {
    program.range('step 1', () => {
      for (let layer = 0; layer < 6; layer++) {
        program.range('mask to device', () => program.copy({ direction: 'to device', bytes: 500_000, us: 40 }));
        layers(program, 1);
      }
    });
  }),
  truth: { category: 'C5', file: 'model.py', function: 'forward', on: 'moved = mask.to("cuda")' },
};

/** Programs that have a device do or get the same again. */
export const gpuRepeatCases: readonly AnalysisCase[] = [twice, mask];
