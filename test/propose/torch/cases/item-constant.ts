import type { TorchCases } from '../harness.js';

const finding = { function: 'Items.__getitem__', at: '__getitem__', category: 'C7', rule: 'C7-dataloader' };
/** A dataset whose items are made by some lines. */
const items = (body: string, more = ''): string => `import re
import random
import numpy as np
import torch
from torch.utils.data import Dataset

class Items(Dataset):
    def __init__(self, size=8):
        self.x = torch.arange(24.0).view(3, 8)
        self.rows = {"b": 1, "a": 0, "c": 2}
        self.size = size

    def __len__(self):
        return 3
${more}
    def __getitem__(self, i):
${body.replaceAll(/^/gm, '        ')}
`;
const run = 'import train\nitems = train.Items()\nresult = [items[0], items[2], items[0]]';

export const itemConstantCases: TorchCases = {
  fires: {
    'mean and deviation of all data': {
      source: items('mean = self.x.mean(dim=0)\nstd = self.x.std(dim=0) + 1e-6\nreturn (self.x[i] - mean) / std'),
      finding,
      patch: ['+        self.mean = self.x.mean(dim=0)', '+        self.std = self.x.std(dim=0) + 1e-6', '-        mean = self.x.mean(dim=0)', '-        std = self.x.std(dim=0) + 1e-6', '+        mean = self.mean', '+        std = self.std'],
      run,
    },
    'within an expression': {
      source: items('return self.x[i] / self.x.abs().max()').replace('self.x.abs().max()', 'self.x.max()'),
      finding,
      patch: ['+        self.max = self.x.max()', '-        return self.x[i] / self.x.max()', '+        return self.x[i] / self.max'],
      run,
    },
    'a window, in a method that an item calls': {
      source: items('return self.windowed(i)', '\n    def windowed(self, i):\n        window = torch.hann_window(self.size)\n        return self.x[i] * window\n'),
      finding: { ...finding, function: 'Items.windowed', at: 'window = ' },
      patch: ['+        self.window = torch.hann_window(self.size)', '-        window = torch.hann_window(self.size)', '+        window = self.window'],
      run,
    },
    'sorted names': {
      source: items('names = sorted(self.rows)\nreturn names[i]'),
      finding,
      patch: ['+        self.names = sorted(self.rows)', '-        names = sorted(self.rows)', '+        names = self.names'],
      run,
    },
    'a table of NumPy': {
      source: items('edges = np.linspace(0.0, 24.0, self.size)\nreturn np.digitize(self.x[i].numpy(), edges).tolist()'),
      finding,
      patch: ['+        self.edges = np.linspace(0.0, 24.0, self.size)', '-        edges = np.linspace(0.0, 24.0, self.size)', '+        edges = self.edges'],
      run,
    },
    'of a part of all data, in one statement': {
      source: items('known = self.x[:, : self.size]\nmean, std = known.mean(dim=0), known.std(dim=0)\nreturn (self.x[i] - mean) / std'),
      finding,
      patch: [
        '+        self.mean = self.x[:, : self.size].mean(dim=0)',
        '+        self.std = self.x[:, : self.size].std(dim=0)',
        '-        known = self.x[:, : self.size]',
        '-        mean, std = known.mean(dim=0), known.std(dim=0)',
        '+        mean, std = self.mean, self.std',
      ],
      run,
    },
    'by a function of constants': {
      source: items('bank = filters(RATE, self.size)\nreturn self.x[i].numpy() @ bank').replace('class Items', 'RATE = 2\n\ndef filters(rate, size):\n    bank = np.zeros((size, 2))\n    for k in range(size):\n        bank[k] = k / rate\n    return bank\n\nclass Items'),
      finding,
      patch: ['+        self.bank = filters(RATE, self.size)', '-        bank = filters(RATE, self.size)', '+        bank = self.bank'],
      run,
    },
    'numbers that are written out': {
      source: items('mean = torch.tensor([0.5, 0.25, 0.125])\nreturn self.x[:, i] - mean'),
      finding,
      patch: ['+        self.mean = torch.tensor([0.5, 0.25, 0.125])', '-        mean = torch.tensor([0.5, 0.25, 0.125])', '+        mean = self.mean'],
      run,
    },
    'in a transform': {
      source: 'import torch\n\nclass Tapered:\n    def __init__(self, size):\n        self.size = size\n\n    def __call__(self, x):\n        window = torch.hann_window(self.size)\n        return x * window\n',
      finding: { ...finding, function: 'Tapered.__call__', at: 'window = ' },
      patch: ['+        self.window = torch.hann_window(self.size)', '-        window = torch.hann_window(self.size)', '+        window = self.window'],
      run: 'import torch, train\ntaper = train.Tapered(4)\nresult = [taper(torch.ones(4)), taper(torch.arange(4.0))]',
    },
  },
  leaves: {
    'by a function that draws': { source: items('bank = filters(self.size)\nreturn self.x[i] * bank').replace('class Items', 'def filters(size):\n    return torch.stack([torch.rand(1) for k in range(size)]).flatten()\n\nclass Items'), finding },
    'by a function of a number that changes': { source: items('bank = filters(self.size)\nreturn self.x[i] * bank').replace('class Items', 'scale = 1.0\n\ndef filters(size):\n    return torch.stack([torch.tensor(k * scale) for k in range(size)])\n\nclass Items'), finding },
    'by a function whose result is handed out': { source: items('bank = filters(self.size)\nreturn self.x[i], bank').replace('class Items', 'def filters(size):\n    return torch.stack([torch.tensor(k * 2.0) for k in range(size)])\n\nclass Items'), finding, because: /may be changed by others/ },
    'a part that is changed first': { source: items('known = self.x[:, : self.size]\nknown[0] = 0\nmean = known.mean(dim=0)\nreturn self.x[i] - mean'), finding, because: /Line 18 changes what it is made of/ },
    'a mean of the item': { source: items('x = self.x[i]\nreturn x - x.mean()'), finding },
    'as long as the item': { source: items('window = torch.hann_window(len(self.x[i]))\nreturn window'), finding, because: /another one for each item, by `i`/ },
    'the data changes': { source: items('mean = self.x.mean()\nself.x[i] = 0\nreturn mean'), finding, because: /is changed in line/ },
    'it grows': { source: items('names = sorted(self.rows)\nreturn names[i]', '\n    def grow(self, more):\n        self.rows.update(more)\n'), finding, because: /is changed in line/ },
    'it is changed in place': { source: items('ramp = torch.linspace(0, 1, 4)\nramp += i\nreturn ramp'), finding, because: /changes it in place/ },
    'only for some items': { source: items('if i > 1:\n    return self.x.mean()\nreturn self.x[i]'), finding, because: /not made for every item/ },
    'only for some items, by an expression': { source: items('return self.x[i] - (self.x.mean() if self.size > 8 else 0)'), finding, because: /not made for every item/ },
    'only where something holds': { source: items('ok = self.size > 8 and self.x.mean() > 0\nreturn self.x[i], ok'), finding, because: /not made for every item/ },
    'behind an early return': { source: items('if self.y is None:\n    return self.x[i]\nreturn self.x[i], (self.y[i] - self.y.mean())').replace('        self.size = size', '        self.size = size\n        self.y = None'), finding, because: /not made for every item/ },
    'tried': { source: items('try:\n    mean = self.x.mean()\nexcept AttributeError:\n    mean = 0\nreturn self.x[i] - mean'), finding, because: /not made for every item/ },
    'in a method that only some items call': { source: items('return self.centred(i) if i > 1 else self.x[i]', '\n    def centred(self, i):\n        mean = self.x.mean()\n        return self.x[i] - mean\n'), finding: { ...finding, function: 'Items.centred', at: 'mean = ' }, because: /not made for every item/ },
    'another one from epoch to epoch': { source: `${items('mean = self.x.mean()\nreturn self.x[i] - mean')}\ndef train(items, steps):\n    for step in range(steps):\n        items.x = items.x * 2\n`, finding, because: /`items\.x` is changed in line 22/ },
    'changed in place under another name': { source: `${items('mean = self.x.mean()\nreturn self.x[i] - mean')}\ndef train(items):\n    x = items.x\n    x[0] = 0\n`, finding, because: /`items\.x` is changed in line 21/ },
    'set by another file': { source: { 'train.py': items('names = sorted(self.rows)\nreturn names[i]'), 'run.py': 'import train\n\nitems = train.Items()\nitems.rows["d"] = 3\n' }, finding, because: /is changed in line 4 of run\.py/ },
    'set by a class that inherits': { source: `${items('mean = self.x.mean()\nreturn self.x[i] - mean')}\nclass Small(Items):\n    def __init__(self):\n        super().__init__()\n        self.x = self.x[:2]\n`, finding, because: /`self\.x` is changed in line 23/ },
    'never set by a class that inherits': { source: `${items('mean = self.x.mean()\nreturn self.x[i] - mean')}\nclass Other(Items):\n    def __init__(self):\n        pass\n`, finding, because: /`Other` has an `__init__` of its own/ },
    'what it was given changes': { source: `${items('mean = self.x.mean()\nreturn self.x[i] - mean').replace('size=8', 'x, size=8').replace('torch.arange(24.0).view(3, 8)', 'x')}\ndef train(x):\n    items = Items(x)\n    x[0] = 0\n    return items[0]\n`, finding, because: /made of is changed in line 22/ },
    'a property': { source: items('mean = self.y.mean()\nreturn self.x[i] - mean', '\n    @property\n    def y(self):\n        return torch.rand(3)\n'), finding, because: /`self\.y` is not set in `__init__`/ },
    'another one each time': { source: items('order = sorted(self.rows, key=lambda name: random.random())\nreturn order'), finding },
    'no dataset': { source: items('return self.x.mean()').replace('__getitem__', 'score'), finding: { ...finding, function: 'Items.score', at: 'def score' } },
  },
};
