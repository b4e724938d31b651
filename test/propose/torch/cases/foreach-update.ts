import type { Firing, TorchCases } from '../harness.js';

const finding = { function: 'follow', at: 'for ', category: 'C2', rule: 'C2-tiny-kernels' };
const run = `
import train
a, b = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Linear(4, 2)), torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Linear(4, 2))
b(torch.ones(2, 3)).sum().backward()
for tau in (0.01, 0.3):
    train.follow(a, b, tau)
result = [a.state_dict(), b.state_dict(), [p.grad for p in b.parameters()]]
`;
const follow = (body: string): string => `import torch\n\ndef follow(target, source, tau):\n${body}`;
const pairs = '    for t, s in zip(target.parameters(), source.parameters()):\n';
const fires = (body: string, patch: string[], more: Partial<Firing> = {}): Firing => ({ source: follow(body), finding, patch, run, ...more });
const lists = ['+    ts = [t.data for t, s in zip(target.parameters(), source.parameters())]', '+    ss = [s.data for t, s in zip(target.parameters(), source.parameters())]'];
const gone = (body: string): string[] => body.trimEnd().split('\n').map((line) => `-${line}`);

export const foreachUpdateCases: TorchCases = {
  fires: {
    'a target that follows softly': fires(`${pairs}        t.data.copy_(tau * s.data + (1.0 - tau) * t.data)\n`, [...gone(`${pairs}        t.data.copy_(tau * s.data + (1.0 - tau) * t.data)`), ...lists, '+    torch._foreach_mul_(ts, 1.0 - tau)', '+    torch._foreach_add_(ts, torch._foreach_mul(ss, tau))'].toSorted((a, b) => Number(a.startsWith('+')) - Number(b.startsWith('+')))),
    'in two statements': fires(`${pairs}        t.data.mul_(1 - tau)\n        t.data.add_(tau * s.data)\n`, [...gone(`${pairs}        t.data.mul_(1 - tau)\n        t.data.add_(tau * s.data)`), ...lists, '+    torch._foreach_mul_(ts, 1 - tau)', '+    torch._foreach_add_(ts, torch._foreach_mul(ss, tau))']),
    'in one chain': fires(`${pairs}        t.data.mul_(1 - tau).add_(s.data, alpha=tau)\n`, [...gone(`${pairs}        t.data.mul_(1 - tau).add_(s.data, alpha=tau)`), ...lists, '+    torch._foreach_mul_(ts, 1 - tau)', '+    torch._foreach_add_(ts, ss, alpha=tau)']),
    'weights that need gradients, in a function without them': {
      source: `import torch\n\n@torch.no_grad()\ndef follow(target, source, tau):\n${pairs}        t.lerp_(s, tau)\n`,
      finding,
      patch: [...gone(`${pairs}        t.lerp_(s, tau)`), '+    ts = [t for t, s in zip(target.parameters(), source.parameters())]', '+    ss = [s for t, s in zip(target.parameters(), source.parameters())]', '+    torch._foreach_add_(ts, torch._foreach_sub(ss, ts), alpha=tau)'].toSorted((a, b) => Number(a.startsWith('+')) - Number(b.startsWith('+'))),
      run,
      tolerance: 1e-5,
    },
    'states by their keys': fires('    old, new = target.state_dict(), source.state_dict()\n    for key in new:\n        old[key] = new[key] * tau + old[key] * (1 - tau)\n    target.load_state_dict(old)\n', ['-    for key in new:', '-        old[key] = new[key] * tau + old[key] * (1 - tau)', '-    target.load_state_dict(old)', '+    old_values = [old[key] for key in new]', '+    new_values = [new[key] for key in new]', '+    torch._foreach_mul_(old_values, 1 - tau)', '+    torch._foreach_add_(old_values, torch._foreach_mul(new_values, tau))']),
    'a state in which only fractions are averaged': fires('    new = source.state_dict()\n    with torch.no_grad():\n        for k, v in target.state_dict().items():\n            if v.dtype.is_floating_point:\n                v *= 1 - tau\n                v += tau * new[k].detach()\n', ['-        for k, v in target.state_dict().items():', '-            if v.dtype.is_floating_point:', '-                v *= 1 - tau', '-                v += tau * new[k].detach()', '+        vs = [v for k, v in target.state_dict().items() if v.dtype.is_floating_point]', '+        new_values = [new[k].detach() for k, v in target.state_dict().items() if v.dtype.is_floating_point]', '+        torch._foreach_mul_(vs, 1 - tau)', '+        torch._foreach_add_(vs, torch._foreach_mul(new_values, tau))']),
    'gradients that are clamped': fires('    for p in source.parameters():\n        if p.grad is not None:\n            p.grad.data.clamp_(-tau, tau)\n', ['-    for p in source.parameters():', '-        if p.grad is not None:', '-            p.grad.data.clamp_(-tau, tau)', '+    torch.nn.utils.clip_grad_value_(source.parameters(), tau)']),
    'gradients that are scaled, where there are any': fires('    for p in source.parameters():\n        if p.grad is None:\n            continue\n        p.grad.data.mul_(tau)\n', ['-    for p in source.parameters():', '-        if p.grad is None:', '-            continue', '-        p.grad.data.mul_(tau)', '+    grads = [p.grad.data for p in source.parameters() if p.grad is not None]', '+    if grads:', '+        torch._foreach_mul_(grads, tau)']),
    'a step by hand': fires('    lr = 0.1\n    with torch.no_grad():\n        for p in source.parameters():\n            p -= lr * p.grad\n', ['-        for p in source.parameters():', '-            p -= lr * p.grad', '+        ps = [p for p in source.parameters()]', '+        grads = [p.grad for p in source.parameters()]', '+        torch._foreach_sub_(ps, torch._foreach_mul(grads, lr))']),
  },
  leaves: {
    'weights that are copied': { source: follow(`${pairs}        t.data.copy_(s.data)\n`), finding, because: /does more with each tensor than sums and products/ },
    'noise for each': { source: follow('    for p in target.parameters():\n        p.data.add_(torch.randn_like(p) * tau)\n'), finding, because: /does more with each tensor/ },
    'a state with a batch norm': { source: `import torch\n\nnet = torch.nn.BatchNorm1d(3)\n\ndef follow(target, source, tau):\n    old, new = target.state_dict(), source.state_dict()\n    for key in new:\n        old[key] = new[key] * tau + old[key] * (1 - tau)\n    target.load_state_dict(old)\n`, finding, because: /may hold whole numbers/ },
    'a dict of weights that others hold': { source: follow('    for name, p in source.named_parameters():\n        target.shadow[name] = tau * p.data + (1 - tau) * target.shadow[name]\n'), finding },
    'a factor for each tensor': { source: follow('    for i, p in enumerate(source.parameters()):\n        p.data.mul_(tau ** i)\n'), finding },
    'a factor that is a tensor': { source: `import torch\n\ndef follow(target, source, log_alpha):\n    alpha = log_alpha.exp()\n    for p in source.parameters():\n        p.data.mul_(alpha)\n`, finding, because: /does more with each tensor/ },
    'a factor that the norm of the gradients gives': { source: follow('    coef = 1.0 / (torch.nn.utils.clip_grad_norm_(source.parameters(), 1e9) + 1e-6)\n    for p in source.parameters():\n        p.grad.mul_(coef)\n'), finding, because: /does more with each tensor/ },
    'bounds that are not the same on both sides': { source: follow('    for p in source.parameters():\n        p.grad.data.clamp_(-tau, 1.0)\n'), finding, because: /does more with each tensor/ },
    'batches': { source: follow('    for x in source:\n        x.mul_(tau)\n'), finding },
  },
};
