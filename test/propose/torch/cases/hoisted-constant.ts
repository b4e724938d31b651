import type { TorchCases } from '../harness.js';

const finding = { function: 'train', at: 'torch.tensor', category: 'C4', rule: 'C4-repeated-copies' };
const script = (made: string, after = ''): string => `import torch

def train(data, device, k):
    total = 0.0
    for epoch in range(2):
        for i, x in enumerate(data):
            ${made}
            total += (x.to(device) * w).sum().item()
${after}    return total
`;
const run = "import train\nresult = train.train([torch.rand(4) for _ in range(3)], 'cpu', 4)";

export const hoistedConstantCases: TorchCases = {
  fires: {
    'values of a comprehension': { source: script('w = torch.tensor([1.0 if j % 2 else 0.5 for j in range(k)]).to(device)'), finding, patch: ['+    w = torch.tensor([1.0 if j % 2 else 0.5 for j in range(k)]).to(device)', '-            w = torch.tensor([1.0 if j % 2 else 0.5 for j in range(k)]).to(device)'], run },
    'made on the device': { source: script('w = torch.tensor([0.5, 1.0, k, 3.0], device=device)'), finding, patch: ['+    w = torch.tensor([0.5, 1.0, k, 3.0], device=device)', '-            w = torch.tensor([0.5, 1.0, k, 3.0], device=device)'], run },
    'in the middle of a call': {
      source: script('y = x.to(device) * torch.tensor([1.0, 2.0, 3.0, 4.0]).to(device)').replace('(x.to(device) * w)', 'y'),
      finding,
      patch: ['+    constant = torch.tensor([1.0, 2.0, 3.0, 4.0]).to(device)', '-            y = x.to(device) * torch.tensor([1.0, 2.0, 3.0, 4.0]).to(device)', '+            y = x.to(device) * constant'],
      run,
    },
    'a tensor that is given': {
      source: 'import torch\n\ndef train(data, features, device):\n    seen = []\n    for epoch in range(3):\n        for x in data:\n            seen.append((x @ features.to(device)).sum().item())\n    return seen\n\nresult = train([torch.ones(4)], torch.arange(8.0).view(4, 2), "cuda" if torch.cuda.is_available() else "cpu")\n',
      finding: { ...finding, at: 'features.to(' },
      patch: ['+    features_on_device = features.to(device)', '-            seen.append((x @ features.to(device)).sum().item())', '+            seen.append((x @ features_on_device).sum().item())'],
      run: 'import train\nresult = train.result',
    },
    'the file of the vectors': {
      source: 'import os\nimport numpy as np\nimport torch\n\nclass Index:\n    def __init__(self, folder, device):\n        self.folder, self.device = folder, device\n\n    def query(self, q, top):\n        answers = []\n        for i in range(len(q)):\n            vectors = np.load(os.path.join(self.folder, "v.npy"))\n            documents = torch.from_numpy(vectors.astype(np.float32)).to(self.device)\n            answers.append((documents @ q[i]).topk(top)[1].tolist())\n        return answers\n',
      finding: { ...finding, function: 'Index.query', at: 'documents = ' },
      patch: ['+        documents = torch.from_numpy(np.load(os.path.join(self.folder, "v.npy")).astype(np.float32)).to(self.device)', '-            vectors = np.load(os.path.join(self.folder, "v.npy"))', '-            documents = torch.from_numpy(vectors.astype(np.float32)).to(self.device)'],
      run: 'import numpy as np, train\nnp.save("v.npy", np.arange(12.0).reshape(6, 2))\nresult = train.Index(".", "cpu").query(torch.ones(3, 2), 2)',
    },
  },
  leaves: {
    'values of the step': { source: script('w = torch.tensor([float(i)] * k, device=device)'), finding, because: /`i` changes in the loop/ },
    'values of somebody else': { source: script('w = torch.tensor(draw(k)).to(device)'), finding, because: /cannot be seen that its values are the same/ },
    'it is changed in place': { source: script('w = torch.tensor([1.0, 2.0, 3.0, 4.0]).to(device)', '            w.mul_(2)\n'), finding, because: /changed, handed out/ },
    'only now and then': { source: script('if i > 1:\n                w = torch.tensor([1.0]).to(device)'), finding, because: /not made in every step/ },
    'the file is written to meanwhile': { source: 'import numpy as np\nimport torch\n\ndef grow(q, device):\n    for i in range(len(q)):\n        documents = torch.from_numpy(np.load("v.npy")).to(device)\n        print((documents @ q[i]).sum())\n        np.save("v.npy", documents.cpu().numpy() * 2)\n', finding: { ...finding, function: 'grow', at: 'documents = ' } },
    'the device is that of the step': { source: script('y = x * torch.tensor([1.0, 2.0, 3.0, 4.0]).to(x.device)').replace('(x.to(device) * w)', 'y'), finding },
    'it is collected': { source: script('kept.append(torch.tensor([1.0, 2.0]).to(device))').replace(' * w', '').replace('total = 0.0', 'total, kept = 0.0, []'), finding, because: /changed or handed out/ },
    'a tensor that training changes': { source: 'import torch\n\ndef train(data, average, device):\n    for epoch in range(3):\n        for x in data:\n            print((x - average.to(device)).sum().item())\n            average.mul_(0.9)\n', finding: { ...finding, at: 'average.to(' } },
    'a model': { source: 'import torch\n\ndef train(model, data, device):\n    for epoch in range(3):\n        for x in data:\n            print(model.to(device)(x).sum().item())\n', finding: { ...finding, at: 'model.to(' } },
    'an attribute that a method sets': { source: 'import torch\n\nclass Trainer:\n    def __init__(self, weights, device):\n        self.weights, self.device = weights, device\n\n    def adapt(self, x):\n        self.weights = self.weights * x.mean()\n\n    def fit(self, data):\n        for x in data:\n            print((x * self.weights.to(self.device)).sum())\n            self.adapt(x)\n', finding: { ...finding, function: 'Trainer.fit', at: 'print(' } },
    'a name of a comprehension': { source: script('w, v = (torch.from_numpy(one).to(device) for one in points(k))').replace('import torch\n', 'import numpy as np\nimport torch\n\ndef points(k):\n    return np.ones(k), np.zeros(k)\n'), finding: { ...finding, at: 'torch.from_numpy' } },
    'numbers of a comprehension': { source: 'import torch\n\ndef train(data, device):\n    for x in data:\n        print([(x * torch.tensor([float(n)]).to(device)).sum() for n in range(3)])\n', finding: { ...finding, at: 'torch.tensor' } },
    'not in a loop': { source: 'import torch\n\ndef train(device):\n    w = torch.tensor([1.0]).to(device)\n    return w + 1\n', finding },
  },
};
