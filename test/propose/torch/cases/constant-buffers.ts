import type { TorchCases } from '../harness.js';

const finding = { function: 'GPT.forward', at: 'def forward', category: 'C2', rule: 'C2-tiny-kernels' };
const model = (body: string, { init = '        self.pos_emb = nn.Embedding(block_size, width)\n', before = '', use = "\n\ndef main(device):\n    return GPT().to(device)\n" } = {}): string => `import torch
import torch.nn as nn
${before}

class GPT(nn.Module):
    def __init__(self, vocabulary=11, block_size=8, width=4):
        super().__init__()
        self.tok_emb = nn.Embedding(vocabulary, width)
${init}        self.head = nn.Linear(width, vocabulary)

    def forward(self, idx):
        B, T = idx.shape
        x = self.tok_emb(idx)
${body}        return self.head(x)
${use}`;
const run = `
import train
torch.manual_seed(1)
model = train.GPT()
result = [model(torch.randint(0, 11, (2, 5))), list(model.state_dict())]
`;

export const constantBuffersCases: TorchCases = {
  fires: {
    'position ids': {
      source: model('        pos = torch.arange(0, T, dtype=torch.long, device=idx.device)\n        x = x + self.pos_emb(pos)\n'),
      finding,
      patch: ["+        self.register_buffer('positions', torch.arange(block_size, dtype=torch.long), persistent=False)", '-        pos = torch.arange(0, T, dtype=torch.long, device=idx.device)', '+        pos = self.positions[:T]'],
      run,
    },
    'position ids that are moved': {
      source: model('        x = x + self.pos_emb(torch.arange(T).to(idx.device).unsqueeze(0))\n'),
      finding: { ...finding, category: 'C4', rule: 'C4-small-copies' },
      patch: ["+        self.register_buffer('positions', torch.arange(block_size), persistent=False)", '-        x = x + self.pos_emb(torch.arange(T).to(idx.device).unsqueeze(0))', '+        x = x + self.pos_emb(self.positions[:T].unsqueeze(0))'],
      run,
    },
    'a causal mask': {
      source: model("        mask = torch.tril(torch.ones(T, T, device=idx.device))\n        w = (x @ x.transpose(-2, -1)).masked_fill(mask == 0, float('-inf'))\n        x = w.softmax(-1) @ x\n", { init: '' }),
      finding: { ...finding, category: 'C5', rule: 'C5-fills' },
      patch: ["+        self.register_buffer('causal_mask', torch.tril(torch.ones(block_size, block_size)), persistent=False)", '-        mask = torch.tril(torch.ones(T, T, device=idx.device))', '+        mask = self.causal_mask[:T, :T]'],
      run,
    },
    'a part of a model that is moved': {
      source: model('        x = x * torch.tensor([0.5, 1.0, 2.0, 4.0], device=x.device)\n', { use: '\n\nclass Pair(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.parts = nn.ModuleList([GPT() for _ in range(2)])\n\n\ndef main():\n    pair = Pair()\n    pair.cuda()\n' }),
      finding,
      patch: ["+        self.register_buffer('constant', torch.tensor([0.5, 1.0, 2.0, 4.0]), persistent=False)", '-        x = x * torch.tensor([0.5, 1.0, 2.0, 4.0], device=x.device)', '+        x = x * self.constant'],
      run,
    },
    'literals': {
      source: model('        x = x * torch.tensor([0.5, 1.0, 2.0, 4.0], device=x.device)\n'),
      finding: { ...finding, category: 'C3', rule: 'C3-sync-in-loop' },
      patch: ["+        self.register_buffer('constant', torch.tensor([0.5, 1.0, 2.0, 4.0]), persistent=False)", '-        x = x * torch.tensor([0.5, 1.0, 2.0, 4.0], device=x.device)', '+        x = x * self.constant'],
      run,
    },
  },
  leaves: {
    'no bound is known': { source: model('        x = x + torch.arange(T, device=x.device).view(1, T, 1)\n', { init: '' }), finding, because: /does not know how large `T` can be/ },
    'it is changed in place': { source: model('        mask = torch.tril(torch.ones(T, T, device=x.device))\n        mask[0, 0] = 2\n        x = mask @ x\n'), finding, because: /changed or handed out/ },
    'the model is cast': { source: model('        x = x * torch.tensor([0.5, 1.0, 2.0, 4.0], device=x.device)\n', { before: '\ndef load():\n    return GPT().half()\n' }), finding, because: /cast to another type/ },
    'nobody moves it': { source: model("        x = x * torch.tensor([0.5, 1.0, 2.0, 4.0], device=x.device)\n", { use: '\n\ncriterion = GPT()\nother = nn.Linear(3, 4).to("cuda")\n' }), finding, because: /cannot be seen that `GPT` is moved/ },
    'it is only cast': { source: model("        x = x * torch.tensor([0.5, 1.0, 2.0, 4.0], device=x.device)\n", { use: '\n\ncriterion = GPT().to(torch.float32)\n' }), finding, because: /cannot be seen that `GPT` is moved/ },
    'it is changed by a view': { source: model('        mask = torch.tril(torch.ones(T, T, device=x.device)).view(1, T, T)\n        mask[:, :2, :2] = 1\n        x = mask @ x\n'), finding, because: /changed or handed out/ },
    'it is changed by a view with a name': { source: model('        mask = torch.tril(torch.ones(T, T, device=x.device))\n        wide = mask.unsqueeze(0)\n        wide[:, :2, :2] = 1\n        x = mask @ x\n'), finding, because: /changed or handed out/ },
    'it is changed in a chain': { source: model('        mask = torch.tril(torch.ones(T, T, device=x.device))\n        mask.expand(T, T).fill_(1)\n        x = mask @ x\n'), finding, because: /changed or handed out/ },
    'a view of it is returned': { source: model('        mask = torch.tril(torch.ones(T, T, device=x.device))\n        if B > 3:\n            return x, mask[None].expand(B, T, T)\n        x = mask @ x\n'), finding, because: /changed or handed out/ },
    'it is a buffer already': { source: model('        x = x + self.pos_emb(self.positions[:T])\n', { init: "        self.pos_emb = nn.Embedding(block_size, width)\n        self.register_buffer('positions', torch.arange(block_size))\n" }), finding },
    'values of the input': { source: model('        x = x * torch.tensor([float(T)], device=x.device)\n'), finding },
    'random numbers': { source: model('        x = x + torch.rand(T, T, device=x.device)\n'), finding },
  },
};
