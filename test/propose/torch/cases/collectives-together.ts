import type { TorchCases } from '../harness.js';

const finding = { function: 'over_ranks', at: 'all_reduce(total', category: 'C6', rule: 'C6-small-collectives' };
const program = (body: string, more = ''): string => `import torch
import torch.distributed as dist

def over_ranks(total, hits, count):
${body.replaceAll(/^/gm, '    ')}

def evaluate(data, device="cpu"):
    total = torch.zeros((), device=device)
    hits = torch.zeros((), device=device)
    count = torch.zeros((), device=device)
    for x in data:
        total += x.mean()
        hits += (x > 0).sum()
        count += x.numel()
${more}    return over_ranks(total / len(data), hits, count), hits
`;
const three = 'dist.all_reduce(total)\ndist.all_reduce(hits)\ndist.all_reduce(count)\nreturn total / dist.get_world_size(), hits / count';
const together = ['-    dist.all_reduce(total)', '-    dist.all_reduce(hits)', '-    dist.all_reduce(count)', '+    totals = torch.stack([total, hits, count])', '+    dist.all_reduce(totals)', '+    for value, part in zip((total, hits, count), totals):', '+        value.copy_(part)'];
const run = `import os, torch, torch.distributed as dist
if not dist.is_initialized():
    dist.init_process_group('gloo', store=dist.HashStore(), rank=0, world_size=1)
import train
torch.manual_seed(1)
result = train.evaluate([torch.randn(5) for _ in range(3)])`;

export const collectivesTogetherCases: TorchCases = {
  fires: {
    'three sums': { source: program(three), finding, patch: together, run },
    'with an operation': {
      source: program(three.replaceAll(/all_reduce\((\w+)\)/g, 'all_reduce($1, op=dist.ReduceOp.MAX)')),
      finding,
      patch: together.map((line) => line.replace(/all_reduce\((\w+)\)/, 'all_reduce($1, op=dist.ReduceOp.MAX)')),
      run,
    },
    'numbers that are made there': {
      source: 'import torch\nimport torch.distributed as dist\n\ndef over_ranks(loss_sum, seen, device="cpu"):\n    total = torch.tensor(float(loss_sum), device=device)\n    count = torch.tensor(float(seen), device=device)\n    dist.all_reduce(total)\n    dist.all_reduce(count)\n    return (total / count).item()\n',
      finding,
      patch: ['-    dist.all_reduce(total)', '-    dist.all_reduce(count)', '+    totals = torch.stack([total, count])', '+    dist.all_reduce(totals)', '+    for value, part in zip((total, count), totals):', '+        value.copy_(part)'],
      run: run.replace('torch.manual_seed(1)\nresult = train.evaluate([torch.randn(5) for _ in range(3)])', 'result = train.over_ranks(3.5, 7)'),
    },
  },
  leaves: {
    'in different ways': { source: program(three.replace('all_reduce(hits)', 'all_reduce(hits, op=dist.ReduceOp.MAX)')), finding, because: /in different ways/ },
    'of different shapes': { source: program(three).replace('hits = torch.zeros((), device=device)', 'hits = torch.zeros(10, device=device)'), finding, because: /different kinds, or not as many/ },
    'whole numbers among them': { source: program(three).replace('count = torch.zeros((), device=device)', 'count = torch.zeros((), dtype=torch.long, device=device)'), finding, because: /different kinds/ },
    'not known': { source: program(three).replace('over_ranks(total / len(data), hits, count)', 'over_ranks(total / len(data), sum(hits), count)'), finding, because: /cannot be seen which numbers `hits`/ },
    'one alone': { source: program('dist.all_reduce(total)\nreturn total / hits'), finding },
    'something in between': { source: program('dist.all_reduce(total)\nprint(total)\ndist.all_reduce(hits)\nreturn total / hits'), finding },
  },
};
