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
  },
  leaves: {
    'values of the step': { source: script('w = torch.tensor([float(i)] * k, device=device)'), finding, because: /`i` changes in the loop/ },
    'values of somebody else': { source: script('w = torch.tensor(draw(k)).to(device)'), finding, because: /cannot be seen that its values are the same/ },
    'it is changed in place': { source: script('w = torch.tensor([1.0, 2.0, 3.0, 4.0]).to(device)', '            w.mul_(2)\n'), finding, because: /changed, handed out/ },
    'only now and then': { source: script('if i > 1:\n                w = torch.tensor([1.0]).to(device)'), finding, because: /not made in every step/ },
    'not in a loop': { source: 'import torch\n\ndef train(device):\n    w = torch.tensor([1.0]).to(device)\n    return w + 1\n', finding },
  },
};
