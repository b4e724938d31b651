import type { TorchCases } from '../harness.js';

const finding = { function: 'evaluate', at: 'def evaluate', category: 'C5' };
const head = 'import torch\nimport torch.nn as nn\n\n';
const accuracy = `def evaluate(model, loader, device):
    model.eval()
    correct = 0
    total = 0
    for x, y in loader:
        out = model(x.to(device))
        correct += (out.argmax(1) == y.to(device)).sum().item()
        total += y.size(0)
    return correct / total
`;
const run = `
import train
model = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Dropout(0.5), torch.nn.Linear(4, 2))
data = [(torch.randn(4, 3), torch.randint(0, 2, (4,))) for _ in range(5)]
result = train.evaluate(model, data, 'cpu')
`;

export const noGradientsCases: TorchCases = {
  fires: {
    'numbers come out': { source: head + accuracy, finding, patch: ['+@torch.inference_mode()'], run },
    'tensors come out': {
      source: `${head}def evaluate(model, loader, device):\n    model.eval()\n    outputs = []\n    for x, _ in loader:\n        outputs.append(model(x.to(device)))\n    return torch.cat(outputs)\n`,
      finding,
      patch: ['+@torch.no_grad()'],
      run,
    },
    'a script that trains prints what comes out': {
      source: `${head}device = 'cpu'\n\n${accuracy.replace('return correct / total', 'return torch.tensor(correct / total)')}\nif __name__ == '__main__':\n    model = nn.Linear(3, 2)\n    for x, y in []:\n        model(x).sum().backward()\n        score = evaluate(model, [], device)\n        print(f'{score:.2f}')\n`,
      finding,
      patch: ['+@torch.no_grad()'],
      run,
    },
    'a program that only predicts': {
      source: `${head}def load():\n    model = nn.Linear(3, 2)\n    model.eval()\n    return model\n\ndef first(model, xs):\n    return [model(x).argmax().item() for x in xs]\n`,
      finding: { ...finding, function: 'first', at: 'def first' },
      patch: ['+@torch.no_grad()'],
      run: 'import train\nresult = train.first(train.load(), [torch.ones(3)])',
    },
    'a model that keeps tensors of its forward pass': {
      source: `${head}class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.layer = nn.Linear(3, 2)\n\n    def forward(self, x):\n        self.cos = torch.cos(torch.arange(3.0))\n        return self.layer(x * self.cos)\n\n${accuracy}`,
      finding,
      patch: ['+@torch.no_grad()'],
      run,
    },
    'a model of a package, in a program that trains': {
      source: `${head}from transformers import AutoModel\n\n${accuracy}\ndef train(x):\n    model = AutoModel.from_pretrained('x')\n    model(x).sum().backward()\n    print(evaluate(model, [], 'cuda'))\n`,
      finding,
      patch: ['+@torch.no_grad()'],
    },
    'a loop of a script that also trains': {
      source: `${head}torch.manual_seed(1)\nmodel = nn.Linear(3, 2)\nopt = torch.optim.SGD(model.parameters(), lr=0.1)\ndata = [(torch.randn(4, 3), torch.randint(0, 2, (4,))) for _ in range(3)]\nfor epoch in range(2):\n    model.train()\n    for x, y in data:\n        opt.zero_grad()\n        nn.functional.cross_entropy(model(x), y).backward()\n        opt.step()\n    model.eval()\n    correct = 0\n    for x, y in data:\n        # hits\n        correct += (model(x).argmax(1) == y).sum().item()\n    print(epoch, correct)\n`,
      finding: { ...finding, function: '<module>', at: 'model.eval()' },
      patch: ['-    for x, y in data:', '-        # hits', '-        correct += (model(x).argmax(1) == y).sum().item()', '+    with torch.inference_mode():', '+        for x, y in data:', '+            # hits', '+            correct += (model(x).argmax(1) == y).sum().item()'],
      run: 'import train',
    },
  },
  leaves: {
    'it is decorated': { source: `${head}@torch.no_grad()\n${accuracy}`, finding, because: /without gradients already/ },
    'it has a with': { source: `${head}${accuracy.replace('        out = model(x.to(device))', '        with torch.no_grad():\n            out = model(x.to(device))')}`, finding, because: /without gradients already/ },
    'its callers have one': { source: `${head}${accuracy}\ndef main(model, loader):\n    with torch.inference_mode():\n        print(evaluate(model, loader, 'cuda'))\n`, finding, because: /All callers/ },
    'an attack needs gradients': { source: `${head}${accuracy.replace('        correct', '        x.requires_grad_()\n        out.sum().backward()\n        correct')}`, finding, because: /takes gradients/ },
    'training goes through it': { source: `${head}def encode(model, x):\n    return model(x)\n\ndef train(model, head, x, opt):\n    loss = head(encode(model, x)).sum()\n    loss.backward()\n    opt.step()\n`, finding: { ...finding, function: 'encode', at: 'def encode' }, because: /Gradients may be taken through/ },
    'a forward encodes': {
      source: `${head}class VAE(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.encoder = nn.Linear(3, 3)\n\n    def encode(self, x):\n        return self.encoder(x)\n\n    def forward(self, x):\n        return self.encode(x)\n`,
      finding: { ...finding, function: 'VAE.encode', at: 'def encode' },
      because: /method of a model/,
    },
    'training goes through it by other methods': {
      source: `${head}class Trainer:\n    def embed_pair(self, a, b):\n        self.frozen.eval()\n        return self.model(self.frozen(a)), self.model(b)\n\n    def loss(self, a, b):\n        x, y = self.embed_pair(a, b)\n        return (x - y).square().mean()\n\n    def fit(self, pairs):\n        for a, b in pairs:\n            self.loss(a, b).backward()\n            self.optimizer.step()\n`,
      finding: { ...finding, function: 'Trainer.embed_pair', at: 'def embed_pair' },
      because: /Gradients may be taken through what `embed_pair` returns: line 15/,
    },
    'it calls what trains': {
      source: `${head}${accuracy.replace('        out =', '        tune(model, x)\n        out =')}\ndef tune(model, x):\n    model(x).sum().backward()\n`,
      finding,
      because: /`evaluate` calls `tune`, which takes gradients/,
    },
    'a name alone, where the repository trains': {
      source: { 'agent.py': `${head}def score_batch(model, x):\n    return model(x)\n`, 'loop.py': 'def train(agent, x):\n    agent.step(x).backward()\n' },
      finding: { ...finding, function: 'score_batch', at: 'def score_batch' },
      because: /does not call `\.eval\(\)`, and the repository trains/,
    },
    'a generator': { source: `${head}def predict(model, loader):\n    model.eval()\n    for x in loader:\n        yield model(x)\n`, finding: { ...finding, function: 'predict', at: 'def predict' }, because: /generator/ },
    'no model is called': { source: `${head}def evaluate(model):\n    model.eval()\n    return sum(p.numel() for p in model.parameters())\n`, finding },
    'a training loop': { source: `${head}def train(model, loader, opt):\n    for x, y in loader:\n        model(x).sum().backward()\n        opt.step()\n`, finding: { ...finding, function: 'train', at: 'def train' } },
  },
};
