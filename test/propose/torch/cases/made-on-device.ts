import type { Firing, TorchCases } from '../harness.js';

const finding = { function: 'step', at: 'def step', category: 'C4', rule: 'C4-repeated-copies' };
const run = 'import train\nresult = train.step(torch.ones(3, 4), torch.device("cpu"))';
const step = (body: string, before = ''): string => `import math\nimport numpy as np\nimport torch\n${before}\ndef step(x, device):\n    b, n = x.shape\n${body}`;
const fires = (body: string, patch: string[], before = ''): Firing => ({ source: step(body, before), finding, patch, run });

export const madeOnDeviceCases: TorchCases = {
  fires: {
    'a range': fires('    return x + torch.arange(n).to(device)\n', ['-    return x + torch.arange(n).to(device)', '+    return x + torch.arange(n, device=device)']),
    'labels of pairs': fires('    labels = torch.cat([torch.arange(b) + b, torch.arange(b)]).to(x.device)\n    return labels\n', ['-    labels = torch.cat([torch.arange(b) + b, torch.arange(b)]).to(x.device)', '+    labels = torch.cat([torch.arange(b, device=x.device) + b, torch.arange(b, device=x.device)])']),
    'a mask, compared and of another type': fires('    mask = (torch.triu(torch.ones(n, n), diagonal=1) == 1).bool().to(device)\n    return x @ mask.float()\n', ['-    mask = (torch.triu(torch.ones(n, n), diagonal=1) == 1).bool().to(device)', '+    mask = (torch.triu(torch.ones(n, n, device=device), diagonal=1) == 1).bool()']),
    'without parentheses that it does not need': fires('    mask = (torch.arange(n) < 2).to(device)\n    return x * mask\n', ['-    mask = (torch.arange(n) < 2).to(device)', '+    mask = torch.arange(n, device=device) < 2']),
    'in two statements': fires("    mask = torch.zeros((n, n))\n    y = x * 2\n    mask = mask.to(device)\n    return y @ mask\n", ['-    mask = torch.zeros((n, n))', '+    mask = torch.zeros((n, n), device=device)', '-    mask = mask.to(device)']),
    'where it is used': fires('    start = torch.full((b, 1), 7)\n    return torch.cat([x, start.to(device)], dim=1)\n', ['-    start = torch.full((b, 1), 7)', '-    return torch.cat([x, start.to(device)], dim=1)', '+    start = torch.full((b, 1), 7, device=device)', '+    return torch.cat([x, start], dim=1)']),
    'frequencies': fires('    f = torch.exp(-math.log(10000.0) * torch.arange(0, n, dtype=torch.float32) / n).to(device)\n    return x * f\n', ['-    f = torch.exp(-math.log(10000.0) * torch.arange(0, n, dtype=torch.float32) / n).to(device)', '+    f = torch.exp(-math.log(10000.0) * torch.arange(0, n, dtype=torch.float32, device=device) / n)']),
    'by a function of its own': fires('    return x @ future(n).to(device).float()\n', ['-def future(size):', '+def future(size, device=None):', '-    return torch.triu(torch.ones(size, size), diagonal=1) == 0', '+    return torch.triu(torch.ones(size, size, device=device), diagonal=1) == 0', '-    return x @ future(n).to(device).float()', '+    return x @ future(n, device=device).float()'], '\ndef future(size):\n    """True at a position and before."""\n    return torch.triu(torch.ones(size, size), diagonal=1) == 0\n'),
    'by a function with steps': fires('    return x @ future(n).to(device)\n', ['-def future(sz):', '-    mask = (torch.triu(torch.ones(sz, sz)) == 1).transpose(0, 1)', '+def future(sz, device=None):', '+    mask = (torch.triu(torch.ones(sz, sz, device=device)) == 1).transpose(0, 1)', '-    return x @ future(n).to(device)', '+    return x @ future(n, device=device)'], "\ndef future(sz):\n    mask = (torch.triu(torch.ones(sz, sz)) == 1).transpose(0, 1)\n    mask = mask.float().masked_fill(mask == 0, 2.0).masked_fill(mask == 1, float(0.0))\n    return mask\n"),
    'by an array of numpy': fires('    return x @ future(n).to(device).float()\n', ['-def future(size):', "-    mask = np.triu(np.ones((size, size)), k=1).astype('uint8')", '-    return torch.from_numpy(mask) == 0', '+def future(size, device=None):', '+    mask = torch.triu(torch.ones((size, size), dtype=torch.uint8, device=device), diagonal=1)', '+    return mask == 0', '-    return x @ future(n).to(device).float()', '+    return x @ future(n, device=device).float()'], "\ndef future(size):\n    mask = np.triu(np.ones((size, size)), k=1).astype('uint8')\n    return torch.from_numpy(mask) == 0\n"),
    'a window': fires('    return x * torch.hann_window(n).to(x.device)\n', ['-    return x * torch.hann_window(n).to(x.device)', '+    return x * torch.hann_window(n, device=x.device)']),
    'by one name in two steps': fires('    ids = torch.arange(n, dtype=torch.long)\n    ids = ids.unsqueeze(0).expand_as(x).to(x.device)\n    return x + ids\n', ['-    ids = torch.arange(n, dtype=torch.long)', '-    ids = ids.unsqueeze(0).expand_as(x).to(x.device)', '+    ids = torch.arange(n, dtype=torch.long, device=x.device)', '+    ids = ids.unsqueeze(0).expand_as(x)']),
    'a table that is filled by parts': fires('    pe = torch.zeros(b, n)\n    at = torch.arange(0, b, dtype=torch.float).unsqueeze(1)\n    div = torch.exp(torch.arange(0, n, 2).float() * (-math.log(10000.0) / n))\n    pe[:, 0::2] = torch.sin(at * div)\n    pe[:, 1::2] = torch.cos(at * div)\n    return x + pe.unsqueeze(0).to(x.device)\n', ['-    pe = torch.zeros(b, n)', '-    at = torch.arange(0, b, dtype=torch.float).unsqueeze(1)', '-    div = torch.exp(torch.arange(0, n, 2).float() * (-math.log(10000.0) / n))', '+    pe = torch.zeros(b, n, device=x.device)', '+    at = torch.arange(0, b, dtype=torch.float, device=x.device).unsqueeze(1)', '+    div = torch.exp(torch.arange(0, n, 2, device=x.device).float() * (-math.log(10000.0) / n))', '-    return x + pe.unsqueeze(0).to(x.device)', '+    return x + pe.unsqueeze(0)']),
    'a grid of anchors': fires('    v, u = torch.meshgrid(torch.arange(b), torch.arange(n), indexing="ij")\n    centre = torch.stack([u, v], dim=-1) + 0.5\n    half = torch.tensor([[-s / 2, s / 2] for s in SIDES])\n    return (centre + half[0]).reshape(-1, 2).to(x.device)\n', ['-    v, u = torch.meshgrid(torch.arange(b), torch.arange(n), indexing="ij")', '+    v, u = torch.meshgrid(torch.arange(b, device=x.device), torch.arange(n, device=x.device), indexing="ij")', '-    half = torch.tensor([[-s / 2, s / 2] for s in SIDES])', '-    return (centre + half[0]).reshape(-1, 2).to(x.device)', '+    half = torch.tensor([[-s / 2, s / 2] for s in SIDES], device=x.device)', '+    return (centre + half[0]).reshape(-1, 2)'], '\nSIDES = (10.0, 18.0)\n'),
  },
  leaves: {
    'a part of it is used on the host': { source: step('    v, u = torch.meshgrid(torch.arange(b), torch.arange(n), indexing="ij")\n    seen = u.numpy().sum()\n    return torch.stack([u, v]).to(x.device) + seen\n'), finding },
    'it is filled with values of the host': { source: step('    pe = torch.zeros(b, n)\n    pe[0, 0] = read()\n    pe[1] = rows\n    return x + pe.to(x.device)\n', '\nrows = torch.ones(4)\n'), finding },
    'a part of it is given': { source: step('    v, u = torch.meshgrid(torch.arange(b), rows, indexing="ij")\n    return torch.stack([u, v]).to(x.device)\n', '\nrows = torch.ones(4)\n'), finding },
    'values of the host': { source: step('    return x + torch.tensor([float(i) for i in range(n)]).to(device)\n'), finding },
    'a tensor that is given': { source: step('    return (torch.arange(n) < lengths).to(device)\n', '\nlengths = torch.tensor([1, 2, 3, 4])\n'), finding },
    'it is used on the host too': { source: step('    r = torch.arange(n)\n    picked = torch.ones(9)[r]\n    return picked.sum() + r.to(device)\n'), finding },
    'it is written to before': { source: step('    m = torch.zeros(n)\n    for i in range(n):\n        m[i] = i * i\n    m = m.to(device)\n    return x * m\n'), finding },
    'it goes to the processor': { source: step("    return x.cpu() + torch.arange(n).to('cpu')\n"), finding },
    'once, when the model is made': { source: step('    r = torch.arange(n).to(device)\n    return r\n').replace('def step', 'def build_model'), finding: { ...finding, function: 'build_model', at: 'def build_model' } },
    'it is of a type, not of a device': { source: step('    return torch.arange(n).to(x.dtype)\n'), finding },
    'the function has a device already': { source: step('    return x @ future(n).to(device).float()\n', '\ndef future(size, device="cpu"):\n    return torch.ones(size, size)\n'), finding, because: /has an argument for the device/ },
    'random numbers': { source: step('    return x + torch.rand(n).to(device)\n'), finding },
  },
};

export const drawnOnDeviceCases: TorchCases = {
  fires: {
    'noise of a generator network': { ...fires('    z = torch.randn(b, n).to(device)\n    return x + z\n', ['-    z = torch.randn(b, n).to(device)', '+    z = torch.randn(b, n, device=device)']) },
    'uniform, in place, in a loop': { ...fires('    for _ in range(3):\n        x = x + torch.empty(b, 1).uniform_(0, 1).to(x.device, non_blocking=True)\n    return x\n', ['-        x = x + torch.empty(b, 1).uniform_(0, 1).to(x.device, non_blocking=True)', '+        x = x + torch.empty(b, 1, device=x.device).uniform_(0, 1)']) },
  },
  leaves: {
    'the program is seeded': { source: step('    return x + torch.randn(b, n).to(device)\n', '\ntorch.manual_seed(3)\n'), finding, because: /is seeded, in train.py/ },
    'another file seeds': { source: { 'train.py': step('    return x + torch.randn(b, n).to(device)\n'), 'main.py': 'import train\nfrom lightning import seed_everything\n\nseed_everything(1)\n' }, finding, because: /is seeded, in main.py/ },
    'a permutation decides what is used': { source: step('    return x[torch.randperm(b).to(device)]\n'), finding, because: /decides what data is used/ },
    'places decide what is used': { source: step('    places = torch.randint(0, b, (2,)).to(device)\n    return x[places]\n'), finding, because: /decides what data is used/ },
    'from a generator of its own': { source: step('    g = torch.Generator().manual_seed(0)\n    return x + torch.randn(n, generator=g).to(device)\n'), finding },
    'no random numbers': { source: step('    return x + torch.arange(n).to(device)\n'), finding },
  },
};
