import type { TorchCases } from '../harness.js';

const loop = (body: string, before = ''): string => `import time
import torch
from torch import nn

def train(model, loader, optimizer, device):
    model.train()
${before}    for step, (x, y) in enumerate(loader):
        loss = nn.functional.mse_loss(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
${body}    return model
`;
const finding = { function: 'train', at: 'synchronize', category: 'C3', rule: 'C3-device-sync' };
const run = `
import train
torch.cuda.synchronize = lambda *args: None
model = torch.nn.Linear(3, 2)
data = [(torch.randn(4, 3), torch.randn(4, 2)) for _ in range(5)]
result = train.train(model, data, torch.optim.SGD(model.parameters(), lr=0.1), 'cpu').state_dict()
`;

export const deviceSynchronizeCases: TorchCases = {
  fires: {
    'after every step': { source: loop('        torch.cuda.synchronize()  # wait for the step\n'), finding, patch: ['-        torch.cuda.synchronize()  # wait for the step'], run },
    'with the question whether there is a device': { source: loop('        if torch.cuda.is_available():\n            torch.cuda.synchronize(device)\n'), finding, patch: ['-        if torch.cuda.is_available():', '-            torch.cuda.synchronize(device)'], run },
    'in a function that a loop calls': {
      source: 'from torch import cuda\n\ndef step(model, x):\n    out = model(x)\n    cuda.synchronize()\n    return out\n\ndef serve(model, batches):\n    return [step(model, x) for x in batches]\n\ndef run(model, batches):\n    for x in batches:\n        step(model, x)\n',
      finding: { ...finding, function: 'step' },
      patch: ['-    cuda.synchronize()'],
    },
  },
  leaves: {
    'the loop takes times': { source: loop('        torch.cuda.synchronize()\n        print(time.perf_counter() - start)\n', '    start = time.perf_counter()\n'), finding, because: /takes a time/ },
    'it waits every hundred steps': { source: loop('        if step % 100 == 0:\n            torch.cuda.synchronize()\n'), finding, because: /only where `step % 100 == 0` holds/ },
    'it waits once at the end': { source: loop('').replace('    return model', '    torch.cuda.synchronize()\n    return model'), finding, because: /does not stand in a loop/ },
    'a copy to the host does not wait by itself': { source: loop("        kept = x.to('cpu', non_blocking=True)\n        torch.cuda.synchronize()\n"), finding, because: /orders work by itself/ },
    'a function of the same name': { source: 'import torch\nfrom mine import cuda\n\ndef train(xs):\n    for x in xs:\n        cuda.synchronize()\n', finding },
  },
};
