import type { TorchCases } from '../harness.js';

const finding = { function: 'train', at: '.to(device)', category: 'C4', rule: 'C4-repeated-copies' };
/** Trains on parts of tensors in memory. */
const program = ({ body = 'x, y = inputs[chosen].to(device), targets[chosen].to(device)', before = '', made = 'torch.arange(24.0).view(12, 2)', epochs = '2', after = '' } = {}): string => `import numpy as np
import torch

def train(model, inputs, targets, device):
    seen = []
${before}    for epoch in range(${epochs}):
        order = torch.randperm(len(inputs))
        for begin in range(0, len(inputs), 4):
            chosen = order[begin:begin + 4]
${body.replaceAll(/^/gm, '            ')}
            seen.append((model(x) - y).sum().item())
${after}    return seen

def main():
    torch.manual_seed(3)
    inputs = ${made}
    targets = torch.ones(12, 2)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    return train(torch.nn.Linear(2, 2).to(device), inputs, targets, device)
`;
const run = 'import train\nresult = train.main()';

/** Draws batches of a text by a function. */
const letters = (more = '', made = 'torch.tensor([ord(c) % 9 for c in "to be or not to be, that is the question" * 3])', alias = 'train_data if split == "train" else val_data'): string => `import numpy as np
import torch

device = "cuda" if torch.cuda.is_available() else "cpu"
data = ${made}
train_data = data[:90]
val_data = data[90:]

def get_batch(split):
    data = ${alias}
    ix = torch.randint(len(data) - 8, (4,))
    x = torch.stack([data[i:i + 8] for i in ix])
    y = torch.stack([data[i + 1:i + 9] for i in ix])
    x, y = x.to(device), y.to(device)
    return x, y
${more}`;
const getBatch = { ...finding, function: 'get_batch', at: 'x, y = x.to', rule: 'C4-pageable-copies' };
/** A graph that a function of the loop over the epochs moves. */
const graph = (more = ''): string => `import torch

class Graph:
    def __init__(self, x, edges):
        self.x, self.edges = x, edges

def make(n):
    return Graph(torch.arange(2.0 * n).view(n, 2), torch.arange(n))

def train(model, data, opt, device):
    out = model(data.x.to(device))
    loss = out[data.edges.to(device)].square().mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
    return loss.item()

def main():
    torch.manual_seed(3)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    data = make(5)
    model = torch.nn.Linear(2, 2).to(device)
    opt = torch.optim.SGD(model.parameters(), lr=0.01)
    losses = []
    for epoch in range(3):
        losses.append(train(model, data, opt, device))
    return losses, data.x.shape
${more}`;
const ofGraph = { ...finding, at: 'out = model(data.x' };

export const residentDataCases: TorchCases = {
  fires: {
    'inputs and targets by an index': {
      source: program(),
      finding,
      patch: ['+    inputs = inputs.to(device)', '+    targets = targets.to(device)', '-            x, y = inputs[chosen].to(device), targets[chosen].to(device)', '+            x, y = inputs[chosen], targets[chosen]'],
      run,
    },
    'slices, of data that is needed afterwards': {
      source: program({ body: 'x = inputs[begin:begin + 4].float().to(device, non_blocking=True)\ny = 1', after: '    seen.append(inputs.mean().item())\n' }),
      finding: { ...finding, at: '.to(device, non' },
      patch: ['+    inputs_on_device = inputs.to(device)', '-            x = inputs[begin:begin + 4].float().to(device, non_blocking=True)', '+            x = inputs_on_device[begin:begin + 4].float().clone()'],
      run,
    },
    'rows by a number, which are copies all the same': {
      source: program({ body: 'x = inputs[begin].to(device)\ny = 1' }),
      finding,
      patch: ['+    inputs = inputs.to(device)', '-            x = inputs[begin].to(device)', '+            x = inputs[begin].clone()'],
      run,
    },
    'places that are drawn, in a script': {
      source: 'import torch\n\ntorch.manual_seed(3)\ndata = torch.rand(50, 3)\nseen = []\nfor step in range(5):\n    places = torch.randint(0, 50, (4,))\n    batch = data[places].to("cpu" if not torch.cuda.is_available() else "cuda")\n    seen.append(batch.sum().item())\n',
      finding: { ...finding, function: '<module>', at: 'batch = ' },
      patch: ['+data_on_device = data.to("cpu" if not torch.cuda.is_available() else "cuda")', '-    batch = data[places].to("cpu" if not torch.cuda.is_available() else "cuda")', '+    batch = data_on_device[places]'],
      run: 'import train\nresult = train.seen',
    },
    'batches that a function draws': {
      source: letters(),
      finding: getBatch,
      patch: ['-train_data = data[:90]', '-val_data = data[90:]', '+train_data = data[:90].to(device)', '+val_data = data[90:].to(device)', '-    x, y = x.to(device), y.to(device)'],
      run: 'import train\ntorch.manual_seed(3)\nresult = [train.get_batch("train"), train.get_batch("val")]',
    },
    'batches that an object draws': {
      source: 'import torch\n\nclass Batches:\n    def __init__(self, n, device):\n        self.data = torch.arange(n)\n        self.device = device\n\n    def next(self):\n        ix = torch.randint(len(self.data) - 8, (4,))\n        x = torch.stack([self.data[i:i + 8] for i in ix])\n        return x.to(self.device)\n\nbatches = Batches(50, "cuda" if torch.cuda.is_available() else "cpu")\n',
      finding: { ...getBatch, function: 'Batches.next', at: 'return x.to' },
      patch: ['-        self.data = torch.arange(n)', '+        self.data = torch.arange(n).to(device)', '-        return x.to(self.device)', '+        return x'],
      run: 'import train\ntorch.manual_seed(3)\nresult = train.batches.next()',
    },
    'a graph that a function moves': {
      source: graph(),
      finding: ofGraph,
      patch: ['+    data.x, data.edges = data.x.to(device), data.edges.to(device)'],
      run: 'import train\nresult = train.main()',
    },
    'the part of a fold': {
      source: 'import torch\n\ntorch.manual_seed(3)\ndata = torch.rand(12, 3)\nseen = []\ndevice = "cpu" if not torch.cuda.is_available() else "cuda"\nfor fold in torch.randperm(12).chunk(3):\n    part = data[fold]\n    for epoch in range(2):\n        order = torch.randperm(len(part))\n        for begin in range(0, len(part), 2):\n            batch = part[order[begin:begin + 2]].to(device)\n            seen.append(batch.sum().item())\n',
      finding: { ...finding, function: '<module>', at: 'batch = ' },
      patch: ['+    part_on_device = part.to(device)', '-            batch = part[order[begin:begin + 2]].to(device)', '+            batch = part_on_device[order[begin:begin + 2]]'],
      run: 'import train\nresult = train.seen',
    },
  },
  leaves: {
    'the host reads the text too': { source: letters('\ndef show():\n    print(train_data.tolist())\n'), finding: getBatch },
    'the text is mapped': { source: letters('', 'np.memmap("x.bin", dtype=np.int64)'), finding: getBatch },
    'a batch is used before it is moved': { source: letters().replace('    x, y = x.to', '    print(x.numpy().max())\n    x, y = x.to'), finding: getBatch },
    'the host reads the graph too': { source: graph('\ndef show(data):\n    print(data.x.numpy(), data.edges.tolist())\n'), finding: ofGraph },
    'the moved graph is changed in place': { source: graph('\ndef spoil(data, device):\n    x = data.x.to(device)\n    x.mul_(2)\n    e = data.edges.to(device)\n    e += 1\n'), finding: ofGraph },
    'another graph in each epoch': { source: graph().replace('        losses.append', '        data = make(epoch + 5)\n        losses.append'), finding: ofGraph },
    'a part that is made for each pass': { source: 'import torch\n\ndata = torch.rand(12, 3)\ndevice = "cpu" if not torch.cuda.is_available() else "cuda"\nfor epoch in range(4):\n    part = data[torch.randperm(12)]\n    for begin in range(0, 12, 2):\n        batch = part[begin:begin + 2].to(device)\n        print(batch.sum())\n', finding: { ...finding, function: '<module>', at: 'batch = ' }, because: /Each part of `part` is copied once/ },
    'it is on the device': { source: program({ made: 'torch.zeros(12, 2, device="cuda")', body: 'x = inputs[chosen].to(device)\ny = 1' }), finding, because: /made on a device already/ },
    'it is moved before': { source: program({ before: '    inputs = inputs.to(device)\n    targets = targets.to(device)\n' }), finding: { ...finding, at: 'x, y = ' }, because: /on the device already/ },
    'a mapped file': { source: program({ made: 'torch.from_numpy(np.load("x.npy", mmap_mode="r"))', body: 'x = inputs[chosen].to(device)\ny = 1' }), finding, because: /part of a file/ },
    'the text says that it does not fit': { source: program({ before: '    # The recordings do not fit on the device.\n' }).replace('do not fit', 'would not fit'), finding, because: /says that something is large/ },
    'it is written to': { source: program({ body: 'inputs[0] = epoch\nx = y = inputs[chosen].to(device)' }), finding, because: /is changed in line/ },
    'a slice that is changed in place': { source: program({ body: 'x = inputs[begin:begin + 4].to(device)\nx += 1\ny = 1' }), finding, because: /changes a part of `inputs` in place/ },
    'a row that is changed in place': { source: program({ body: 'i = random.randrange(12)\nx = inputs[i].to(device)\nx += 1\ny = 1' }).replace('import numpy', 'import random\nimport numpy'), finding, because: /Line \d+ changes a part of `inputs` in place/ },
    'a row that is changed under another name': { source: program({ body: 'x = inputs[epoch, 0:2].to(device)\nz = x[0]\nz.mul_(2)\ny = 1' }), finding, because: /changes a part of `inputs` in place/ },
    'a part that a function changes in place': { source: `${program({ body: 'x = inputs[begin:begin + 4].to(device)\ny = 1' }).replace('model(x)', 'model(scaled(x))')}\ndef scaled(x):\n    x.div_(255)\n    return x * 2\n`, finding, because: /Line \d+ changes a part of `inputs` in place/ },
    'a part that a layer changes in place': { source: `${program({ body: 'x = inputs[begin:begin + 4].to(device)\ny = 1' }).replace('torch.nn.Linear(2, 2)', 'Net()')}\nclass Net(torch.nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.act = torch.nn.ReLU(inplace=True)\n\n    def forward(self, x):\n        return self.act(x)\n`, finding, because: /changes a part of `inputs` in place/ },
    'one pass': { source: 'import torch\n\ndef score(model, data, device):\n    return [model(data[i:i + 4].to(device)) for i in range(3)]\n\ndef train(model, data, device):\n    found = []\n    for i in range(0, len(data), 4):\n        found.append(model(data[i:i + 4].to(device)))\n    return found\n', finding: { ...finding, at: 'found.append' }, because: /is copied once/ },
    'parts of a batch': { source: program({ body: 'for batch in ([inputs, targets],):\n    x = y = batch[0].to(device)' }), finding: { ...finding, at: 'batch[0]' } },
  },
};
