import type { AnalysisCase } from './case.js';
import type { SimulatedProgram } from './simulated.js';

const gemm = 'sm90_xmma_gemm_bf16bf16_bf16f32_f32_tn_n_tilesize128x128x64_warpgroupsize1x1x1_execute_segment_k_off_kernel__5x_cublas';
const steps = 60;

function repeat(body: (step: number) => void): void {
  for (let step = 0; step < steps; step++) body(step);
}

/** Large multiplications, as a healthy step of training has them: the device is behind the host. */
function layers(program: SimulatedProgram, count: number, us = 200): void {
  for (let i = 0; i < count; i++) program.launch(gemm, us);
}

const scalarRead: AnalysisCase = {
  name: 'a loss that is read in every step',
  program: {
    'train.py': `import torch


def evaluate(model, batch):
    return model(batch).mean().item()


def train(model, batches, optimizer):
    total = 0.0
    for batch in batches:
        with torch.cuda.nvtx.range("forward and backward"):
            loss = model(batch).mean()
            loss.backward()
        with torch.cuda.nvtx.range("log loss"):
            total += loss.item()
        optimizer.step()
    return total
`,
  },
  profile: {
    simulate: (program) => repeat(() => {
      program.range('forward and backward', () => layers(program, 6));
      program.range('log loss', () => {
        program.copy({ direction: 'to host', bytes: 4, us: 2, pinned: false });
        program.wait();
      });
      program.work(400);
    }),
  },
  truth: { category: 'C3', file: 'train.py', function: 'train', on: 'total += loss.item()' },
};

const deviceSync: AnalysisCase = {
  name: 'a solver in C++ that waits for the whole device in each sweep',
  program: {
    'src/solver.cu': `#include "solver.h"

__global__ void relax(float *field, int size);

void Solver::sweep() {
  relax<<<blocks_, 256>>>(field_, size_);
}

void Solver::solve(int sweeps) {
  for (int i = 0; i < sweeps; ++i) {
    sweep();
    cudaDeviceSynchronize();
    residuals_.push_back(estimate(i));
  }
}
`,
    'src/solver.h': `#pragma once
class Solver {
 public:
  void solve(int sweeps);
};
`,
  },
  profile: {
    simulate: (program) => repeat(() => {
      program.chain = [{ symbol: 'Solver::sweep()', module: '/opt/solver/bin/solver' }, { symbol: 'Solver::solve(int)', module: '/opt/solver/bin/solver' }];
      program.launch('relax(float *, int)', 300);
      program.chain = [{ symbol: 'cudaDeviceSynchronize', module: '/usr/lib/libcudart.so.12' }, { symbol: 'Solver::solve(int)', module: '/opt/solver/bin/solver' }];
      program.wait('cudaDeviceSynchronize_v3020');
      program.work(120);
    }),
  },
  truth: { category: 'C3', file: 'src/solver.cu', function: 'solve', on: 'cudaDeviceSynchronize();' },
};

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
  profile: {
    simulate: (program) => repeat(() => {
      program.range('batch to device', () => {
        program.copy({ direction: 'to device', bytes: 4_000_000, us: 900, pinned: false });
      });
      layers(program, 12);
    }),
  },
  truth: { category: 'C4', file: 'data.py', function: 'batches', on: 'images = images.to(device)' },
};

const loader: AnalysisCase = {
  name: 'a data loader without workers',
  program: {
    'dataset.py': `from torch.utils.data import DataLoader


class Images:
    def __getitem__(self, index):
        return decode(self.paths[index])


def make_loader(dataset):
    return DataLoader(dataset, batch_size=64)
`,
    'train.py': `from dataset import make_loader


def train(model, dataset):
    for batch in make_loader(dataset):
        model(batch)
`,
  },
  profile: {
    simulate: (program) => repeat(() => {
      program.range('enumerate(DataLoader)#_SingleProcessDataLoaderIter.__next__', () => program.work(5000));
      layers(program, 15);
    }),
  },
  truth: { category: 'C7', file: 'dataset.py', function: 'make_loader', on: 'return DataLoader(dataset, batch_size=64)' },
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
  profile: {
    simulate: (program) => repeat(() => {
      layers(program, 3, 100);
      program.range('activation', () => {
        for (const functor of ['MulFunctor', 'MulFunctor', 'MulFunctor', 'CUDAFunctor_add', 'MulFunctor', 'TanhFunctor', 'MulFunctor']) program.launch(elementwise(functor), 30);
      });
    }),
  },
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
  profile: {
    simulate: (program) => repeat(() => {
      layers(program, 4);
      program.range('attention scores', () => program.launch('ampere_sgemm_128x64_tn', 900));
    }),
  },
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
  profile: {
    simulate: (program) => repeat(() => {
      layers(program, 8);
      program.range('average gradients', () => program.launch('ncclDevKernel_AllReduce_Sum_bf16_RING_LL(ncclDevKernelArgsStorage<(unsigned long)4096>)', 700));
    }),
  },
  truth: { category: 'C6', file: 'parallel.py', function: 'average', on: 'dist.all_reduce(gradient)' },
};

const tokenizer: AnalysisCase = {
  name: 'a server that splits texts while the device waits',
  program: {
    'serve.py': `from torch.cuda import nvtx


def tokenize(texts):
    with nvtx.range("tokenize"):
        return [text.lower().split() for text in texts]


def serve(model, requests):
    for texts in requests:
        tokens = tokenize(texts)
        with nvtx.range("generate"):
            model(tokens)
`,
  },
  profile: {
    simulate: (program) => repeat(() => {
      program.range('tokenize', () => program.work(2500));
      program.range('generate', () => layers(program, 10));
    }),
  },
  truth: { category: 'C1', file: 'serve.py', function: 'tokenize', on: 'with nvtx.range("tokenize"):' },
};

const crowd: AnalysisCase = {
  name: 'four times as many threads as processors',
  program: {
    'solve.py': `from concurrent.futures import ThreadPoolExecutor

from solver import solve


def solve_one(problem):
    return solve(problem)


def solve_all(problems):
    with ThreadPoolExecutor(max_workers=16) as pool:
        return list(pool.map(solve_one, problems))
`,
  },
  profile: { simulate: (program) => program.crowd({ threads: 16, processors: 4 }, () => program.work(800_000)) },
  truth: { category: 'C1', file: 'solve.py', function: 'solve_all', on: 'with ThreadPoolExecutor(max_workers=16) as pool:' },
};

const healthy: AnalysisCase = {
  name: 'a healthy training loop',
  program: scalarRead.program,
  profile: {
    simulate: (program) => {
      repeat(() => {
        program.range('forward and backward', () => layers(program, 12));
        program.copy({ direction: 'to device', bytes: 4_000_000, us: 160 }, { stream: 13 });
      });
      program.copy({ direction: 'to host', bytes: 4, us: 2, pinned: false });
      program.wait();
    },
  },
  truth: null,
};

export const gpuCases: readonly AnalysisCase[] = [scalarRead, deviceSync, pageable, loader, fragmented, fp32, allReduce, tokenizer, crowd, healthy];
