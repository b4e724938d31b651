import type { AnalysisCase } from './case.js';
import { inSteps, layers } from './gpu-steps.js';

const pageable: AnalysisCase = {
  name: 'batches that are copied from pageable memory',
  program: {
    'data.py': `import torch


def prefetch(loader):
    for batch in loader:
        yield batch


def batches(loader, device):
    for images, labels in prefetch(loader):
        torch.cuda.nvtx.range_push("batch to device")
        images = images.to(device)
        torch.cuda.nvtx.range_pop()
        yield images, labels
`,
  },
  profile: inSteps((program) => {
    program.range('batch to device', () => {
      program.copy({ direction: 'to device', bytes: 4_000_000, us: 900, pinned: false });
    });
    layers(program, 12);
  }),
  truth: { category: 'C4', file: 'data.py', function: 'batches', on: 'images = images.to(device)' },
};

const elementwise = (functor: string): string => `void at::native::vectorized_elementwise_kernel<(int)4, at::native::${functor}<float>, std::array<char *, (unsigned long)2>>(int, T2, T3)`;

const fragmented: AnalysisCase = {
  name: 'an activation in seven kernels',
  program: {
    'model.py': `import math

import torch
from torch.cuda import nvtx


def activation(x):
    with nvtx.range("activation"):
        cubed = x * x * x
        inner = math.sqrt(2 / math.pi) * (x + 0.044715 * cubed)
        return 0.5 * x * (1 + torch.tanh(inner))


def block(x, weight):
    return activation(x @ weight)
`,
  },
  profile: inSteps((program) => {
    layers(program, 3, 100);
    program.range('activation', () => {
      for (const functor of ['MulFunctor', 'MulFunctor', 'MulFunctor', 'CUDAFunctor_add', 'MulFunctor', 'TanhFunctor', 'MulFunctor']) program.launch(elementwise(functor), 30);
    });
  }),
  truth: { category: 'C2', file: 'model.py', function: 'activation', on: 'with nvtx.range("activation"):' },
};

const fp32: AnalysisCase = {
  name: 'attention in FP32, off the tensor cores',
  program: {
    'attention.py': `import torch
from torch.cuda import nvtx


def project(x, weight):
    return x @ weight


def attention(q, k, v):
    with nvtx.range("attention scores"):
        scores = torch.bmm(q, k.transpose(1, 2))
    return torch.softmax(scores, dim=-1) @ v
`,
  },
  profile: inSteps((program) => {
    layers(program, 4);
    program.range('attention scores', () => program.launch('ampere_sgemm_128x64_tn', 900));
  }),
  truth: { category: 'C5', file: 'attention.py', function: 'attention', on: 'scores = torch.bmm(q, k.transpose(1, 2))' },
};

const allReduce: AnalysisCase = {
  name: 'gradients that are sent when all are there',
  program: {
    'parallel.py': `import torch.distributed as dist
from torch.cuda import nvtx


def average(gradients):
    with nvtx.range("average gradients"):
        for gradient in gradients:
            dist.all_reduce(gradient)


def setup():
    dist.init_process_group("nccl")
`,
  },
  profile: inSteps((program) => {
    layers(program, 8);
    program.range('average gradients', () => program.launch('ncclDevKernel_AllReduce_Sum_bf16_RING_LL(ncclDevKernelArgsStorage<(unsigned long)4096>)', 700));
  }),
  truth: { category: 'C6', file: 'parallel.py', function: 'average', on: 'dist.all_reduce(gradient)' },
};

/** Programs whose devices do work that need not be, or not so. */
export const gpuWorkCases: readonly AnalysisCase[] = [pageable, fragmented, fp32, allReduce];
