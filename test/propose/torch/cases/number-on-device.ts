import type { Firing, TorchCases } from '../harness.js';

const finding = { function: 'scaled', at: '.item()', category: 'C3', rule: 'C3-scalar-read' };
const run = 'import train\nresult = train.scaled([torch.randn(4, 3) for _ in range(5)])';
const scaled = (step: string, kept = 'x'): string => `import torch\n\ndef scaled(batches):\n    out = []\n    for x in batches:\n${step}        out.append(${kept})\n    return out\n`;
const fires = (step: string, patch: string[]): Firing => ({ source: scaled(step), finding, patch, run, tolerance: 1e-6 });

export const numberOnDeviceCases: TorchCases = {
  fires: {
    'a batch that is normalised': fires('        x = (x - x.mean().item()) / (x.std().item() + 1e-6)\n', ['-        x = (x - x.mean().item()) / (x.std().item() + 1e-6)', '+        x = (x - x.mean().detach()) / (x.std().detach() + 1e-6)']),
    'by names': fires('        low, high = x.min().item(), x.max().item()\n        x = (x - low) / (high - low)\n'.replace('(high - low)', 'x.abs() * high'), ['-        low, high = x.min().item(), x.max().item()', '+        low, high = x.min().detach(), x.max().detach()']),
    'in place': { ...fires('        x *= 2 / float(torch.norm(x))\n', ['-        x *= 2 / float(torch.norm(x))', '+        x *= 2 / torch.norm(x).detach()']), finding: { ...finding, at: 'float(' } },
  },
  leaves: {
    'a number that decides too': { source: scaled('        high = x.max().item()\n        if high > 1:\n            x = x / high\n'), finding, because: /`x.max\(\).item\(\)` is needed as a number/ },
    'a number for another tensor': { source: scaled('        y = torch.ones(3) * x.max().item()\n', 'y'), finding },
    'one of many': { source: scaled('        x = x / x[0, 0].item()\n'), finding },
    'a number that is kept': { source: scaled('        high = x.max().item()\n', 'high'), finding },
  },
};
