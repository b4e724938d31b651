import type { Firing, TorchCases } from '../harness.js';

const finding = { function: 'extract', at: 'def extract', category: 'C4', rule: 'C4-small-copies' };
const run = `
import train
model = torch.nn.Linear(3, 2)
data = [(torch.randn(4, 3), torch.randint(0, 2, (4,))) for _ in range(3)]
result = train.extract(model, data, 'cpu')
`;
const extract = (body: string, { before = '    found = {}\n', after = '    return found\n' } = {}): string => `import torch\n\ndef extract(model, loader, device):\n${before}    for x, y in loader:\n        out = model(x.to(device))\n${body}${after}`;
const fires = (body: string, patch: string[], around: { before?: string; after?: string } = {}): Firing => ({ source: extract(body, around), finding, patch, run });
const counted = { before: '    right, seen = [0, 0], [0, 0]\n', after: '    return right, seen\n' };

export const rowsAtOnceCases: TorchCases = {
  fires: {
    'rows as arrays': fires('        for row in range(len(x)):\n            found[len(found)] = out[row].detach().cpu().numpy()\n', ['+        out = out.detach().cpu()', '-            found[len(found)] = out[row].detach().cpu().numpy()', '+            found[len(found)] = out[row].numpy()']),
    'one number of each row': fires('        for i, label in enumerate(y):\n            found[len(found)] = (out[i, 0].item(), int(label))\n', ['+        out = out.detach().cpu()']),
    'a tensor that is used again': fires('        best = out.argmax(dim=1)\n        for i in range(len(best)):\n            found[len(found)] = int(best[i])\n        found["last"] = best + 1\n', ['+        best_rows = best.detach().cpu()', '-            found[len(found)] = int(best[i])', '+            found[len(found)] = int(best_rows[i])']),
    'pairs that are compared': fires('        y = y.to(device)\n        predicted = out.argmax(1)\n        for label, guess in zip(y, predicted):\n            if label == guess:\n                right[label] += 1\n            seen[label] += 1\n', ['-        for label, guess in zip(y, predicted):', '+        for label, guess in zip(y.cpu(), predicted.cpu()):'], counted),
    'elements in loops in each other, of a tensor that is given': { source: 'import torch\n\ndef extract(model, loader, device):\n    return merge(torch.cat([model(x.to(device)) for x, y in loader]))\n\ndef merge(scores):\n    found = []\n    for i in range(scores.shape[0]):\n        for j in range(scores.shape[1]):\n            if scores[i, j].item() > 0.1:\n                found.append((i, j))\n    return found\n', finding: { ...finding, function: 'merge', at: '.item()' }, patch: ['+    scores = scores.detach().cpu()'], run },
    'scores that are compared with a limit': fires('        scores = out.softmax(1)\n        for i in range(len(scores)):\n            if scores[i, 0] > 0.5:\n                found[len(found)] = scores[i, 0].item()\n', ['+        scores = scores.detach().cpu()']),
    'places in a table': fires('        y = y.to(device)\n        guesses = out.argmax(1)\n        for t, p in zip(y.view(-1), guesses.view(-1)):\n            table[t.long(), p.long()] += 1\n', ['-        for t, p in zip(y.view(-1), guesses.view(-1)):', '+        for t, p in zip(y.view(-1).cpu(), guesses.view(-1).cpu()):'], { before: '    table = torch.zeros(2, 2)\n', after: '    return table\n' }),
    'a pair of a maximum': fires('        _, predicted = torch.max(out, 1)\n        for label, guess in zip(y, predicted):\n            right[guess.item()] += int(label)\n', ['-        for label, guess in zip(y, predicted):', '+        for label, guess in zip(y, predicted.cpu()):'], counted),
  },
  leaves: {
    'the rows are computed with': { source: extract('        for i in range(len(x)):\n            found[i] = (out[i] * 2).sum().item()\n'), finding },
    'rows of the host': { source: extract('        rows = out.cpu()\n        for i in range(len(x)):\n            found[i] = rows[i].numpy()\n'), finding },
    'the same element each time': { source: extract('        for i in range(len(x)):\n            found[i] = out[0].item()\n'), finding },
    'it changes on the way': { source: extract('        for i in range(len(x)):\n            found[i] = out[i].tolist()\n            out = out * 2\n'), finding },
    'batches, not rows': { source: extract('        found[len(found)] = out.cpu()\n'), finding },
  },
};
