import type { AnalysisCase } from './case.js';
import { inSteps, layers } from './gpu-steps.js';

export const scalarRead: AnalysisCase = {
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
  profile: inSteps((program) => {
    program.range('forward and backward', () => layers(program, 6));
    program.range('log loss', () => {
      program.copy({ direction: 'to host', bytes: 4, us: 2, pinned: false });
      program.wait();
    });
    program.work(400);
  }),
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
  profile: inSteps((program) => {
    program.chain = [{ symbol: 'Solver::sweep()', module: '/opt/solver/bin/solver' }, { symbol: 'Solver::solve(int)', module: '/opt/solver/bin/solver' }];
    program.launch('relax(float *, int)', 300);
    program.chain = [{ symbol: 'cudaDeviceSynchronize', module: '/usr/lib/libcudart.so.12' }, { symbol: 'Solver::solve(int)', module: '/opt/solver/bin/solver' }];
    program.wait('cudaDeviceSynchronize_v3020');
    program.work(120);
  }),
  truth: { category: 'C3', file: 'src/solver.cu', function: 'solve', on: 'cudaDeviceSynchronize();' },
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
  profile: inSteps((program) => {
    program.range('enumerate(DataLoader)#_SingleProcessDataLoaderIter.__next__', () => program.work(5000));
    layers(program, 15);
  }),
  truth: { category: 'C7', file: 'dataset.py', function: 'make_loader', on: 'return DataLoader(dataset, batch_size=64)' },
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
  profile: inSteps((program) => {
    program.range('tokenize', () => program.work(2500));
    program.range('generate', () => layers(program, 10));
  }),
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

/** Programs whose devices wait for the host, or whose threads wait for processors. */
export const gpuWaitingCases: readonly AnalysisCase[] = [scalarRead, deviceSync, loader, tokenizer, crowd];
