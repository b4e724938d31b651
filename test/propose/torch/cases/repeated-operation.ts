import type { TorchCases } from '../harness.js';

const finding = { function: 'f', at: 'def f', category: 'C5', rule: 'C5-repeated-reductions' };
const code = (...body: string[]): string => `import torch\nimport torch.nn.functional as F\n\ndef f(x, y, opt=None):\n${body.map((line) => `    ${line}\n`).join('')}`;
const run = 'import train\nx = torch.randn(4, 3, requires_grad=True)\nout = train.f(x, torch.randn(4, 3))\n(out[0] if isinstance(out, tuple) else out).sum().backward()\nresult = [out, x.grad]';

export const repeatedOperationCases: TorchCases = {
  fires: {
    'a softmax that has a name': { source: code('p = F.softmax(x, dim=-1)', 'entropy = -(p * p.log()).sum(-1)', 'best = F.softmax(x, dim=-1).max(dim=-1).values', 'return entropy * best'), finding, patch: ['-    best = F.softmax(x, dim=-1).max(dim=-1).values', '+    best = p.max(dim=-1).values'], run, tolerance: 1e-4 },
    'a norm within expressions': { source: code('a = y / x.norm(dim=1, keepdim=True)', 'return a * x.norm(dim=1, keepdim=True)'), finding, patch: ['-    a = y / x.norm(dim=1, keepdim=True)', '-    return a * x.norm(dim=1, keepdim=True)', '+    norm_once = x.norm(dim=1, keepdim=True)', '+    a = y / norm_once', '+    return a * norm_once'], run, tolerance: 1e-4 },
  },
  leaves: {
    'the input is given another value': { source: code('a = x.norm()', 'x = x + y', 'return a + x.norm()'), finding, because: /changes after line/ },
    'the input is changed in place': { source: code('a = y.norm()', 'y.add_(1)', 'return x * a * y.norm()'), finding, because: /changes after line/ },
    'an optimizer steps between': { source: code('a = F.mse_loss(x, y)', 'opt.step()', 'return a, F.mse_loss(x, y)'), finding, because: /changes after line/ },
    'a module may work in place': { source: code('a = x.norm()', 'h = opt(x)', 'return a * x.norm() * h'), finding, because: /changes after line/ },
    'unknown code between, which changes the weights': { source: code('before = x.weight.sum()', 'opt.fit()', 'after = x.weight.sum()', 'return after - before'), finding, because: /changes after line/ },
    'the object is no tensor and is updated': { source: code('a = x.mean()', 'x.update(y)', 'return a - x.mean() * 2'), finding, because: /changes after line/ },
    'backward between': { source: code('g0 = x.grad.norm()', 'y.backward()', 'g1 = x.grad.norm()', 'return g1 - g0'), finding, because: /changes after line/ },
    'it samples': { source: code('return x.sample().mean() - x.sample().mean()'), finding },
    'two passes with dropout in one statement': { source: code('return F.cross_entropy(opt(x), y) + F.cross_entropy(opt(x), y)'), finding },
    'random draws': { source: code('a = torch.bernoulli(x).sum()', 'b = torch.bernoulli(x).sum()', 'c = torch.normal(x, y).mean() * torch.normal(x, y).mean()', 'return a - b + torch.multinomial(x, 2).sum() / torch.multinomial(x, 2).sum() + c'), finding },
    'it is changed in the same statement': { source: code('return x.norm() + x.add_(1).sum() * x.norm()'), finding, because: /changes after line/ },
    'an attribute is set between': { source: code('a = x.grad.norm()', 'opt.grad = None', 'return a - x.grad.norm() * 2'), finding, because: /changes after line/ },
    'the second result is changed': { source: code('p = F.softmax(x, dim=-1)', 'q = F.softmax(x, dim=-1)', 'q[0] = 0', 'return (p * q).sum()'), finding, because: /changed after/ },
    'the result is changed': { source: code('p = F.softmax(x, dim=-1)', 'p[0] = 0', 'return p, F.softmax(x, dim=-1)'), finding, because: /`p` is changed|changes after line/ },
    'other arguments': { source: code('return x.norm(dim=0).sum() + x.norm(dim=1).sum()'), finding },
    'random numbers': { source: code('return torch.rand(3) + torch.rand(3)'), finding },
  },
};
