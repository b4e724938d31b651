import type { Firing, TorchCases } from '../harness.js';

const finding = { function: 'Confusion.add', at: 'def add', category: 'C4', rule: 'C4-transfer-bound' };
const meter = (body: string): string => `import torch\n\nclass Confusion:\n    def __init__(self, classes):\n        self.classes = classes\n        self.counts = torch.zeros(classes, classes, dtype=torch.long)\n        self.right = 0\n\n    def add(self, predicted, labels):\n${body}`;
const run = `
import train
one = train.Confusion(3)
for _ in range(4):
    one.add(torch.randint(0, 3, (5, 2)), torch.randint(0, 3, (5, 2)))
result = [one.counts, one.right]
`;
const count = '        pairs = labels.flatten() * self.classes + predicted.flatten()\n        self.counts += torch.bincount(pairs, minlength=self.classes ** 2).view(self.classes, self.classes)\n';
const fires = (body: string, patch: string[]): Firing => ({ source: meter(body), finding, patch, run });
const counted = ['-        self.counts += torch.bincount(pairs, minlength=self.classes ** 2).view(self.classes, self.classes)', '+        self.counts += torch.bincount(pairs, minlength=self.classes ** 2).view(self.classes, self.classes).cpu()'];

export const countedOnDeviceCases: TorchCases = {
  fires: {
    'pairs of classes': fires(`        predicted = predicted.cpu()\n        labels = labels.cpu()\n${count}`, ['-        predicted = predicted.cpu()', '-        labels = labels.cpu()', ...counted]),
    'under other names, masked': fires(`        p = predicted.detach().cpu()\n        t = labels.to("cpu")\n        mask = (t >= 0) & (t < self.classes)\n${count.replace('labels.flatten()', 't[mask]').replace('predicted.flatten()', 'p[mask]')}`, ['-        p = predicted.detach().cpu()', '-        t = labels.to("cpu")', '+        p = predicted', '+        t = labels', ...counted]),
    'hits that are read': fires('        predicted = predicted.cpu()\n        labels = labels.cpu()\n        self.right += (predicted == labels).sum().item()\n', ['-        predicted = predicted.cpu()', '-        labels = labels.cpu()']),
  },
  leaves: {
    'arrays of numpy': { source: meter('        predicted = predicted.cpu()\n        labels = labels.cpu()\n        self.right += (predicted.numpy() == labels.numpy()).sum()\n'), finding, because: /does something else/ },
    'labels that may be on the host': { source: meter(`        predicted = predicted.cpu()\n${count}`), finding, because: /does something else/ },
    'they are kept too': { source: meter(`        predicted = predicted.cpu()\n        labels = labels.cpu()\n        self.last = predicted\n${count}`), finding, because: /does something else/ },
    'nothing is counted': { source: meter('        predicted = predicted.cpu()\n        self.last = 1\n'), finding },
  },
};
