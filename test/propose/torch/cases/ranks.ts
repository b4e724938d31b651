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
    'wrapped only on several devices': {
      source: script({ wrap: '    if dist.is_initialized():\n        model = DistributedDataParallel(model)\n' }),
      finding,
      patch: [
        '+import contextlib',
        '-        out = model(x)',
        '-        loss = (out - y).square().mean() / parts',
        '-        loss.backward()',
        '-        if (i + 1) % parts == 0:',
        '+        is_boundary = (i + 1) % parts == 0',
        "+        with contextlib.nullcontext() if is_boundary else getattr(model, 'no_sync', contextlib.nullcontext)():",
        '+            out = model(x)',
        '+            loss = (out - y).square().mean() / parts',
        '+            loss.backward()',
        '+        if is_boundary:',
      ],
      run,
    },
    'a count that goes up on the way': {
      source: script({ step: '        count += 1\n        if count % parts == 0:\n            optimizer.step()\n            optimizer.zero_grad()\n', wrap: '    model = DistributedDataParallel(model)\n    count = 0\n' }),
      finding,
      patch: [
        '+import contextlib',
        '-        out = model(x)',
        '-        loss = (out - y).square().mean() / parts',
        '-        loss.backward()',
        '+        with contextlib.nullcontext() if (count + 1) % parts == 0 else model.no_sync():',
        '+            out = model(x)',
        '+            loss = (out - y).square().mean() / parts',
        '+            loss.backward()',
      ],
      run,
    },
    'the step is skipped by continue': {
      source: script({ step: '        if (i + 1) % parts != 0:\n            continue\n        optimizer.step()\n        optimizer.zero_grad()\n' }),
      finding,
      patch: [
        '+import contextlib',
        '-        out = model(x)',
        '-        loss = (out - y).square().mean() / parts',
        '-        loss.backward()',
        '+        with model.no_sync() if (i + 1) % parts != 0 else contextlib.nullcontext():',
        '+            out = model(x)',
        '+            loss = (out - y).square().mean() / parts',
        '+            loss.backward()',
      ],
      run,
    },
    'an inner loop over the parts, with the model behind a method': {
      source: `import torch\nfrom torch.nn.parallel import DistributedDataParallel\n\nclass Worker:\n    def __init__(self, model, parts):\n        self.model = DistributedDataParallel(model)\n        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.1)\n        self.parts = parts\n\n    def loss(self, x, y):\n        return (self.model(x) - y).square().mean()\n\n    def train(self, data):\n        for x, y in data:\n            self.optimizer.zero_grad()\n            for _ in range(self.parts):\n                loss = self.loss(x, y) / self.parts\n                loss.backward()\n            self.optimizer.step()\n        return [p.detach() for p in self.model.parameters()]\n`,
      finding: { ...finding, function: 'Worker.train' },
      patch: [
        '+import contextlib',
        '-            for _ in range(self.parts):',
        '-                loss = self.loss(x, y) / self.parts',
        '-                loss.backward()',
        '+            for part in range(self.parts):',
        '+                with contextlib.nullcontext() if part == self.parts - 1 else self.model.no_sync():',
        '+                    loss = self.loss(x, y) / self.parts',
        '+                    loss.backward()',
      ],
      run: `${alone}torch.manual_seed(1)\nresult = train.Worker(torch.nn.Linear(3, 2), 3).train([(torch.randn(4, 3), torch.randn(4, 2)) for _ in range(2)])`,
    },
    'an inner loop over pieces of a batch': {
      source: `import torch\nfrom torch.nn.parallel import DistributedDataParallel\n\ndef train(model, data, count):\n    model = DistributedDataParallel(model)\n    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)\n    for x, y in data:\n        optimizer.zero_grad()\n        for a, b in zip(x.chunk(count), y.chunk(count)):\n            loss = (model(a) - b).square().mean() / count\n            loss.backward()\n        optimizer.step()\n    return [p.detach() for p in model.parameters()]\n`,
      finding,
      patch: [
        '+import contextlib',
        '-        for a, b in zip(x.chunk(count), y.chunk(count)):',
        '-            loss = (model(a) - b).square().mean() / count',
        '-            loss.backward()',
        '+        parts = list(zip(x.chunk(count), y.chunk(count)))',
        '+        for part, (a, b) in enumerate(parts):',
        '+            with contextlib.nullcontext() if part == len(parts) - 1 else model.no_sync():',
        '+                loss = (model(a) - b).square().mean() / count',
        '+                loss.backward()',
      ],
      run,
    },
    'pieces of a batch that have a name': {
      source: `import torch\nfrom torch.nn.parallel import DistributedDataParallel\n\ndef train(model, data, count):\n    model = DistributedDataParallel(model)\n    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)\n    for x, y in data:\n        optimizer.zero_grad()\n        pieces = zip(x.chunk(count), y.chunk(count))\n        for a, b in pieces:\n            loss = (model(a) - b).square().mean() / count\n            loss.backward()\n        optimizer.step()\n    return [p.detach() for p in model.parameters()]\n`,
      finding,
      patch: [
        '+import contextlib',
        '-        pieces = zip(x.chunk(count), y.chunk(count))',
        '-        for a, b in pieces:',
        '-            loss = (model(a) - b).square().mean() / count',
        '-            loss.backward()',
        '+        pieces = list(zip(x.chunk(count), y.chunk(count)))',
        '+        for part, (a, b) in enumerate(pieces):',
        '+            with contextlib.nullcontext() if part == len(pieces) - 1 else model.no_sync():',
        '+                loss = (model(a) - b).square().mean() / count',
        '+                loss.backward()',
      ],
      run,
    },
  },
  leaves: {
    'pieces that something else takes from': { source: "import torch\nfrom torch.nn.parallel import DistributedDataParallel\n\ndef train(model, data, count):\n    model = DistributedDataParallel(model)\n    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)\n    for x, y in data:\n        optimizer.zero_grad()\n        pieces = zip(x.chunk(count), y.chunk(count))\n        next(pieces)\n        for a, b in pieces:\n            loss = (model(a) - b).square().mean() / count\n            loss.backward()\n        optimizer.step()\n", finding, because: /which part of a step is its last/ },
    'each part is a step': { source: script({ step: '        optimizer.step()\n        optimizer.zero_grad()\n' }), finding, because: /steps after each backward pass/ },
    'what is left over is a step too': { source: script({ after: '    optimizer.step()\n' }), finding, because: /also steps in line 16/ },
    'gradients are clipped in each part': { source: script({ between: '        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)\n' }), finding, because: /reads gradients outside/ },
    'the condition changes on the way': { source: script({ between: '        parts = parts + 1\n' }), finding, because: /changes what the condition/ },
    'two backward passes': { source: script({ between: '        out.mean().backward(retain_graph=True)\n' }), finding, because: /Several backward passes/ },
    'parts of a generator, whose last is not known': { source: `from torch.nn.parallel import DistributedDataParallel\n\ndef train(model, data, optimizer):\n    model = DistributedDataParallel(model)\n    for batch in data:\n        for part in batch.parts():\n            model(part).mean().backward()\n        optimizer.step()\n`, finding: { ...finding, at: 'backward()' }, because: /which part of a step is its last/ },
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
      patch: ['-    parts = [torch.zeros_like(value) for _ in range(world_size)]', '-    dist.all_gather(parts, value)', '-    return torch.stack(parts).mean(dim=0)', '+    total = value.detach().clone()', '+    dist.all_reduce(total)', '+    return total / world_size'],
      run: gathered,
    },
    'a part of a larger expression': {
      source: gather('torch.stack(parts).mean(0).sqrt()', '[torch.empty_like(value) for _ in range(dist.get_world_size())]'),
      finding: gathering,
      patch: ['-    parts = [torch.empty_like(value) for _ in range(dist.get_world_size())]', '-    dist.all_gather(parts, value)', '-    return torch.stack(parts).mean(0).sqrt()', '+    total = value.detach().clone()', '+    dist.all_reduce(total)', '+    return (total / dist.get_world_size()).sqrt()'],
      run: gathered,
    },
    'a mean of all elements': {
      source: gather('torch.cat(parts).mean()', '[torch.zeros(5) for _ in range(count)]').replace('    parts', '    count = dist.get_world_size()\n    parts'),
      finding: gathering,
      patch: ['-    parts = [torch.zeros(5) for _ in range(count)]', '-    dist.all_gather(parts, value)', '-    return torch.cat(parts).mean()', '+    total = value.detach().clone()', '+    dist.all_reduce(total)', '+    return (total / count).mean()'],
      run: gathered,
      tolerance: 1e-6,
    },
    'a sum by the length of the list, found where it is called': {
      source: `${gather('sum(parts) / len(parts)')}\ndef log(value, world_size):\n    return over_ranks(value, world_size)\n`,
      finding: { ...gathering, function: 'log', at: 'return over_ranks' },
      patch: ['-    parts = [torch.zeros_like(value) for _ in range(world_size)]', '-    dist.all_gather(parts, value)', '-    return sum(parts) / len(parts)', '+    total = value.detach().clone()', '+    dist.all_reduce(total)', '+    return total / world_size'],
      run: gathered,
    },
    'the largest': { source: gather('torch.stack(parts).max()'), finding: gathering, patch: ['-    parts = [torch.zeros_like(value) for _ in range(world_size)]', '-    dist.all_gather(parts, value)', '-    return torch.stack(parts).max()', '+    total = value.detach().clone()', '+    dist.all_reduce(total, op=dist.ReduceOp.MAX)', '+    return total.max()'], run: gathered },
    'a sum': { source: gather('sum(parts)'), finding: gathering, patch: ['-    parts = [torch.zeros_like(value) for _ in range(world_size)]', '-    dist.all_gather(parts, value)', '-    return sum(parts)', '+    total = value.detach().clone()', '+    dist.all_reduce(total)', '+    return total'], run: gathered },
  },
  leaves: {
    'all of it is needed': { source: gather('torch.cat(parts)'), finding: gathering, because: /More than a mean or sum/ },
    'a median needs all of it': { source: gather('torch.stack(parts).median()'), finding: gathering, because: /More than a mean or sum/ },
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
    'another collective follows': {
      source: `import torch\nimport torch.distributed as dist\n\ndef agree(wish):\n    flag = torch.tensor([int(wish)])\n    dist.all_reduce(flag)\n    return bool(flag.item())\n\ndef train(count):\n    for k in range(count):\n        dist.barrier()\n        if agree(k > 2):\n            break\n    return k\n`,
      finding: barrier,
      patch: ['-        dist.barrier()'],
      run: `${alone}result = train.train(9)`,
    },
    'by a function of its own, each epoch': {
      source: `${script().replace('def train', 'def wait():\n    if dist.is_initialized():\n        dist.barrier()\n\ndef train')}\ndef fit(model, data, epochs):\n    for _ in range(epochs):\n        found = train(model, data, 3)\n        wait()\n    return found\n`,
      finding: { ...barrier, function: 'fit', at: '        wait()' },
      patch: ['-        wait()'],
      run: `${alone}torch.manual_seed(1)\nresult = train.fit(torch.nn.Linear(3, 2), [(torch.randn(4, 3), torch.randn(4, 2)) for _ in range(9)], 2)`,
    },
    'with the question whether there are ranks': { source: script({ after: '        if dist.is_initialized():\n            dist.barrier()\n' }), finding: barrier, patch: ['-        if dist.is_initialized():', '-            dist.barrier()'], run },
  },
  leaves: {
    'not in a loop': { source: script({ after: '    dist.barrier()\n' }), finding: barrier, because: /does not stand in a loop/ },
    'a file is written before it': { source: script({ after: '        if dist.get_rank() == 0:\n            torch.save(model.state_dict(), "m.pt")\n        dist.barrier()\n' }), finding: barrier, because: /Line 17 may read or write/ },
    'a file is written in a function before it': { source: `${script({ after: '        keep(model)\n        dist.barrier()\n' })}\ndef keep(model):\n    torch.save(model.state_dict(), 'm.pt')\n`, finding: barrier, because: /may read or write/ },
    'only one rank waits': { source: script({ after: '        if dist.get_rank() == 0 and rank == 0:\n            dist.barrier()\n' }), finding: barrier, because: /Only ranks where/ },
    'what is measured': { source: script({ after: waiting }).replace('def train(', 'def measure_steps(').replace('    optimizer = ', '    begin = time.perf_counter()\n    optimizer = '), finding: { ...barrier, function: 'measure_steps' }, because: /takes a time/ },
    'a step is timed': { source: script({ head: '        start = time.time()\n', after: waiting }), finding: barrier, because: /takes a time/ },
    'now and then': { source: script({ after: '        if i % 100 == 0:\n            dist.barrier()\n' }), finding: barrier, because: /only where `i % 100 == 0`/ },
    'a loop without training': { source: 'import torch.distributed as dist\n\ndef train(xs):\n    for x in xs:\n        dist.barrier()\n', finding: { ...barrier }, because: /no backward pass/ },
  },
};

const averaging = (before: string, read: string, after = ''): string => `import torch
import torch.distributed as dist

def average(value):
    total = value.detach().clone()
    dist.all_reduce(total)
    return total / dist.get_world_size()

def train(model, data, rank, seen):
    for i, x in enumerate(data):
        loss = model(x).square().mean()
        loss.backward()
${before}
        if ${read}
${after}    return seen
`;
const averaged = `${alone}torch.manual_seed(1)\nresult = train.train(torch.nn.Linear(3, 2), [torch.randn(4, 3) for _ in range(7)], 0, [])`;

export const collectiveAtIntervalCases: TorchCases = {
  fires: {
    'by a function': { source: averaging('        mean = average(loss)', 'i % 3 == 0:\n            seen.append(mean.item())'), finding: { ...finding, at: 'mean = average' }, patch: ['-        mean = average(loss)', '+            mean = average(loss)'], run: averaged },
    'in place, logged by one rank': {
      source: averaging('        value = loss.detach().clone()\n        dist.all_reduce(value)\n        value /= dist.get_world_size()', 'rank == 0 and i % 3 == 0:\n            seen.append(value.item())'),
      finding: { ...finding, at: 'dist.all_reduce(value)' },
      patch: ['-        value = loss.detach().clone()', '-        dist.all_reduce(value)', '-        value /= dist.get_world_size()', '+        if i % 3 == 0:', '+            value = loss.detach().clone()', '+            dist.all_reduce(value)', '+            value /= dist.get_world_size()'],
      run: averaged,
    },
  },
  leaves: {
    'added up each step': { source: averaging('        mean = average(loss)\n        seen.append(mean.item())', 'i % 3 == 0:\n            print(mean.item())'), finding: { ...finding, at: 'mean = average' }, because: /reads the value in each step/ },
    'read behind the loop': { source: averaging('        mean = average(loss)', 'i % 3 == 0:\n            seen.append(mean.item())', '    seen.append(mean.item())\n'), finding: { ...finding, at: 'mean = average' }, because: /behind the loop/ },
    'one rank reads it in each step': { source: averaging('        mean = average(loss)', 'rank == 0:\n            seen.append(mean.item())'), finding: { ...finding, at: 'mean = average' }, because: /may not hold on all ranks/ },
    'it decides': { source: averaging('        mean = average(loss)', 'mean > 3:\n            break'), finding: { ...finding, at: 'mean = average' } },
    'the condition changes in between': { source: averaging('        mean = average(loss)\n        i = i + 1', 'i % 3 == 0:\n            seen.append(mean.item())'), finding: { ...finding, at: 'mean = average' }, because: /changes in between/ },
  },
};

const sending = (body: string, over = 'for p in model.parameters():'): string => `import torch
import torch.distributed as dist

def average_gradients(model):
    size = float(dist.get_world_size())
    ${over}
${body}
def train(model, x):
    model(x).square().mean().backward()
    average_gradients(model)
    return [p.grad for p in model.parameters()]
`;
const sent = `${alone}torch.manual_seed(1)\nresult = train.train(torch.nn.Linear(3, 2), torch.randn(4, 3))`;
const flat = { ...finding, function: 'average_gradients', at: 'dist.all_reduce' };

export const flatGradientsCases: TorchCases = {
  fires: {
    'a division behind': {
      source: sending('        dist.all_reduce(p.grad.data, op=dist.ReduceOp.SUM)\n        p.grad.data /= size\n'),
      finding: { ...flat, function: 'train', at: '    average_gradients(model)' },
      patch: ['-    for p in model.parameters():', '-        dist.all_reduce(p.grad.data, op=dist.ReduceOp.SUM)', '-        p.grad.data /= size', '+    grads = [p.grad for p in model.parameters() if p.grad is not None]', '+    flat = torch.nn.utils.parameters_to_vector(grads)', '+    dist.all_reduce(flat, op=dist.ReduceOp.SUM)', '+    flat /= size', '+    torch.nn.utils.vector_to_parameters(flat, grads)'],
      run: sent,
    },
    'by name, with a condition': {
      source: sending('        if p.requires_grad and p.grad is not None:\n            p.grad.div_(size)\n            dist.all_reduce(p.grad)\n', 'for _, p in model.named_parameters():'),
      finding: flat,
      patch: ['-    for _, p in model.named_parameters():', '-        if p.requires_grad and p.grad is not None:', '-            p.grad.div_(size)', '-            dist.all_reduce(p.grad)', '+    grads = [p.grad for _, p in model.named_parameters() if p.requires_grad and p.grad is not None]', '+    flat = torch.nn.utils.parameters_to_vector(grads)', '+    flat /= size', '+    dist.all_reduce(flat)', '+    torch.nn.utils.vector_to_parameters(flat, grads)'],
      run: sent,
    },
  },
  leaves: {
    'norms of each': { source: sending('        dist.all_reduce(p.grad)\n        print(p.grad.norm())\n'), finding: flat, because: /does more than to send/ },
    'waited for later': { source: sending('        dist.all_reduce(p.grad, async_op=True)\n'), finding: flat, because: /waited for later/ },
    'weights, once': { source: sending('        dist.all_reduce(p.data)\n'), finding: flat, because: /no gradient/ },
    'one that may be missing is left out by another rule': { source: sending('        if p.grad.abs().sum() > 0:\n            dist.all_reduce(p.grad)\n'), finding: flat, because: /does more than to send/ },
    'no collective': { source: sending('        p.grad.data /= size\n'), finding: { ...flat, at: 'p.grad.data' } },
  },
};

const wrapped = ({ forward = 'self.head(self.trunk(x))', init = '', options = 'find_unused_parameters=True', before = '' } = {}): string => `import torch
from torch import nn
from torch.nn.parallel import DistributedDataParallel as DDP

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(3, 4), nn.ReLU())
        self.head = nn.Linear(4, 2)
${init}
    def forward(self, x, task=None):
${before}        return ${forward}

def train(data):
    model = DDP(Net(), ${options})
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for x in data:
        out = model(x)
        optimizer.zero_grad()
        (out[0] if isinstance(out, tuple) else out).square().mean().backward()
        optimizer.step()
    return [p.detach() for p in model.parameters()]
`;
const graph = { function: 'train', at: 'DDP(', category: 'C6', rule: 'C6-exposed-communication' };
const graphRun = `${alone}torch.manual_seed(1)\nresult = train.train([torch.randn(4, 3) for _ in range(3)])`;

export const ddpGraphCases: TorchCases = {
  fires: {
    'all are used': { source: wrapped(), finding: { ...graph, at: 'model = DDP' }, patch: ['-    model = DDP(Net(), find_unused_parameters=True)', '+    model = DDP(Net())'], run: graphRun },
    'one is never used': { source: wrapped({ init: '        self.spare = nn.Linear(4, 2)\n' }), finding: { ...graph, at: 'model = DDP' }, patch: ['-    model = DDP(Net(), find_unused_parameters=True)', '+    model = DDP(Net(), static_graph=True)'], run: graphRun },
    'blocks of the repository in a list': {
      source: wrapped({ init: '        self.blocks = nn.ModuleList([Block() for _ in range(2)])\n', before: '        x = self.trunk(x)\n        for block in self.blocks:\n            x = block(x)\n', forward: 'self.head(x)' }).replace('class Net', 'class Block(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.layer = nn.Linear(4, 4)\n\n    def forward(self, x):\n        return x + self.layer(x)\n\nclass Net'),
      finding: { ...graph, at: 'model = DDP' },
      patch: ['-    model = DDP(Net(), find_unused_parameters=True)', '+    model = DDP(Net())'],
      run: graphRun,
    },
  },
  leaves: {
    'a head of several, by a key': { source: wrapped({ init: '        self.heads = nn.ModuleDict({"a": nn.Linear(4, 2)})\n', forward: 'self.heads[task](self.trunk(x)) + self.head(self.trunk(x))' }), finding: { ...graph, at: 'model = DDP' }, because: /`self.heads` is used in some passes only/ },
    'a layer in a branch': { source: wrapped({ before: '        if x.mean() > 0:\n            x = self.trunk(x)\n', forward: 'self.head(x)' }), finding: { ...graph, at: 'model = DDP' }, because: /`self.trunk` is used in some passes only/ },
    'layers left out by chance': { source: wrapped({ before: '        keep = torch.rand(1)\n' }), finding: { ...graph, at: 'model = DDP' }, because: /draws random numbers/ },
    'an early return': { source: wrapped({ before: '        if task is None:\n            return self.trunk(x)\n' }), finding: { ...graph, at: 'model = DDP' }, because: /used in some passes only/ },
    'a model of another package': { source: wrapped().replace('DDP(Net(),', 'DDP(load_model(),'), finding: { ...graph, at: 'model = DDP' }, because: /cannot be seen which layers/ },
    'it does not look for them': { source: wrapped({ options: 'bucket_cap_mb=25' }), finding: { ...graph, at: 'model = DDP' } },
  },
};
