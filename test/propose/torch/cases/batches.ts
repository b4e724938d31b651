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
      patch: ['-    both = torch.stack([data[i:i+T+1].long() for i in ix])', '+    index = (ix[:, None] + torch.arange(T + 1, device=ix.device)).to(data.device)', '+    both = data[index].long()'],
      run,
    },
  },
  leaves: {
    'places that may be negative': { source: batch(two, 'ix = torch.randint(-4, 9, (B,))'), finding, because: /no place in `ix` is negative/ },
    'places of somebody else': { source: batch(two, 'ix = draw(B)'), finding, because: /no place in `ix` is negative/ },
    'another dimension': { source: batch(two.replaceAll('for i in ix]', 'for i in ix], 1')), finding },
    'whole items': { source: batch('    x = torch.stack([data[i] for i in ix])\n    y = x\n'), finding },
    'slices of several lengths': { source: batch('    x = torch.stack([data[i:i + T * 2] for i in ix])\n    y = x\n'), finding },
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
  },
  leaves: {
    'a file for each item': { source: items('        x = np.load(os.path.join(self.folder, f"{index}.npy"))\n        return torch.from_numpy(x[0])\n'), finding: item, because: /file of its own, by `index`/ },
    'all of it is used': { source: items('        x = np.load(os.path.join(self.folder, "x.npy"))\n        return torch.from_numpy(x)\n'), finding: item, because: /All of `x` is used/ },
    'an archive': { source: items('        x = np.load(os.path.join(self.folder, "x.npz"))\n        return torch.from_numpy(x["a"])\n'), finding: item, because: /archive/ },
    'mapped already': { source: items('        x = np.load(os.path.join(self.folder, "x.npy"), mmap_mode="r")\n        return torch.from_numpy(x[index].copy())\n'), finding: item, because: /mapped already/ },
    'it is written to': { source: items('        x = np.load(os.path.join(self.folder, "x.npy"))\n        x[index] = 0\n        return torch.from_numpy(x[index])\n'), finding: item, because: /writes to what was read/ },
  },
};
