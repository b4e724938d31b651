import type { TorchCases } from '../harness.js';

const finding = { function: 'main', at: 'optimizer = ', category: 'C2', rule: 'C2-tiny-kernels' };
const script = (made: string, { device = "torch.device('cuda' if torch.cuda.is_available() else 'cpu')", moved = '    model = nn.Linear(3, 2).to(device)\n', late = '' } = {}): string => `import torch
from torch import nn, optim

def main(args):
    device = ${device}
${moved}    ${made}
${late}    for x, y in [(torch.ones(4, 3), torch.zeros(4, 2))] * 5:
        loss = (model(x.to(device)) - y.to(device)).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model
`;
const run = 'import train\nresult = train.main(None).state_dict()';

export const fusedOptimizerCases: TorchCases = {
  fires: {
    'where there is a device': {
      source: script('optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)'),
      finding,
      patch: ['-    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)', '+    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, fused=torch.cuda.is_available())'],
      run,
      torch: [2, 0],
    },
    'on a device for sure, over several lines': {
      source: script('optimizer = optim.Adam(\n        model.parameters(),\n        lr=1e-3,\n    )', { device: "'cuda'" }),
      finding: { ...finding, category: 'C1', rule: 'C1-idle-device' },
      patch: ['+        fused=True,'],
    },
    'by an option of the program': {
      source: script('optimizer = torch.optim.AdamW(model.parameters())', { device: 'args.device', moved: "    model = nn.Linear(3, 2)\n    model.to(device)  # 'cuda' or 'cpu'\n" }),
      finding,
      patch: ['-    optimizer = torch.optim.AdamW(model.parameters())', '+    optimizer = torch.optim.AdamW(model.parameters(), fused=next(model.parameters()).is_cuda)'],
      run: "import train, types\nresult = train.main(types.SimpleNamespace(device='cpu')).state_dict()",
      torch: [2, 0],
    },
    'a script that validates too': {
      source: script('optimizer = torch.optim.AdamW(model.parameters())').replace('    return model\n', '    model.eval()\n    print(model(torch.ones(4, 3).to(device)).mean())\n    return model\n'),
      finding,
      patch: ['-    optimizer = torch.optim.AdamW(model.parameters())', '+    optimizer = torch.optim.AdamW(model.parameters(), fused=torch.cuda.is_available())'],
      run,
      torch: [2, 0],
    },
    'a script that validates too, and trains by a function': {
      source: `import torch\n\ndef epoch(model, optimizer, xs):\n    for x in xs:\n        model(x).sum().backward()\n        optimizer.step()\n\ndef main(xs):\n    model = torch.nn.Linear(2, 2).cuda()\n    optimizer = torch.optim.AdamW(model.parameters())\n    epoch(model, optimizer, xs)\n    model.eval()\n    print(model(xs[0]))\n`,
      finding,
      patch: ['-    optimizer = torch.optim.AdamW(model.parameters())', '+    optimizer = torch.optim.AdamW(model.parameters(), fused=True)'],
    },
    'groups that a method of the model makes': {
      source: `import torch\n\nclass Net(torch.nn.Linear):\n    def configure(self):\n        named = {name: p for name, p in self.named_parameters()}\n        named = {name: p for name, p in named.items() if p.requires_grad}\n        decay = [p for name, p in named.items() if p.dim() >= 2]\n        groups = [{'params': decay, 'weight_decay': 0.1}, {'params': [p for p in named.values() if p.dim() < 2]}]\n        return torch.optim.AdamW(groups)\n\ndef main(args):\n    model = Net(3, 2).to(args.device)  # cuda or cpu\n    optimizer = model.configure()\n    for _ in range(3):\n        model(torch.ones(4, 3)).sum().backward()\n        optimizer.step()\n    return model\n`,
      finding: { ...finding, at: 'optimizer.step' },
      patch: ['-        return torch.optim.AdamW(groups)', '+        return torch.optim.AdamW(groups, fused=next(self.parameters()).is_cuda)'],
      run: "import train, types\nresult = train.main(types.SimpleNamespace(device='cpu')).state_dict()",
      torch: [2, 0],
    },
    'made in another function than the loop': {
      source: `import torch\n\ndef make(model):\n    return torch.optim.AdamW(model.parameters(), lr=0.1)\n\ndef train(model, optimizer, xs):\n    for x in xs:\n        model(x).sum().backward()\n        optimizer.step()\n\nmodel = torch.nn.Linear(2, 2).cuda()\ntrain(model, make(model), [])\n`,
      finding: { ...finding, function: 'train', at: 'optimizer.step' },
      patch: ['-    return torch.optim.AdamW(model.parameters(), lr=0.1)', '+    return torch.optim.AdamW(model.parameters(), lr=0.1, fused=True)'],
    },
    'groups of a function, and options of a dict': {
      source: script("groups, options = by_size(model), {'lr': 0.1, 'eps': 1e-6}\n    optimizer = torch.optim.AdamW(groups, **options)").replace("groups, options = by_size(model), {'lr': 0.1, 'eps': 1e-6}", "groups = by_size(model)\n    options = {'lr': 0.1, 'eps': 1e-6}").replace('def main', 'def by_size(net):\n    large = [p for p in net.parameters() if p.dim() > 1]\n    small = [p for p in net.parameters() if p.dim() < 2]\n    return [{"params": large, "weight_decay": 0.1}, {"params": small, "weight_decay": 0.0}]\n\ndef main'),
      finding,
      patch: ['-    optimizer = torch.optim.AdamW(groups, **options)', '+    optimizer = torch.optim.AdamW(groups, **options, fused=torch.cuda.is_available())'],
      run,
      torch: [2, 0],
    },
    'told to go one by one': {
      source: script('optimizer = torch.optim.AdamW(model.parameters(), foreach=False)'),
      finding: { ...finding, at: 'optimizer.step()' },
      patch: ['-    optimizer = torch.optim.AdamW(model.parameters(), foreach=False)', '+    optimizer = torch.optim.AdamW(model.parameters(), fused=torch.cuda.is_available())'],
      run,
      torch: [2, 0],
    },
    'groups of parameters': {
      source: script('bias = [p for p in model.parameters() if p.dim() < 2]\n    rest = filter(lambda p: p.dim() > 1, model.parameters())\n    optimizer = torch.optim.AdamW([{"params": bias, "weight_decay": 0.0}, {"params": list(rest)}])'),
      finding,
      patch: ['-    optimizer = torch.optim.AdamW([{"params": bias, "weight_decay": 0.0}, {"params": list(rest)}])', '+    optimizer = torch.optim.AdamW([{"params": bias, "weight_decay": 0.0}, {"params": list(rest)}], fused=torch.cuda.is_available())'],
      run,
      torch: [2, 0],
    },
  },
  leaves: {
    'weights of its own among the parameters': { source: script('weight = torch.ones(3, requires_grad=True)\n    optimizer = torch.optim.AdamW([weight])'), finding, because: /cannot be seen whether the parameters/ },
    'the model moves afterwards': { source: script('optimizer = torch.optim.AdamW(model.parameters())', { moved: '    model = nn.Linear(3, 2)\n', late: '    model.to(device)\n' }), finding, because: /after the optimizer is made/ },
    'it is given already': { source: script('optimizer = torch.optim.AdamW(model.parameters(), fused=True)'), finding, because: /`fused=True` is given/ },
    'another way is given': { source: script('optimizer = torch.optim.AdamW(model.parameters(), foreach=True)'), finding, because: /`foreach=True` is given/ },
    'the finding names one without it': { source: script('other = torch.optim.Adam(model.parameters())\n    optimizer = torch.optim.RMSprop(model.parameters())'), finding, because: /no fused implementation/ },
    'sparse gradients': { source: { 'train.py': script('optimizer = torch.optim.SGD(model.parameters(), lr=0.1)', { moved: '    model = nn.Embedding(3, 2, sparse=True).to(device)\n' }), 'requirements.txt': 'torch>=2.4\n' }, finding, because: /sparse gradients/ },
    'decided by a dict of options': { source: script("options = {'foreach': True}\n    optimizer = torch.optim.AdamW(model.parameters(), **options)"), finding, because: /given already, by/ },
    'groups of a function with others among them': { source: script('optimizer = torch.optim.AdamW(everything(model))').replace('def main', 'def everything(net):\n    return [{"params": net.parameters()}] if net.training else [torch.ones(3)]\n\ndef main'), finding, because: /cannot be seen whether the parameters/ },
    'an optimizer without it': { source: script('optimizer = torch.optim.RMSprop(model.parameters())'), finding, because: /no fused implementation/ },
    'on the host': { source: script('optimizer = torch.optim.AdamW(model.parameters())', { device: "'cpu'" }), finding, because: /on the host/ },
    'an old version': { source: { 'train.py': script('optimizer = torch.optim.AdamW(model.parameters())'), 'requirements.txt': 'torch<2\n' }, finding, because: /asks for an older one/ },
    'SGD of an unknown version': { source: script('optimizer = optim.SGD(model.parameters(), lr=0.1)'), finding, because: /since|came with PyTorch 2\.3/ },
    'a finding of waiting': { source: script('optimizer = torch.optim.AdamW(model.parameters())'), finding: { ...finding, category: 'C3', rule: 'C3-scalar-read' } },
  },
};
