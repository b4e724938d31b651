import type { TorchCases } from '../harness.js';

const finding = { function: 'forward', at: 'softmax', category: 'C2', rule: 'C2-fragmented-elementwise' };
const head = 'import math\nimport torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n\n';
/** Of the kind that small GPTs have. */
const layer = (body: string, init = ''): string => `${head}class Attention(nn.Module):
    def __init__(self, width=8, heads=2, block=16):
        super().__init__()
        self.qkv = nn.Linear(width, 3 * width)
        self.drop = nn.Dropout(0.0)
        self.heads = heads
        self.scale = (width // heads) ** -0.5
        self.register_buffer('bias', torch.tril(torch.ones(block, block)).view(1, 1, block, block))
${init}
    def forward(self, x, mask=None):
        B, T, C = x.size()
        q, k, v = self.qkv(x).split(C, dim=2)
        k = k.view(B, T, self.heads, C // self.heads).transpose(1, 2)
        q = q.view(B, T, self.heads, C // self.heads).transpose(1, 2)
        v = v.view(B, T, self.heads, C // self.heads).transpose(1, 2)
${body}        return y.transpose(1, 2).reshape(B, T, C)
`;
const lines = (...text: string[]): string => text.map((line) => `        ${line}\n`).join('');
const minus = (...text: string[]): string[] => text.map((line) => `-        ${line}`);
const program = (mask: string): string => `
import train
torch.manual_seed(1)
layer = train.Attention()
x = torch.randn(2, 5, 8, requires_grad=True)
mask = ${mask}
out = layer(x, mask)
out.square().sum().backward()
result = [out, x.grad]
`;
const run = program('None');
const padding = program('torch.tensor([1, 1, 1, 0, 0]).view(1, 1, 1, 5)');
const close = { tolerance: 2e-3, torch: [2, 1] as [number, number] };

const causal = ['att = (q @ k.transpose(-2, -1)) * (1.0 / math.sqrt(k.size(-1)))', "att = att.masked_fill(self.bias[:, :, :T, :T] == 0, float('-inf'))", 'att = F.softmax(att, dim=-1)', 'att = self.drop(att)', 'y = att @ v  # (B, H, T, D)'];
const plain = ['scores = torch.matmul(q, k.transpose(-2, -1)) / math.sqrt(q.shape[-1])', 'y = torch.matmul(scores.softmax(dim=-1), v)'];
const optional = ['scores = torch.matmul(q, k.transpose(-2, -1)) * self.scale', 'if mask is not None:', '    scores = scores.masked_fill(mask == 0, -1e9)', 'p = F.dropout(F.softmax(scores, dim=-1), p=0.0, training=self.training)', 'y = torch.matmul(p, v)'];

export const fusedAttentionCases: TorchCases = {
  fires: {
    'causal, with dropout': {
      source: layer(lines(...causal)),
      finding,
      patch: [...minus(...causal), '+        y = F.scaled_dot_product_attention(q, k, v, dropout_p=self.drop.p if self.drop.training else 0.0, is_causal=True)  # (B, H, T, D)'],
      run,
      ...close,
    },
    'without a mask, in two lines': { source: layer(lines(...plain)), finding: { ...finding, category: 'C5', rule: 'C5-copy-kernels' }, patch: [...minus(...plain), '+        y = F.scaled_dot_product_attention(q, k, v)'], run, ...close },
    'a mask that may be missing, and a scale of its own': {
      source: layer(lines(...optional)),
      finding,
      patch: [...minus(...optional), '+        y = F.scaled_dot_product_attention(q, k, v, attn_mask=None if mask is None else torch.zeros_like(mask, dtype=q.dtype).masked_fill(mask == 0, -1e9), dropout_p=0.0 if self.training else 0.0, scale=self.scale)'],
      run: padding,
      ...close,
    },
    'the same without a mask given': { source: layer(lines(...optional)), finding, patch: [...minus(...optional), '+        y = F.scaled_dot_product_attention(q, k, v, attn_mask=None if mask is None else torch.zeros_like(mask, dtype=q.dtype).masked_fill(mask == 0, -1e9), dropout_p=0.0 if self.training else 0.0, scale=self.scale)'], run, ...close },
    'a triangle made in the function': {
      source: layer(lines('future = torch.triu(torch.ones(T, T, device=x.device), diagonal=1).bool()', "w = torch.einsum('bhqd,bhkd->bhqk', q, k) * self.scale", "w = w.masked_fill(future, -torch.inf).softmax(-1)", "y = torch.einsum('bhqk,bhkd->bhqd', w, v)")),
      finding,
      patch: [...minus('future = torch.triu(torch.ones(T, T, device=x.device), diagonal=1).bool()', "w = torch.einsum('bhqd,bhkd->bhqk', q, k) * self.scale", 'w = w.masked_fill(future, -torch.inf).softmax(-1)', "y = torch.einsum('bhqk,bhkd->bhqd', w, v)"), '+        y = F.scaled_dot_product_attention(q, k, v, is_causal=True, scale=self.scale)'],
      run,
      ...close,
    },
    'a mask made between scores and softmax goes too': {
      source: layer(lines('s = q @ k.transpose(-2, -1) / math.sqrt(C // self.heads)', 'seen = torch.tril(torch.ones(T, T)).to(x.device)', "s = s.masked_fill(seen == 0, float('-inf'))", 'w = F.softmax(s, dim=-1)', 'y = w @ v')),
      finding,
      patch: [...minus('s = q @ k.transpose(-2, -1) / math.sqrt(C // self.heads)', 'seen = torch.tril(torch.ones(T, T)).to(x.device)', "s = s.masked_fill(seen == 0, float('-inf'))", 'w = F.softmax(s, dim=-1)', 'y = w @ v'), '+        y = F.scaled_dot_product_attention(q, k, v, is_causal=True, scale=1.0 / math.sqrt(C // self.heads))'],
      run,
      ...close,
    },
    'an added mask, and scores in single precision': {
      source: layer(lines('bias = torch.zeros(T, T, device=x.device)', 'att = q @ k.transpose(2, 3) / math.sqrt(k.size(-1)) + bias', 'y = F.softmax(att.float(), dim=-1).type_as(q) @ v')),
      finding,
      patch: [...minus('att = q @ k.transpose(2, 3) / math.sqrt(k.size(-1)) + bias', 'y = F.softmax(att.float(), dim=-1).type_as(q) @ v'), '+        y = F.scaled_dot_product_attention(q, k, v, attn_mask=bias.to(q.dtype))'],
      run,
      ...close,
    },
    'a triangle whose part is not square is given as a mask': {
      source: layer(lines('att = (q @ k.transpose(-2, -1)) * self.scale', "att = att.masked_fill(self.bias[:, :, k.size(2) - T:k.size(2), :T] == 0, float('-inf'))", 'y = att.softmax(dim=-1) @ v')),
      finding,
      patch: [...minus('att = (q @ k.transpose(-2, -1)) * self.scale', "att = att.masked_fill(self.bias[:, :, k.size(2) - T:k.size(2), :T] == 0, float('-inf'))", 'y = att.softmax(dim=-1) @ v'), '+        y = F.scaled_dot_product_attention(q, k, v, attn_mask=self.bias[:, :, k.size(2) - T:k.size(2), :T] != 0, scale=self.scale)'],
      run,
      ...close,
    },
    'a triangle with a part seen by all': {
      source: layer(lines('mask = torch.tril(torch.ones(T, T))', 'mask[:, :2] = 1', 'att = q @ k.transpose(-2, -1) * self.scale', "att = att.masked_fill(mask == 0, float('-inf'))", 'y = att.softmax(dim=-1) @ v')),
      finding,
      patch: [...minus('att = q @ k.transpose(-2, -1) * self.scale', "att = att.masked_fill(mask == 0, float('-inf'))", 'y = att.softmax(dim=-1) @ v'), '+        y = F.scaled_dot_product_attention(q, k, v, attn_mask=mask != 0, scale=self.scale)'],
      run,
      ...close,
    },
    'a triangle changed by a method': {
      source: layer(lines('mask = torch.tril(torch.ones(T, T))', 'mask.fill_diagonal_(1)[0].fill_(1)', 'att = q @ k.transpose(-2, -1) * self.scale', "att = att.masked_fill(mask == 0, float('-inf'))", 'y = att.softmax(dim=-1) @ v')),
      finding,
      patch: [...minus('att = q @ k.transpose(-2, -1) * self.scale', "att = att.masked_fill(mask == 0, float('-inf'))", 'y = att.softmax(dim=-1) @ v'), '+        y = F.scaled_dot_product_attention(q, k, v, attn_mask=mask != 0, scale=self.scale)'],
      run,
      ...close,
    },
    'a buffer that is changed': {
      source: layer(lines('att = q @ k.transpose(-2, -1) * self.scale', "att = att.masked_fill(self.bias[:, :, :T, :T] == 0, float('-inf'))", 'y = att.softmax(dim=-1) @ v'), '        self.bias[..., 0, 1] = 1\n'),
      finding,
      patch: [...minus('att = q @ k.transpose(-2, -1) * self.scale', "att = att.masked_fill(self.bias[:, :, :T, :T] == 0, float('-inf'))", 'y = att.softmax(dim=-1) @ v'), '+        y = F.scaled_dot_product_attention(q, k, v, attn_mask=self.bias[:, :, :T, :T] != 0, scale=self.scale)'],
      run,
      ...close,
    },
    'the finding is in the training loop': {
      source: { 'loop.py': 'import torch\nfrom train import Attention\n\ndef train(batches, opt):\n    model = Attention().cuda()\n    for x in batches:\n        model(x).sum().backward()\n        opt.step()\n', 'train.py': layer(lines(...plain)) },
      finding: { ...finding, function: 'train', at: 'model(x)', file: 'loop.py' },
      patch: ['@ train.py', ...minus(...plain), '+        y = F.scaled_dot_product_attention(q, k, v)'],
    },
    'two masks': {
      source: layer(lines('att = q @ k.transpose(-2, -1) * self.scale', "att = att.masked_fill(self.bias[:, :, :T, :T] == 0, float('-inf'))", "att = att.masked_fill(mask == 0, float('-inf'))", 'y = F.softmax(att, dim=-1) @ v')),
      finding,
      patch: [...minus('att = q @ k.transpose(-2, -1) * self.scale', "att = att.masked_fill(self.bias[:, :, :T, :T] == 0, float('-inf'))", "att = att.masked_fill(mask == 0, float('-inf'))", 'y = F.softmax(att, dim=-1) @ v'), '+        y = F.scaled_dot_product_attention(q, k, v, attn_mask=(self.bias[:, :, :T, :T] != 0) & (mask != 0), scale=self.scale)'],
      run: padding,
      ...close,
    },
    'einsum over tensors whose heads stand behind positions': {
      source: `${head}def forward(queries, keys, values):\n    energy = torch.einsum('nqhd,nkhd->nhqk', [queries, keys])\n    energy = energy.masked_fill(torch.zeros(5, 5) == 1, -torch.finfo(energy.dtype).max)\n    weights = torch.softmax(energy / math.sqrt(queries.shape[-1]), dim=3)\n    return torch.einsum('nhql,nlhd->nqhd', [weights, values])\n`,
      finding,
      patch: ["-    energy = torch.einsum('nqhd,nkhd->nhqk', [queries, keys])", '-    energy = energy.masked_fill(torch.zeros(5, 5) == 1, -torch.finfo(energy.dtype).max)', '-    weights = torch.softmax(energy / math.sqrt(queries.shape[-1]), dim=3)', "-    return torch.einsum('nhql,nlhd->nqhd', [weights, values])", '+    return F.scaled_dot_product_attention(queries.transpose(1, 2), keys.transpose(1, 2), values.transpose(1, 2), attn_mask=torch.zeros_like(torch.zeros(5, 5), dtype=queries.dtype).masked_fill(torch.zeros(5, 5) == 1, -torch.finfo(queries.dtype).max)).transpose(1, 2)'],
      run: 'import train\ntorch.manual_seed(1)\nq, k, v = (torch.randn(2, 5, 3, 4) for _ in range(3))\nresult = train.forward(q, k, v)',
      ...close,
    },
    'three dimensions, counted from the front': {
      source: `${head}def forward(q, k, v):\n    scores = torch.bmm(q, k.transpose(1, 2)) / math.sqrt(q.size(-1))\n    return torch.bmm(F.softmax(scores, dim=2), v)\n`,
      finding,
      patch: ['-    scores = torch.bmm(q, k.transpose(1, 2)) / math.sqrt(q.size(-1))', '-    return torch.bmm(F.softmax(scores, dim=2), v)', '+    return F.scaled_dot_product_attention(q, k, v)'],
      run: 'import train\ntorch.manual_seed(1)\nq, k, v = (torch.randn(2, 5, 4) for _ in range(3))\nresult = train.forward(q, k, v)',
      ...close,
    },
  },
  leaves: {
    'the weights are returned': { source: `${head}def forward(q, k, v):\n    p = F.softmax(q @ k.transpose(-2, -1) / math.sqrt(q.size(-1)), dim=-1)\n    return p @ v, p\n`, finding, because: /The weights `p` are used in line 8 too/ },
    'the weights are kept': { source: layer(lines('p = F.softmax(q @ k.transpose(-2, -1) * self.scale, dim=-1)', 'self.last = p', 'y = p @ v')), finding, because: /weights `p` are used/ },
    'the scores are kept': { source: layer(lines('s = q @ k.transpose(-2, -1) * self.scale', 'self.last = s', 'y = F.softmax(s, dim=-1) @ v')), finding, because: /scores `s` are also used/ },
    'masked with a weight that stays': { source: layer(lines('s = (q @ k.transpose(-2, -1) * self.scale).masked_fill(mask == 0, -10.0)', 'y = F.softmax(s, dim=-1) @ v')), finding, because: /does not take their weights away/ },
    'the scale is learned': { source: layer(lines('y = F.softmax(q @ k.transpose(-2, -1) * self.temperature, dim=-1) @ v'), '        self.temperature = nn.Parameter(torch.ones(1))\n'), finding, because: /scale may be a tensor/ },
    'a bias behind the mask': { source: layer(lines('s = (q @ k.transpose(-2, -1) * self.scale).masked_fill(mask == 0, -1e9) + mask', 'y = F.softmax(s, dim=-1) @ v')), finding, because: /Several masks/ },
    'queries change before the product': { source: layer(lines('s = q @ k.transpose(-2, -1) * self.scale', 'q = q + 1', 'y = F.softmax(s, dim=-1) @ v')), finding, because: /change before/ },
    'a mask that is made from the scores': { source: `${head}def forward(q, k, v, mask):\n    s = q @ k.transpose(-2, -1) / math.sqrt(q.size(-1))\n    s = s.masked_fill(mask[:, :s.size(-1)] == 0, float('-inf'))\n    return F.softmax(s, dim=-1) @ v\n`, finding, because: /made from `s`/ },
    'a softmax over heads': { source: `${head}def forward(q, k, v):\n    s = q @ k.transpose(-2, -1) / math.sqrt(q.size(-1))\n    return F.softmax(s, dim=2) @ v\n`, finding },
    'an old version': { source: { 'train.py': layer(lines(...plain)), 'requirements.txt': 'torch==1.13.1' }, finding, because: /asks for an older one/ },
    'a softmax over classes': { source: `${head}def forward(model, x):\n    return F.softmax(model(x), dim=-1)\n`, finding },
    'a softmax over queries': { source: layer(lines('y = F.softmax(q @ k.transpose(-2, -1) * self.scale, dim=-2) @ v')), finding },
    'it is used already': { source: layer(lines('y = F.scaled_dot_product_attention(q, k, v)')), finding: { ...finding, at: 'scaled_dot' } },
  },
};
