import type { TorchCases } from '../harness.js';

const finding = { function: 'batch', at: 'torch.stack', category: 'C7', rule: 'C7-data-loader' };
const batch = (body: string, drawn = 'ix = torch.randint(len(data) - T - 1, (B,))'): string => `import numpy as np
import torch

def batch(data, B, T, device):
    ${drawn}
${body}    return x.to(device), y.to(device)
`;
const two = '    x = torch.stack([data[i:i + T] for i in ix])\n    y = torch.stack([data[i + 1:i + 1 + T] for i in ix])\n';
const arrays = '    x = torch.stack([torch.from_numpy((data[i:i+T]).astype(np.int64)) for i in ix])\n    y = torch.stack([torch.from_numpy((data[i+1:i+1+T]).astype(np.int64)) for i in ix])\n';
const run = "import train\nresult = [train.batch(torch.arange(50), 4, 7, 'cpu'), train.batch(torch.rand(50, 3), 4, 7, 'cpu')]";

export const indexBatchesCases: TorchCases = {
  fires: {
    'inputs and targets': {
      source: batch(two),
      finding,
      patch: ['-    x = torch.stack([data[i:i + T] for i in ix])', '-    y = torch.stack([data[i + 1:i + 1 + T] for i in ix])', '+    index = ix[:, None] + torch.arange(T)', '+    x = data[index]', '+    y = data[index + 1]'],
      run,
    },
    'of a mapped file, as arrays': {
      source: batch(arrays),
      finding,
      patch: [
        '-    x = torch.stack([torch.from_numpy((data[i:i+T]).astype(np.int64)) for i in ix])',
        '-    y = torch.stack([torch.from_numpy((data[i+1:i+1+T]).astype(np.int64)) for i in ix])',
        '+    index = (ix[:, None] + torch.arange(T)).numpy()',
        '+    x = torch.from_numpy((data[index]).astype(np.int64))',
        '+    y = torch.from_numpy((data[index + 1]).astype(np.int64))',
      ],
      run: "import train\nimport numpy as np\nresult = train.batch(np.arange(50, dtype=np.uint16), 4, 7, 'cpu')",
    },
    'one longer by one, converted': {
      source: batch('    both = torch.stack([data[i:i+T+1].long() for i in ix])\n    x, y = both[:, :-1], both[:, 1:]\n', 'ix = torch.randint(0, len(data) - T - 1, size=(B,), device=data.device)'),
      finding,
      patch: ['-    both = torch.stack([data[i:i+T+1].long() for i in ix])', '+    both = data[(ix[:, None] + torch.arange(T + 1, device=ix.device)).to(data.device)].long()'],
      run,
    },
    'elements too, from places that NumPy has drawn': {
      source: batch('    x = torch.stack([data[t - T:t] / 2 for t in ix])\n    y = torch.stack([data[t] for t in ix])\n', 'ix = np.random.default_rng(3).integers(T, len(data), B)'),
      finding,
      patch: ['-    x = torch.stack([data[t - T:t] / 2 for t in ix])', '-    y = torch.stack([data[t] for t in ix])', '+    index = torch.as_tensor(ix)[:, None] + torch.arange(T)', '+    x = data[index - T] / 2', '+    y = data[ix]'],
      run,
    },
    'lists that a loop fills, from places that it draws': {
      source: batch('    xs, ys = [], []\n    for _ in range(B):\n        start = int(torch.randint(len(data) - T - 1, (1,)))\n        xs.append(data[start:start + T])\n        ys.append(data[start + 1:start + T + 1])\n    x, y = torch.stack(xs), torch.stack(ys)\n', 'pass'),
      finding: { ...finding, at: 'xs.append' },
      patch: [
        '-    xs, ys = [], []',
        '-    for _ in range(B):',
        '-        start = int(torch.randint(len(data) - T - 1, (1,)))',
        '-        xs.append(data[start:start + T])',
        '-        ys.append(data[start + 1:start + T + 1])',
        '-    x, y = torch.stack(xs), torch.stack(ys)',
        '+    starts = [int(torch.randint(len(data) - T - 1, (1,))) for _ in range(B)]',
        '+    index = torch.tensor(starts)[:, None] + torch.arange(T)',
        '+    x, y = data[index], data[index + 1]',
      ],
      run,
    },
    'blocks of a permutation': {
      source: batch('    x = torch.stack([data[k * T:(k + 1) * T] for k in ix])\n    y = x\n', 'ix = torch.randperm(len(data) // T)[:B]'),
      finding,
      patch: ['-    x = torch.stack([data[k * T:(k + 1) * T] for k in ix])', '+    x = data[ix[:, None] * T + torch.arange(T)]'],
      run,
    },
    'all windows of a series': {
      source: batch('    x = torch.cat([data[i:i + T].unsqueeze(0) for i in range(0, len(data) - T + 1, B)])\n    y = x\n', 'pass'),
      finding: { ...finding, at: 'torch.cat' },
      patch: ['-    x = torch.cat([data[i:i + T].unsqueeze(0) for i in range(0, len(data) - T + 1, B)])', '+    x = data[torch.arange(0, len(data) - T + 1, B)[:, None] + torch.arange(T)]'],
      run,
    },
    'places of somebody else, by their number': {
      source: batch('    x = torch.stack([data[starts[k]:starts[k] + T] for k in range(len(starts))])\n    y = x\n', 'starts = draw(B)').replace('def batch', 'def draw(B):\n    return list(range(B))\n\ndef batch'),
      finding,
      patch: ['-    x = torch.stack([data[starts[k]:starts[k] + T] for k in range(len(starts))])', '+    x = data[torch.tensor(starts)[:, None] + torch.arange(T)]'],
      run,
    },
    'rows of arrays that a buffer holds': {
      source: 'import numpy as np\nimport torch\n\nclass Buffer:\n    def __init__(self, n):\n        self.seen = np.arange(n * 2.0).reshape(n, 2)\n        self.n = n\n\n    def batch(self, size):\n        chosen = np.random.randint(0, self.n, size=size)\n        return torch.from_numpy(np.stack([self.seen[i] for i in chosen]))\n',
      finding: { ...finding, at: 'np.stack' },
      patch: ['-        return torch.from_numpy(np.stack([self.seen[i] for i in chosen]))', '+        return torch.from_numpy(self.seen[chosen])'],
      run: 'import train\nimport numpy as np\nnp.random.seed(3)\nresult = train.Buffer(9).batch(5)',
    },
  },
  leaves: {
    'places that may be negative': { source: batch(two, 'ix = torch.randint(-4, 9, (B,))'), finding, because: /place in `ix` may be negative/ },
    'what is gone over may be anything': { source: batch(two, 'ix = sampler').replaceAll('in ix', 'in sampler'), finding, because: /cannot be seen that `sampler` is a row/ },
    'two rows of places': { source: batch(two, 'ix = torch.randint(0, 9, (B, 2))'), finding, because: /more than one row/ },
    'another dimension': { source: batch(two.replaceAll('for i in ix]', 'for i in ix], 1')), finding },
    'items of what may be a list': { source: batch('    x = torch.stack([data[i] for i in ix])\n    y = x\n'), finding, because: /cannot be seen that `data` is one tensor/ },
    'tensors of parts of a list': { source: batch('    data = [1, 2, 3]\n    x = torch.stack([torch.tensor(data[i:i + T]) for i in ix])\n    y = x\n'), finding, because: /takes no index of several places/ },
    'slices of several lengths': { source: batch('    x = torch.stack([data[i:i + T[i]] for i in ix])\n    y = x\n'), finding },
    'a loop that does more': { source: batch('    xs = []\n    for i in ix:\n        xs.append(data[i:i + T])\n        print(i)\n    x = y = torch.stack(xs)\n'), finding: { ...finding, at: 'torch.stack' } },
    'a file of slices': { source: batch('    data = h5py.File(data)["x"]\n    x = y = np.stack([data[i:i + T] for i in ix])\n').replace('import numpy', 'import h5py\nimport numpy'), finding: { ...finding, at: 'np.stack' }, because: /cannot be seen that `data` is one tensor/ },
    'items that are worked on': { source: batch('    x = torch.stack([data[i:i + T].flip(0) for i in ix])\n    y = x\n'), finding },
  },
};

const item = { function: 'Items.__getitem__', at: 'np.load(', category: 'C7', rule: 'C7-data-loader' };
const items = (body: string): string => `import os
import numpy as np
import torch

class Items(torch.utils.data.Dataset):
    def __init__(self, folder):
        self.folder = folder

    def __getitem__(self, index):
${body}`;
const read = `import numpy as np\nnp.save('x.npy', np.arange(12.0).reshape(4, 3))\nimport train\nitems = train.Items('.')\nresult = [items[0], items[3]]\nitems[1].zero_()\nresult.append(items[1])`;

export const mappedFileCases: TorchCases = {
  fires: {
    'a part that is copied': {
      source: items('        x = np.load(os.path.join(self.folder, "x.npy"))\n        return torch.from_numpy(x[index].copy())\n'),
      finding: item,
      patch: ['-        x = np.load(os.path.join(self.folder, "x.npy"))', '+        x = np.load(os.path.join(self.folder, "x.npy"), mmap_mode="r")'],
      run: read,
    },
    'a part that is not': {
      source: items('        x = np.load(os.path.join(self.folder, "x.npy"))\n        assert len(x) == x.shape[0]\n        return torch.from_numpy(x[index])\n'),
      finding: item,
      patch: ['-        x = np.load(os.path.join(self.folder, "x.npy"))', '+        x = np.load(os.path.join(self.folder, "x.npy"), mmap_mode="r")', '-        return torch.from_numpy(x[index])', '+        return torch.from_numpy(x[index].copy())'],
      run: read,
    },
    'one expression, of a path that has a name': {
      source: items('        path = os.path.join(self.folder, "x.npy")\n        return torch.from_numpy(np.load(path)[index].astype(np.float32) / 2)\n'),
      finding: item,
      patch: ['-        return torch.from_numpy(np.load(path)[index].astype(np.float32) / 2)', '+        return torch.from_numpy(np.load(path, mmap_mode="r")[index].astype(np.float32) / 2)'],
      run: read,
    },
    'a part of one of several files': {
      source: items('        shard, row = divmod(index, 4)\n        x = np.load(os.path.join(self.folder, ["x.npy", "x.npy"][shard]))\n        return torch.from_numpy(x[row])\n'),
      finding: item,
      patch: ['-        x = np.load(os.path.join(self.folder, ["x.npy", "x.npy"][shard]))', '-        return torch.from_numpy(x[row])', '+        x = np.load(os.path.join(self.folder, ["x.npy", "x.npy"][shard]), mmap_mode="r")', '+        return torch.from_numpy(x[row].copy())'],
      run: read,
    },
  },
  leaves: {
    'a file for each item': { source: items('        x = np.load(os.path.join(self.folder, f"{index}.npy"))\n        return torch.from_numpy(x[0])\n'), finding: item, because: /file of its own, by `index`/ },
    'all of it is used': { source: items('        x = np.load(os.path.join(self.folder, "x.npy"))\n        return torch.from_numpy(x)\n'), finding: item, because: /All of `x` is used/ },
    'an archive': { source: items('        x = np.load(os.path.join(self.folder, "x.npz"))\n        return torch.from_numpy(x["a"])\n'), finding: item, because: /archive/ },
    'mapped already': { source: items('        x = np.load(os.path.join(self.folder, "x.npy"), mmap_mode="r")\n        return torch.from_numpy(x[index].copy())\n'), finding: item, because: /mapped already/ },
    'it is written to': { source: items('        x = np.load(os.path.join(self.folder, "x.npy"))\n        x[index] = 0\n        return torch.from_numpy(x[index])\n'), finding: item, because: /writes to what was read/ },
  },
};
