import type { Firing, Leaving, TorchCases } from '../harness.js';

const finding = { function: 'step', at: 'return', category: 'C3', rule: 'C3-scalar-read' };
const run = `
import train
model = torch.nn.Linear(3, 2)
data = [(torch.randn(4, 3), torch.randint(0, 2, (4,))) for _ in range(7)]
result = [train.epoch(model, data, torch.optim.SGD(model.parameters(), lr=0.1)), model.state_dict()]
`;
/** A step in a function of its own, and the epoch that calls it. */
const steps = (returned: string, { before = '    total = 0.0\n', loop = '        total += step(model, x, y, optimizer)\n', after = '    return total / len(loader)\n', more = '' } = {}): string =>
  `import torch\nimport torch.nn.functional as F\n\ndef step(model, x, y, optimizer):\n    logits = model(x)\n    loss = F.cross_entropy(logits, y)\n    optimizer.zero_grad()\n    loss.backward()\n    optimizer.step()\n    return ${returned}\n\n\ndef epoch(model, loader, optimizer):\n${before}    for x, y in loader:\n${loop}${after}${more}`;

/** Values that a function reads, and another one adds up. */
export const stepsFiring: Record<string, Firing> = {
  'a loss that is returned': { source: steps('loss.item()'), finding, patch: ['-    return loss.item()', '+    return loss.detach()', '-        total += step(model, x, y, optimizer)', '+        total += step(model, x, y, optimizer).double()', '+    total = float(total)'], run },
  'seen from the loop': { source: steps('loss.item()', { before: '    losses = []\n', loop: '        losses.append(step(model, x, y, optimizer))\n', after: '    return losses\n' }), finding: { ...finding, function: 'epoch', at: 'losses.append' }, patch: ['-    return loss.item()', '+    return loss.detach()', '+    losses[:] = [float(value) for value in losses]'], run },
  'a pair, one of which is a number already': { source: steps('loss.item(), len(x)', { before: '    total, seen = 0.0, 0\n', loop: '        loss, n = step(model, x, y, optimizer)\n        total += loss * n\n        seen += n\n', after: '    return total / seen\n' }), finding, patch: ['-    return loss.item(), len(x)', '+    return loss.detach(), len(x)', '-        total += loss * n', '+        total += loss.double() * n', '+    total = float(total)'], run },
  'a loss and a count': { source: steps('loss.item(), (logits.argmax(1) == y).sum().item()', { before: '    total, right = 0.0, 0\n', loop: '        loss, hits = step(model, x, y, optimizer)\n        total += loss\n        right += hits\n', after: '    return total, right\n' }), finding, patch: ['-    return loss.item(), (logits.argmax(1) == y).sum().item()', '+    return loss.detach(), (logits.argmax(1) == y).sum().detach()', '-        total += loss', '+        total += loss.double()', '+    total = float(total)', '+    right = int(right)'], run },
  'called once elsewhere too': { source: steps('loss.item()', { more: "\n\ndef probe(model, x, y, optimizer):\n    print('first', step(model, x, y, optimizer))\n" }), finding, patch: ['-    return loss.item()', '+    return loss.detach()', '-        total += step(model, x, y, optimizer)', '+        total += step(model, x, y, optimizer).double()', '+    total = float(total)', "-    print('first', step(model, x, y, optimizer))", "+    print('first', float(step(model, x, y, optimizer)))"], run },
};

export const stepsLeft: Record<string, Leaving> = {
  'a returned loss that decides': { source: steps('loss.item()', { loop: '        value = step(model, x, y, optimizer)\n        if value > 9:\n            break\n        total += value\n' }), finding, because: /`value` is needed in line \d+, in every iteration/ },
  'a step that is handed on': { source: steps('loss.item()', { more: '\n\ndef main(model, loader, optimizer):\n    fit(step, loader)\n' }), finding, because: /Not all that calls `step` can be seen/ },
  'a step whose values come in a tuple that is kept': { source: steps('loss.item(), len(x)', { before: '    total = []\n', loop: '        total.append(step(model, x, y, optimizer))\n', after: '    return total\n' }), finding, because: /needs the number that `step` returns/ },
};

const keeping = (body: string, { before = '    losses = []\n', after = '    return torch.stack(losses).mean().item()\n' } = {}): string => `import torch\nimport torch.nn.functional as F\n\ndef epoch(model, loader, optimizer):\n${before}    for x, y in loader:\n        mse = F.mse_loss(model(x).mean(1), y.float())\n        loss = F.cross_entropy(model(x), y) + 0.1 * mse\n        optimizer.zero_grad()\n        loss.backward()\n        optimizer.step()\n${body}${after}`;
const kept = { function: 'epoch', at: 'losses.append', category: 'C3', rule: 'C3-allocation-churn' };

export const detachedLossesCases: TorchCases = {
  fires: {
    'a list of losses': { source: keeping('        losses.append(loss)\n'), finding: kept, patch: ['-        losses.append(loss)', '+        losses.append(loss.detach())'], run },
    'a sum of losses, weighted': { source: keeping('        total += loss * len(x)\n', { before: '    total = 0\n', after: '    return total.item()\n' }), finding: { ...kept, at: 'for x, y' }, patch: ['-        total += loss * len(x)', '+        total += loss.detach() * len(x)'], run },
    'a part of the loss': { source: keeping('        total = total + mse\n', { before: '    total = 0.0\n', after: '    return float(total)\n' }), finding: { ...kept, at: 'total = total' }, patch: ['-        total = total + mse', '+        total = total + mse.detach()'], run },
    'sums by name': { source: keeping("        sums['loss'] += loss\n        sums['mse'] += mse\n", { before: "    sums = {'loss': 0.0, 'mse': 0.0}\n", after: '    return {key: float(value) for key, value in sums.items()}\n' }), finding: { ...kept, at: 'for x, y' }, patch: ["-        sums['loss'] += loss", "-        sums['mse'] += mse", "+        sums['loss'] += loss.detach()", "+        sums['mse'] += mse.detach()"], run },
  },
  leaves: {
    'the sum is gone backward through': { source: keeping('        total = total + loss\n', { before: '    total = 0.0\n', after: '    total.backward()\n    return total.item()\n' }).replace('loss.backward()', 'loss.backward(retain_graph=True)'), finding: { ...kept, at: 'total = total' }, because: /keeps the graph/ },
    'a loss is made of the list': { source: keeping('        losses.append(mse)\n', { after: '    penalty = torch.stack(losses).sum()\n    penalty.backward()\n' }), finding: kept, because: /makes a loss of `losses`/ },
    'numbers': { source: keeping('        losses.append(loss.item())\n', { after: '    return losses\n' }), finding: kept },
    'it is detached': { source: keeping('        losses.append(loss.detach())\n'), finding: kept },
    'it is printed as it is': { source: keeping('        total += loss\n', { before: '    total = 0\n', after: '    print(total)\n' }), finding: { ...kept, at: 'total += loss' }, because: /prints `total` with where it comes from/ },
  },
};
