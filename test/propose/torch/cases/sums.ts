import type { Firing, Leaving } from '../harness.js';

const finding = { function: 'train', at: '.item()', category: 'C3', rule: 'C3-scalar-read' };
const setUp = `
model = torch.nn.Linear(3, 2)
data = [(torch.randn(4, 3), torch.randint(0, 2, (4,))) for _ in range(7)]
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
`;

interface Program {
  /** In front of the loop, 4 spaces deep. */
  before?: string;
  /** In the loop, 8 deep. */
  step: string;
  after?: string;
  head?: string;
  imports?: string;
}

/** A function that trains for an epoch. */
function inFunction({ before = '', step, after = '', head = 'for x, y in loader:', imports = '' }: Program): string {
  return `import torch\nimport torch.nn.functional as F\n${imports}\ndef train(model, loader, optimizer, device):\n${before}    ${head}\n        x, y = x.to(device), y.to(device)\n        logits = model(x)\n        loss = F.cross_entropy(logits, y)\n        optimizer.zero_grad()\n        loss.backward()\n        optimizer.step()\n${step}${after}`;
}

/** A class with a method that trains for an epoch, and others. */
function inClass(step: string, { init = '        self.total = 0.0\n', before = '', after = '        return self.total\n', others = '', stops = '' } = {}): string {
  return `import torch\nimport torch.nn.functional as F\n\nclass Trainer:\n    def __init__(self, model, optimizer, device):\n        self.model, self.optimizer, self.device = model, optimizer, device\n${init}\n    def train(self, loader):\n${before}        for x, y in loader:\n            logits = self.model(x.to(self.device))\n            loss = F.cross_entropy(logits, y.to(self.device))\n            self.optimizer.zero_grad()\n            loss.backward()\n            self.optimizer.step()\n${step}${stops}${after}${others}`;
}

const runFunction = `import train${setUp}result = [train.train(model, data, optimizer, 'cpu'), model.state_dict()]`;
const runClass = `import train${setUp}trainer = train.Trainer(model, optimizer, 'cpu')\nresult = [trainer.train(data), trainer.train(data), model.state_dict()]`;
const ofFunction = (program: Program, patch: string[]): Firing => ({ source: inFunction(program), finding, patch, run: runFunction });
const ofClass = (source: string, patch: string[]): Firing => ({ source, finding: { ...finding, function: 'Trainer.train' }, patch, run: runClass });

/** The many ways to add numbers up, or keep them, in a loop. */
export const sumsFiring: Record<string, Firing> = {
  'the sum on the right': ofFunction({ before: '    total = 0\n', step: '        total = total + loss.item()\n', after: '    return total / len(loader)\n' }, ['-        total = total + loss.item()', '+        total = total + loss.detach().double()', '+    total = float(total)']),
  'the sum on the right, behind what is added': ofFunction({ before: '    total = 0.0\n', step: '        total = loss.item() * 2 + total\n', after: '    return total\n' }, ['-        total = loss.item() * 2 + total', '+        total = loss.detach().double() * 2 + total', '+    total = float(total)']),
  'a mean that is divided in the loop': ofFunction({ before: '    mean = 0.\n', step: '        mean += float(loss) / len(loader)\n', after: '    return mean\n' }, ['-        mean += float(loss) / len(loader)', '+        mean += loss.detach().double() / len(loader)', '+    mean = float(mean)']),
  'a running mean': ofFunction({ before: '    mean = 0.0\n', step: '        mean = 0.9 * mean + 0.1 * loss.item()\n', after: '    return mean\n' }, ['-        mean = 0.9 * mean + 0.1 * loss.item()', '+        mean = 0.9 * mean + 0.1 * loss.detach().double()', '+    mean = float(mean)']),
  'beside a value that decides': ofFunction({ before: '    total = 0.0\n', step: '        total += loss.item()\n        if logits.abs().max().item() > 1e6:\n            break\n', after: '    return total\n' }, ['-        total += loss.item()', '+        total += loss.detach().double()', '+    total = float(total)']),
  'a count by `int`': ofFunction({ before: '    right, seen = 0, 0\n', step: '        right += int((logits.argmax(1) == y).sum())\n        seen += y.size(0)\n', after: '    return right / seen\n' }, ['-        right += int((logits.argmax(1) == y).sum())', '+        right += (logits.argmax(1) == y).sum()', '+    right = int(right)']),
  'a count of two comparisons, in floating point': ofFunction({ before: '    both = 0.0\n', step: '        both += ((y == 1) & (logits.argmax(1) == 1)).sum().item()\n', after: '    return both\n' }, ['-        both += ((y == 1) & (logits.argmax(1) == 1)).sum().item()', '+        both += ((y == 1) & (logits.argmax(1) == 1)).sum().detach().double()', '+    both = float(both)']),
  'sums by a key': ofFunction({ before: "    sums = {'loss': 0.0, 'seen': 0}\n", step: "        sums['loss'] += loss.item() * len(x)\n        sums['seen'] += len(x)\n", after: "    return {key: value / sums['seen'] for key, value in sums.items()}\n" }, ["-        sums['loss'] += loss.item() * len(x)", "+        sums['loss'] += loss.detach().double() * len(x)", "+    sums['loss'] = float(sums['loss'])"]),
  'sums by keys that vary': ofFunction({ before: '    sums = defaultdict(float)\n', step: "        for name, value in (('a', loss), ('b', loss * 2)):\n            sums[name] += value.item()\n", after: '    return dict(sums)\n', imports: 'from collections import defaultdict\n' }, ['-            sums[name] += value.item()', '+            sums[name] += value.detach().double()', '+    sums.update({key: float(value) for key, value in sums.items()})']),
  'counts for each class': ofFunction({ before: '    hits = [0] * 2\n', step: '        for c in range(2):\n            hits[c] += ((logits.argmax(1) == c) & (y == c)).sum().item()\n', after: '    return hits\n' }, ['-            hits[c] += ((logits.argmax(1) == c) & (y == c)).sum().item()', '+            hits[c] += ((logits.argmax(1) == c) & (y == c)).sum()', '+    hits[:] = [int(value) for value in hits]']),
  'lists by a key': ofFunction({ before: "    history = {'loss': [], 'accuracy': []}\n", step: "        history['loss'].append(loss.item())\n", after: '    return history\n' }, ["-        history['loss'].append(loss.item())", "+        history['loss'].append(loss.detach())", "+    history['loss'][:] = [float(value) for value in history['loss']]"]),
  'arrays of the host': ofFunction({ before: '    losses = []\n', step: '        losses.append(loss.cpu().detach().numpy())\n', after: '    return float(np.mean(losses))\n', imports: 'import numpy as np\n' }, ['-        losses.append(loss.cpu().detach().numpy())', '+        losses.append(loss.detach())', '+    losses[:] = [value.cpu().numpy() for value in losses]']),
  'predicted classes': ofFunction({ before: '    found = []\n', step: '        found.extend(logits.argmax(dim=1).cpu().tolist())\n', after: '    return found\n' }, ['-        found.extend(logits.argmax(dim=1).cpu().tolist())', '+        found.append(logits.argmax(dim=1).detach())', '+    found[:] = [item for value in found for item in value.cpu().tolist()]']),
  'two at once': ofFunction({ before: '    total, right = 0.0, 0\n', step: '        value, hits = loss.item(), (logits.argmax(1) == y).sum().item()\n        total += value\n        right += hits\n', after: '    return total, right\n' }, ['-        value, hits = loss.item(), (logits.argmax(1) == y).sum().item()', '-        total += value', '+        value, hits = loss.detach(), (logits.argmax(1) == y).sum().detach()', '+        total += value.double()', '+    total = float(total)', '+    right = int(right)']),
  'a tensor of the host that is filled': ofFunction({ before: '    losses = torch.zeros(len(loader))\n', head: 'for k, (x, y) in enumerate(loader):', step: '        losses[k] = loss.item()\n', after: '    return losses.mean()\n' }, ['-    losses = torch.zeros(len(loader))', '+    losses = torch.zeros(len(loader), device=device)', '-        losses[k] = loss.item()', '+        losses[k] = loss.detach()', '+    losses = losses.cpu()']),
  'an attribute': ofClass(inClass('            self.total += loss.item()\n'), ['-            self.total += loss.item()', '+            self.total += loss.detach().double()', '+        self.total = float(self.total)']),
  'an attribute that another method reads': ofClass(inClass('            self.total += loss.item()\n', { before: '        self.total = 0\n', after: '        return self.mean(loader)\n', others: '\n    def mean(self, loader):\n        return self.total / len(loader)\n' }), ['-            self.total += loss.item()', '+            self.total += loss.detach().double()', '+        self.total = float(self.total)']),
  'a list of an object': ofClass(inClass('            self.losses.append(loss.item())\n', { init: '        self.losses = []\n', after: '        return list(self.losses)\n' }), ['-            self.losses.append(loss.item())', '+            self.losses.append(loss.detach())', '+        self.losses[:] = [float(value) for value in self.losses]']),
};

/** They look the same, and have to stay. */
export const sumsLeft: Record<string, Leaving> = {
  'an attribute that the loop reads by another method': { source: inClass('            self.total += loss.item()\n            self.check()\n', { others: '\n    def check(self):\n        if self.total > 100:\n            raise ValueError\n' }), finding: { ...finding, function: 'Trainer.train' }, because: /`self.total` is also used in another function, in line \d+, which the loop may call/ },
  'an attribute that a hook of the model reads': { source: inClass('            self.total += loss.item()\n', { others: '\n    def __call__(self, x):\n        return x * self.total\n' }), finding: { ...finding, function: 'Trainer.train' }, because: /which the loop may call/ },
  'a loop that hands its values on as it goes': { source: inClass('            self.total += loss.item()\n            yield loss\n', { others: '\n    def mean(self):\n        return self.total\n' }), finding: { ...finding, function: 'Trainer.train' }, because: /Other code runs while the loop waits/ },
  'a tensor of the host that the loop looks at': { source: inFunction({ before: '    losses = torch.zeros(len(loader))\n', head: 'for k, (x, y) in enumerate(loader):', step: '        losses[k] = loss.item()\n        if losses[k] > 9:\n            break\n', after: '    return losses.mean()\n' }), finding, because: /`losses` is used in line \d+, before the loop is over/ },
  'the best one so far': { source: inFunction({ before: '    best = 9.0\n', step: '        best = min(best, loss.item())\n', after: '    return best\n' }), finding, because: /needed in line \d+, in every iteration/ },
  'a scheduler that follows the loss': { source: inFunction({ step: '        scheduler.step(loss.item())\n' }), finding, because: /needed in line \d+, in every iteration/ },
  'another line than the one that is named': { source: inFunction({ before: '    total = 0.0\n', step: '        total += loss.item()\n        if logits.max().item() > 9:\n            break\n', after: '    return total\n' }), finding: { ...finding, at: 'logits.max().item()' }, because: /decides in line/ },
  'a sum that is looked at in every step': { source: inFunction({ before: '    sums = {"loss": 0.0}\n', step: '        sums["loss"] += loss.item()\n        if sums["loss"] > 50:\n            break\n' }), finding, because: /`sums\["loss"\]` is needed in line \d+/ },
  'a place in a list that the value chooses': { source: inFunction({ before: '    seen = [0] * 2\n', step: '        seen[y[0].item()] += 1\n', after: '    return seen\n' }), finding, because: /needed in line \d+/ },
  'whole parts of another number': { source: inFunction({ before: '    total = 0\n', step: '        total += int(loss)\n', after: '    return total\n' }), finding: { ...finding, at: 'int(loss)' }, because: /makes another kind of number of it/ },
  'arrays of numpy': { source: inFunction({ before: '    total = 0.0\n', step: '        guess = np.asarray(logits.tolist())\n        total += guess.sum().item()\n', after: '    return total\n', imports: 'import numpy as np\n' }), finding: { ...finding, at: 'guess.sum().item()' } },
};
