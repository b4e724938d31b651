import type { TorchCases } from '../harness.js';

/** One rank, so that the collectives are real ones. */
const alone = `
import os, torch.distributed as dist
if not dist.is_initialized():
    dist.init_process_group('gloo', store=dist.HashStore(), rank=0, world_size=1)
import train
`;
const finding = { function: 'train', at: 'loss.backward()', category: 'C6', rule: 'C6-exposed-communication' };
const script = ({ step = '        if (i + 1) % parts == 0:\n            optimizer.step()\n            optimizer.zero_grad()\n', between = '', wrap = '    model = DistributedDataParallel(model)\n', after = '', head = '' } = {}): string => `import time
import torch
import torch.distributed as dist
from torch.nn.parallel import DistributedDataParallel

def train(model, data, parts):
${wrap}    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for i, (x, y) in enumerate(data):
${head}        out = model(x)
${between}        loss = (out - y).square().mean() / parts
        loss.backward()
${step}${after}    return [p.detach() for p in model.parameters()]
`;
const run = `${alone}torch.manual_seed(1)
data = [(torch.randn(4, 3), torch.randn(4, 2)) for _ in range(9)]
result = train.train(torch.nn.Linear(3, 2), data, 3)
`;

export const noSyncCases: TorchCases = {
  fires: {
    'parts of a step': {
      source: script(),
      finding,
      patch: [
        '+import contextlib',
        '-        out = model(x)',
        '-        loss = (out - y).square().mean() / parts',
        '-        loss.backward()',
        '-        if (i + 1) % parts == 0:',
        '+        is_boundary = (i + 1) % parts == 0',
        '+        with contextlib.nullcontext() if is_boundary else model.no_sync():',
        '+            out = model(x)',
        '+            loss = (out - y).square().mean() / parts',
        '+            loss.backward()',
        '+        if is_boundary:',
      ],
      run,
    },
  },
  leaves: {
    'each part is a step': { source: script({ step: '        optimizer.step()\n        optimizer.zero_grad()\n' }), finding, because: /steps after each backward pass/ },
    'what is left over is a step too': { source: script({ after: '    optimizer.step()\n' }), finding, because: /also steps in line 16/ },
    'gradients are clipped in each part': { source: script({ between: '        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)\n' }), finding, because: /reads gradients outside/ },
    'only on several devices': { source: script({ wrap: '    if dist.is_initialized():\n        model = DistributedDataParallel(model)\n' }), finding, because: /cannot be seen where the DistributedDataParallel/ },
    'the condition changes on the way': { source: script({ between: '        parts = parts + 1\n' }), finding, because: /changes what the condition/ },
    'done already': { source: script({ head: '        model.require_backward_grad_sync = i % 2 == 0\n' }), finding, because: /decides already/ },
    'one process': { source: script({ wrap: '' }).replace('from torch.nn.parallel import DistributedDataParallel\n', ''), finding },
  },
};

const gathering = { function: 'over_ranks', at: 'all_gather', category: 'C6', rule: 'C6-small-collectives' };
const gather = (use: string, made = '[torch.zeros_like(value) for _ in range(world_size)]'): string => `import torch
import torch.distributed as dist

def over_ranks(value, world_size):
    parts = ${made}
    dist.all_gather(parts, value)
    return ${use}
`;
const gathered = `${alone}value = torch.rand(5)\nresult = [train.over_ranks(value, 1), value]`;

export const reducedMeanCases: TorchCases = {
  fires: {
    'a mean': {
      source: gather('torch.stack(parts).mean(dim=0)'),
      finding: gathering,
      patch: ['-    parts = [torch.zeros_like(value) for _ in range(world_size)]', '-    dist.all_gather(parts, value)', '-    return torch.stack(parts).mean(dim=0)', '+    total = value.clone()', '+    dist.all_reduce(total)', '+    return total / world_size'],
      run: gathered,
    },
    'a part of a larger expression': {
      source: gather('torch.stack(parts).mean(0).sqrt()', '[torch.empty_like(value) for _ in range(dist.get_world_size())]'),
      finding: gathering,
      patch: ['-    parts = [torch.empty_like(value) for _ in range(dist.get_world_size())]', '-    dist.all_gather(parts, value)', '-    return torch.stack(parts).mean(0).sqrt()', '+    total = value.clone()', '+    dist.all_reduce(total)', '+    return (total / dist.get_world_size()).sqrt()'],
      run: gathered,
    },
    'a sum': { source: gather('sum(parts)'), finding: gathering, patch: ['-    parts = [torch.zeros_like(value) for _ in range(world_size)]', '-    dist.all_gather(parts, value)', '-    return sum(parts)', '+    total = value.clone()', '+    dist.all_reduce(total)', '+    return total'], run: gathered },
  },
  leaves: {
    'all of it is needed': { source: gather('torch.cat(parts)'), finding: gathering, because: /More than a mean or sum/ },
    'it is used twice': { source: gather('torch.stack(parts).mean(0), parts[0]'), finding: gathering, because: /More than a mean or sum/ },
    'a mean within each rank': { source: gather('torch.stack(parts).mean(1)'), finding: gathering, because: /More than a mean or sum/ },
    'a list of another size': { source: gather('torch.stack(parts).mean(0)', '[torch.zeros_like(value) for _ in range(4)]'), finding: gathering, because: /cannot be seen that `parts` is made/ },
  },
};

const barrier = { ...finding, at: 'dist.barrier()' };
const waiting = '        dist.barrier()  # all together\n';

export const needlessBarrierCases: TorchCases = {
  fires: {
    'in each step': { source: script({ after: waiting }), finding: barrier, patch: ['-        dist.barrier()  # all together'], run },
    'with the question whether there are ranks': { source: script({ after: '        if dist.is_initialized():\n            dist.barrier()\n' }), finding: barrier, patch: ['-        if dist.is_initialized():', '-            dist.barrier()'], run },
  },
  leaves: {
    'not in a loop': { source: script({ after: '    dist.barrier()\n' }), finding: barrier, because: /does not stand in a loop/ },
    'a file is written before it': { source: script({ after: '        if dist.get_rank() == 0:\n            torch.save(model.state_dict(), "m.pt")\n        dist.barrier()\n' }), finding: barrier, because: /Line 17 may read or write/ },
    'a step is timed': { source: script({ head: '        start = time.time()\n', after: waiting }), finding: barrier, because: /takes a time/ },
    'now and then': { source: script({ after: '        if i % 100 == 0:\n            dist.barrier()\n' }), finding: barrier, because: /only where `i % 100 == 0`/ },
    'a loop without training': { source: 'import torch.distributed as dist\n\ndef train(xs):\n    for x in xs:\n        dist.barrier()\n', finding: { ...barrier }, because: /no backward pass/ },
  },
};
