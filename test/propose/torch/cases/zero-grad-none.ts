import type { TorchCases } from '../harness.js';

const finding = { function: 'train', at: 'zero', category: 'C5', rule: 'C5-fills' };
const run = `
import train
model = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Linear(4, 2))
data = [(torch.randn(4, 3), torch.randn(4, 2)) for _ in range(5)]
train.train(model, data, torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9))
result = model.state_dict()
`;
const loop = (zero: string, before = ''): string => `import torch
from torch import nn

def train(model, loader, optimizer):
    criterion = nn.MSELoss()
    for x, y in loader:
${zero}        loss = criterion(model(x), y)
${before}        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
`;

export const zeroGradNoneCases: TorchCases = {
  fires: {
    'explicitly not': { source: loop('        optimizer.zero_grad(set_to_none=False)\n'), finding, patch: ['-        optimizer.zero_grad(set_to_none=False)', '+        optimizer.zero_grad(set_to_none=True)'], run },
    'an old version is pinned': {
      source: { 'train.py': loop('        optimizer.zero_grad()\n'), 'requirements.txt': 'numpy\ntorch==1.13.1\n' },
      finding,
      patch: ['-        optimizer.zero_grad()', '+        optimizer.zero_grad(set_to_none=True)'],
      run,
    },
    'by hand': {
      source: loop('        for p in model.parameters():\n            if p.grad is not None:\n                p.grad.data.zero_()\n'),
      finding: { ...finding, at: 'zero_()', category: 'C2', rule: 'C2-tiny-kernels' },
      patch: ['-                p.grad.data.zero_()', '+                p.grad = None'],
      run,
    },
    'the loop is in another file': {
      source: { 'model.py': 'import torch\n\nclass Net(torch.nn.Linear):\n    def forward(self, x):\n        return super().forward(x)\n', 'train.py': `${loop('        optimizer.zero_grad(set_to_none=False)\n')}\nfrom model import Net\n` },
      finding: { ...finding, function: 'forward', at: 'forward', file: 'model.py' },
      patch: ['@ train.py', '-        optimizer.zero_grad(set_to_none=False)', '+        optimizer.zero_grad(set_to_none=True)'],
    },
    'of single tensors': {
      source: 'import torch\n\ndef train(w, b, xs, rate):\n    for x in xs:\n        (x * w + b).square().mean().backward()\n        with torch.no_grad():\n            w -= rate * w.grad\n            b -= rate * b.grad\n        w.grad.zero_()\n        b.grad.zero_()\n    return w, b\n',
      finding: { ...finding, at: 'w.grad.zero_()' },
      patch: ['-        w.grad.zero_()', '-        b.grad.zero_()', '+        w.grad = None', '+        b.grad = None'],
      run: 'import train\ntorch.manual_seed(1)\nresult = train.train(torch.ones(3, requires_grad=True), torch.ones(3, requires_grad=True), [torch.randn(4, 3) for _ in range(3)], 0.1)',
    },
    'of the groups of an optimizer': {
      source: loop('        for group in optimizer.param_groups:\n            for p in group["params"]:\n                if p.grad is not None:\n                    p.grad.detach_()\n                    p.grad.zero_()\n'),
      finding: { ...finding, at: 'zero_()' },
      patch: ['-                    p.grad.detach_()', '-                    p.grad.zero_()', '+                    p.grad = None'],
      run,
    },
  },
  leaves: {
    'gradients are held by another name': { source: loop('        optimizer.zero_grad(set_to_none=False)\n').replace('    for x, y', '    held = [p.grad for p in model.parameters()]\n    for x, y').replace('        optimizer.step', '        print(held)\n        optimizer.step'), finding, because: /keeps gradients from before the loop/ },
    'it is the default since 2.0': { source: loop('        optimizer.zero_grad()\n'), finding, because: /by default since PyTorch 2\.0/ },
    'a newer version is asked for': { source: { 'train.py': loop('        optimizer.zero_grad()\n'), 'pyproject.toml': 'dependencies = ["torch>=2.1"]\n' }, finding, because: /by default/ },
    'it is asked for already': { source: loop('        optimizer.zero_grad(set_to_none=True)\n'), finding, because: /dropped already/ },
    'a gradient is read before it is written': { source: loop('        optimizer.zero_grad(set_to_none=False)\n', '        before = [p.grad.clone() for p in model.parameters()]\n'), finding, because: /reads a gradient before/ },
    'parameters that some steps leave out': {
      source: `${loop('        optimizer.zero_grad(set_to_none=False)\n')}
class Heads(nn.Module):
    def __init__(self, count):
        super().__init__()
        self.heads = nn.ModuleList([nn.Linear(3, 2) for _ in range(count)])

    def forward(self, x):
        return sum(self.heads[kind](x) for kind in x.long()[:, 0].unique().tolist())
`,
      finding,
      because: /leave parameters out \(`self\.heads` of `Heads`\)/,
    },
    'norms of gradients are read by a function': {
      source: `${loop('        optimizer.zero_grad(set_to_none=False)\n').replace('        optimizer.step()', '        log(model)\n        optimizer.step()')}\ndef log(model):\n    print([p.grad.norm() for p in model.parameters()])\n`,
      finding,
      because: /reads gradients, and it is not seen/,
    },
    'no training here': { source: 'import torch\n\ndef train(cache):\n    cache.zero_grad(set_to_none=False)\n', finding },
  },
};
