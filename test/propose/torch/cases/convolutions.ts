import type { TorchCases } from '../harness.js';

const finding = { function: 'train', at: 'model(images)', category: 'C5', rule: 'C5-copy-kernels' };
const script = ({ setting = '', forward = 'self.head(torch.flatten(self.conv(x), 1))', loader = '' } = {}): string => `import torch
import torch.nn as nn
${setting}

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.head = nn.Linear(4 * 6 * 6, 2)

    def forward(self, x):
        return ${forward}


def train(loader, device):
    model = Net().to(device)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
${loader}    for images, labels in loader:
        images, labels = images.to(device, non_blocking=True), labels.to(device)
        loss = nn.functional.cross_entropy(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model


if __name__ == '__main__':
    train([], 'cuda')
`;
const run = `
import train
result = list(train.train([(torch.randn(2, 3, 8, 8), torch.tensor([0, 1])) for _ in range(3)], 'cpu').parameters())
`;

export const cudnnBenchmarkCases: TorchCases = {
  fires: { 'a network of one input size': { source: script(), finding, patch: ['+torch.backends.cudnn.benchmark = True', '+'], run }, 'switched off': { source: script({ setting: 'torch.backends.cudnn.benchmark = False\n' }), finding: { ...finding, rule: 'C5-fp32-gemm' }, patch: ['-torch.backends.cudnn.benchmark = False', '+torch.backends.cudnn.benchmark = True'], run } },
  leaves: {
    'off, for results that repeat': { source: script({ setting: 'torch.backends.cudnn.benchmark = False\ntorch.backends.cudnn.deterministic = True\n' }), finding, because: /decides it itself/ },
    'batches of a size that is drawn': { source: script().replace('        loss =', '        size = int(torch.randint(6, 9, (1,)))\n        images = nn.functional.interpolate(images, size=(size, size))\n        loss ='), finding, because: /differ in size/ },
    'it is set': { source: script({ setting: 'torch.backends.cudnn.benchmark = True\n' }), finding, because: /decides it itself: line 3/ },
    'it has to be deterministic': { source: script({ setting: 'torch.use_deterministic_algorithms(True)\n' }), finding, because: /decides it itself/ },
    'inputs of several sizes': { source: script({ loader: '    loader = torch.utils.data.DataLoader(loader, collate_fn=pad)\n' }), finding, because: /differ in size/ },
    'no convolutions': { source: script().replace('nn.Conv2d(3, 4, 3)', 'nn.Flatten()'), finding },
  },
};

export const channelsLastCases: TorchCases = {
  fires: {
    'the model and its batches': {
      source: script(),
      finding,
      patch: ['-    model = Net().to(device)', '+    model = Net().to(device, memory_format=torch.channels_last)', '-        images, labels = images.to(device, non_blocking=True), labels.to(device)', '+        images, labels = images.to(device, non_blocking=True, memory_format=torch.channels_last), labels.to(device)'],
      run,
      tolerance: 1e-3,
    },
  },
  leaves: {
    'a view in forward': { source: script({ forward: 'self.head(self.conv(x).view(x.size(0), -1))' }), finding, because: /uses `\.view`/ },
    'it is used': { source: script({ setting: 'layout = torch.channels_last\n' }), finding, because: /uses the layout already/ },
    'the input has three dimensions': { source: script().replace('    def forward(self, x):\n', '    def forward(self, x):\n        x = x.unsqueeze(1)\n'), finding, because: /gives its input to a two-dimensional convolution/ },
    'the input is changed on its way': { source: script({ forward: 'self.head(torch.flatten(self.conv(x.unsqueeze(1)), 1))' }), finding, because: /gives its input to a two-dimensional convolution/ },
    'another model is called': { source: script().replace('model = Net().to(device)', 'convolutions = Net()\n    model = nn.Linear(3, 2).to(device)'), finding, because: /gives its input to a two-dimensional convolution/ },
    'batches are not moved here': { source: script().replace('images, labels = images.to(device, non_blocking=True), labels.to(device)', 'pass'), finding, because: /moved to the device/ },
    'no convolutions': { source: script().replace('nn.Conv2d(3, 4, 3)', 'nn.Flatten()'), finding },
  },
};
