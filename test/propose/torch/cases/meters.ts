import type { Firing, Leaving } from '../harness.js';

const finding = { function: 'epoch', at: '.item()', category: 'C3', rule: 'C3-scalar-read' };
const run = `
import train
model = torch.nn.Linear(3, 2)
data = [(torch.randn(4, 3), torch.randint(0, 2, (4,))) for _ in range(7)]
result = [train.epoch(model, data, torch.optim.SGD(model.parameters(), lr=0.1)), model.state_dict()]
`;
const averageMeter = `class AverageMeter:
    def __init__(self, name):
        self.name = name
        self.reset()

    def reset(self):
        self.val = self.avg = self.sum = 0
        self.count = 0

    def update(self, val, n=1):
        self.val = val
        self.sum += val * n
        self.count += n
        self.avg = self.sum / self.count
`;
const shown = `
    def __str__(self):
        return '{name} {val:.3f} ({avg:.3f})'.format(**self.__dict__)
`;
const epoch = (meter: string, { step = '        losses.update(loss.item(), x.size(0))\n', made = "AverageMeter('loss')", result = 'losses.avg' } = {}): string =>
  `import torch\nimport torch.nn.functional as F\n\n${meter}\n\ndef epoch(model, loader, optimizer):\n    losses = ${made}\n    for i, (x, y) in enumerate(loader):\n        loss = F.cross_entropy(model(x), y)\n        optimizer.zero_grad()\n        loss.backward()\n        optimizer.step()\n${step}    return ${result}\n`;
const update = ['-        losses.update(loss.item(), x.size(0))', '+        losses.update(loss.detach().double(), x.size(0))'];
const small = (more = ''): string => `class Mean:\n    def __init__(self):\n        self.total, self.count = 0.0, 0\n\n    def update(self, value, n):\n        self.total += value * n\n        self.count += n\n${more}\n    def mean(self):\n        return self.total / max(1, self.count)\n`;

/** Values that an object of the program adds up. */
export const metersFiring: Record<string, Firing> = {
  'a meter with an average, read at the end': { source: epoch(averageMeter), finding, patch: [update[0] ?? '', '-    return losses.avg', update[1] ?? '', '+    return float(losses.avg)'], run },
  'a meter that is shown now and then': { source: epoch(averageMeter + shown, { step: '        losses.update(loss.item(), x.size(0))\n        if i % 3 == 0:\n            print(i, losses)\n' }), finding, patch: [...update, '-    return losses.avg', '+    return float(losses.avg)'], run },
  'a meter that is asked for its mean': { source: epoch(small(), { made: 'Mean()', result: 'losses.mean()' }), finding, patch: ['-        return self.total / max(1, self.count)', '+        return float(self.total) / max(1, self.count)', ...update], run },
};

export const metersLeft: Record<string, Leaving> = {
  'a meter that is shown in every step': { source: epoch(averageMeter + shown, { step: '        losses.update(loss.item(), x.size(0))\n        print(f"{losses}")\n' }), finding: { ...finding, at: 'losses.update' }, because: /needed in line|in every iteration/ },
  'a meter whose average is used in every step': { source: epoch(averageMeter, { step: '        losses.update(loss.item(), x.size(0))\n        if losses.avg > 50:\n            break\n' }), finding, because: /The meter is read in line \d+, in every iteration/ },
  'a meter that looks at what it is given': { source: epoch(small('        if value > 100:\n            raise ValueError(value)\n'), { made: 'Mean()', result: 'losses.mean()' }), finding, because: /The meter looks at the value in line \d+/ },
};
