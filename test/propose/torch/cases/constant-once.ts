import type { TorchCases } from '../harness.js';

const c5 = { category: 'C5', rule: 'C5-repeated-constants' };
const c4 = { category: 'C4', rule: 'C4-repeated-copies' };
/** Embeds times as sines, in a model that is moved as a part of another one. */
const times = (body: string, init = '        self.dim = dim\n', after = ''): string => `import math
import torch
from torch import nn


class Times(nn.Module):
    def __init__(self, dim=8):
        super().__init__()
${init}
    def forward(self, t):
${body}

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.times = nn.Sequential(Times(8), nn.Linear(8, 2))

    def forward(self, t):
        return self.times(t)

${after}
def main(device):
    return Net().to(device)
`;
const forward = { function: 'Times.forward', at: 'torch.arange', ...c5 };
const sines = '        half = self.dim // 2\n        emb = math.log(10000) / (half - 1)\n        emb = torch.exp(torch.arange(half, device=t.device) * -emb)\n        emb = t[:, None] * emb[None, :]\n        return torch.cat((emb.sin(), emb.cos()), dim=-1)\n';
const run = "import train\ntorch.manual_seed(1)\nmodel = train.main('cpu')\nresult = [model(torch.arange(5)), list(model.state_dict())]";

/** Normalises images by a function. */
const images = (body: string, before = '', after = ''): string => `import torch
from torch import nn

${before}
def prepare(x, device):
${body}    return (x.float() / 255 - mean).clamp(-3, 3)

def train(loader, model, device):
    for x in loader:
        model(prepare(x.to(device), device)).mean().backward()
${after}`;
const prepare = { function: 'prepare', at: 'mean = ', ...c4 };
const mean = '    mean = torch.tensor([0.4, 0.5, 0.6]).view(1, 3, 1, 1).to(x.device)\n';
const runImages = "import train\nwith torch.inference_mode():\n    first = train.prepare(torch.full((2, 3, 2, 2), 7), 'cpu')\nweight = torch.ones(3, 1, 1, requires_grad=True)\n(train.prepare(torch.full((2, 3, 2, 2), 9), 'cpu') * weight).sum().backward()\nresult = [first.clone(), weight.grad]";

/** A service that knows its device. */
const service = (body: string, init = '', after = ''): string => `import json
import torch

class Predictor:
    def __init__(self, model, columns, device):
        self.device = torch.device(device)
        self.model = model.to(self.device)
        self.columns = json.loads(columns)
${init}
    def normalise(self, x):
${body}
    def score(self, rows):
        return self.model(self.normalise(torch.tensor(rows, device=self.device))).tolist()
${after}`;
const normalise = { function: 'Predictor.normalise', at: 'mean = ', ...c4 };
const statistics = '        mean = torch.tensor(self.columns["mean"]).to(self.device)\n        std = torch.tensor(self.columns["std"]).to(self.device)\n        return (x - mean) / std\n';
const runService = 'import train\ntorch.manual_seed(1)\np = train.Predictor(torch.nn.Linear(2, 1), \'{"mean": [1.0, 2.0], "std": [0.5, 4.0]}\', "cpu")\nresult = p.score([[1.0, 3.0], [2.0, 5.0]])';

export const constantOnceCases: TorchCases = {
  fires: {
    'frequencies of sines': {
      source: times(sines),
      finding: forward,
      patch: [
        "+        self.register_buffer('emb', torch.exp(torch.arange(self.dim // 2) * -(math.log(10000) / ((self.dim // 2) - 1))), persistent=False)",
        '-        half = self.dim // 2',
        '-        emb = math.log(10000) / (half - 1)',
        '-        emb = torch.exp(torch.arange(half, device=t.device) * -emb)',
        '+        emb = self.emb',
      ],
      run,
    },
    'a window, in place': {
      source: times('        return (t[:, None] * torch.hann_window(2 * self.dim).to(t.device))[:, ::2]\n'),
      finding: { ...forward, at: 'hann_window', ...c4 },
      patch: ["+        self.register_buffer('window', torch.hann_window(2 * self.dim), persistent=False)", '-        return (t[:, None] * torch.hann_window(2 * self.dim).to(t.device))[:, ::2]', '+        return (t[:, None] * self.window)[:, ::2]'],
      run,
    },
    'means of a function': {
      source: images(mean),
      finding: prepare,
      patch: [
        '+import functools',
        '+@functools.lru_cache(maxsize=None)',
        '+def _mean(device):',
        '+    with torch.inference_mode(False):',
        '+        return torch.tensor([0.4, 0.5, 0.6]).view(1, 3, 1, 1).to(device)',
        '+',
        '+',
        `-${mean.trimEnd()}`,
        '+    mean = _mean(x.device)',
      ],
      run: runImages,
    },
    'of a list with a name': {
      source: images('    mean = torch.tensor(MEAN, device=device)[None, :, None, None]\n', 'MEAN = [0.4, 0.5, 0.6]\n\n'),
      finding: prepare,
      patch: [
        '+import functools',
        '+@functools.lru_cache(maxsize=None)',
        '+def _mean(device):',
        '+    with torch.inference_mode(False):',
        '+        return torch.tensor(MEAN, device=device)[None, :, None, None]',
        '+',
        '+',
        '-    mean = torch.tensor(MEAN, device=device)[None, :, None, None]',
        '+    mean = _mean(device)',
      ],
      run: runImages,
    },
    'statistics of an object': {
      source: service(statistics),
      finding: normalise,
      patch: [
        '+        self.mean = torch.tensor(self.columns["mean"]).to(self.device)',
        '+        self.std = torch.tensor(self.columns["std"]).to(self.device)',
        '-        mean = torch.tensor(self.columns["mean"]).to(self.device)',
        '-        std = torch.tensor(self.columns["std"]).to(self.device)',
        '+        mean = self.mean',
        '+        std = self.std',
      ],
      run: runService,
    },
    'a tensor of an object': {
      source: service('        mean = self.weights.to(self.device)\n        return x * mean\n', '        self.weights = torch.tensor([1.0, 2.0])\n'),
      finding: normalise,
      patch: ['+        self.mean = self.weights.to(self.device)', '-        mean = self.weights.to(self.device)', '+        mean = self.mean'],
      run: runService,
    },
    'by functions of the repository, with an argument': {
      source: `import torch\nfrom math import exp\n\ndef gaussian(size, sigma):\n    gauss = torch.Tensor([exp(-(x - size // 2) ** 2 / (2 * sigma ** 2)) for x in range(size)])\n    return gauss / gauss.sum()\n\ndef square(size):\n    row = gaussian(size, 1.5).unsqueeze(1)\n    return row.mm(row.t()).unsqueeze(0).unsqueeze(0)\n\ndef blur(image, size=3):\n    kernel = square(size).to(image.device)\n    return torch.nn.functional.conv2d(image, kernel)\n`,
      finding: { function: 'blur', at: 'kernel = square', ...c4 },
      patch: ['+import functools', '+@functools.lru_cache(maxsize=16)', '+def _kernel(device, size):', '+    with torch.inference_mode(False):', '+        return square(size).to(device)', '+', '+', '-    kernel = square(size).to(image.device)', '+    kernel = _kernel(image.device, size)'],
      run: 'import train\nx = torch.arange(32.0).view(1, 1, 4, 8)\nresult = [train.blur(x), train.blur(x), train.blur(x, 2)]',
    },
  },
  leaves: {
    'parts of what is given': { source: images('    mean, scale = (torch.from_numpy(one.astype("float32")).to(device) for one in memory.sample(3))\n').replace('def prepare(x', 'def prepare(memory, x'), finding: prepare },
    'a function that draws': { source: images('    mean = noise(3).to(device)\n', 'def noise(n):\n    return torch.rand(n, 1, 1)\n\n'), finding: prepare },
    'a function that remembers': { source: images('    mean = level(3).to(device)\n', 'seen = []\n\ndef level(n):\n    seen.append(n)\n    return torch.ones(n, 1, 1) * len(seen)\n\n'), finding: prepare },
    'a scale that is learned': { source: times(sines.replace('* -emb)', '* -emb * self.scale)'), '        self.dim = dim\n        self.scale = nn.Parameter(torch.ones(1))\n'), finding: forward, because: /may be a parameter/ },
    'it is changed in place': { source: images(`${mean}    mean[0] += 1\n`), finding: prepare, because: /changed or handed out/ },
    'it is returned': { source: images(mean).replace('return (x.float() / 255 - mean).clamp(-3, 3)', 'return mean'), finding: prepare, because: /changed or handed out/ },
    'of the type of the input': { source: images('    mean = torch.tensor([0.4, 0.5, 0.6]).view(1, 3, 1, 1).to(x)\n'), finding: prepare },
    'of the size of the input': { source: images('    mean = torch.arange(x.size(1), device=x.device).view(1, 3, 1, 1)\n'), finding: prepare },
    'random numbers': { source: images('    mean = torch.tensor([0.4, 0.5, 0.6]).view(1, 3, 1, 1).to(x.device) + torch.rand(3, 1, 1).to(x.device)\n').replace('torch.tensor([0.4, 0.5, 0.6]).view(1, 3, 1, 1).to(x.device) + ', ''), finding: prepare },
    'a list that grows': { source: images('    mean = torch.tensor(MEAN[-3:], device=device)[None, :, None, None]\n', 'MEAN = [0.4, 0.5, 0.6]\n\n', 'MEAN.append(0.7)\n'), finding: prepare },
    'a list that others may fill': { source: images('    mean = torch.tensor(known[-3:], device=device)[None, :, None, None]\n', 'known = [0.4, 0.5, 0.6]\n\n', 'def more(fill):\n    fill(known)\n'), finding: prepare },
    'an object whose statistics change': { source: service(statistics, '', '\n    def refresh(self, columns):\n        self.columns = columns\n'), finding: normalise, because: /`self.columns` is changed/ },
    'the model is cast': { source: times(sines, undefined, 'def small(net):\n    return Net().half()\n'), finding: forward, because: /cast to another type/ },
    'the functions are compiled': { source: images(mean, '', '\nquick = torch.compile(prepare)\n'), finding: prepare, because: /may not fit in with/ },
    'it is made once': { source: times("        return t[:, None] * self.frequencies\n", "        self.register_buffer('frequencies', torch.arange(dim).float())\n"), finding: { ...forward, at: 'self.frequencies' } },
  },
};
