import type { TorchCases } from '../harness.js';

const finding = { function: 'main', at: 'model(x)', category: 'C2', rule: 'C2-launch-bound' };
const net = `import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(4, 4)

    def forward(self, x):
        return torch.relu(self.layer(x)) * 2
`;
const main = ({ made = '    model = Net().to(device)\n', end = '', batches = '        x = torch.randn(8, 4, device=device)\n' } = {}): string => `

def main():
    device = 'cuda' if torch.cuda.is_available() else 'cpu'
${made}    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for step in range(3):
${batches}        loss = model(x).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
${end}    return [p.detach() for p in model.parameters()]
`;
const saved = "    torch.save(model.state_dict(), 'net.pt')\n";
const returned = main().replace('return [p.detach() for p in model.parameters()]', 'return model');
const holder = `

class Trainer:
    def __init__(self, model, device):
        self.model = model.to(device)

    def main(self, xs):
        for x in xs:
            self.model(x).sum().backward()


def main():
    trainer = Trainer(Net(), 'cuda' if torch.cuda.is_available() else 'cpu')
    trainer.main([torch.ones(2, 4)])
    return trainer.model
`;
/** Compiling needs a compiler of C++, and is checked elsewhere: here the graph is run as it is. */
const run = `
import torch
if hasattr(torch, 'compile'):
    was = torch.compile
    torch.compile = lambda model, **options: was(model, backend='eager')
    torch.nn.Module.compile = lambda self, **options: None
import train
result = train.main()
if isinstance(result, torch.nn.Module):
    result = result.state_dict()
`;

export const torchCompileCases: TorchCases = {
  fires: {
    'where the model is made': { source: net + main(), finding, patch: ['+    model = torch.compile(model)'], run, torch: [2, 1] },
    'in place where weights are saved': { source: { 'train.py': net + main({ made: '    model = Net()\n    model.to(device)\n', end: saved }), 'requirements.txt': 'torch>=2.2\n' }, finding: { ...finding, rule: 'C2-fragmented-elementwise' }, patch: ['+    model.compile()'], run, torch: [2, 2] },
    'under a name of its own where weights are saved, and the version is not known': { source: net + main({ end: saved }), finding, patch: ['+    compiled = torch.compile(model)', '-        loss = model(x).square().mean()', '+        loss = compiled(x).square().mean()'], run, torch: [2, 1] },
    'under a name of its own where the model is returned': { source: net + returned, finding, patch: ['+    compiled = torch.compile(model)', '-        loss = model(x).square().mean()', '+        loss = compiled(x).square().mean()'], run, torch: [2, 1] },
    'a model that is returned, in place': { source: { 'train.py': net + returned, 'requirements.txt': 'torch==2.4.1\n' }, finding, patch: ['+    model.compile()'], run, torch: [2, 2] },
    'held by an object that trains': {
      source: `${net}${holder}`,
      finding: { ...finding, function: 'Trainer.main', at: 'self.model(x)' },
      patch: ['+        self.compiled = torch.compile(self.model)', '-            self.model(x).sum().backward()', '+            self.compiled(x).sum().backward()'],
      run,
      torch: [2, 1],
    },
    'in another file': {
      source: { 'net.py': net, 'train.py': `import torch\nfrom net import Net\n${main()}` },
      finding: { ...finding, function: 'Net.forward', at: 'torch.relu', file: 'net.py' },
      patch: ['@ train.py', '+    model = torch.compile(model)'],
      run,
      torch: [2, 1],
    },
    'a model that a function puts together': {
      source: `import torch\nfrom torch import nn\n\ndef build(count):\n    return nn.Sequential(*[nn.Linear(4, 4) for _ in range(count)])\n\ndef train(device='cuda'):\n    torch.manual_seed(1)\n    model = build(2).to(device)\n    opt = torch.optim.SGD(model.parameters(), lr=0.1)\n    for _ in range(3):\n        loss = model(torch.ones(2, 4, device=device)).mean()\n        opt.zero_grad()\n        loss.backward()\n        opt.step()\n    return loss.item()\n`,
      finding: { function: 'train', at: 'loss = model', category: 'C2', rule: 'C2-launch-bound' },
      patch: ['+    model = torch.compile(model)'],
      run: 'torch.compile = lambda module, **options: module\nimport train\nresult = train.train("cpu")',
    },
  },
  leaves: {
    'batches of many lengths': {
      source: `import torch\nfrom torch import nn\n\ndef collate(items):\n    return nn.utils.rnn.pad_sequence(items)\n\ndef train(data):\n    model = nn.Sequential(nn.Linear(4, 4)).cuda()\n    for x in torch.utils.data.DataLoader(data, collate_fn=collate):\n        model(x.cuda()).mean().backward()\n`,
      finding: { function: 'train', at: 'backward()', category: 'C2', rule: 'C2-launch-bound' },
      because: /each new size would compile again/,
    },
    'gradients are differentiated again': { source: (net + main()).replace('        optimizer.zero_grad()', '        slope, = torch.autograd.grad(loss, x, create_graph=True)\n        loss = loss + slope.norm()\n        optimizer.zero_grad()'), finding, because: /Gradients are themselves differentiated in line 21/ },
    'it is compiled': { source: net + main({ made: '    model = torch.compile(Net().to(device))\n' }), finding, because: /compiles already, in line 16/ },
    'forward fetches a value': { source: net.replace('torch.relu(self.layer(x)) * 2', 'x * x.max().item()') + main(), finding, because: /one graph: line 11/ },
    'it is returned, and another function calls it': { source: net + returned.replace('        loss = model(x)', '        loss = step(model, x)'), finding: { ...finding, at: 'step(model' }, because: /names of the weights.*no loop beside it calls/ },
    'held by an object of an unknown class': { source: `from lightning import LightningModule\n${net}${holder.replace('class Trainer:', 'class Trainer(LightningModule):')}`, finding: { ...finding, function: 'Trainer.main', at: 'self.model(x)' }, because: /what the class that holds the model derives from/ },
    'it is saved, and made anew later': { source: net + main({ end: `${saved}    model = model.half()\n` }), finding, because: /line \d+ gives `model` another value/ },
    'an old version': { source: { 'train.py': net + main(), 'requirements.txt': 'torch==1.13.1\n' }, finding, because: /asks for an older one/ },
    'several models': { source: net + main({ made: '    model = Net().to(device)\n    teacher = Net().to(device)\n' }), finding, because: /where the one model is made/ },
    'on the host': { source: net + main().replace("'cuda' if torch.cuda.is_available() else ", ''), finding, because: /does not use CUDA/ },
    'a finding of copies': { source: net + main(), finding: { ...finding, category: 'C4', rule: 'C4-pageable-copies' } },
  },
};

export const cudaGraphsCases: TorchCases = {
  fires: {
    'batches of one shape': { source: net + main(), finding, patch: ["+    model = torch.compile(model, mode='reduce-overhead')"], run, torch: [2, 1] },
    'a compiled model': { source: net + main({ made: '    model = torch.compile(Net().to(device))\n' }), finding, patch: ['-    model = torch.compile(Net().to(device))', "+    model = torch.compile(Net().to(device), mode='reduce-overhead')"], run, torch: [2, 1] },
  },
  leaves: {
    'a loader that keeps the last batch': { source: `from torch.utils.data import DataLoader\n${net}${main({ batches: '        x = next(iter(loader))\n', made: '    model = Net().to(device)\n    loader = DataLoader(data, batch_size=8)\n' })}`, finding, because: /last batch may be smaller/ },
    'batches that come from outside': { source: (net + main()).replace('for step in range(3)', 'for x in batches').replace('        x = torch.randn(8, 4, device=device)\n', ''), finding, because: /have one shape/ },
    'padded batches': { source: net + main({ batches: '        x = torch.nn.utils.rnn.pad_sequence(rows[step])\n' }), finding, because: /differ in size/ },
    'losses are kept': { source: net + main({ end: '', batches: '        x = torch.randn(8, 4, device=device)\n' }).replace('        optimizer.step()', '        optimizer.step()\n        losses.append(loss.detach())'), finding, because: /keeps an output/ },
    'another mode': { source: net + main({ made: "    model = torch.compile(Net().to(device), mode='max-autotune')\n" }), finding, because: /compiles already/ },
    'fragmented, but not bound by launches': { source: net + main(), finding: { ...finding, rule: 'C2-fragmented-elementwise' } },
  },
};
